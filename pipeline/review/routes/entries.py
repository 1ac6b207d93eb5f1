"""Settled entries, for supervisors: what they say, and opening fields of them again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from pipeline.errors import RegistryError
from pipeline.registry.desk.values import NotYours
from pipeline.review.admission import OfSession
from pipeline.review.entry_view import entry_view
from pipeline.review.site import OfSite, Site

router = APIRouter(prefix="/entries")


@router.get("/{entry_id}")
def show_entry(
    request: Request,
    site: OfSite,
    session: OfSession,
    entry_id: int,
    column: Annotated[str, Query(max_length=100)] = "",
    opened: Annotated[int, Query(ge=0, le=1000)] = 0,
    few: bool = False,
) -> Response:
    """``column``: the Ministry's column that is to be looked at; ``opened``: so many fields were opened just now,
    ``few``: where too few people have not seen them yet."""
    return _shown(request, site, session, entry_id, column, opened=opened, few=few)


@router.post("/{entry_id}/reopen")
def reopen(
    request: Request,
    site: OfSite,
    session: OfSession,
    entry_id: int,
    fields: Annotated[list[str], Form()] = [],  # noqa: B006 (FastAPI copies it)
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    try:
        opened = site.desk.reopen(session.person, entry_id, fields, reason)
    except NotYours:
        raise
    except RegistryError as refused:
        return _shown(request, site, session, entry_id, refused=refused.message, typed=reason)
    few = "" if opened.by_others else "&few=true"
    return RedirectResponse(f"/entries/{entry_id}?opened={len(opened.fields)}{few}", status_code=303)


def _shown(
    request: Request,
    site: Site,
    session: OfSession,
    entry_id: int,
    column: str = "",
    *,
    opened: int = 0,
    few: bool = False,
    refused: str = "",
    typed: str = "",
) -> Response:
    entry, waiting = site.desk.entry(session.person, entry_id)
    view = entry_view(entry, waiting, site.schemas.record(entry.record), column)
    return site.pages.page(
        request,
        "entry.html",
        status=422 if refused else 200,
        view=view,
        book_id=entry.book_id,
        opened=opened,
        few=few,
        refused=refused,
        typed=typed,
    )
