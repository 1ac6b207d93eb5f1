"""The mapping of sheet columns to fields: proposed by headers, with or without tones, and stored for later files.

A stored mapping is a file for ``hotich reconcile --layout``; later files find it by their headers.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pipeline.base.errors import ReconcileError, StorageError
from pipeline.base.files import make_folder, write_atomically
from pipeline.base.text.toml_text import toml_value
from pipeline.base.text.tones import unaccented
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.delivery.workbook_reading.sheet_layout import (
    HEADER_WITHIN,
    MOST_SHEETS,
    MappedColumn,
    SheetLayout,
    SheetMapping,
    find_layout,
    header_of,
    read_layout,
)
from pipeline.delivery.workbook_reading.workbook_reader import SourceWorkbook

LEAST_HEADERS = 3
"""Least number of columns or fields of a record that a header row names."""

NEAR = 0.85
"""Least similarity of a header and a field name for a proposal, 0 to 1."""

MOST_HEADERS = 400
LONGEST_HEADER = 200
MOST_COMPARED = 10_000
"""Number of headers of all sheets that are compared with names of fields; each takes about a millisecond."""


def propose_mapping(
    book: SourceWorkbook, schemas: Schemas, record: str = "", kept: Path | None = None
) -> SheetMapping:
    """Return the mapping of the best header row.

    Args:
        record: Name of the only record to consider; ``""``: all records.
        kept: Folder of the mappings confirmed by people.

    Raises:
        ReconcileError: No visible sheet has a header row, or two columns have the same header.
    """
    best: tuple[int, SheetMapping] | None = None
    records = [schemas.record(record)] if record else list(schemas.records.values())
    compared = 0
    for sheet in [sheet for sheet in book.sheets if sheet not in book.hidden][:MOST_SHEETS]:
        for number, headers in _header_rows(book, sheet):
            compared += len(headers)
            if compared > MOST_COMPARED:
                break
            for spec in records:
                columns = _proposed(headers, spec)
                fits = sum(bool(mapped.column) + mapped.sure for mapped in columns)
                named = sum(bool(mapped.column) for mapped in columns)
                if named >= LEAST_HEADERS and (best is None or fits > best[0]):
                    best = fits, SheetMapping(spec, sheet, number, columns)
    if best is None:
        raise ReconcileError(
            "Không thấy dòng tiêu đề nào giống tên cột của Bộ hay tên trường của một loại sổ. Hãy đặt dòng tiêu đề "
            f"trong {HEADER_WITHIN} dòng đầu, hoặc viết tệp TOML rồi thêm --layout."
        )
    mapping = best[1]
    doubled = _doubled([mapped.header for mapped in mapping.columns])
    if doubled:
        raise ReconcileError(f"Hai cột cùng tên “{doubled}”. Hãy đặt tên khác nhau rồi làm lại.")
    return _as_kept(mapping, schemas, kept) if kept is not None else mapping


def layout_of(
    book: SourceWorkbook, schemas: Schemas, record: str = "", kept: Path | None = None
) -> SheetLayout:
    """Return the layout of a workbook whose columns are all certain.

    Args:
        record: Name of the only record to consider; ``""``: all records.
        kept: Folder of the mappings confirmed by people.

    Raises:
        ReconcileError: No header row fits, or a header is only similar to a name; the message gives advice.
    """
    proposed = propose_mapping(book, schemas, record, kept)
    if not proposed.sure:
        unsure = [mapped for mapped in proposed.columns if mapped.column and not mapped.sure]
        labels = proposed.record.by_column
        questions = "; ".join(
            f"“{mapped.header}” có phải là “{labels[mapped.column].label}”?" for mapped in unsure[:8]
        )
        raise ReconcileError(
            f"Chưa chắc cột nào là trường nào: {questions}. Hãy ghi lại bằng --propose, sửa rồi thêm --layout."
        )
    return find_layout(book, schemas, proposed)


def chosen_mapping(proposed: SheetMapping, columns: Mapping[str, str]) -> SheetMapping:
    """Return the mapping chosen by people: ``columns`` maps declared columns to headers.

    Raises:
        ReconcileError: An unknown column or header, or a header chosen twice.
    """
    headers = {mapped.header for mapped in proposed.columns}
    for column, header in columns.items():
        if column not in proposed.record.by_column:
            raise ReconcileError(f"Loại sổ “{proposed.record.title}” không có cột “{column[:60]}”.")
        if header not in headers:
            raise ReconcileError(f"Tệp không có tiêu đề “{header[:60]}”. Hãy gửi lại tệp.")
    doubled = _doubled(list(columns.values()))
    if doubled:
        raise ReconcileError(f"Tiêu đề “{doubled}” được chọn cho hai trường.")
    return replace(
        proposed, columns=tuple(MappedColumn(header, column) for column, header in columns.items())
    )


def keep_mapping(folder: Path, proposed: SheetMapping, mapping: SheetMapping) -> None:
    """Store a mapping confirmed by people for later files with these headers.

    Raises:
        StorageError: The disk refuses the write.
    """
    try:
        make_folder(folder)
        write_atomically(folder / f"{_fingerprint(proposed)}.toml", layout_text(mapping))
    except OSError as error:
        raise StorageError(f"Không ghi được {folder}: {error.strerror}. Hãy kiểm tra ổ đĩa.") from None


def layout_text(mapping: SheetMapping) -> str:
    """Return a mapping in the file format of ``read_layout``."""
    lines = [
        f"record = {toml_value(mapping.record.record)}",
        f"sheet = {toml_value(mapping.sheet)}",
        f"header_row = {mapping.header_row}",
        "",
        "[columns]",
        *(f"{toml_value(column)} = {toml_value(header)}" for column, header in mapping.headers.items()),
    ]
    return "\n".join(lines) + "\n"


def name_form(text: str) -> str:
    """Return a header or a name in the form compared: without tones, capitals, hints and punctuation."""
    plain = unaccented(text.split("\n", maxsplit=1)[0]).casefold()
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"\([^)]*\)", " ", plain)).strip()


def _header_rows(book: SourceWorkbook, sheet: str) -> Iterator[tuple[int, list[str]]]:
    for number, cells in book.rows(sheet):
        if number > HEADER_WITHIN:
            return
        headers = [header_of(cell)[:LONGEST_HEADER] for _, cell in sorted(cells.items())]
        yield number, [header for header in headers if header][:MOST_HEADERS]


def _proposed(headers: list[str], record: RecordSpec) -> tuple[MappedColumn, ...]:
    """Map each header to a column: by the column's name, the field's label with or without tones, or a similar name.

    A usual heading of an office's own books is a proposal that a person confirms.
    """
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
    mapped = []
    meanings = _usual_headings(record)
    for header in headers:
        meant = meanings.get(name_form(header), "")
        column = (
            sure.get(header, "")
            or (meant if meant in free else "")
            or _nearest(name_form(header), names, free)
        )
        free.discard(column)
        mapped.append(MappedColumn(header, column, header in sure))
    return tuple(mapped)


def _usual_headings(record: RecordSpec) -> dict[str, str]:
    """Return the columns of the usual headings of books that offices typed for themselves, by the heading's form."""
    key, columns = record.key_columns, {spec.name: spec.column for spec in record.fields}
    first = record.people[0] if record.people else None
    headings = (
        (key.number, ("Số", "Số thứ tự", "Số vào sổ", "Số đăng ký", "Số hiệu")),
        (key.volume, ("Quyển", "Quyển số", "Số quyển", "Sổ")),
        (key.registered_on, ("Ngày đăng ký", "Ngày vào sổ", "Ngày lập", "Ngày tháng đăng ký")),
        (key.place, ("Nơi đăng ký", "Cơ quan đăng ký", "UBND")),
        (key.page, ("Trang", "Trang số", "Số trang")),
        (
            columns.get(first.name or "", "") if first else "",
            ("Họ và tên", "Họ tên", "Họ, chữ đệm, tên", "Tên"),
        ),
        (
            columns.get(first.born_on or "", "") if first else "",
            ("Ngày sinh", "Ngày tháng năm sinh", "Sinh ngày"),
        ),
        (columns.get(first.died_on or "", "") if first else "", ("Ngày chết", "Ngày mất", "Chết ngày")),
    )
    return {name_form(word): column for column, words in reversed(headings) if column for word in words}


def _nearest(form: str, names: Mapping[str, str], free: set[str]) -> str:
    if len(form) < 4:
        return ""
    known = [name for name, column in names.items() if column in free]
    close = difflib.get_close_matches(form, known, n=1, cutoff=NEAR)
    return names[close[0]] if close else ""


def _as_kept(proposed: SheetMapping, schemas: Schemas, folder: Path) -> SheetMapping:
    path = folder / f"{_fingerprint(proposed)}.toml"
    if not path.is_file():
        return proposed
    try:
        kept = read_layout(path, schemas)
    except ReconcileError:  # it names undeclared columns
        return proposed
    if kept.record.record != proposed.record.record:
        return proposed
    columns_of = {mapped.header: mapped.column for mapped in kept.columns}
    columns = tuple(
        MappedColumn(mapped.header, columns_of.get(mapped.header, "")) for mapped in proposed.columns
    )
    return replace(proposed, columns=columns, kept=True)


def _fingerprint(proposed: SheetMapping) -> str:
    identity = json.dumps(
        [proposed.record.record, *(mapped.header for mapped in proposed.columns)], ensure_ascii=False
    )
    return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:16]


def _doubled(names: list[str]) -> str:
    return next((name for name in names if names.count(name) > 1), "")
