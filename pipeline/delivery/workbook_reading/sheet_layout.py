"""The layout of a sheet: the Ministry's column of each sheet column.

The columns bear the Ministry's own names, or an office's file names them:

.. code-block:: toml

    record = "birth"              # loại sự kiện: birth, marriage, death
    sheet = "Danh sách"           # trang tính; không nêu thì trang đầu
    header_row = 3                # dòng tiêu đề

    [columns]                     # cột của Bộ = tiêu đề trong tệp, hoặc một mẫu ghép các tiêu đề
    so = "{Số}/{Năm ĐK}"
    quyenSo = "Quyển số"
    nksHoTen = "Họ tên trẻ"
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.base.errors import ReconcileError
from pipeline.base.staff_toml import StaffFile
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas, nearest_hint
from pipeline.delivery.workbook_reading.sheet_parts import CellContent
from pipeline.delivery.workbook_reading.workbook_reader import SourceWorkbook

HEADER_WITHIN = 20
"""Number of rows searched for the header of a sheet without a mapping."""

MOST_SHEETS = 200
"""Number of sheets in which a header row is looked for; a workbook may name one part as any number of sheets."""

LEAST_COLUMNS = 5
"""Least number of a record's column names in a header row."""

_PART = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A header of a sheet.

    Attributes:
        header: Its first line, or a pattern of headers.
        column: The Ministry's column; ``""``: none.
        sure: Whether the header is the name itself (with or without tones) or confirmed by people, not just similar.
    """

    header: str
    column: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """The Ministry's columns of a sheet's headers: proposed, or written or confirmed by people.

    Attributes:
        header_row: Row of the headers, as Excel counts.
        columns: The headers from left to right, or in the order of a file.
        kept: Whether people confirmed the mapping for an earlier file.
    """

    record: RecordSpec
    sheet: str
    header_row: int
    columns: tuple[MappedColumn, ...]
    kept: bool = False

    @property
    def sure(self) -> bool:
        """Whether no question remains."""
        return self.kept or all(mapped.sure for mapped in self.columns if mapped.column)

    @property
    def headers(self) -> dict[str, str]:
        """Headers by their column."""
        return {mapped.column: mapped.header for mapped in self.columns if mapped.column}


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A sheet with known columns.

    Attributes:
        header_row: Row of the headers, as Excel counts.
        fields: The compared fields, in the Ministry's order.
        sources: The sheet column of each field (from 0), or the parts of a pattern (texts and columns).
        ignored: Headers without a meaning.
        absent: Ministry columns that the sheet lacks.
    """

    record: RecordSpec
    sheet: str
    header_row: int
    fields: tuple[FieldSpec, ...]
    sources: tuple[int | tuple[str | int, ...], ...]
    ignored: tuple[str, ...]
    absent: tuple[str, ...]


def read_layout(path: Path, schemas: Schemas) -> SheetMapping:
    """Read an office's mapping of a sheet.

    Raises:
        SchemaError: Lists every flaw with its line.
    """
    file = StaffFile(path)
    for key in file.table:
        if key not in ("record", "sheet", "header_row", "columns"):
            file.flaw(
                key, f"khóa lạ “{key}”.{nearest_hint(key, ('record', 'sheet', 'header_row', 'columns'))}"
            )
    record = schemas.records.get(str(file.table.get("record", "")))
    if record is None:
        file.flaw("record", f"“record” phải là một trong: {', '.join(schemas.records)}.")
    header_row = file.table.get("header_row", 1)
    if not isinstance(header_row, int) or isinstance(header_row, bool) or header_row < 1:
        file.flaw("header_row", "“header_row” phải là số dòng, từ 1.")
    columns = file.table.get("columns")
    if not isinstance(columns, dict) or not columns:
        file.flaw("columns", "thiếu bảng [columns]: cột của Bộ = tiêu đề trong tệp.")
        columns = {}
    for name, source in columns.items():
        if record is not None and name not in record.by_column:
            file.flaw_of_table(
                "columns", name, f"Bộ không có cột “{name}”.{nearest_hint(name, record.by_column)}"
            )
        if not isinstance(source, str) or not source.strip():
            file.flaw_of_table("columns", name, f"“{name}” phải là tiêu đề của một cột.")
    file.refuse_flaws()
    mapped = tuple(MappedColumn(header, column) for column, header in columns.items())
    record = schemas.records[str(file.table["record"])]
    return SheetMapping(record, str(file.table.get("sheet", "")), int(header_row), mapped)


def find_layout(book: SourceWorkbook, schemas: Schemas, mapped: SheetMapping | None = None) -> SheetLayout:
    """Return the layout of the first sheet with the Ministry's columns, or of the mapped sheet.

    Args:
        mapped: An office's mapping of a sheet.

    Raises:
        ReconcileError: No sheet has the columns.
    """
    if mapped is not None:
        return _mapped(book, mapped)
    for sheet in list(book.sheets)[:MOST_SHEETS]:
        for number, cells in book.rows(sheet):
            if number > HEADER_WITHIN:
                break
            layout = _named(sheet, number, cells, schemas)
            if layout is not None:
                return layout
    raise ReconcileError(
        "Không thấy dòng tiêu đề với tên cột của Bộ (so, quyenSo, ngayDangKy, …). "
        "Nếu tệp có tiêu đề khác, hãy viết một tệp TOML rồi thêm --layout."
    )


def header_of(cell: CellContent) -> str:
    """Return the first line of a header, stripped, without the hints in the Ministry's templates."""
    return (cell if isinstance(cell, str) else cell.text).split("\n")[0].strip()


def _named(sheet: str, number: int, cells: Mapping[int, CellContent], schemas: Schemas) -> SheetLayout | None:
    headers = {at: header_of(cell) for at, cell in cells.items()}
    known = {
        name: sum(header in record.by_column for header in headers.values())
        for name, record in schemas.records.items()
    }
    best = max(known, key=lambda name: known[name])
    record = schemas.records[best]
    if known[best] < LEAST_COLUMNS or record.key_columns.number not in headers.values():
        return None
    where: dict[str, int] = {}
    for at, header in headers.items():
        where.setdefault(header, at)
    leading = {name for spec in schemas.exports.values() for name in spec.leading}
    ignored = tuple(h for h in where if h not in record.by_column and h not in leading)
    return _layout(record, sheet, number, dict(where), ignored)


def _mapped(book: SourceWorkbook, mapped: SheetMapping) -> SheetLayout:
    sheet = mapped.sheet or next(iter(book.sheets), "")
    if sheet not in book.sheets:
        raise ReconcileError(f"Tệp không có trang tính “{sheet}”. Tệp có: {', '.join(book.sheets)}.")
    cells = next((cells for number, cells in book.rows(sheet) if number == mapped.header_row), {})
    where: dict[str, int] = {}
    for at, cell in cells.items():
        where.setdefault(header_of(cell), at)
    sources: dict[str, int | tuple[str | int, ...]] = {}
    used: set[str] = set()
    for column, source in mapped.headers.items():
        parts = _PART.split(source)
        names = parts[1::2] or [source]
        missing = [name for name in names if name not in where]
        if missing:
            raise ReconcileError(
                f"Dòng {mapped.header_row} của trang “{sheet}” không có cột “{missing[0]}”."
                f"{nearest_hint(missing[0], where)}"
            )
        used |= set(names)
        if source in where:
            sources[column] = where[source]
        else:
            sources[column] = tuple(where[part] if at % 2 else part for at, part in enumerate(parts) if part)
    ignored = tuple(header for header in where if header not in used)
    return _layout(mapped.record, sheet, mapped.header_row, sources, ignored)


def _layout(
    record: RecordSpec,
    sheet: str,
    number: int,
    sources: Mapping[str, int | tuple[str | int, ...]],
    ignored: Sequence[str],
) -> SheetLayout:
    fields = tuple(spec for spec in record.fields if spec.column in sources)
    absent = tuple(spec.column for spec in record.fields if spec.column and spec.column not in sources)
    return SheetLayout(
        record, sheet, number, fields, tuple(sources[spec.column] for spec in fields), tuple(ignored), absent
    )
