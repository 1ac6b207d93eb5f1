"""The picture of what checking costs: points, marks and tables say the same, and it can be read without seeing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree

from pipeline.base.charts import LineChart, chart_svg
from pipeline.registry.sampled_values import SampledValue, ValueSource
from pipeline.registry.statistics.model import CheckedEntry, LearningHistory, LearningKind, LearningMark
from pipeline.reports.sections.learning import learning
from tests.reports.counts import AT

SVG = "{http://www.w3.org/2000/svg}"


def history(entries: int = 100) -> LearningHistory:
    """Eight fields an entry at first, four from the twentieth on; one entry an hour."""
    checked = tuple(CheckedEntry(AT + timedelta(hours=at), 8 if at < 20 else 4) for at in range(entries))
    marks = (
        LearningMark(AT + timedelta(hours=19.5), LearningKind.CLEAR, 12),
        LearningMark(AT + timedelta(hours=20.5), LearningKind.CLEAR, 3),
        LearningMark(AT + timedelta(hours=59.5), LearningKind.ADAPTER),
    )
    return LearningHistory(checked, marks, waiting=30, unchecked=10)


def checks() -> tuple[SampledValue, ...]:
    one = SampledValue(1, 1, "notes", ValueSource.MACHINE, False, "", 0.01, 0.004, AT)
    decided = replace(one, decided_at=AT + timedelta(hours=30))
    return decided, replace(decided, wrong=True)


def test_the_line_falls_where_fewer_fields_wait_and_the_marks_stand_where_it_was_learnt() -> None:
    part = learning(history(), checks(), by_entry=True)
    by_entry, by_day = part.charts
    assert isinstance(by_entry, LineChart)
    assert isinstance(by_day, LineChart)
    assert (by_entry.points[0].value, by_entry.points[-1].value) == (8.0, 4.0)
    assert [(mark.at, mark.label) for mark in by_entry.marks] == [(20, "1"), (60, "2")]
    assert [one.label for one in by_entry.found] == ["1"]
    assert "Lúc đầu 8,0 ô mỗi sự kiện, gần đây 4,0" in by_entry.description
    tables = {table.key: table for table in part.tables}
    rows = tables["learning-entries"].rows
    assert sum(row[2].value for row in rows) == 100  # type: ignore[misc]
    assert [round(point.value, 1) for point in by_entry.points] == [row[3].value for row in rows]
    assert sum(row[5].value for row in rows) == 1  # type: ignore[misc]
    assert "15 ô đã rõ nhờ các sự kiện đã đối chiếu" in [row[3].text for row in tables["learning-marks"].rows]
    assert [figure.cell.text for figure in part.figures] == ["8,0", "4,0", "3,0"]


def test_the_picture_has_a_title_a_description_and_nothing_outside_itself() -> None:
    for chart in learning(history(), checks(), by_entry=True).charts:
        picture = ElementTree.fromstring(chart_svg(chart))
        title, description = picture.find(f"{SVG}title"), picture.find(f"{SVG}desc")
        assert title is not None
        assert description is not None
        assert picture.get("role") == "img"
        assert (title.text, bool(description.text)) == (chart.title, True)
        width, height = float(picture.get("width", "0")), float(picture.get("height", "0"))
        for one in picture.iter():
            for name, most in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                assert 0 <= float(one.get(name, "0")) <= most


def test_one_entry_and_none_are_drawn_without_a_fault() -> None:
    (one, day) = learning(history(1), (), by_entry=True).charts
    assert "<svg" in chart_svg(one)
    assert "<svg" in chart_svg(day)
    empty = learning(LearningHistory(), (), by_entry=True)
    assert (empty.charts, [table.rows for table in empty.tables]) == ((), [(), ()])
