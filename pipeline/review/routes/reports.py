"""The supervisors' report and the lists that its figures lead to, always of the person's own places."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from pipeline.registry.accounts import Person
from pipeline.registry.tallies import BookTally, Listed, Tallies
from pipeline.registry.tallies.counting import Counting
from pipeline.reports import SPAN, ReportTable
from pipeline.reports.data import ReportData
from pipeline.reports.output_files import MAKERS, file_name
from pipeline.reports.report import of_basis
from pipeline.reports.sections.accuracy import drift_table, people_table
from pipeline.reports.sections.backlog import missing_table
from pipeline.reports.sections.progress import book_table, day_table
from pipeline.review.admission import OfSession
from pipeline.review.reports.lists import MOST_ROWS, field_table, waiting_table
from pipeline.review.site import OfSite, Site

router = APIRouter(prefix="/reports")

SPANS = ((7, "7 ngày"), (28, "4 tuần"), (SPAN, "8 tuần"), (182, "nửa năm"), (365, "một năm"))
"""Of how many days what happened is told."""

MEDIA = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pdf": "application/pdf",
}

Days = Annotated[int, Query(ge=1, le=3660)]
Asked = Annotated[str | None, Query(max_length=100)]


@router.get("")
def show_report(request: Request, site: OfSite, session: OfSession, days: Days = SPAN) -> Response:
    person = session.person
    made = of_basis(_basis(site, person, days), person.places)
    return site.pages.page(request, "report.html", report=made, spans=SPANS)


@router.get("/bao-cao.xlsx")
def download_workbook(site: OfSite, session: OfSession, days: Days = SPAN) -> Response:
    return _file(site, session.person, days, ".xlsx")


@router.get("/bao-cao.pdf")
def download_document(site: OfSite, session: OfSession, days: Days = SPAN) -> Response:
    return _file(site, session.person, days, ".pdf")


@router.get("/books")
def show_books(
    request: Request,
    site: OfSite,
    session: OfSession,
    place: Asked = None,
    record: Asked = None,
    year: int | None = None,
) -> Response:
    def wanted(book: BookTally) -> bool:
        return (
            place in (None, book.place_code)
            and record in (None, book.record)
            and year in (None, book.opened_in)
        )

    basis = _of(site, session.person, _counting(site, session.person).books())
    return _list(request, site, book_table(basis, [book for book in basis.tallies.books if wanted(book)]))


@router.get("/days")
def show_days(request: Request, site: OfSite, session: OfSession, days: Days = SPAN) -> Response:
    tallies = _counting(site, session.person).hours(days)
    return _list(request, site, day_table(_of(site, session.person, tallies, days)))


@router.get("/missing")
def show_missing(request: Request, site: OfSite, session: OfSession) -> Response:
    tallies = _counting(site, session.person).books()
    return _list(request, site, missing_table(_of(site, session.person, tallies)))


@router.get("/unlike")
def show_unlike(request: Request, site: OfSite, session: OfSession) -> Response:
    """Books whose handwriting is unlike that which was calibrated on."""
    tallies = _counting(site, session.person).books()
    return _list(request, site, drift_table(_of(site, session.person, tallies)))


@router.get("/people")
def show_people(request: Request, site: OfSite, session: OfSession, days: Days = SPAN) -> Response:
    """By person: only ever on this page, which a supervisor has to ask for; that they did is on record."""
    site.registry.note_view(session.person, "people-compared", "")
    tallies = _counting(site, session.person).people(days)
    return _list(request, site, people_table(_of(site, session.person, tallies, days)))


@router.get("/waiting")
def show_waiting(
    request: Request, site: OfSite, session: OfSession, stage: Asked = None, book: int | None = None
) -> Response:
    counting = _counting(site, session.person)
    lines = counting.waiting(Listed(book_id=book, stage=stage), MOST_ROWS)
    return _list(request, site, waiting_table(_of(site, session.person, counting.nothing(0)), lines))


@router.get("/overturned")
def show_overturned(
    request: Request,
    site: OfSite,
    session: OfSession,
    record: Asked = None,
    field: Asked = None,
    days: Days = SPAN,
) -> Response:
    """Fields of which a second person changed the first word. What they saw of whom is on record."""
    site.registry.note_view(session.person, "fields-listed", "list:overturned")
    counting = _counting(site, session.person)
    basis = _of(site, session.person, counting.nothing(days), days)
    lines = counting.overturned(basis.tallies.since, Listed(record=record, field=field), MOST_ROWS)
    return _list(request, site, field_table(basis, "Lời đầu bị người thứ hai sửa", "Lời đầu", lines))


@router.get("/misread")
def show_misread(
    request: Request,
    site: OfSite,
    session: OfSession,
    form: Asked = None,
    field: Asked = None,
    days: Days = SPAN,
) -> Response:
    """Fields that the machine had read otherwise than people settled them."""
    site.registry.note_view(session.person, "fields-listed", "list:misread")
    counting = _counting(site, session.person)
    basis = _of(site, session.person, counting.nothing(days), days)
    lines = counting.misread(basis.tallies.since, Listed(form=form, field=field), MOST_ROWS)
    return _list(request, site, field_table(basis, "Máy đọc khác điều người quyết", "Máy đọc", lines))


def _counting(site: Site, person: Person) -> Counting:
    return site.registry.counting(person.places, now=site.now)


def _basis(site: Site, person: Person, days: int) -> ReportData:
    return _of(site, person, _counting(site, person).tallies(days), days)


def _of(site: Site, person: Person, tallies: Tallies, days: int = SPAN) -> ReportData:
    return ReportData(tallies, site.plan.of(person.places), site.schemas, days)


def _file(site: Site, person: Person, days: int, ending: str) -> Response:
    made = of_basis(_basis(site, person, days), person.places)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(made)}{ending}"'}
    return Response(MAKERS[ending](made), media_type=MEDIA[ending], headers=headers)


def _list(request: Request, site: Site, table: ReportTable) -> Response:
    return site.pages.page(request, "list.html", table=replace(table, shown=MOST_ROWS, href=""))
