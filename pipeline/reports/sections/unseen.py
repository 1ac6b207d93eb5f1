"""Errors among values that no person has seen, by source: their only estimate."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.recognition.calibration import SampleCheck, is_stopped, weighted_error, weighted_upper_bound
from pipeline.registry.sampled_values import SampledValue, ValueSource
from pipeline.reports.columns import ReportColumn, counts, percents, table_of, texts
from pipeline.reports.content import ReportFigure, ReportSection, count_cell, percent_cell
from pipeline.reports.data import ReportData, grouped

SOURCES = {
    ValueSource.PRINT: "Chữ in, ô đánh dấu, ô trống",
    ValueSource.MACHINE: "Máy đọc chữ viết tay một mình",
    ValueSource.CONTEXT: "Xét theo cả quyển",
    ValueSource.CLEAR: "Đã rõ nhờ các sự kiện đã đối chiếu",
    ValueSource.ADAPTER: "Bản học nét chữ của sổ",
    ValueSource.OFFICE: "Bộ đọc của cơ quan",
}

TOLERATED = 0.004
"""Tolerated error of clear values without a stored tolerance."""

BOUND_DELTA = 0.05
"""Failure probability of the shown bound, as of all bounds in the report."""

NOTE = (
    "Mỗi cách nhận: một phần ô được rút ngẫu nhiên ra kiểm tra, người kiểm không thấy chữ máy đọc. “Chừng bao nhiêu "
    "ô” và tỉ lệ sai tính theo tỉ lệ rút. “Chắc không quá” là cận trên 95\u00a0% (Clopper–Pearson, cỡ mẫu hiệu dụng). "
    "Cách nào bị kiểm tra bác bỏ thì dừng: các ô chưa có người quyết định của nó thành việc chờ (SOURCE-STOPPED)."
)


def unseen(data: ReportData) -> ReportSection:
    """Return the results of blind checks of values accepted without a person."""
    by_source = grouped(data.tallies.sampled, lambda value: value.source)
    rows = [by_source[source] for source in SOURCES if source in by_source]
    table = table_of("unseen", "Theo cách nhận", rows, _COLUMNS)
    return ReportSection("unseen", "Ô máy tự nhận", (unseen_errors(data),), (), (table,), NOTE)


def unseen_errors(data: ReportData) -> ReportFigure:
    """Return the share of wrong values among unseen values, with its upper bound."""
    checks = _checks(data.tallies.sampled)
    if not checks:
        return ReportFigure("Sai trong ô máy tự nhận", percent_cell(None), "chưa ô nào được kiểm tra mẫu")
    wrong = sum(check.wrong for check in checks)
    bound = percent_cell(weighted_upper_bound(checks, BOUND_DELTA)).text
    note = f"{count_cell(wrong).text} sai trong {count_cell(len(checks)).text} ô kiểm mẫu; chắc không quá {bound}"
    return ReportFigure("Sai trong ô máy tự nhận", percent_cell(weighted_error(checks)), note)


def alerts(data: ReportData) -> tuple[str, ...]:
    """Return a sentence for each source that the checks of these books refute."""
    return tuple(
        f"Kiểm tra mẫu cho thấy cách nhận “{SOURCES[source]}” sai quá mức cơ quan cho phép: các ô chưa có người quyết "
        "định của nó được giữ lại chờ người xem. Xem phần Ô máy tự nhận, rồi hiệu chuẩn lại (hotich calibrate)."
        for source in SOURCES
        if _is_refuted(_of(data, source))
    )


def _of(data: ReportData, source: ValueSource) -> Sequence[SampledValue]:
    return [value for value in data.tallies.sampled if value.source is source]


def _is_refuted(values: Sequence[SampledValue]) -> bool:
    """Return whether the checks since the latest calibration refute the tolerated error."""
    decided = [value for value in values if value.decided_at is not None]
    if not decided:
        return False
    latest = max(decided, key=lambda value: value.drawn_at).basis
    return is_stopped([value.check(TOLERATED) for value in decided if value.basis == latest])


def _checks(values: Sequence[SampledValue]) -> list[SampleCheck]:
    return [value.check(TOLERATED) for value in values if value.decided_at is not None]


def _verdict(values: Sequence[SampledValue]) -> str:
    if not _checks(values):
        return "chưa kiểm tra"
    return "đã dừng" if _is_refuted(values) else "đang dùng"


_COLUMNS: tuple[ReportColumn[list[SampledValue]], ...] = (
    texts("Nhận theo", lambda values: SOURCES[values[0].source]),
    counts("Chừng bao nhiêu ô", lambda values: round(sum(1 / value.share for value in values))),
    counts("Chờ kiểm tra", lambda values: len(values) - len(_checks(values))),
    counts("Đã kiểm tra", lambda values: len(_checks(values))),
    counts("Sai", lambda values: sum(check.wrong for check in _checks(values))),
    percents("Tỉ lệ sai", lambda values: weighted_error(_checks(values))),
    percents("Chắc không quá", lambda values: weighted_upper_bound(_checks(values), BOUND_DELTA)),
    texts("Kết luận", _verdict),
)
