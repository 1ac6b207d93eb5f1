"""The approval of a book before it is delivered, and its amendments. Only for supervisors."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.model import PageRef
from pipeline.base.text.control_characters import visible_text
from pipeline.declarations.schema import FieldSpec
from pipeline.registry.amendments.model import AmendmentKind, AmendmentOrder
from pipeline.registry.entries.model import StoredEntry
from pipeline.values.kinds import DATE
from pipeline.web.context import MAX_ROW_ID, RowId, Visit, VisitDep
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


class EntryAmendmentForm(BaseModel):
    """An amendment as the form sends it.

    Attributes:
        decided_on: A day in any usual writing.
        paper: The scanned page of the decision, ``hash:page``; ``""``: none.
    """

    field: str = Field(default="", max_length=100)
    text: str = Field(default="", max_length=2000)
    decision_number: str = Field(default="", max_length=200)
    decided_on: str = Field(default="", max_length=40)
    authority: str = Field(default="", max_length=500)
    legal_basis: str = Field(default="", max_length=500)
    paper: str = Field(default="", max_length=80, pattern="^([0-9a-f]{64}:[0-9]{1,6})?$")

    @property
    def order(self) -> AmendmentOrder:
        sha256, _, page_no = self.paper.partition(":")
        return AmendmentOrder(
            self.decision_number,
            DATE.parse(self.decided_on).canonical or self.decided_on,
            self.legal_basis,
            self.authority,
            PageRef(sha256, int(page_no)) if sha256 else None,
        )


@router.get("/entries/{entry_id}/amendments")
def show_amendment_form(
    visit: VisitDep,
    entry_id: RowId,
    field: Annotated[str, Query(max_length=100)] = "",
    act: Annotated[int, Query(ge=0, le=MAX_ROW_ID)] = 0,
) -> Response:
    """Show the form of an amendment, with the decision that the margin note names, or the entry of an ``act``."""
    entry, waiting = visit.desk.entry(visit.person, entry_id)
    record = visit.schemas.record(entry.record)
    kept = EntryAmendmentForm(field=field)
    noted = entry.noted_order(record)
    if noted is not None and record.book is not None and record.book.notes not in waiting:
        kept = EntryAmendmentForm(
            field=field,
            decision_number=noted.decision_number,
            decided_on=noted.decided_on.replace(".", "/"),
            authority=noted.authority,
        )
    if act:
        kept = _by_act(visit, act, field)
    return _amendment_form(visit, entry, waiting, kept)


def _by_act(visit: Visit, act_id: int, field: str) -> EntryAmendmentForm:
    """Return the form with number, day and place of the entry of an act as the decision; what waits is left empty."""
    act, waiting = visit.desk.entry(visit.person, act_id)
    key = visit.schemas.record(act.record).key_fields
    number, day = (
        "" if name in waiting else act.current.get(name) or "" for name in (key.number, key.registered_on)
    )
    return EntryAmendmentForm(
        field=field,
        decision_number=number,
        decided_on=day.replace(".", "/"),
        authority=visit.registry.book(act.book_id).ledger.place,
    )


@router.post("/entries/{entry_id}/amendments")
def amend(visit: VisitDep, entry_id: RowId, form: Annotated[EntryAmendmentForm, Form()]) -> Response:
    """Record an amendment by a decision."""

    def page(refused: str) -> Response:
        return _amendment_form(visit, *visit.desk.entry(visit.person, entry_id), form, refused)

    with visit.refusing(page):
        book_id = visit.desk.amend(visit.person, entry_id, form.field, form.text, form.order)
    return RedirectResponse(f"/books/{book_id}/amendments?done=amended", status_code=303)


def _amendment_form(
    visit: Visit, entry: StoredEntry, waiting: Collection[str], form: EntryAmendmentForm, refused: str = ""
) -> Response:
    record = visit.schemas.record(entry.record)
    number = "" if record.key_fields.number in waiting else entry.values.get(record.key_fields.number) or ""
    book = visit.registry.book(entry.book_id)
    return visit.page(
        "supervising/amendment_form.html",
        entry=entry,
        title=f"{record.title} số {number}" if number else record.title,
        fields=[
            (spec, visible_text(entry.current.get(spec.name) or ""))
            for spec in record.fields
            if spec.column
            and not spec.ledger
            and not spec.value_kind.is_entry_number
            and spec.name not in waiting
        ],
        papers=[
            (f"{page.ref.scan_sha256}:{page.ref.page_no}", book.scans.get(page.ref.scan_sha256, ""), page.ref)
            for page in book.pages
        ],
        form=form,
        needs_signature=visit.site.policies.approval.amendments,
        refused=refused,
    )


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
        empty=_empty_fields(visit, book.record, book_id),
        addable={spec.name for spec in visit.desk.columns_to_add(visit.person, book_id)},
        derived=set(visit.schemas.record(book.record).derived_fields.values()),
        view=view,
        asked=visit.site.policies.approval,
        done=done,
        refused=refused,
    )


def _empty_fields(visit: Visit, record: str, book_id: int) -> list[FieldSpec]:
    """Return the fields of the Ministry's columns in which no entry of a book has a value."""
    filled = {
        name
        for entry in visit.registry.stored_entries(book_id)
        for name, value in (*entry.current.items(), *entry.confirmed.items())
        if value
    }
    return [spec for spec in visit.schemas.record(record).fields if spec.column and spec.name not in filled]


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
