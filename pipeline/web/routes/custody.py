"""Physical books for scanning staff and supervisors: described, handed over by signed notes, printed, looked up."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import LedgerError, PrintRefused, RegistryError
from pipeline.base.localtime import local_date
from pipeline.books.scan_norm import norm_flaws
from pipeline.delivery.printing.custody_paper import custody_paper
from pipeline.delivery.printing.offices import IssuingOffices
from pipeline.delivery.printing.service import Asker
from pipeline.registry.accounts.permissions import check_place
from pipeline.registry.custody.model import (
    DIRECTION_LABELS,
    SIDES,
    BookDescription,
    CustodyAct,
    CustodyOrder,
    CustodyParty,
    Direction,
)
from pipeline.web.context import RowId, Site, Visit, VisitDep
from pipeline.web.routes.printing import file_response
from pipeline.web.scanning.book_list import ledger_in

router = APIRouter(prefix="/custody")

Line = Annotated[str, Field(max_length=300)]
MOST_NOTES = 100
"""Largest number of notes on the page, the newest first."""

MOST_FLAWS = 500
"""Largest number of lines on the page of the norm; the others are counted."""


class CustodyView(BaseModel):
    """What of the books is shown, and what was just done."""

    show: str = Field(default="", max_length=10)
    made: RowId = 0


class DescriptionForm(BaseModel):
    """The description of a physical book."""

    folder: Line = ""
    place: Line = ""
    kind: Line = ""
    volume: Line = ""
    shelf: Line = ""
    box: Line = ""
    condition: Line = ""
    pages: str = Field(default="", max_length=10)

    @property
    def description(self) -> BookDescription:
        pages = self.pages.strip()
        if pages and not (pages.isascii() and pages.isdecimal()):
            raise RegistryError("Số trang phải là một số, hay để trống nếu chưa đếm. Hãy ghi lại.")
        return BookDescription(
            self.folder,
            self.place,
            self.kind,
            self.volume,
            self.shelf,
            self.box,
            self.condition,
            int(pages) if pages else None,
        )


class NoteForm(BaseModel):
    """A handover note: books by folder name, both sides, days; ``condition``: of all books, where not as described."""

    books: list[Line] = Field(default_factory=list, max_length=1000)
    direction: Direction = Direction.OUT
    giver: Line = ""
    giver_title: Line = ""
    giver_office: Line = ""
    receiver: Line = ""
    receiver_title: Line = ""
    receiver_office: Line = ""
    handed_on: str = Field(default="", max_length=10)
    due_on: str = Field(default="", max_length=10)
    condition: Line = ""
    remark: Line = ""

    def order(self, today: date) -> CustodyOrder:
        return CustodyOrder(
            self.direction,
            tuple(self.books),
            CustodyParty(self.giver_office, self.giver, self.giver_title),
            CustodyParty(self.receiver_office, self.receiver, self.receiver_title),
            _day(self.handed_on) or today,
            _day(self.due_on),
            self.remark,
            dict.fromkeys(self.books, self.condition) if self.condition.strip() else None,
        )


@router.get("")
def show_custody(visit: VisitDep, view: Annotated[CustodyView, Query()]) -> Response:
    return _page(visit, view)


@router.get("/scans")
def show_scans(visit: VisitDep) -> Response:
    """Show what of the scans does not meet the norm of the campaign, and what to do."""
    norm = visit.site.policies.scan_norm
    books = visit.registry.scanned_books(visit.person)
    flaws = [flaw for one in books for flaw in norm_flaws(one, norm)]
    return visit.page(
        "books/scan_norm.html",
        norm=norm,
        books=books,
        flaws=flaws[:MOST_FLAWS],
        found=len(flaws),
        flawed=len({flaw.book_id for flaw in flaws}),
    )


@router.post("/books")
def describe(visit: VisitDep, typed: Annotated[DescriptionForm, Form()]) -> Response:
    """Record the description of a book; a book that was scanned is checked again."""
    person = visit.person
    with visit.refusing(lambda refused: _page(visit, refused=refused)):
        _refuse_folder_of_others(visit, typed.folder.strip())
        visit.registry.describe_books([typed.description], author=person.login, person=person)
    for one in visit.registry.books_in_custody(person):
        if one.description.folder_name == typed.folder.strip() and one.book_id is not None:
            visit.site.work.check(one.book_id)
    return RedirectResponse("/custody", status_code=303)


def _refuse_folder_of_others(visit: Visit, folder: str) -> None:
    """Refuse the name of a folder that lies there with the cover of a place which the person may not see."""
    books = visit.site.work.uploads.books
    if books is None:
        return
    try:
        ledger = ledger_in(books, folder)
    except LedgerError:
        return
    check_place(visit.person, ledger.place_code)


@router.post("/notes")
def make_note(visit: VisitDep, typed: Annotated[NoteForm, Form()]) -> Response:
    person = visit.person
    with visit.refusing(lambda refused: _page(visit, refused=refused)):
        order = typed.order(local_date(visit.site.now()))
        note = visit.registry.make_custody_note(order, author=person.login, person=person)
    return RedirectResponse(f"/custody?made={note.note_id}", status_code=303)


@router.get("/notes/{note_id}")
def print_note(visit: VisitDep, note_id: RowId) -> Response:
    """Send a note as PDF."""
    with visit.refusing(lambda refused: _page(visit, refused=refused), PrintRefused):
        asker = Asker.of(visit.person)
        paper = custody_paper(visit.registry, visit.schemas, issuing_offices(visit.site), note_id, asker)
    return file_response(paper)


@router.post("/notes/{note_id}/sign")
def sign_note(
    visit: VisitDep,
    note_id: RowId,
    side: Annotated[CustodyAct, Form()],
    name: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Sign for one side, or record the signature of ``name`` on paper."""
    person = visit.person
    with visit.refusing(lambda refused: _page(visit, refused=refused)):
        visit.registry.sign_custody_note(note_id, side, author=person.login, person=person, name=name)
    return RedirectResponse("/custody", status_code=303)


@router.post("/notes/{note_id}/cancel")
def cancel_note(
    visit: VisitDep, note_id: RowId, reason: Annotated[str, Form(max_length=300)] = ""
) -> Response:
    person = visit.person
    with visit.refusing(lambda refused: _page(visit, refused=refused)):
        visit.registry.cancel_custody_note(note_id, reason, author=person.login, person=person)
    return RedirectResponse("/custody", status_code=303)


def issuing_offices(site: Site) -> IssuingOffices:
    """Return the offices in whose names papers are printed."""
    return IssuingOffices() if site.office.offices is None else site.office.offices.loaded()


def _page(visit: Visit, view: CustodyView = CustodyView(), *, refused: str = "") -> Response:
    person, today = visit.person, local_date(visit.site.now())
    books = visit.registry.books_in_custody(person)
    late = [one for one in books if one.is_late(today)]
    shown = {"out": [one for one in books if one.out], "late": late}.get(view.show, list(books))
    return visit.page(
        "books/custody.html",
        books=shown,
        all_books=books,
        late=late,
        view=view,
        notes=visit.registry.custody_notes(person)[:MOST_NOTES],
        kinds=[(spec.record, spec.title) for spec in visit.schemas.records.values()],
        title_of=visit.schemas.title_of,
        place_names={place.code: place.name for place in visit.site.accounts.places()},
        directions=DIRECTION_LABELS,
        sides=SIDES,
        today=today,
        refused=refused,
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RegistryError("Ngày giao, hẹn trả phải là một ngày. Hãy chọn lại ngày.") from None
