"""Guidelines beside the fields of the desk: shown there, written by supervisors, with examples cut from pages."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError
from pipeline.base.model import PageRef
from pipeline.registry.guidelines import MOST_CAPTION, MOST_LETTERS, GuidedField, Guideline
from pipeline.web.context import RowId, Visit, VisitDep, page_source
from pipeline.web.drawn_regions import MOST_LETTERS as MOST_REGIONS
from pipeline.web.drawn_regions import drawn_boxes

router = APIRouter(prefix="/guidelines")

Token = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
"""Equal for repeated sends of one form."""


class GuidelineForm(BaseModel):
    """A new version of a guideline; ``without``: ids of examples that are left out."""

    token: Token
    seen: RowId = 0
    form: str = Field(default="", max_length=100)
    text: str = Field(default="", max_length=30_000)
    without: list[RowId] = []


class ExampleQuery(BaseModel):
    """The position of a new example, as far as it is chosen."""

    form: str = Field(default="", max_length=100)
    book: RowId = 0
    scan: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    page_no: RowId = 0

    @property
    def ref(self) -> PageRef | None:
        return PageRef(self.scan, self.page_no) if self.scan else None


class ExampleForm(BaseModel):
    """A drawn example."""

    token: Token
    book: RowId
    scan: str = Field(pattern="^[0-9a-f]{64}$")
    page_no: RowId
    form: str = Field(default="", max_length=100)
    caption: str = Field(default="", max_length=20_000)
    regions: str = Field(default="", max_length=MOST_REGIONS)


@router.get("")
def show_list(visit: VisitDep) -> Response:
    """Show every field with its guidelines, by record."""
    guidelines_by_field: dict[tuple[str, str], list[Guideline]] = defaultdict(list)
    for guideline in visit.desk.guideline_list(visit.person):
        guidelines_by_field[guideline.guided.record, guideline.guided.field].append(guideline)
    return visit.page(
        "guidelines/list.html",
        records=list(visit.schemas.records.values()),
        written=guidelines_by_field,
        forms=_form_titles(visit),
    )


@router.get("/beside/{record}/{field}")
def show_beside(
    visit: VisitDep, record: str, field: str, form: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Return the guidelines of a field as a fragment of the desk."""
    guidelines = visit.desk.guidelines_beside(visit.person, record, field, form)
    label = visit.schemas.record(record).by_name[field].label
    return visit.page("guidelines/beside.html", found=guidelines, label=label, forms=_form_titles(visit))


@router.get("/{record}/{field}")
def show_field(
    visit: VisitDep, record: str, field: str, form: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    return _page(visit, GuidedField(record, field, form))


@router.post("/{record}/{field}")
def write(visit: VisitDep, record: str, field: str, typed: Annotated[GuidelineForm, Form()]) -> Response:
    guided = GuidedField(record, field, typed.form)
    with visit.refusing(lambda refused: _page(visit, guided, refused=refused, typed=typed.text)):
        visit.desk.write_guideline(
            visit.person, guided, typed.text, without=typed.without, seen=typed.seen, token=typed.token
        )
    return RedirectResponse(_address(guided), status_code=303)


@router.get("/{record}/{field}/example")
def choose_example(
    visit: VisitDep, record: str, field: str, query: Annotated[ExampleQuery, Query()]
) -> Response:
    """Show the books, the pages of a book, or the page on which the example is drawn."""
    return _example(visit, GuidedField(record, field, query.form), query.book, query.ref)


@router.post("/{record}/{field}/example")
def add_example(visit: VisitDep, record: str, field: str, typed: Annotated[ExampleForm, Form()]) -> Response:
    guided, book, ref = GuidedField(record, field, typed.form), typed.book, PageRef(typed.scan, typed.page_no)
    with visit.refusing(
        lambda refused: _example(visit, guided, book, ref, refused=refused, typed=typed.caption)
    ):
        visit.desk.scanned_page(visit.person, book, ref)  # checks access before the picture is opened
        drawn = drawn_boxes(visit.site, book, ref, typed.regions)
        if not drawn:
            raise RegistryError("Chưa vẽ vùng nào. Hãy kéo chuột trên ảnh quanh chỗ làm ví dụ.")
        visit.desk.add_example(visit.person, guided, book, ref, drawn[0], typed.caption, typed.token)
    return RedirectResponse(_address(guided), status_code=303)


def _address(guided: GuidedField) -> str:
    form = f"?form={guided.form}" if guided.form else ""
    return f"/guidelines/{guided.record}/{guided.field}{form}"


def _form_titles(visit: Visit) -> Mapping[str, str]:
    return {name: form.title for name, form in visit.schemas.forms.items()}


def _page(visit: Visit, guided: GuidedField, *, refused: str = "", typed: str | None = None) -> Response:
    versions = visit.desk.guideline_versions(visit.person, guided)
    spec = visit.schemas.record(guided.record)
    return visit.page(
        "guidelines/field.html",
        guided=guided,
        record=spec,
        spec=spec.by_name[guided.field],
        versions=versions,
        last=versions[0] if versions else None,
        forms={
            name: form.title for name, form in visit.schemas.forms.items() if form.record == guided.record
        },
        text=(versions[0].text if versions else "") if typed is None else typed,
        token=secrets.token_hex(16),
        most=MOST_LETTERS,
        refused=refused,
    )


def _example(
    visit: Visit,
    guided: GuidedField,
    book_id: int,
    ref: PageRef | None,
    *,
    refused: str = "",
    typed: str = "",
) -> Response:
    visit.desk.guideline_versions(visit.person, guided)  # checks the role and the field
    spec = visit.schemas.record(guided.record).by_name[guided.field]
    books = [] if book_id else visit.desk.books_of(visit.person)
    pages = []
    if book_id and ref is None:
        pages = sorted(
            (page for page in visit.desk.scanned_pages(visit.person, book_id) if page.page_id is not None),
            key=lambda page: page.place.order,
        )
    page = visit.desk.scanned_page(visit.person, book_id, ref) if book_id and ref else None
    size = visit.site.work.pictures.size(page_source(visit.site, book_id, ref)) if page and ref else None
    return visit.page(
        "guidelines/example.html",
        guided=guided,
        address=_address(guided),
        label=spec.label,
        books=books,
        book_id=book_id,
        pages=pages,
        page=page,
        may_draw=size is not None,
        token=secrets.token_hex(16),
        most=MOST_CAPTION,
        refused=refused,
        typed=typed,
    )
