"""Issuing offices: a form for each office, saved like all settings; a new office comes last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from pipeline.declarations.office.settings import SettingsRefused
from pipeline.delivery.printing.offices import OFFICE, IssuingOffices
from pipeline.registry.accounts.model import Session
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.routes.office_settings import NOT_HERE, form_page, preview_page, typed_texts
from pipeline.web.security.authentication import SessionDep
from pipeline.web.supervising.issuing_offices import (
    edited_offices,
    effects_of_office,
    values_of_office,
)
from pipeline.web.supervising.office_settings import changes_of
from pipeline.web.supervising.staff_file_desk import SettingsStale, StaffFileDesk

router = APIRouter(prefix="/settings/offices")


@router.get("/{number}")
def show_office(request: Request, site: SiteDep, number: RowId) -> Response:
    """Show the form of an office; at the number after the last, the empty form of a new office."""
    desk = _desk(site, number)
    text, now = desk.read(), desk.loaded()
    _require(now, number)
    return _form(request, site, number, now, values_of_office(now, number), text.digest)


@router.post("/{number}")
async def change_office(request: Request, site: SiteDep, session: SessionDep, number: RowId) -> Response:
    """Show the changes of a form, and save them once they were shown."""
    form = await request.form()
    return await run_in_threadpool(_preview_or_save, request, site, session, number, form)


def _preview_or_save(request: Request, site: Site, session: Session, number: int, form: FormData) -> Response:
    desk = _desk(site, number)
    typed = typed_texts(OFFICE, form)
    seen, confirmed = str(form.get("seen", "")), form.get("confirmed") == "yes"
    now = desk.loaded()
    _require(now, number)
    is_new = number == len(now.offices)
    try:
        before = values_of_office(now, number)
        changes = changes_of(OFFICE, typed, before, _places(site, now))
        edit = partial(edited_offices, number=number, is_new=is_new, changes=changes)
        lines = [change.line for change in changes]
        desk.tried(seen, edit)
        if not confirmed:
            effects = effects_of_office(changes, before, is_new=is_new)
            return preview_page(request, site, OFFICE, f"offices/{number}", typed, seen, lines, effects)
        desk.change(
            seen,
            edit,
            author=session.person.login,
            lines=[f"{OFFICE.title}: {line}" for line in lines],
            note=lambda version, digest: site.registry.note_view(
                session.person, "offices-changed", f"offices:{version}", {"file": digest}
            ),
        )
    except SettingsStale as stale:
        now, text = desk.loaded(), desk.read()
        number = min(number, len(now.offices))
        return _form(
            request, site, number, now, values_of_office(now, number), text.digest, refused=stale.message
        )
    except SettingsRefused as refused:
        return _form(request, site, number, now, typed, seen, refused=refused.message)
    return RedirectResponse("/settings?saved=office", status_code=303)


def _desk(site: Site, number: int) -> StaffFileDesk[IssuingOffices]:
    if site.office.offices is None:
        if number:
            raise HTTPException(404)
        raise SettingsRefused(NOT_HERE)
    return site.office.offices


def _require(offices: IssuingOffices, number: int) -> None:
    if number > len(offices.offices):
        raise HTTPException(404)


def _places(site: Site, offices: IssuingOffices) -> dict[str, str]:
    """Return the names of places that have books or belong to an office, by code."""
    codes = {code: code for office in offices.offices for code in office.places or ()}
    return codes | {place.code: place.name or place.code for place in site.accounts.places()}


def _form(
    request: Request,
    site: Site,
    number: int,
    now: IssuingOffices,
    values: Mapping[str, Any] | Mapping[str, Sequence[str]],
    seen: str,
    *,
    refused: str = "",
) -> Response:
    return form_page(
        request, site, OFFICE, f"offices/{number}", values, seen, _places(site, now), refused=refused
    )
