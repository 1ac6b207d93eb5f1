"""What the machine had read of the fields that people settled, by form, reader and field."""

from __future__ import annotations

from pipeline.charts import BarChart, BarSegment, ChartBar
from pipeline.evaluation.bound import upper_bound
from pipeline.reports.basis import NO_READER, ReportData
from pipeline.reports.content import ReportCell, ReportFigure, ReportSection, ReportTable
from pipeline.reports.sections.drift import drift_tables
from pipeline.reports.wording import number, percent, share, words

SORTS = (("Máy đọc đúng", "straight"), ("Máy đọc sai", "wrong"))


def readings(basis: ReportData) -> ReportSection:
    """Accuracy of the machine where people looked."""
    told = basis.tallies.readings
    rows = tuple(
        (
            words(basis.form_title(one.form)),
            words(_reader(one.reader)),
            words(
                basis.field_label(one.record, one.field),
                basis.during("misread", form=one.form, field=one.field),
            ),
            number(one.fields),
            number(one.right),
            share(one.right, one.fields),
            _least(one.right, one.fields),
        )
        for one in told
    )
    columns = (
        ("Mẫu sổ", False),
        ("Bộ đọc chữ viết tay", False),
        ("Ô", False),
        ("Ô người đã quyết", True),
        ("Máy đọc đúng", True),
        ("Tỉ lệ", True),
        ("Chắc không dưới", True),
    )
    bars = []
    for form in sorted({one.form for one in told}):
        mine = [one for one in told if one.form == form]
        right, fields = sum(one.right for one in mine), sum(one.fields for one in mine)
        name = basis.form_title(form)
        parts = (
            BarSegment(0, right, f"{name}: đúng {number(right).text} ô"),
            BarSegment(1, fields - right, f"{name}: sai {number(fields - right).text} ô"),
        )
        bars.append(ChartBar(name.split(" (", maxsplit=1)[0], parts))
    return ReportSection(
        "readings",
        "Máy đọc từng ô",
        (right_figure(basis),),
        (BarChart("Ô người đã quyết, theo mẫu sổ", SORTS, tuple(bars), "ô", "readings"),),
        (
            ReportTable(
                "readings", "Theo mẫu sổ, bộ đọc và ô", columns, rows, href=basis.during("misread"), shown=40
            ),
            *drift_tables(basis),
        ),
        "Chỉ tính những ô đã có người quyết định, là những ô máy không chắc; ô máy nhận thẳng được đo bằng lấy mẫu. "
        "“Chắc không dưới” là cận dưới 95\u00a0% (Clopper–Pearson).",
    )


def right_figure(basis: ReportData) -> ReportFigure:
    told = basis.tallies.readings
    right, fields = sum(one.right for one in told), sum(one.fields for one in told)
    note = f"{number(right).text} trong {number(fields).text} ô mà máy không chắc và người đã quyết"
    return ReportFigure("Máy đọc đúng ô khó", share(right, fields, basis.during("misread")), note)


def _least(right: int, fields: int) -> ReportCell:
    wrong_at_most = upper_bound(fields - right, fields)
    return percent(None if wrong_at_most is None else 1 - wrong_at_most)


def _reader(reader: str | None) -> str:
    return NO_READER.get(reader) or str(reader)
