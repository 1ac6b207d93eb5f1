"""The page for who heads the office, and the appendix about readers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pipeline.registry.statistics.model import ReadingStatistics, Statistics, WaitingStatistics
from pipeline.reports.data import ReportData
from pipeline.reports.director import director_page, late_rows
from pipeline.reports.plan import WorkPlan, WorkPlanRow
from pipeline.reports.sections.accuracy import readings
from pipeline.reports.sections.appendix import appendix
from tests.registry.pages import SCHEMAS
from tests.reports.counts import AT, BOOKS, PLAN, SINCE

TOLD = ReportData(Statistics(AT, SINCE, BOOKS), PLAN, SCHEMAS)


def planned(entries: int, due: str) -> WorkPlanRow:
    return WorkPlanRow.model_validate(
        {"place": "00002", "record": "marriage", "entries": entries, "due": due}
    )


def figures(data: ReportData) -> dict[str, tuple[str, str]]:
    return {one.label: (one.cell.text, one.note) for one in director_page(data).figures}


def test_books_are_counted_and_those_of_which_nothing_waits() -> None:
    assert figures(TOLD)["Quyển sổ"] == ("3", "1 quyển không còn gì chờ người")


def test_without_a_sample_nobody_knows_how_much_is_wrong() -> None:
    assert figures(TOLD)["Sự kiện còn sai"] == ("–", "chưa lấy mẫu nên chưa biết")


def test_tasks_that_waited_longest_are_counted() -> None:
    waiting = (
        WaitingStatistics("review", (1, 2, 3, 4, 5, 6), AT - timedelta(days=90)),
        WaitingStatistics("check", (0, 0, 0, 0, 0, 7), AT - timedelta(days=40)),
    )
    told = replace(TOLD, tallies=replace(TOLD.tallies, waiting=waiting))
    assert figures(told)["Chờ quá 30 ngày"][0] == "13"


def test_rows_of_the_plan_are_late_when_their_day_is_over_and_something_is_left() -> None:
    """Sixty of the sixty entries of the marriages are done, and it is 25 November."""
    late, later = planned(100, "2026-11-24"), planned(70, "2026-10-25")
    plan = WorkPlan((late, planned(60, "2026-11-01"), planned(100, "2026-11-25"), later))
    told = replace(TOLD, plan=plan)
    assert late_rows(told) == ((later, 10), (late, 40))
    assert figures(told)["Quá hạn"] == ("50", "2 dòng kế hoạch")
    (table,) = director_page(told).tables
    assert [[cell.text for cell in row[3:]] for row in table.rows] == [
        ["25/10/2026", "31", "10"],
        ["24/11/2026", "1", "40"],
    ]
    assert figures(TOLD)["Quá hạn"] == ("0", "không dòng kế hoạch nào quá hạn")


def test_readers_stand_in_the_appendix_and_their_fields_are_counted_together_above() -> None:
    tallies = tuple(
        ReadingStatistics("birth-2006", "birth", reader, field, fields, right)
        for reader, field, fields, right in (
            ("0123abcd", "child_name", 10, 4),
            ("4567ef00", "child_name", 30, 20),
            (None, "mother_name", 5, 5),
        )
    )
    told = replace(TOLD, tallies=replace(TOLD.tallies, readings=tallies))
    above = readings(told).tables[0]
    assert [[cell.text for cell in row[2:4]] for row in above.rows] == [["40", "24"], ["5", "5"]]
    assert not any("0123abcd" in cell.text for row in above.rows for cell in row)
    (below,) = appendix(told).tables
    assert [(row[0].text, row[2].text, row[3].text) for row in below.rows] == [
        ("không rõ", "5", "5"),
        ("0123abcd", "10", "4"),
        ("4567ef00", "30", "20"),
    ]
