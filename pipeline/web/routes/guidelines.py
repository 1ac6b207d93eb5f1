"""Guidelines beside the fields of the desk: read there, written by supervisors, with examples cut from pages."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from pipeline.base.errors import RegistryError, RegistryUnavailable
from pipeline.base.model import PageRef
from pipeline.registry import NotThere
from pipeline.registry.accounts.model import Session
from pipeline.registry.guidelines import MOST_CAPTION, MOST_LETTERS, GuidedField, Guideline
from pipeline.registry.tasks.model import NotYours
from pipeline.web.context import RowId, Site, SiteDep, page_source
from pipeline.web.drawn_regions import MOST_LETTERS as MOST_REGIONS
from pipeline.web.drawn_regions import drawn_boxes
from pipeline.web.security.authentication import SessionDep

router = APIRouter(prefix="/guidelines")

FormName = Annotated[str, Form(alias="form", max_length=100)]
Token = Annotated[str, Form(pattern="^[0-9a-f]{32}$")]
"""The same for the same form sent again."""
Sha256 = Annotated[str, Form(pattern="^[0-9a-f]{64}$")]


@router.get("")
def show_list(request: Request, site: SiteDep, session: SessionDep) -> Response:
    """Show every field with its guideline, by kind of event."""
    written: dict[tuple[str, str], list[Guideline]] = defaultdict(list)
    for one in site.desk.guideline_list(session.person):
        written[one.guided.record, one.guided.field].append(one)
    return site.renderer.render(
        request,
        "guidelines/list.html",
        records=list(site.schemas.records.values()),
        written=written,
        forms=_form_titles(site),
    )


@router.get("/beside/{record}/{field}")
def show_beside(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    record: str,
    field: str,
    form: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Return the guidelines of a field as a fragment of the desk."""
    found = site.desk.guidelines_beside(session.person, record, field, form)
    label = site.schemas.record(record).by_name[field].label
    return site.renderer.render(
        request, "guidelines/beside.html", found=found, label=label, forms=_form_titles(site)
    )


@router.get("/{record}/{field}")
def show_field(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    record: str,
    field: str,
    form: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    return _page(request, site, session, GuidedField(record, field, form))


@router.post("/{record}/{field}")
def write(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    record: str,
    field: str,
    token: Token,
    seen: Annotated[RowId, Form()] = 0,
    form: FormName = "",
    text: Annotated[str, Form(max_length=30_000)] = "",
    without: Annotated[list[RowId], Form()] = [],  # noqa: B006 (FastAPI copies it)
) -> Response:
    """Write another version."""
    guided = GuidedField(record, field, form)
    try:
        site.desk.write_guideline(session.person, guided, text, without=without, seen=seen, token=token)
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _page(request, site, session, guided, refused=refused.message, typed=text)
    return RedirectResponse(_address(guided), status_code=303)


@router.get("/{record}/{field}/example")
def choose_example(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    record: str,
    field: str,
    form: Annotated[str, Query(max_length=100)] = "",
    book: Annotated[RowId, Query()] = 0,
    scan: Annotated[str, Query(pattern="^([0-9a-f]{64})?$")] = "",
    page_no: Annotated[RowId, Query()] = 0,
) -> Response:
    """Show the books, the pages of one, or one page on which the example is drawn."""
    guided = GuidedField(record, field, form)
    return _example(request, site, session, guided, book, PageRef(scan, page_no) if scan else None)


@router.post("/{record}/{field}/example")
def add_example(
    request: Request,
    site: SiteDep,
    session: SessionDep,
    record: str,
    field: str,
    token: Token,
    book: Annotated[RowId, Form()],
    scan: Sha256,
    page_no: Annotated[RowId, Form()],
    form: FormName = "",
    caption: Annotated[str, Form(max_length=20_000)] = "",
    regions: Annotated[str, Form(max_length=MOST_REGIONS)] = "",
) -> Response:
    """Add an example that was drawn."""
    guided, ref = GuidedField(record, field, form), PageRef(scan, page_no)
    try:
        site.desk.scanned_page(session.person, book, ref)  # before its picture is opened
        drawn = drawn_boxes(site, book, ref, regions)
        if not drawn:
            raise RegistryError("Chưa vẽ vùng nào. Hãy kéo chuột trên ảnh quanh chỗ làm ví dụ.")
        site.desk.add_example(session.person, guided, book, ref, drawn[0], caption, token)
    except (NotThere, NotYours, RegistryUnavailable):
        raise
    except RegistryError as refused:
        return _example(request, site, session, guided, book, ref, refused=refused.message, typed=caption)
    return RedirectResponse(_address(guided), status_code=303)


def _address(guided: GuidedField) -> str:
    form = f"?form={guided.form}" if guided.form else ""
    return f"/guidelines/{guided.record}/{guided.field}{form}"


def _form_titles(site: Site) -> Mapping[str, str]:
    return {name: form.title for name, form in site.schemas.forms.items()}


def _page(
    request: Request,
    site: Site,
    session: Session,
    guided: GuidedField,
    *,
    refused: str = "",
    typed: str | None = None,
) -> Response:
    versions = site.desk.guideline_versions(session.person, guided)
    spec = site.schemas.record(guided.record)
    return site.renderer.render(
        request,
        "guidelines/field.html",
        status=422 if refused else 200,
        guided=guided,
        record=spec,
        spec=spec.by_name[guided.field],
        versions=versions,
        last=versions[0] if versions else None,
        forms={name: form.title for name, form in site.schemas.forms.items() if form.record == guided.record},
        text=(versions[0].text if versions else "") if typed is None else typed,
        token=secrets.token_hex(16),
        most=MOST_LETTERS,
        refused=refused,
    )


def _example(
    request: Request,
    site: Site,
    session: Session,
    guided: GuidedField,
    book_id: int,
    ref: PageRef | None,
    *,
    refused: str = "",
    typed: str = "",
) -> Response:
    site.desk.guideline_versions(session.person, guided)  # a supervisor, and a field that is there
    spec = site.schemas.record(guided.record).by_name[guided.field]
    books = [] if book_id else site.desk.books_of(session.person)
    pages = []
    if book_id and ref is None:
        pages = sorted(
            (page for page in site.desk.scanned_pages(session.person, book_id) if page.page_id is not None),
            key=lambda page: page.place.order,
        )
    page = site.desk.scanned_page(session.person, book_id, ref) if book_id and ref else None
    size = site.pictures.size(page_source(site, book_id, ref)) if page and ref else None
    return site.renderer.render(
        request,
        "guidelines/example.html",
        status=422 if refused else 200,
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
