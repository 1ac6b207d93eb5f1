"""Search for entries across books, with the ink of the hits. For checkers and supervisors.

The criteria travel in the body of a form: no name is in an address, and so in no log and no browser history.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from pipeline.registry.accounts.model import Role
from pipeline.registry.accounts.saved_filters import MOST_NAME, FilteredPage
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
from pipeline.web.context import RowId, Visit, VisitDep, page_source
from pipeline.web.routes.pictures import picture_response
from pipeline.web.search_texts import SearchTexts, Typed

router = APIRouter(prefix="/search")


class SearchForm(SearchTexts):
    """The inputs of a search; ``after``: the start of the page of results."""

    parent: Typed = ""
    parent_2: Typed = ""
    year_from: Typed = ""
    year_to: Typed = ""
    purpose: Typed = ""
    reason: Typed = ""
    unreviewed: bool = False
    after: Annotated[str, Field(max_length=40)] = ""

    def criteria(self, records: Collection[str]) -> SearchCriteria:
        """Return the search criteria.

        Raises:
            SearchRefused: A year is malformed, or the record is unknown.
        """
        if self.record and self.record not in records:
            raise SearchRefused("Không có loại sự kiện ấy. Hãy chọn trong danh sách.")
        parents = (self.parent, self.parent_2)
        criteria = self.criteria_with(parents, _year(self.year_from), _year(self.year_to))
        return replace(criteria, unreviewed=self.unreviewed)


def _year(written: str) -> int | None:
    year = written.strip()
    if not year:
        return None
    if not (len(year) == 4 and year.isascii() and year.isdecimal()):
        raise SearchRefused("Năm phải có bốn chữ số, ví dụ 1998.")
    return int(year)


class KeptCriteria(BaseModel):
    """What a saved filter gives the form: nothing that names a person."""

    purpose: Typed = ""
    record: Typed = ""
    place: Typed = ""
    volume: Typed = ""
    year_from: Typed = ""
    year_to: Typed = ""


@router.get("")
def show_search(visit: VisitDep, kept: Annotated[KeptCriteria, Query()]) -> Response:
    return search_page(visit, SearchForm(**kept.model_dump()))


@router.post("")
def search(visit: VisitDep, typed: Annotated[SearchForm, Form()]) -> Response:
    with (
        visit.refusing(lambda refused: search_page(visit, typed, refused=refused)),
        visit.refusing(
            lambda refused: search_page(visit, typed, refused=refused, status=429), TooManySearches
        ),
    ):
        criteria = typed.criteria(visit.schemas.records)
        reason = SearchReason(typed.purpose, typed.reason)
        result = visit.registry.search(visit.person, criteria, reason, after=typed.after, now=visit.site.now)
    return search_page(visit, typed, result)


@router.get("/{request_id}/ink/{entry_id}/{field}")
def ink(visit: VisitDep, request_id: RowId, entry_id: RowId, field: str) -> Response:
    """Return the ink of a name in a hit of this person's search; the search itself is in the audit log."""
    hit = visit.registry.ink_of_hit(visit.person, request_id, entry_id, field, now=visit.site.now)
    return picture_response(
        visit.site.work.pictures.snippet(page_source(visit.site, hit.book_id, hit.ref), hit.box)
    )


def search_page(
    visit: Visit, typed: SearchForm, result: SearchResult | None = None, *, refused: str = "", status: int = 0
) -> Response:
    """Return the page of the search, with what it found or why it was refused."""
    left_out = 0
    if result is not None:
        left_out = sum(
            book.record not in visit.schemas.records and visit.person.may_see(book.place_code)
            for book in visit.registry.undeclared_books()
        )
    return visit.page(
        "search/search.html",
        status=status,
        left_out=left_out,
        typed=typed,
        result=result,
        refused=refused,
        later=bool(typed.after),
        may_open=visit.person.role is Role.SUPERVISOR,
        records={name: spec.title for name, spec in visit.schemas.records.items()},
        purposes={purpose.value: PURPOSE_LABELS[purpose] for purpose in SearchPurpose},
        state_labels=HIT_STATE_LABELS,
        nearness_labels=NEARNESS_LABELS,
        most=MOST_LETTERS,
        most_reason=MOST_REASON,
        saved=visit.registry.filters_of(visit.person, FilteredPage.SEARCH),
        most_name=MOST_NAME,
    )
