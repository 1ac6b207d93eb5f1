"""The approval of a book before it is delivered, and its amendments. Only for supervisors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.registry import NotThere
from pipeline.registry.accounts.model import Session
from pipeline.registry.amendments.model import AmendmentKind
from pipeline.registry.tasks.model import NotYours
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.routes.book_list import book_of
from pipeline.web.security.authentication import SessionDep

KIND_WORDS = {AmendmentKind.CORRECTION: "cải chính", AmendmentKind.SUPPLEMENT: "bổ sung"}

router = APIRouter()

Line = Annotated[str, Form(max_length=500)]


@router.get("/books/{book_id}/approval")
def show_approval(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show whether a book is approved, and what there is to know before it is."""
    return _approval(request, site, session, book_id, done=done)


@router.post("/books/{book_id}/approval")
def approve(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    seen: Annotated[str, Form(max_length=64)] = "",
    note: Line = "",
) -> Response:
    """Approve the values of a book; ``seen`` is the digest of those that the page showed."""
    try:
        site.desk.approve_book(session.person, book_id, seen, note)
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _approval(request, site, session, book_id, refused=refused.message)
    return RedirectResponse(f"/books/{book_id}/approval?done=approved", status_code=303)


@router.post("/books/{book_id}/approval/undo")
def take_back(
    request: Request, site: SiteDep, session: SessionDep, book_id: RowId, reason: Line = ""
) -> Response:
    try:
        site.desk.withdraw_approval(session.person, book_id, reason)
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _approval(request, site, session, book_id, refused=refused.message)
    return RedirectResponse(f"/books/{book_id}/approval?done=withdrawn", status_code=303)


@router.get("/books/{book_id}/amendments")
def show_amendments(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    book_id: RowId,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Show every amendment of a book."""
    return _amendments(request, site, session, book_id, done=done)


@router.post("/entries/{entry_id}/amendments/{amendment_id}/sign")
def sign(
    request: Request, site: SiteDep, session: SessionDep, entry_id: int, amendment_id: RowId
) -> Response:
    """Sign an amendment that somebody else noted."""
    try:
        book_id = site.desk.sign_amendment(session.person, entry_id, amendment_id)
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _refused(request, site, session, entry_id, refused)
    return RedirectResponse(f"/books/{book_id}/amendments?done=signed", status_code=303)


@router.post("/entries/{entry_id}/amendments/{amendment_id}/withdraw")
def withdraw(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    entry_id: int,
    amendment_id: RowId,
    reason: Line = "",
) -> Response:
    """Take an amendment back that was noted by mistake."""
    try:
        book_id = site.desk.withdraw_amendment(session.person, entry_id, amendment_id, reason)
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _refused(request, site, session, entry_id, refused)
    return RedirectResponse(f"/books/{book_id}/amendments?done=withdrawn", status_code=303)


def _refused(
    request: Request, site: Site, session: Session, entry_id: int, refused: RegistryError
) -> Response:
    book_id = site.desk.entry(session.person, entry_id)[0].book_id
    return _amendments(request, site, session, book_id, refused=refused.message)


def _approval(
    request: Request, site: Site, session: Session, book_id: int, *, done: str = "", refused: str = ""
) -> Response:
    view = site.desk.approval_view(session.person, book_id)
    book = book_of(site, session.person, book_id)
    return site.renderer.render(
        request,
        "supervising/approval.html",
        status=422 if refused else 200,
        book=book,
        title=site.schemas.record(book.record).title,
        view=view,
        asked=site.approval,
        done=done,
        refused=refused,
    )


def _amendments(
    request: Request, site: Site, session: Session, book_id: int, *, done: str = "", refused: str = ""
) -> Response:
    found = site.desk.amendments_of_book(session.person, book_id)
    book = book_of(site, session.person, book_id)
    record = site.schemas.record(book.record)
    return site.renderer.render(
        request,
        "supervising/amendments.html",
        status=422 if refused else 200,
        book=book,
        title=record.title,
        found=found,
        labels={spec.name: spec.label for spec in record.fields},
        kind_words=KIND_WORDS,
        me=session.person.login,
        asked=site.approval,
        done=done,
        refused=refused,
    )
