"""What nobody has seen: one estimate by source, with its bound; a refuted source is told of above all else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pipeline.registry.sampled_values import SampledValue, ValueSource
from pipeline.reports.content import percent_cell
from pipeline.reports.data import ReportData
from pipeline.reports.plan import WorkPlan
from pipeline.reports.sections.unseen import alerts, unseen, unseen_errors
from pipeline.training.evaluation.field_scores import upper_bound
from tests.registry.pages import SCHEMAS
from tests.reports.counts import AT, TALLIES


def sampled(
    source: ValueSource, right: int, wrong: int = 0, waiting: int = 0, share: float = 0.01, basis: str = "1"
) -> list[SampledValue]:
    one = SampledValue(1, 1, "child_name", source, False, basis, share, 0.004, AT - timedelta(days=2))
    decided = replace(one, decided_at=AT)
    return [one] * waiting + [decided] * right + [replace(decided, wrong=True)] * wrong


def data(*some: list[SampledValue]) -> ReportData:
    tallies = replace(TALLIES, sampled=tuple(one for few in some for one in few))
    return ReportData(tallies, WorkPlan(), SCHEMAS)


def test_each_source_has_a_row_with_its_bound() -> None:
    found = unseen(data(sampled(ValueSource.MACHINE, 199, 1, 4), sampled(ValueSource.CLEAR, 3, share=0.1)))
    rows = [[cell.text for cell in row] for row in found.tables[0].rows]
    assert rows == [
        [
            "Máy đọc chữ viết tay một mình",
            "20.400",
            "4",
            "200",
            "1",
            "0,50\u00a0%",
            percent_cell(upper_bound(1, 200)).text,
            "đang dùng",
        ],
        ["Đã rõ nhờ các sự kiện đã đối chiếu", "30", "0", "3", "0", "0,0\u00a0%", "63,2\u00a0%", "đang dùng"],
    ]
    assert alerts(data(sampled(ValueSource.MACHINE, 199, 1))) == ()


def test_a_refuted_source_is_told_of_until_another_calibration_is_checked() -> None:
    refuted = sampled(ValueSource.ADAPTER, 20, 5)
    assert unseen(data(refuted)).tables[0].rows[0][-1].text == "đã dừng"
    assert "Bản học nét chữ của sổ" in alerts(data(refuted))[0]
    later = [
        replace(one, drawn_at=AT - timedelta(days=1)) for one in sampled(ValueSource.ADAPTER, 20, basis="2")
    ]
    assert alerts(data(refuted, later)) == ()


def test_nothing_is_said_before_anything_was_checked() -> None:
    assert unseen_errors(data(sampled(ValueSource.MACHINE, 0, waiting=3))).cell.value is None
    assert unseen(data()).tables[0].rows == ()
