"""Which column of a sheet holds which field: proposed by its headers, with or without tones, and kept for later files.

A mapping is a file as ``hotich reconcile --layout`` takes it. What was mapped once is found again by the headers.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.base.errors import ReconcileError, StorageError
from pipeline.base.files import make_folder, write_atomically
from pipeline.base.text.tones import unaccented
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.delivery.reconcile.sheet_layout import (
    HEADER_WITHIN,
    SheetLayout,
    SheetMapping,
    find_layout,
    header_of,
    read_layout,
)
from pipeline.delivery.reconcile.workbook_reader import SourceWorkbook

LEAST_HEADERS = 3
"""So many headers of a row must be columns or fields of a record before it is taken for the row of headers."""

NEAR = 0.85
"""How alike a header and the name of a field must be to be proposed, 0 to 1."""

MOST_HEADERS = 400
LONGEST_HEADER = 200


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """One header of a sheet.

    Attributes:
        header: What stands in its first line.
        column: The declared column that it is taken for; ``""``: none.
        sure: Whether it is that name itself, with or without tones, and not only like it.
    """

    header: str
    column: str
    sure: bool


@dataclass(frozen=True, slots=True)
class ProposedMapping:
    """What the headers of a workbook were taken for.

    Attributes:
        record: The kind of register.
        sheet: The sheet.
        header_row: The row of the headers, as Excel counts.
        columns: Its headers from left to right.
        kept: Whether people confirmed the mapping for an earlier file.
    """

    record: RecordSpec
    sheet: str
    header_row: int
    columns: tuple[ProposedColumn, ...]
    kept: bool = False

    @property
    def sure(self) -> bool:
        """Whether nobody need be asked."""
        return self.kept or all(one.sure for one in self.columns if one.column)

    def mapping(self) -> SheetMapping:
        """Return it as the layout of a sheet."""
        columns = {one.column: one.header for one in self.columns if one.column}
        return SheetMapping(self.record.record, self.sheet, self.header_row, columns)


def propose_mapping(
    book: SourceWorkbook, schemas: Schemas, record: str = "", kept: Path | None = None
) -> ProposedMapping:
    """Return which columns of the workbook are which, by the row of headers that fits best.

    Args:
        book: The workbook.
        schemas: The declarations.
        record: That kind of register only; ``""``: the one that fits best.
        kept: The folder of mappings that people confirmed.

    Raises:
        ReconcileError: No sheet that is shown has such a row, or two of its columns have the same header.
    """
    best: tuple[int, ProposedMapping] | None = None
    asked = [schemas.record(record)] if record else list(schemas.records.values())
    for sheet in book.sheets:
        if sheet in book.hidden:
            continue
        for number, headers in _header_rows(book, sheet):
            for spec in asked:
                columns = _proposed(headers, spec)
                fits = sum(bool(one.column) + one.sure for one in columns)
                named = sum(bool(one.column) for one in columns)
                if named >= LEAST_HEADERS and (best is None or fits > best[0]):
                    best = fits, ProposedMapping(spec, sheet, number, columns)
    if best is None:
        raise ReconcileError(
            "Không thấy dòng tiêu đề nào giống tên cột của Bộ hay tên trường của một loại sổ. Hãy đặt dòng tiêu đề "
            f"trong {HEADER_WITHIN} dòng đầu, hoặc viết tệp TOML rồi thêm --layout."
        )
    found = best[1]
    doubled = _doubled([one.header for one in found.columns])
    if doubled:
        raise ReconcileError(f"Hai cột cùng tên “{doubled}”. Hãy đặt tên khác nhau rồi làm lại.")
    return _as_kept(found, schemas, kept) if kept is not None else found


def layout_of(
    book: SourceWorkbook, schemas: Schemas, record: str = "", kept: Path | None = None
) -> SheetLayout:
    """Return the layout of a workbook of which nobody need be asked what its columns are.

    Args:
        book: The workbook.
        schemas: The declarations.
        record: That kind of register only; ``""``: the one that fits best.
        kept: The folder of mappings that people confirmed.

    Raises:
        ReconcileError: Nothing fits, or a header is only like a name; the message says which and what to do.
    """
    proposed = propose_mapping(book, schemas, record, kept)
    if not proposed.sure:
        unsure = [one for one in proposed.columns if one.column and not one.sure]
        labels = proposed.record.by_column
        told = "; ".join(f"“{one.header}” có phải là “{labels[one.column].label}”?" for one in unsure[:8])
        raise ReconcileError(
            f"Chưa chắc cột nào là trường nào: {told}. Hãy ghi lại bằng --propose, sửa rồi thêm --layout."
        )
    return find_layout(book, schemas, proposed.mapping())


def chosen_mapping(proposed: ProposedMapping, columns: Mapping[str, str]) -> SheetMapping:
    """Return the mapping that people choose: ``columns`` maps declared columns to headers.

    Raises:
        ReconcileError: A column or a header is none of theirs, or one has two.
    """
    headers = {one.header for one in proposed.columns}
    for column, header in columns.items():
        if column not in proposed.record.by_column:
            raise ReconcileError(f"Loại sổ “{proposed.record.title}” không có cột “{column[:60]}”.")
        if header not in headers:
            raise ReconcileError(f"Tệp không có tiêu đề “{header[:60]}”. Hãy gửi lại tệp.")
    doubled = _doubled(list(columns.values()))
    if doubled:
        raise ReconcileError(f"Tiêu đề “{doubled}” được chọn cho hai trường.")
    return SheetMapping(proposed.record.record, proposed.sheet, proposed.header_row, dict(columns))


def keep_mapping(folder: Path, proposed: ProposedMapping, mapping: SheetMapping) -> None:
    """Keep a mapping that people confirmed for the next file with these headers.

    Raises:
        StorageError: The disk refuses.
    """
    try:
        make_folder(folder)
        write_atomically(folder / f"{_mark(proposed)}.toml", layout_text(mapping))
    except OSError as error:
        raise StorageError(f"Không ghi được {folder}: {error.strerror}. Hãy kiểm tra ổ đĩa.") from None


def layout_text(mapping: SheetMapping) -> str:
    """Return a mapping as the file that ``read_layout`` reads."""
    lines = [
        f"record = {_toml(mapping.record)}",
        f"sheet = {_toml(mapping.sheet)}",
        f"header_row = {mapping.header_row}",
        "",
        "[columns]",
        *(f"{_toml(column)} = {_toml(header)}" for column, header in mapping.columns.items()),
    ]
    return "\n".join(lines) + "\n"


def name_form(text: str) -> str:
    """Return a header or a name as it is compared: without tones, capitals, hints and signs."""
    plain = unaccented(text.split("\n", maxsplit=1)[0]).casefold()
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"\([^)]*\)", " ", plain)).strip()


def _header_rows(book: SourceWorkbook, sheet: str) -> Iterator[tuple[int, list[str]]]:
    for number, cells in book.rows(sheet):
        if number > HEADER_WITHIN:
            return
        headers = [header_of(cell)[:LONGEST_HEADER] for _, cell in sorted(cells.items())]
        yield number, [one for one in headers if one][:MOST_HEADERS]


def _proposed(headers: list[str], record: RecordSpec) -> tuple[ProposedColumn, ...]:
    """Return what each header is: a column's own name, that of a field with or without tones, or one like it."""
    names: dict[str, str] = {}
    for spec in record.fields:
        if spec.column:
            names.setdefault(name_form(spec.label), spec.column)
            names.setdefault(name_form(spec.column), spec.column)
    free = set(record.by_column)
    sure: dict[str, str] = {}
    for header in headers:
        column = header if header in record.by_column else names.get(name_form(header), "")
        if column in free:
            sure[header] = column
            free.discard(column)
    found = []
    for header in headers:
        column = sure.get(header, "") or _nearest(name_form(header), names, free)
        free.discard(column)
        found.append(ProposedColumn(header, column, header in sure))
    return tuple(found)


def _nearest(form: str, names: Mapping[str, str], free: set[str]) -> str:
    if len(form) < 4:
        return ""
    known = [name for name, column in names.items() if column in free]
    close = difflib.get_close_matches(form, known, n=1, cutoff=NEAR)
    return names[close[0]] if close else ""


def _as_kept(found: ProposedMapping, schemas: Schemas, folder: Path) -> ProposedMapping:
    path = folder / f"{_mark(found)}.toml"
    if not path.is_file():
        return found
    try:
        kept = read_layout(path, schemas)
    except ReconcileError:  # it names what is declared no longer
        return found
    if kept.record != found.record.record:
        return found
    by_header = {header: column for column, header in kept.columns.items()}
    columns = tuple(
        ProposedColumn(one.header, by_header.get(one.header, ""), sure=True) for one in found.columns
    )
    return ProposedMapping(found.record, found.sheet, found.header_row, columns, kept=True)


def _mark(proposed: ProposedMapping) -> str:
    told = json.dumps([proposed.record.record, *(one.header for one in proposed.columns)], ensure_ascii=False)
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]


def _doubled(names: list[str]) -> str:
    return next((name for name in names if names.count(name) > 1), "")


def _toml(text: str) -> str:
    """Return a basic string of TOML: the escapes of JSON are among its own, and DEL is escaped as well."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
