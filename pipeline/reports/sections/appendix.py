"""What only those ask for who keep the readers: the accuracy of each version of the reader of handwriting."""

from __future__ import annotations

from pipeline.reports.content import ReportSection, ReportTable, count_cell, share_cell, text_cell
from pipeline.reports.data import NO_READER, ReportData


def appendix(data: ReportData) -> ReportSection:
    """Accuracy by reader and form, at the end of the report."""
    told = data.tallies.readings
    kinds = sorted({(tally.reader or "", tally.form) for tally in told})
    rows = []
    for reader, form in kinds:
        mine = [tally for tally in told if (tally.reader or "", tally.form) == (reader, form)]
        named = next(tally.reader for tally in mine)
        fields, right = sum(tally.fields for tally in mine), sum(tally.right for tally in mine)
        rows.append(
            (
                text_cell(NO_READER.get(named) or str(named)),
                text_cell(data.form_title(form)),
                count_cell(fields),
                count_cell(right),
                share_cell(right, fields),
            )
        )
    columns = (
        ("Bộ đọc chữ viết tay", False),
        ("Mẫu sổ", False),
        ("Ô người đã quyết", True),
        ("Máy đọc đúng", True),
        ("Tỉ lệ", True),
    )
    return ReportSection(
        "appendix",
        "Phụ lục: bộ đọc",
        tables=(ReportTable("readers", "Theo bộ đọc và mẫu sổ", columns, tuple(rows), shown=40),),
        note="Dấu của bộ đọc là mã băm của mô hình. Chỉ cần khi so hai bản mô hình.",
    )
