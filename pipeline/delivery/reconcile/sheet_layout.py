"""The layout of a sheet: which of its columns holds which column of the Ministry.

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
from pipeline.delivery.reconcile.sheet_parts import CellContent
from pipeline.delivery.reconcile.workbook_reader import SourceWorkbook

HEADER_WITHIN = 20
"""Rows in which the header of an unmapped sheet is looked for."""

LEAST_COLUMNS = 5
"""So many names of a record's columns must a header hold."""

_PART = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """An office's file about a sheet: ``columns`` maps the Ministry's names to headers or patterns."""

    record: str
    sheet: str
    header_row: int
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A sheet whose columns are known.

    Attributes:
        record: The kind of event.
        sheet: The name of the sheet.
        header_row: The row of the headers, as Excel counts.
        fields: The compared fields, in the Ministry's order.
        sources: For each field the column of the sheet (from 0), or the parts of a pattern (texts and columns).
        ignored: Headers without a meaning here.
        absent: Columns of the Ministry that the sheet lacks.
    """

    record: RecordSpec
    sheet: str
    header_row: int
    fields: tuple[FieldSpec, ...]
    sources: tuple[int | tuple[str | int, ...], ...]
    ignored: tuple[str, ...]
    absent: tuple[str, ...]


def read_layout(path: Path, schemas: Schemas) -> SheetMapping:
    """Read an office's file about a sheet.

    Args:
        path: The file.
        schemas: The declarations.

    Raises:
        SchemaError: Names every flaw with its line.
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
    return SheetMapping(
        str(file.table["record"]), str(file.table.get("sheet", "")), int(header_row), dict(columns)
    )


def find_layout(book: SourceWorkbook, schemas: Schemas, mapped: SheetMapping | None = None) -> SheetLayout:
    """Return the layout of the first sheet that has the columns, or of the mapped one.

    Args:
        book: The workbook.
        schemas: The declarations.
        mapped: An office's file about a sheet.

    Raises:
        ReconcileError: No sheet has the columns.
    """
    if mapped is not None:
        return _mapped(book, schemas, mapped)
    for sheet in book.sheets:
        for number, cells in book.rows(sheet):
            if number > HEADER_WITHIN:
                break
            found = _named(sheet, number, cells, schemas)
            if found is not None:
                return found
    raise ReconcileError(
        "Không thấy dòng tiêu đề với tên cột của Bộ (so, quyenSo, ngayDangKy, …). "
        "Nếu tệp có tiêu đề khác, hãy viết một tệp TOML rồi thêm --layout."
    )


def header_of(cell: CellContent) -> str:
    """Return a header without the hints of the Ministry's templates: its first line, without spaces around it."""
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


def _mapped(book: SourceWorkbook, schemas: Schemas, mapped: SheetMapping) -> SheetLayout:
    sheet = mapped.sheet or next(iter(book.sheets), "")
    if sheet not in book.sheets:
        raise ReconcileError(f"Tệp không có trang tính “{sheet}”. Tệp có: {', '.join(book.sheets)}.")
    cells = next((cells for number, cells in book.rows(sheet) if number == mapped.header_row), {})
    where: dict[str, int] = {}
    for at, cell in cells.items():
        where.setdefault(header_of(cell), at)
    sources: dict[str, int | tuple[str | int, ...]] = {}
    used: set[str] = set()
    for column, source in mapped.columns.items():
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
    return _layout(schemas.records[mapped.record], sheet, mapped.header_row, sources, ignored)


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
        record,
        sheet,
        number,
        fields,
        tuple(sources[spec.column] for spec in fields),
        tuple(ignored),
        absent,
    )
