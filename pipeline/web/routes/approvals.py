"""The approval of a book before it is delivered, and its amendments. Only for supervisors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.responses import RedirectResponse, Response

from pipeline.registry.amendments.model import AmendmentKind
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.routes.book_list import book_of

KIND_WORDS = {AmendmentKind.CORRECTION: "cải chính", AmendmentKind.SUPPLEMENT: "bổ sung"}

router = APIRouter()

Line = Annotated[str, Form(max_length=500)]


@router.get("/books/{book_id}/approval")
def show_approval(
    visit: VisitDep, book_id: RowId, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show whether a book is approved, and the facts to consider before the approval."""
    return _approval(visit, book_id, done=done)


@router.post("/books/{book_id}/approval")
def approve(
    visit: VisitDep, book_id: RowId, seen: Annotated[str, Form(max_length=64)] = "", note: Line = ""
) -> Response:
    """Approve the values of a book; ``seen`` is the digest of the values that the page showed."""
    with visit.refusing(lambda refused: _approval(visit, book_id, refused=refused)):
        visit.desk.approve_book(visit.person, book_id, seen, note)
    return RedirectResponse(f"/books/{book_id}/approval?done=approved", status_code=303)


@router.post("/books/{book_id}/approval/undo")
def take_back(visit: VisitDep, book_id: RowId, reason: Line = "") -> Response:
    with visit.refusing(lambda refused: _approval(visit, book_id, refused=refused)):
        visit.desk.withdraw_approval(visit.person, book_id, reason)
    return RedirectResponse(f"/books/{book_id}/approval?done=withdrawn", status_code=303)


@router.get("/books/{book_id}/amendments")
def show_amendments(
    visit: VisitDep, book_id: RowId, done: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    return _amendments(visit, book_id, done=done)


@router.post("/entries/{entry_id}/amendments/{amendment_id}/sign")
def sign(visit: VisitDep, entry_id: int, amendment_id: RowId) -> Response:
    """Sign an amendment that another person noted."""
    with visit.refusing(lambda refused: _refused(visit, entry_id, refused)):
        book_id = visit.desk.sign_amendment(visit.person, entry_id, amendment_id)
    return RedirectResponse(f"/books/{book_id}/amendments?done=signed", status_code=303)


@router.post("/entries/{entry_id}/amendments/{amendment_id}/withdraw")
def withdraw(visit: VisitDep, entry_id: int, amendment_id: RowId, reason: Line = "") -> Response:
    """Withdraw an amendment that was noted by mistake."""
    with visit.refusing(lambda refused: _refused(visit, entry_id, refused)):
        book_id = visit.desk.withdraw_amendment(visit.person, entry_id, amendment_id, reason)
    return RedirectResponse(f"/books/{book_id}/amendments?done=withdrawn", status_code=303)


def _refused(visit: Visit, entry_id: int, refused: str) -> Response:
    book_id = visit.desk.entry(visit.person, entry_id)[0].book_id
    return _amendments(visit, book_id, refused=refused)


def _approval(visit: Visit, book_id: int, *, done: str = "", refused: str = "") -> Response:
    view = visit.desk.approval_view(visit.person, book_id)
    book = book_of(visit, book_id)
    return visit.page(
        "supervising/approval.html",
        book=book,
        title=visit.schemas.record(book.record).title,
        view=view,
        asked=visit.site.policies.approval,
        done=done,
        refused=refused,
    )


def _amendments(visit: Visit, book_id: int, *, done: str = "", refused: str = "") -> Response:
    amendments = visit.desk.amendments_of_book(visit.person, book_id)
    book = book_of(visit, book_id)
    record = visit.schemas.record(book.record)
    return visit.page(
        "supervising/amendments.html",
        book=book,
        title=record.title,
        found=amendments,
        labels={spec.name: spec.label for spec in record.fields},
        kind_words=KIND_WORDS,
        me=visit.person.login,
        asked=visit.site.policies.approval,
        done=done,
        refused=refused,
    )
