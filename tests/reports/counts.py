"""Counts by hand: an office with three communes, small enough to see whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipeline.registry.statistics.model import (
    BookEffort,
    BookStatistics,
    ChosenWaysOfField,
    EffortKind,
    HourStatistics,
    Overlooked,
    PersonStatistics,
    ReadingStatistics,
    ScannerStatistics,
    SecondLook,
    Statistics,
    WaitingStatistics,
)
from pipeline.reports import ManagementReport
from pipeline.reports.data import ReportData, StoreCheck, WrongScan
from pipeline.reports.plan import WorkPlan, WorkPlanRow
from pipeline.reports.report import report_of_data
from tests.registry.pages import SCHEMAS

AT = datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
SINCE = AT - timedelta(days=56)

BOOKS = (
    BookStatistics(
        1, "KS.2010.01", "birth", "birth-2006", "Xã Thử Một", "00001", "01/2010",
        said_entries=200, said_pages=200, pages=190, inner=188, entries=188, straight=120, waiting=40,
        failed=2, missing=("41–44, 90",), tickets=3,
    ),
    BookStatistics(
        2, "KH.2012.01", "marriage", "marriage-2006", "Xã Thử Hai", "00002", "01/2012",
        pages=60, inner=60, entries=60, straight=60,
    ),
    BookStatistics(3, "KT.2012.01", "death", "death-2006", "Xã Thử Hai", "00002", "01/2012", said_entries=50),
)  # fmt: skip

PLAN = WorkPlan(
    (
        WorkPlanRow.model_validate(
            {
                "place": "00001",
                "record": "birth",
                "from": 2006,
                "to": 2015,
                "entries": 1000,
                "due": "2027-03-31",
            }
        ),
        WorkPlanRow.model_validate({"place": "00003", "record": "death", "entries": 500}),
    )
)

HOURS = tuple(
    HourStatistics(
        AT - timedelta(days=day, hours=hour),
        pages=60,
        straight=5,
        closed=3 if hour else 0,
        words=40 if hour else 0,
    )
    for day in range(40, 0, -1)
    if (AT - timedelta(days=day)).weekday() < 5
    for hour in (0, 1)
)

TALLIES = Statistics(
    AT,
    SINCE,
    BOOKS,
    HOURS,
    (
        WaitingStatistics("review", (10, 8, 6, 4, 2, 1), AT - timedelta(days=33)),
        WaitingStatistics("check", (9, 0, 0, 0, 0, 0), AT - timedelta(hours=7)),
    ),
    (
        SecondLook("birth", "child_name", "blind", 400, 6, 7),
        SecondLook("birth", "notes", "checked", 100, 0, 0, 37),
    ),
    (
        ReadingStatistics("birth-2006", "birth", "hand-1", "child_name", 400, 240),
        ReadingStatistics("birth-2006", "birth", None, "notes", 10, 10),
    ),
    (
        PersonStatistics("an", "Người Thử An", 600, 1800.0, 300, 5),
        PersonStatistics("binh", "Người Thử Bình", 400, 1600.0, 200, 1),
    ),
    scanners=(
        ScannerStatistics("may-1", 200, 1),
        ScannerStatistics("may-2", 40, 2),
        ScannerStatistics("", 10, 0),
    ),
    efforts=(
        BookEffort(1, EffortKind.LOOKED, 28, 300, 300, 1400.0),
        BookEffort(1, EffortKind.TYPED, 28, 60, 900, 1400.0),
    ),
    overlooked=(Overlooked("review", 40, 4, 0.19), Overlooked("check", 20, 1, 0.002, True)),
    settled=(ChosenWaysOfField(1, "child_name", 100, 0.08), ChosenWaysOfField(1, "notes", 50, 0.1)),
)


def made(
    tallies: Statistics = TALLIES,
    plan: WorkPlan = PLAN,
    places: frozenset[str] | None = None,
    *,
    store: StoreCheck = StoreCheck(),
    wrong_scans: tuple[WrongScan, ...] = (),
    unconfirmed: tuple[str, ...] = (),
) -> ManagementReport:
    data = ReportData(tallies, plan.restricted_to(places), SCHEMAS)
    told = replace(data, store=store, wrong_scans=wrong_scans, unconfirmed=unconfirmed)
    return report_of_data(told, places)
