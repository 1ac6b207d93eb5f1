"""Looking for entries across books, and what is found with its ink beside it. For checkers and supervisors.

What is asked comes in the body of a form: no name stands in an address, so that no log and no history holds one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.registry.accounts.model import Role
from pipeline.registry.search.finding import MOST_REASON
from pipeline.registry.search.model import (
    HIT_STATE_LABELS,
    MOST_LETTERS,
    NEARNESS_LABELS,
    PURPOSE_LABELS,
    SearchCriteria,
    SearchPurpose,
    SearchReason,
    SearchRefused,
    SearchResult,
    TooManySearches,
)
from pipeline.registry.tasks.model import NotYours
from pipeline.web.context import RowId, Site, SiteDep, page_source
from pipeline.web.routes.pictures import picture_response
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/search")

MOST_TYPED = 20_000
"""Letters that are taken of a field, so that a long one is answered in words."""

Typed = Annotated[str, Form(max_length=MOST_TYPED)]


@dataclass(frozen=True, slots=True)
class SearchForm:
    """What somebody typed, as the form shows it again."""

    name: str = ""
    parent: str = ""
    parent_2: str = ""
    year_from: str = ""
    year_to: str = ""
    number: str = ""
    volume: str = ""
    place: str = ""
    id_number: str = ""
    text: str = ""
    record: str = ""
    purpose: str = ""
    reason: str = ""

    def criteria(self, records: frozenset[str]) -> SearchCriteria:
        """Return what is looked for.

        Raises:
            SearchRefused: A year is none, or the kind of event is unknown.
        """
        if self.record and self.record not in records:
            raise SearchRefused("Không có loại sự kiện ấy. Hãy chọn trong danh sách.")
        return SearchCriteria(
            name=self.name.strip(),
            parents=tuple(one.strip() for one in (self.parent, self.parent_2) if one.strip()),
            year_from=_year(self.year_from),
            year_to=_year(self.year_to) if self.year_to.strip() else _year(self.year_from),
            number=self.number.strip(),
            volume=self.volume.strip(),
            place=self.place.strip(),
            id_number=self.id_number.strip(),
            text=self.text.strip(),
            record=self.record,
        )


def _year(written: str) -> int | None:
    told = written.strip()
    if not told:
        return None
    if not (len(told) == 4 and told.isascii() and told.isdecimal()):
        raise SearchRefused("Năm phải có bốn chữ số, ví dụ 1998.")
    return int(told)


@router.get("")
def show_search(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Show the form."""
    return _page(request, site, session, SearchForm())


@router.post("")
def search(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    name: Typed = "",
    parent: Typed = "",
    parent_2: Typed = "",
    year_from: Typed = "",
    year_to: Typed = "",
    number: Typed = "",
    volume: Typed = "",
    place: Typed = "",
    id_number: Typed = "",
    text: Typed = "",
    record: Typed = "",
    purpose: Typed = "",
    reason: Typed = "",
    after: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Look for entries; ``after``: where the page begins."""
    typed = SearchForm(
        name,
        parent,
        parent_2,
        year_from,
        year_to,
        number,
        volume,
        place,
        id_number,
        text,
        record,
        purpose,
        reason,
    )
    try:
        criteria = typed.criteria(frozenset(site.schemas.records))
        result = site.registry.search(
            session.person, criteria, SearchReason(purpose, reason), after=after, now=site.now
        )
    except (NotYours, RegistryUnavailable):
        raise
    except TooManySearches as refused:
        return _page(request, site, session, typed, refused=refused.message, status=429)
    except RegistryError as refused:
        return _page(request, site, session, typed, refused=refused.message, status=422)
    return _page(request, site, session, typed, result, later=bool(after))


@router.get("/{request_id}/ink/{entry_id}/{field}")
def ink(site: SiteDep, session: SessionDep, request_id: RowId, entry_id: RowId, field: str) -> Response:
    """Return the ink of a name that a search of this person found; the search itself is in the audit."""
    found = site.registry.ink_of_hit(session.person, request_id, entry_id, field, now=site.now)
    return picture_response(site.pictures.snippet(page_source(site, found.book_id, found.ref), found.box))


def _page(
    request: Request,
    site: Site,
    session: SessionDep,
    typed: SearchForm,
    result: SearchResult | None = None,
    *,
    refused: str = "",
    later: bool = False,
    status: int = 200,
) -> Response:
    left_out = 0
    if result is not None:
        left_out = sum(
            one.record not in site.schemas.records and session.person.may_see(one.place_code)
            for one in site.registry.undeclared_books()
        )
    return site.renderer.render(
        request,
        "search/search.html",
        status=status,
        left_out=left_out,
        typed=typed,
        result=result,
        refused=refused,
        later=later,
        may_open=session.person.role is Role.SUPERVISOR,
        records={name: spec.title for name, spec in site.schemas.records.items()},
        purposes={one.value: PURPOSE_LABELS[one] for one in SearchPurpose},
        state_labels=HIT_STATE_LABELS,
        nearness_labels=NEARNESS_LABELS,
        most=MOST_LETTERS,
        most_reason=MOST_REASON,
    )
