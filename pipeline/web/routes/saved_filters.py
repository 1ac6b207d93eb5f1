"""Filters that a person saves under a name, for the search and for the list of books."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.registry.accounts.saved_filters import MOST_NAME, MOST_VALUE, FilteredPage
from pipeline.web.context import RowId, Visit, VisitDep
from pipeline.web.routes.book_list import list_page
from pipeline.web.routes.search import SearchForm, search_page
from pipeline.web.scanning.book_list import BookFilter

router = APIRouter(prefix="/filters")

Criterion = Annotated[str, Field(max_length=MOST_VALUE)]


class FilterForm(BaseModel):
    """The filter to save: its page, its name and what may be saved of each page, which is nobody's name or number."""

    page: FilteredPage
    filter_name: str = Field(default="", max_length=4 * MOST_NAME)
    place: Criterion = ""
    record: Criterion = ""
    year: Criterion = ""
    stage: Criterion = ""
    volume: Criterion = ""
    year_from: Criterion = ""
    year_to: Criterion = ""
    purpose: Criterion = ""

    @property
    def criteria(self) -> dict[str, str]:
        """The criteria of the page, by input."""
        return {name: getattr(self, name) for name in CRITERIA[self.page]}


CRITERIA: Mapping[FilteredPage, tuple[str, ...]] = {
    FilteredPage.SEARCH: ("purpose", "record", "place", "volume", "year_from", "year_to"),
    FilteredPage.BOOKS: ("place", "record", "year", "stage"),
}
"""The inputs of each page that a filter keeps."""


@router.post("")
def save(visit: VisitDep, form: Annotated[FilterForm, Form()]) -> Response:
    with visit.refusing(lambda refused: _page(visit, form, refused)):
        visit.registry.save_filter(visit.person, form.page, form.filter_name, form.criteria)
    query = urlencode({name: value for name, value in form.criteria.items() if value.strip()})
    return RedirectResponse(f"/{form.page.value}?{query}", status_code=303)


@router.post("/{filter_id}/delete")
def delete(visit: VisitDep, filter_id: RowId, page: Annotated[FilteredPage, Form()]) -> Response:
    visit.registry.delete_filter(visit.person, filter_id)
    return RedirectResponse(f"/{page.value}", status_code=303)


def _page(visit: Visit, form: FilterForm, refused: str) -> Response:
    """The page of the filter, with what was typed and why it was not saved."""
    typed: Mapping[str, Any] = form.criteria
    if form.page is FilteredPage.BOOKS:
        return list_page(visit, BookFilter.model_construct(**typed), refused)
    return search_page(visit, SearchForm.model_construct(**typed), refused=refused)
