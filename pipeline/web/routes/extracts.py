"""The register of issued extracts for supervisors: list, download, declare void."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, RedirectResponse, Response

from pipeline.base.errors import PrintRefused, RegistryError
from pipeline.base.files import TEMP_PREFIX
from pipeline.delivery.printing.extract_codes import CheckedExtract
from pipeline.delivery.printing.paper_kinds import papers_of
from pipeline.delivery.printing.service import Asker, PrintedFile, name_of_extract
from pipeline.registry.extracts.model import IssueFilter
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.routes.printing import file_response

LINES = 50
"""Lines on a page of the register."""

MOST_SCAN_BYTES = 20 << 20
"""Size limit of the scan or photograph of a paper."""

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


@router.get("/check")
def show_check(visit: VisitDep) -> Response:
    """Show the form that checks the code on a paper."""
    return _check_page(visit)


@router.post("/check")
def check_code(visit: VisitDep, code: Annotated[str, Form(max_length=600)] = "") -> Response:
    """Check the text of a code, from a code reader."""
    with visit.refusing(lambda refused: _check_page(visit, refused=refused), PrintRefused):
        checked = visit.site.work.printer.check(code, Asker.of(visit.person))
    return _check_page(visit, checked)


def _check_page(visit: Visit, checked: CheckedExtract | None = None, refused: str = "") -> Response:
    return visit.page("printing/check.html", checked=checked, refused=refused, most=MOST_SCAN_BYTES)


@router.post("/check/scan")
async def read_scan(
    visit: VisitDep, _name: Annotated[str, Query(alias="name", min_length=1, max_length=255)]
) -> Response:
    """Return the text of the code on the scan or photograph in the body."""
    content = await visit.request.body()
    return JSONResponse({"code": await run_in_threadpool(_code_on, visit, content)})


def _code_on(visit: Visit, content: bytes) -> str:
    with TemporaryDirectory(prefix=TEMP_PREFIX) as folder:
        scan = Path(folder) / "giay"
        scan.write_bytes(content)
        try:
            return visit.site.work.printer.code_on(scan)
        except PrintRefused as error:
            raise RegistryError(error.message) from None


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
        papers={
            (paper.record, paper.code): paper.title
            for spec in visit.schemas.records.values()
            for paper in papers_of(spec)
        },
        refused=refused,
    )
