"""What the office has set: shown, changed through a form, and how it was changed before.

A change is shown in words, with what it does, before it is saved. It holds from then on, without a restart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts.model import Session
from pipeline.web.context import Site, SiteDep, exchange_parts
from pipeline.web.security.authentication import SessionDep
from pipeline.web.supervising.issuing_offices import OFFICE, values_of_office
from pipeline.web.supervising.office_settings import (
    OFFICE_FILE,
    OfficePolicies,
    changes_of,
    differences_of,
    edited_text,
    effects_of,
    field_labels,
    setting_groups,
    values_of,
)
from pipeline.web.supervising.setting_specs import TABLES, SettingTable
from pipeline.web.supervising.staff_file_desk import (
    FileChange,
    SettingsRefused,
    SettingsStale,
    StaffFileDesk,
)

BY_HAND = "Sửa tay trong tệp"
NOT_HERE = "Máy chủ này không đổi thiết lập trên trình duyệt. Người quản trị máy đổi trong tệp."

SAVED = {one.name: one.title for one in (*TABLES.values(), OFFICE)}

router = APIRouter(prefix="/settings")


@router.get("")
def show_settings(
    request: Request, site: SiteDep, session: SessionDep, saved: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show all that is set, and what was changed here before."""
    desk = site.office.settings
    refused = ""
    by_hand: tuple[str, ...] = ()
    if desk is not None:
        try:
            by_hand = differences_of(site.policies, desk.loaded(), site.schemas)
        except SettingsRefused as error:
            refused = error.message
    everywhere = session.person.places is None
    names, offices, flawed = _offices(site)
    return site.renderer.render(
        request,
        "supervising/settings.html",
        groups=setting_groups(site.policies, site.schemas),
        by_hand=by_hand,
        file=OFFICE_FILE,
        edits=desk is not None and everywhere,
        history=_history(site) if everywhere else (),
        saved=SAVED.get(saved, ""),
        names=names,
        offices=offices,
        offices_flawed=flawed,
        edits_offices=site.office.offices is not None and everywhere and not flawed,
        refused=refused,
    )


@router.get("/{table}")
def show_form(request: Request, site: SiteDep, table: str) -> Response:
    """Show the form of one table."""
    chosen, desk = _table(table), _desk(site)
    now, text = desk.loaded(), desk.read()
    return _form(request, site, chosen, values_of(now)[table], text.digest)


@router.post("/{table}")
async def change_settings(request: Request, site: SiteDep, session: SessionDep, table: str) -> Response:
    """Show what a form changes, and save it when it was seen."""
    form = await request.form()
    return await run_in_threadpool(_changed, request, site, session, table, form)


def with_policies(site: Site, policies: OfficePolicies) -> Site:
    """Return the application as it works under other policies."""
    return replace(
        site,
        desk=site.registry.desk(policies.review, now=site.now),
        lots=site.registry.lots(policies.review, policies.sampling, now=site.now),
        delivery=policies.delivery,
        approval=policies.approval,
        policies=policies,
    )


def _changed(request: Request, site: Site, session: Session, table: str, form: FormData) -> Response:
    chosen, desk = _table(table), _desk(site)
    typed = {spec.name: [str(one) for one in form.getlist(spec.name)] for spec in chosen.specs}
    seen, confirmed = str(form.get("seen", "")), form.get("confirmed") == "yes"
    try:
        now = desk.loaded()
        changes = changes_of(chosen, typed, now, site.schemas)
        edit = partial(edited_text, table=chosen, changes=changes)
        lines = [one.line for one in changes]
        by_hand = [f"{BY_HAND}: {line}" for line in differences_of(site.policies, now, site.schemas)]
        after = desk.tried(seen, edit)
        if left := changes_of(chosen, typed, after, site.schemas):
            labels = ", ".join(f"“{one.spec.label}”" for one in left)
            raise SettingsRefused(
                f"{labels}: một tệp khác của cơ quan (package.toml) đặt điều này, hãy sửa ở đó."
            )
        if not confirmed:
            books = site.registry.statistics(None).book_states()
            effects = [*effects_of(chosen, now, after, books), *by_hand]
            return _preview(request, site, chosen, typed, seen, lines, effects)
        desk.change(
            seen,
            edit,
            author=session.person.login,
            lines=[*(f"{chosen.title}: {line}" for line in lines), *by_hand],
            note=lambda number, digest: site.registry.note_view(
                session.person, "settings-changed", f"settings:{number}", {"file": digest}
            ),
            apply=lambda policies: exchange_parts(request, partial(with_policies, policies=policies)),
        )
    except SettingsStale as stale:
        values, text = values_of(desk.loaded())[table], desk.read()
        return _form(request, site, chosen, values, text.digest, refused=stale.message)
    except SettingsRefused as refused:
        return _form(request, site, chosen, typed, seen, refused=refused.message)
    return RedirectResponse(f"/settings?saved={table}", status_code=303)


def _offices(site: Site) -> tuple[tuple[str, ...], list[tuple[str, ...]], str]:
    """Return the labels of what an office says of itself, what each office says, and what is wrong with the file."""
    labels = tuple(spec.label for spec in OFFICE.specs)
    if site.office.offices is None:
        return labels, [], ""
    try:
        found = site.office.offices.loaded()
    except SettingsRefused as error:
        return labels, [], error.message
    places = {one.code: one.name or one.code for one in site.accounts.places()}
    rows = []
    for number in range(len(found.offices)):
        values = values_of_office(found, number)
        rows.append(tuple(spec.words(values[spec.name], places) for spec in OFFICE.specs))
    return labels, rows, ""


def _history(site: Site) -> tuple[FileChange, ...]:
    """Return the changes of both files that were made here, the newest first."""
    desks = (site.office.settings, site.office.offices)
    found = [one for desk in desks if desk is not None for one in desk.history()]
    return tuple(sorted(found, key=lambda one: one.changed_at, reverse=True))


def _table(name: str) -> SettingTable:
    if name not in TABLES:
        raise HTTPException(404)
    return TABLES[name]


def _desk(site: Site) -> StaffFileDesk[OfficePolicies]:
    if site.office.settings is None:
        raise SettingsRefused(NOT_HERE)
    return site.office.settings


def _form(
    request: Request,
    site: Site,
    table: SettingTable,
    values: Mapping[str, Any],
    seen: str,
    *,
    refused: str = "",
) -> Response:
    labels = field_labels(site.schemas)
    return site.renderer.render(
        request,
        "supervising/settings_form.html",
        status=422 if refused else 200,
        table=table,
        action=f"/settings/{table.name}",
        chosen={spec.name: as_typed(values[spec.name]) for spec in table.specs},
        fields=sorted(labels.items(), key=lambda one: one[1]),
        seen=seen,
        refused=refused,
    )


def as_typed(value: Any) -> list[str]:
    """Return a value as the texts of a form."""
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, float):
        return [f"{value:.10g}".replace(".", ",")]
    if isinstance(value, frozenset | list):
        return sorted(value)
    return [str(value)]


def _preview(
    request: Request,
    site: Site,
    table: SettingTable,
    typed: Mapping[str, Sequence[str]],
    seen: str,
    lines: Sequence[str],
    effects: Sequence[str],
) -> Response:
    return site.renderer.render(
        request,
        "supervising/settings_preview.html",
        table=table,
        action=f"/settings/{table.name}",
        typed=typed,
        seen=seen,
        lines=lines,
        effects=effects,
    )
