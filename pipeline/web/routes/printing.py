"""Printing for supervisors: an entry, drafts and extracts, and the list of a book."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import PrintRefused, RegistryError
from pipeline.delivery.printing.contents import Signer
from pipeline.delivery.printing.paper_kinds import EXTRACT
from pipeline.delivery.printing.service import Asker, PrintedFile
from pipeline.registry.extracts.model import MOST_COPIES, ExtractOrder
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.routes.book_list import book_of

router = APIRouter()

Line = Annotated[str, Field(max_length=500)]


def file_response(file: PrintedFile) -> Response:
    """Return a printed file as a response that browsers do not store."""
    disposition = f"attachment; filename*=UTF-8''{quote(file.name)}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.get("/entries/{entry_id}/print")
def show_printing(visit: VisitDep, entry_id: int) -> Response:
    """Show what can be printed of an entry, or why printing is refused."""
    return _shown(visit, entry_id)


@router.get("/entries/{entry_id}/print.pdf")
def print_entry(visit: VisitDep, entry_id: int) -> Response:
    """Print an entry beside the scans of its pages."""
    visit.desk.entry(visit.person, entry_id)
    return file_response(visit.site.work.printer.entry(entry_id, Asker.of(visit.person)))


class ExtractForm(BaseModel):
    """The order of an extract; ``seen``: the digest of the entry as shown on the page."""

    recipient: Line = ""
    reason: Line = ""
    copies: int = 1
    signer: Line = ""
    signer_title: Line = ""
    seen: str = Field(default="", max_length=64)
    token: str = Field(default="", max_length=64)
    paper: str = Field(default=EXTRACT, max_length=20)

    @property
    def order(self) -> ExtractOrder:
        return ExtractOrder(**self.model_dump(exclude={"seen"}))


@router.post("/entries/{entry_id}/extract/draft")
def draft_extract(visit: VisitDep, entry_id: int, typed: Annotated[ExtractForm, Form()]) -> Response:
    """Print the draft of an extract; the other inputs are only for the page of a refusal."""
    visit.desk.entry(visit.person, entry_id)
    signer = Signer(typed.signer, typed.signer_title)
    with visit.refusing(lambda refused: _shown(visit, entry_id, typed.order, refused=refused), PrintRefused):
        file = visit.site.work.printer.draft(entry_id, signer, Asker.of(visit.person), typed.paper)
    return file_response(file)


@router.post("/entries/{entry_id}/extract")
def issue_extract(visit: VisitDep, entry_id: int, typed: Annotated[ExtractForm, Form()]) -> Response:
    """Issue an extract of an entry as shown on the page; a repeated form issues only one."""
    visit.desk.entry(visit.person, entry_id)
    order = typed.order
    with visit.refusing(
        lambda refused: _shown(visit, entry_id, order, refused=refused), PrintRefused, RegistryError
    ):
        line = visit.site.work.printer.issue(entry_id, order, typed.seen, Asker.of(visit.person))
    return RedirectResponse(f"/extracts?issued={line.extract_id}", status_code=303)


def _shown(visit: Visit, entry_id: int, order: ExtractOrder | None = None, *, refused: str = "") -> Response:
    _, waiting = visit.desk.entry(visit.person, entry_id)
    view = visit.site.work.printer.view(entry_id, Asker.of(visit.person), waiting)
    if order is None:  # an empty form begins with the office's usual signer
        order = ExtractOrder("", "", signer=view.office.signer, signer_title=view.office.signer_title)
    return visit.page(
        "printing/entry.html",
        view=view,
        order=order,
        token=uuid4().hex,
        most_copies=MOST_COPIES,
        refused=refused,
    )


@router.get("/books/{book_id}/list.pdf")
def print_list(visit: VisitDep, book_id: RowId) -> Response:
    return _list(visit, book_id, ".pdf")


@router.get("/books/{book_id}/list.xlsx")
def write_list(visit: VisitDep, book_id: RowId) -> Response:
    """Write the list of a book's entries as a workbook."""
    return _list(visit, book_id, ".xlsx")


def _list(visit: Visit, book_id: int, ending: str) -> Response:
    book_of(visit, book_id)
    return file_response(visit.site.work.printer.book_list(book_id, ending, Asker.of(visit.person)))
