"""The figures of a planned or finished import, and their sentences; they show no personal value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.delivery.workbook_import.book_matching import UNMATCHED
from pipeline.delivery.workbook_import.imported_rows import MOST_NAMED, REASONS, CellFlaws
from pipeline.registry.imports.model import ImportedValues, ImportMode

UNKNOWN_CODE, NOT_UNDERSTOOD, NO_PLACE = "unknown-code", "not-understood", "no-place"

VALUE_FLAWS: Mapping[str, str] = {
    UNKNOWN_CODE: "mã hay chữ không có trong danh mục",
    NOT_UNDERSTOOD: "không hiểu được như giá trị của trường này",
    NO_PLACE: "mẫu sổ không có chỗ ghi, nên trên giấy không có",
}
"""Reasons why a value is not imported, as sentences."""

MODE_WORDS: Mapping[ImportMode, str] = {
    ImportMode.DECIDED: "tính là đã quyết định",
    ImportMode.TO_CHECK: "chờ người khác đối chiếu với bản quét",
}


@dataclass(slots=True)
class ImportReport:
    """The counts of an import.

    Attributes:
        record: Title of the record.
        mode: How the imported values count.
        rows: Rows under the header.
        flaws: Cells that cannot be imported.
        mapped: Column headers by the label of their field.
        ignored: Headers without a meaning for the import.
        hidden: Sheets hidden in Excel.
        unmatched: First rows without an entry, by reason.
        values: First rows of values that cannot be imported, by label and reason.
        fields: Number of values to import.
        same: Values equal to those in the registry.
        keyed: Values of fields with a keyed value.
        differs: Values that differ from the registry: each becomes a question to people.
        asked_before: Differences about which people were asked before.
        machine_agrees: Values to import that equal an unsure reading of the machine.
        machine_differs: Values to import that differ from the machine's reading.
        taken: The imported values; ``None``: a trial without import.
        import_id: Number of the import; 0: nothing was imported.
        reconciliation_id: Number of the reconciliation with the new questions; 0: no new questions.
    """

    record: str
    sheet: str
    mode: ImportMode
    rows: int = 0
    flaws: CellFlaws = field(default_factory=CellFlaws)
    mapped: dict[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    unmatched: dict[str, list[int]] = field(default_factory=dict)
    unmatched_count: Counter[str] = field(default_factory=Counter)
    values: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    value_count: Counter[tuple[str, str]] = field(default_factory=Counter)
    entries: int = 0
    fields: int = 0
    same: int = 0
    keyed: int = 0
    differs: int = 0
    asked_before: int = 0
    machine_agrees: int = 0
    machine_differs: int = 0
    taken: ImportedValues | None = None
    import_id: int = 0
    reconciliation_id: int = 0

    def leave_row(self, why: str, row: int) -> None:
        """Count a row without an entry."""
        self.unmatched_count[why] += 1
        named = self.unmatched.setdefault(why, [])
        if len(named) < MOST_NAMED:
            named.append(row)

    def leave_value(self, label: str, why: str, row: int) -> None:
        """Count a value that cannot be imported."""
        self.value_count[label, why] += 1
        named = self.values.setdefault((label, why), [])
        if len(named) < MOST_NAMED:
            named.append(row)

    def sentences(self) -> Iterator[str]:
        """Yield the report as sentences, the most important first."""
        brought = self.taken
        if brought is None:
            yield (
                f"Trang “{self.sheet}”, {self.record.lower()}: {self.rows} dòng, ghép được {self.entries} sự kiện; sẽ "
                f"đưa vào {self.fields} giá trị, {MODE_WORDS[self.mode]}."
            )
        elif brought.fields:
            yield (
                f"Đã đưa vào {brought.fields} giá trị của {brought.entries} sự kiện, {MODE_WORDS[self.mode]} (lần nhập "
                f"{self.import_id})."
            )
        else:
            yield "Không có gì mới để đưa vào."
        if brought is not None and brought.busy:
            yield f"{brought.busy} sự kiện đang có người làm hay chờ người phụ trách, nên để nguyên; hãy nhập lại sau."
        if self.same or self.keyed:
            yield f"Đã có sẵn: {self.same} giá trị giống, {self.keyed} trường đã có người gõ; không đổi gì."
        if self.differs or self.asked_before:
            yield (
                f"Khác với sổ dữ liệu: {self.differs} giá trị mới, {self.asked_before} giá trị đã hỏi từ trước. "
                "Không ghi đè; mỗi chỗ khác là một câu hỏi ở trang Đối soát."
            )
        if self.machine_agrees or self.machine_differs:
            yield f"Máy đọc chưa chắc: giống {self.machine_agrees} giá trị, khác {self.machine_differs}."
        yield from self._left()
        yield from self._about_file()

    def _left(self) -> Iterator[str]:
        for why, count in self.unmatched_count.most_common():
            yield f"{count} dòng {UNMATCHED[why]} (dòng {_rows(self.unmatched[why], count)})."
        for (label, why), count in self.value_count.most_common():
            yield f"“{label}”: {count} ô {VALUE_FLAWS[why]} (dòng {_rows(self.values[label, why], count)})."
        for (column, reason), count in self.flaws.cells.most_common():
            rows = _rows(self.flaws.rows[column, reason], count)
            yield f"Cột {column}: {count} {REASONS[reason]} (dòng {rows})."

    def _about_file(self) -> Iterator[str]:
        for font, count in self.flaws.row_fonts.most_common():
            yield f"{count} dòng gõ bằng phông {font}: chữ đã được chuyển sang Unicode, hãy xem lại vài dòng."
        for column, font in self.flaws.column_fonts.items():
            yield f"Cột {column} gõ bằng phông {font}: chữ đã được chuyển sang Unicode, hãy xem lại vài dòng."
        for column, count in self.flaws.days.items():
            yield f"Cột {column}: {count} số ngày của Excel được hiểu là ngày."
        if self.flaws.merged_count:
            ranges = ", ".join(self.flaws.merged)
            yield f"Trang có {self.flaws.merged_count} vùng ô gộp ({ranges}): chỉ ô đầu của vùng có giá trị."
        if self.hidden:
            yield f"Trang tính bị ẩn, không đọc: {', '.join(self.hidden[:MOST_NAMED])}."
        if self.ignored:
            yield f"Cột không đưa vào: {', '.join(self.ignored[:MOST_NAMED])}."


def _rows(rows: list[int], count: int) -> str:
    more = ", …" if count > len(rows) else ""
    return ", ".join(map(str, rows)) + more
