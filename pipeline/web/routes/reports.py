"""The supervisors' report and the lists behind its figures, always within the person's places."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from pipeline.base.localtime import format_moment
from pipeline.base.model import FieldStatus
from pipeline.base.stages import STAGE_LABELS, Stage
from pipeline.registry.statistics.model import (
    BookStatistics,
    ChangedField,
    ListFilter,
    Statistics,
    WaitingTask,
)
from pipeline.registry.statistics.statistics import RegistryStatistics
from pipeline.reports import SPAN, ReportCell, ReportTable, StoreCheck
from pipeline.reports.content import ManagementReport, age_cell, count_cell, text_cell
from pipeline.reports.data import ReportData, wrong_scans_of
from pipeline.reports.director import director_page
from pipeline.reports.output_files import MAKERS, file_name
from pipeline.reports.report import report_of_data, scope_of
from pipeline.reports.sections.accuracy import drift_table, people_table
from pipeline.reports.sections.backlog import missing_table
from pipeline.reports.sections.progress import book_table, day_table
from pipeline.scans.store_check import wrong_scans
from pipeline.web.context import (
    Visit,
    VisitDep,
    forged_notices_for,
    head_alerts,
    loosenings_for,
    open_acts_for,
)
from pipeline.web.desk.field_view import STATUS_LABELS
from pipeline.web.person_names import PersonNames

MOST_ROWS = 500
"""Largest number of rows of a list on a page; the workbook has all rows."""

WORKED_ON = frozenset({"review", "check", "third", "supervisor"})
"""Stages at which a supervisor may take tasks at the desk."""


def waiting_table(data: ReportData, lines: Iterable[WaitingTask]) -> ReportTable:
    """Return the open tasks as a table, the longest waiting first."""
    columns = (
        ("Sổ", False),
        ("Bản quét", False),
        ("Trang", True),
        ("Số", False),
        ("Bước", False),
        ("Ô còn chờ", True),
        ("Đã chờ", True),
    )
    rows = tuple(
        (
            text_cell(line.book),
            text_cell(line.scan),
            count_cell(line.page_no),
            text_cell("cả trang" if line.row < 0 else line.entry_number),
            text_cell(STAGE_LABELS[Stage(line.stage)], _desk(line)),
            count_cell(len(line.fields)),
            age_cell(line.opened_at, data.tallies.at),
        )
        for line in lines
    )
    return ReportTable("waiting", "Nhiệm vụ đang chờ, lâu nhất trước", columns, rows, shown=MOST_ROWS)


def field_table(data: ReportData, title: str, before: str, lines: Iterable[ChangedField]) -> ReportTable:
    """Return fields as a table, with their text ``before`` and the settled text, the latest first."""
    columns = (
        ("Sổ", False),
        ("Bản quét", False),
        ("Trang", True),
        ("Số", False),
        ("Ô", False),
        (before, False),
        ("Đã quyết", False),
        ("Lúc", False),
    )
    rows = tuple(
        (
            text_cell(line.book),
            text_cell(line.scan),
            count_cell(line.page_no),
            text_cell(line.entry_number),
            text_cell(data.field_label(line.record, line.field)),
            _text_or_status(line.said_status, line.said),
            _text_or_status(line.settled_status, line.settled),
            text_cell(format_moment(line.decided_at)),
        )
        for line in lines
    )
    return ReportTable("fields", title, columns, rows, shown=MOST_ROWS)


def _desk(task: WaitingTask) -> str:
    return f"/desk?stage={task.stage}&book={task.book_id}" if task.stage in WORKED_ON else "/tickets"


def _text_or_status(status: str, text: str) -> ReportCell:
    return text_cell(text or f"({STATUS_LABELS[FieldStatus(status)]})")


router = APIRouter(prefix="/reports")

SPANS = ((7, "7 ngày"), (28, "4 tuần"), (SPAN, "8 tuần"), (182, "nửa năm"), (365, "một năm"))
"""The periods of a report: days and label."""

MEDIA = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pdf": "application/pdf",
}

Days = Annotated[int, Query(ge=1, le=3660)]
Asked = Annotated[str | None, Query(max_length=100)]


@router.get("")
def show_report(visit: VisitDep, days: Days = SPAN) -> Response:
    person = visit.person
    report = report_of_data(_basis(visit, days), person.places)
    return visit.page(
        "report.html",
        report=report,
        spans=SPANS,
        **head_alerts(visit.site, visit.session),
    )


@router.get("/bao-cao.xlsx")
def download_workbook(visit: VisitDep, days: Days = SPAN) -> Response:
    return _file(visit, days, ".xlsx")


@router.get("/bao-cao.pdf")
def download_document(visit: VisitDep, days: Days = SPAN) -> Response:
    return _file(visit, days, ".pdf")


@router.get("/director")
def show_director_page(visit: VisitDep) -> Response:
    data = _basis(visit, SPAN)
    return visit.page(
        "supervising/director.html",
        part=director_page(data),
        at=format_moment(data.tallies.at),
        scope=scope_of(data, visit.person.places),
    )


@router.get("/books")
def show_books(
    visit: VisitDep, place: Asked = None, record: Asked = None, year: int | None = None
) -> Response:
    def wanted(book: BookStatistics) -> bool:
        return (
            place in (None, book.place_code)
            and record in (None, book.record)
            and year in (None, book.opened_in)
        )

    data = _of(visit, _counting(visit).books())
    return _list(visit, book_table(data, [book for book in data.tallies.books if wanted(book)]))


@router.get("/days")
def show_days(visit: VisitDep, days: Days = SPAN) -> Response:
    tallies = _counting(visit).hours(days)
    return _list(visit, day_table(_of(visit, tallies, days)))


@router.get("/missing")
def show_missing(visit: VisitDep) -> Response:
    tallies = _counting(visit).books()
    return _list(visit, missing_table(_of(visit, tallies)))


@router.get("/unlike")
def show_unlike(visit: VisitDep) -> Response:
    """List books whose handwriting differs from that of the calibration."""
    tallies = _counting(visit).books()
    return _list(visit, drift_table(_of(visit, tallies)))


@router.get("/people")
def show_people(visit: VisitDep, days: Days = SPAN) -> Response:
    """Compare people. Only this page does so, and its opening is recorded."""
    visit.registry.note_view(visit.person, "people-compared", "")
    tallies = _counting(visit).people(days)
    named = PersonNames(visit.site.accounts.names)
    return _list(visit, people_table(_of(visit, tallies, days), named))


@router.get("/waiting")
def show_waiting(visit: VisitDep, stage: Asked = None, book: int | None = None) -> Response:
    counting = _counting(visit)
    lines = counting.waiting(ListFilter(book_id=book, stage=stage), MOST_ROWS)
    return _list(visit, waiting_table(_of(visit, counting.nothing(0)), lines))


@router.get("/overturned")
def show_overturned(
    visit: VisitDep, record: Asked = None, field: Asked = None, days: Days = SPAN
) -> Response:
    """List fields whose first keyed text a second person changed. The access is recorded."""
    visit.registry.note_view(visit.person, "fields-listed", "list:overturned")
    counting = _counting(visit)
    data = _of(visit, counting.nothing(days), days)
    lines = counting.overturned(data.tallies.since, ListFilter(record=record, field=field), MOST_ROWS)
    return _list(
        visit, field_table(data, "Kết quả nhập lần 1 bị người thứ hai sửa", "Kết quả nhập lần 1", lines)
    )


@router.get("/misread")
def show_misread(visit: VisitDep, form: Asked = None, field: Asked = None, days: Days = SPAN) -> Response:
    """List fields whose reading differs from the settled value."""
    visit.registry.note_view(visit.person, "fields-listed", "list:misread")
    counting = _counting(visit)
    data = _of(visit, counting.nothing(days), days)
    lines = counting.misread(data.tallies.since, ListFilter(form=form, field=field), MOST_ROWS)
    return _list(visit, field_table(data, "Máy đọc khác điều người quyết", "Máy đọc", lines))


def _counting(visit: Visit) -> RegistryStatistics:
    return visit.registry.statistics(visit.person.places, now=visit.site.now)


def _basis(visit: Visit, days: int) -> ReportData:
    person, state = visit.person, visit.site.work.store()
    counting, store = _counting(visit), StoreCheck(state.finished_at, wrong_scans(state))
    return replace(
        _of(visit, counting.all(days), days),
        store=store,
        wrong_scans=wrong_scans_of(counting, store, person.places),
        unconfirmed=tuple(act.sentence for act in open_acts_for(visit.site, visit.session)),
        loosened=tuple(change.sentence for change in loosenings_for(visit.site, visit.session)),
        forged_notices=tuple(one.sentence for one in forged_notices_for(visit.site, visit.session)),
    )


def _of(visit: Visit, tallies: Statistics, days: int = SPAN) -> ReportData:
    return ReportData(
        tallies,
        visit.site.plan.restricted_to(visit.person.places),
        visit.schemas,
        days,
        review=visit.site.policies.review,
    )


def _file(visit: Visit, days: int, ending: str) -> Response:
    return report_file(report_of_data(_basis(visit, days), visit.person.places), ending)


def report_file(report: ManagementReport, ending: str) -> Response:
    """Return a report as a workbook (``.xlsx``) or for paper (``.pdf``)."""
    headers = {"Content-Disposition": f'attachment; filename="{file_name(report)}{ending}"'}
    return Response(MAKERS[ending](report), media_type=MEDIA[ending], headers=headers)


def _list(visit: Visit, table: ReportTable) -> Response:
    return visit.page("list.html", table=replace(table, shown=MOST_ROWS, href=""))
