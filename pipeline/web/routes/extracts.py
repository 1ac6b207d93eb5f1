"""The register of issued extracts for supervisors: list, download, declare void."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.delivery.printing.service import PrintedFile, name_of_extract
from pipeline.registry.extracts.model import IssueFilter
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.routes.printing import file_response

LINES = 50
"""Lines on a page of the register."""

router = APIRouter(prefix="/extracts")


class IssueSheet(BaseModel):
    """The filter and the page number of the register, and the extract that was just issued or declared void."""

    office: str = Field(default="", max_length=40)
    year: str = Field(default="", max_length=10)
    number: str = Field(default="", max_length=20)
    sheet: int = Field(default=1, ge=1, le=100_000)
    issued: RowId = 0
    voided: RowId = 0

    @property
    def criteria(self) -> IssueFilter:
        """The requested lines; a text that is not a number matches nothing."""
        return IssueFilter(
            self.office,
            _number(self.year),
            _number(self.number.split("/", maxsplit=1)[0]),
            start=(self.sheet - 1) * LINES,
            most=LINES,
        )


def _number(text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else -1


@router.get("")
def show_issued(visit: VisitDep, sheet: Annotated[IssueSheet, Query()]) -> Response:
    """Show the register of issued extracts."""
    return _shown(visit, sheet)


@router.get("/{extract_id}")
def take_file(visit: VisitDep, extract_id: RowId, even_outdated: bool = False) -> Response:
    """Send the file of an extract as issued; if the entry has changed since, only on explicit request."""
    person = visit.person
    line, content = visit.registry.extract_file(
        extract_id, author=person.login, person=person, even_outdated=even_outdated
    )
    return file_response(PrintedFile(name_of_extract(line), content))


@router.post("/{extract_id}/void")
def declare_void(
    visit: VisitDep, extract_id: RowId, reason: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    with visit.refusing(lambda refused: _shown(visit, refused=refused)):
        visit.registry.void_extract(extract_id, reason, author=visit.person.login, person=visit.person)
    return RedirectResponse(f"/extracts?voided={extract_id}", status_code=303)


def _shown(visit: Visit, sheet: IssueSheet = IssueSheet(), *, refused: str = "") -> Response:
    person = visit.person
    page = visit.registry.issued_extracts(sheet.criteria, author=person.login, person=person)
    return visit.page(
        "printing/issued.html",
        found=page,
        asked=sheet,
        sheets=max(1, -(-page.found // LINES)),
        titles={name: spec.title for name, spec in visit.schemas.records.items()},
        refused=refused,
    )
