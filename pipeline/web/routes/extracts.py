"""The book of issued extracts in the browser of a supervisor: listed, taken again, declared void."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.delivery.printing.service import PrintedFile, name_of_extract
from pipeline.registry import NotThere
from pipeline.registry.accounts.model import Session
from pipeline.registry.extracts.model import IssueFilter
from pipeline.registry.tasks.model import NotYours
from pipeline.web.context import RowId, Site, SiteDep
from pipeline.web.routes.printing import file_response
from pipeline.web.security.authentication import SessionDep

LINES = 50
"""Lines of a page of the book."""

router = APIRouter(prefix="/extracts")


@dataclass(frozen=True, slots=True)
class IssueSheet:
    """What a page of the book is narrowed to; ``""`` and 0: everything."""

    office: str = ""
    year: str = ""
    number: str = ""
    sheet: int = 1

    @property
    def wanted(self) -> IssueFilter:
        """The lines that are asked for; what is no number finds nothing."""
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
def show_issued(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    office: Annotated[str, Query(max_length=40)] = "",
    year: Annotated[str, Query(max_length=10)] = "",
    number: Annotated[str, Query(max_length=20)] = "",
    sheet: Annotated[int, Query(ge=1, le=100_000)] = 1,
    issued: RowId = 0,
    voided: RowId = 0,
) -> Response:
    """Show the book of issued extracts; ``issued``, ``voided``: the extract of which that was done just now."""
    asked = IssueSheet(office, year, number, sheet)
    return _shown(request, site, session, asked, issued=issued, voided=voided)


@router.get("/{extract_id}")
def take_file(site: SiteDep, session: SessionDep, extract_id: RowId, even_outdated: bool = False) -> Response:
    """Take the file of an extract as it was issued; of one whose entry has changed since only on demand."""
    person = session.person
    line, content = site.registry.extract_file(
        extract_id, author=person.login, person=person, even_outdated=even_outdated
    )
    return file_response(PrintedFile(name_of_extract(line), content))


@router.post("/{extract_id}/void")
def declare_void(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    extract_id: RowId,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Declare an extract void."""
    try:
        site.registry.void_extract(extract_id, reason, author=session.person.login, person=session.person)
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _shown(request, site, session, IssueSheet(), refused=refused.message)
    return RedirectResponse(f"/extracts?voided={extract_id}", status_code=303)


def _shown(
    request: Request,
    site: Site,
    session: Session,
    asked: IssueSheet,
    *,
    issued: int = 0,
    voided: int = 0,
    refused: str = "",
) -> Response:
    person = session.person
    found = site.registry.issued_extracts(asked.wanted, author=person.login, person=person)
    return site.renderer.render(
        request,
        "printing/issued.html",
        status=422 if refused else 200,
        found=found,
        asked=asked,
        sheets=max(1, -(-found.found // LINES)),
        titles={name: spec.title for name, spec in site.schemas.records.items()},
        issued=issued,
        voided=voided,
        refused=refused,
    )
