"""The accuracy of each version of the handwriting reader, for those who maintain the readers."""

from __future__ import annotations

from pipeline.reports.columns import ReportColumn, table_of, texts
from pipeline.reports.content import ReportSection
from pipeline.reports.data import NO_READER, ReportData, grouped
from pipeline.reports.sections.accuracy import DECIDED_COLUMNS, ReadingGroup


def appendix(data: ReportData) -> ReportSection:
    """Return the accuracy by reader and form, at the end of the report."""
    by_reader = grouped(data.tallies.readings, lambda reading: (reading.reader or "", reading.form))
    rows = [ReadingGroup(by_reader[key]) for key in sorted(by_reader)]
    columns: tuple[ReportColumn[ReadingGroup], ...] = (
        texts("Bộ đọc chữ viết tay", _reader_of),
        texts("Mẫu sổ", lambda row: data.form_title(row.readings[0].form)),
        *DECIDED_COLUMNS,
    )
    return ReportSection(
        "appendix",
        "Phụ lục: bộ đọc",
        tables=(table_of("readers", "Theo bộ đọc và mẫu sổ", rows, columns, shown=40),),
        note="Dấu của bộ đọc là mã băm của mô hình. Chỉ cần khi so hai bản mô hình.",
    )


def _reader_of(group: ReadingGroup) -> str:
    reader = group.readings[0].reader
    return NO_READER.get(reader) or str(reader)
