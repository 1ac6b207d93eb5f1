"""The check before the upload ("Kiểm tra trước khi up"): U1–U8 of contractors' practice, code lists, loading rules.

The rules of the shared software are declared in ``schemas/loading.toml``.

It sees only the finished file and has rules of its own, independent of the code that wrote the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from pipeline.declarations.schema import FieldSpec, RecordKey, Schemas, Vocab
from pipeline.declarations.schema.shared_software import LoadingRule
from pipeline.delivery.export.package_values import WorkbookFault
from pipeline.delivery.export.workbook import ReadBack, ReadRow, has_codes, read_back

_DAY = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_NUMBER = re.compile(r"[0-9]{2,6}(?:bis|ter|[A-DĐ])?/[0-9]{4}")
_YEAR = re.compile(r"[0-9]{4}")

Key = tuple[str, str]
"""Volume and number of an entry."""


def preupload_faults(
    path: Path,
    export: str,
    schemas: Schemas,
    unsettled: Collection[Key] = (),
    expected: Sequence[Mapping[str, str]] | None = None,
    province: tuple[LoadingRule, ...] = (),
) -> tuple[WorkbookFault, ...]:
    """Return the faults of a workbook in the form of a template.

    Args:
        unsettled: Keys of unsettled entries, which the workbook must not contain (U8).
        expected: The cells of the entries that it must contain, row by row, without further rows.
        province: Rules that refusals of the real software became.

    Raises:
        StorageError: The file cannot be read.
    """
    with read_back(path, schemas.exports[export].sheet) as book:
        if book.header != schemas.columns(export):
            return tuple(_header_faults(book, schemas.columns(export)))
        checker = _Checker(export, schemas, frozenset(unsettled), province)
        faults: list[WorkbookFault] = []
        for row in book.rows():
            faults += checker.faults_of(row)
            if expected is not None and row.row - 2 < len(expected):
                faults += checker.changed(row, expected[row.row - 2])
    faults += checker.repeated()
    if expected is not None and checker.count != len(expected):
        faults.append(WorkbookFault("U8", 0))
    return tuple(faults)


def row_faults(
    rows: Sequence[Mapping[str, str]],
    export: str,
    schemas: Schemas,
    unsettled: Collection[Key] = (),
    province: tuple[LoadingRule, ...] = (),
) -> Mapping[int, tuple[WorkbookFault, ...]]:
    """Return the blocking faults of rows before they are written, by index in ``rows``.

    Args:
        rows: The cells of each entry by Ministry column.
        unsettled: Keys of unsettled entries.
        province: Rules that refusals of the real software became.
    """
    columns = frozenset(schemas.columns(export))
    checker = _Checker(export, schemas, frozenset(unsettled), province)
    faults_by_row: dict[int, list[WorkbookFault]] = {}
    for index, cells in enumerate(rows):
        row = ReadRow(index, {name: text for name, text in cells.items() if text and name in columns})
        for fault in checker.faults_of(row):
            faults_by_row.setdefault(index, []).append(fault)
    for fault in checker.repeated():
        faults_by_row.setdefault(fault.row, []).append(fault)
    blocking = {
        index: tuple(fault for fault in faults if fault.blocking)
        for index, faults in sorted(faults_by_row.items())
    }
    return {index: faults for index, faults in blocking.items() if faults}


def _header_faults(book: ReadBack, wanted: tuple[str, ...]) -> Iterator[WorkbookFault]:
    for at in range(max(len(wanted), len(book.header))):
        name = book.header[at] if at < len(book.header) else ""
        if at >= len(wanted) or name != wanted[at]:
            yield WorkbookFault("HEADER", 1, wanted[at] if at < len(wanted) else name)


class _Checker:
    """Checks rows in turn and remembers their keys."""

    def __init__(
        self, export: str, schemas: Schemas, unsettled: frozenset[Key], province: tuple[LoadingRule, ...]
    ) -> None:
        record = schemas.records[schemas.exports[export].record]
        self._key = record.key_columns
        columns = schemas.columns(export)
        self._leading = schemas.exports[export].leading
        fields = [record.by_column[name] for name in columns if name in record.by_column]
        self._columns = columns[len(self._leading) :]
        self._dates = [
            spec.column
            for spec in fields
            if spec.value_kind.is_date and spec.column != self._key.registered_on
        ]
        self._lists = [
            (spec, *_list_of(spec, schemas))
            for spec in fields
            if spec.vocab and not _is_list_of_names(schemas.vocabs[spec.vocab])
        ]
        rules = (*schemas.loading, *province)
        self._loading = [
            (column, names, [(rule, rule.column_beside(column)) for rule in held])
            for column in self._columns
            if (held := [rule for rule in rules if rule.holds_in(export, column)])
            for names in [_complete_list(record.by_column.get(column), schemas)]
        ]
        self._unsettled = unsettled
        self._met: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
        self.count = 0

    def faults_of(self, row: ReadRow) -> Iterator[WorkbookFault]:
        self.count += 1
        place, volume, number = (
            row.cells.get(column, "") for column in (self._key.place, self._key.volume, self._key.number)
        )
        self._met.setdefault((place, volume, number), []).append((row.row, number))
        for check, column in (*_key_faults(row.cells, self._key), *self._date_faults(row.cells)):
            yield WorkbookFault(check, row.row, column, number)
        if (volume, number) in self._unsettled:
            yield WorkbookFault("U8", row.row, "", number)
        for name in row.other:
            yield WorkbookFault("CELL", row.row, name, number)
        for spec, allowed, closed in self._lists:
            value = row.cells.get(spec.column, "")
            if value and value not in allowed:
                yield WorkbookFault("LIST", row.row, spec.column, number, blocking=closed)
        yield from self._loading_faults(row, number)

    def _loading_faults(self, row: ReadRow, number: str) -> Iterator[WorkbookFault]:
        """Yield what the shared software would refuse or read otherwise than meant."""
        for column, names, rules in self._loading:
            text = row.cells.get(column, "")
            for rule, beside in rules:
                if rule.is_broken_by(text, row.cells.get(beside, ""), names):
                    check = "LOAD" if rule.outcome == "refused" else "READ"
                    yield WorkbookFault(check, row.row, column, number, rule.blocks, rule.code)

    def changed(self, row: ReadRow, expected: Mapping[str, str]) -> Iterator[WorkbookFault]:
        """Yield the cells that differ from the expected cells."""
        for name in self._columns:
            if row.cells.get(name, "") != expected[name] and name not in row.other:
                yield WorkbookFault("CELL", row.row, name, row.cells.get(self._key.number, ""))

    def _date_faults(self, cells: dict[str, str]) -> Iterator[tuple[str, str]]:
        for column in self._dates:
            text = cells.get(column, "")
            if text and not is_date_text(text):
                yield "U6", column

    def repeated(self) -> Iterator[WorkbookFault]:
        """Yield U7 for every row whose key occurs in several rows."""
        for rows in self._met.values():
            if len(rows) > 1:
                yield from (WorkbookFault("U7", row, self._key.number, number) for row, number in rows)


def _key_faults(cells: Mapping[str, str], key: RecordKey) -> Iterator[tuple[str, str]]:
    number, volume, day, page = (
        cells.get(column, "") for column in (key.number, key.volume, key.registered_on, key.page)
    )
    if not number.strip():
        yield "U1", key.number
    if not is_day(day):
        yield "U2", key.registered_on
    for column, text in ((key.number, number), (key.volume, volume)):
        if not _NUMBER.fullmatch(text):
            yield "U3", column
    if number[-4:] != day[-4:]:
        yield "U4", key.number
    if page and not (page.isascii() and page.isdigit()):
        yield "U5", key.page


def is_day(text: str) -> bool:
    """Return whether a text is a calendar day written ``dd.mm.yyyy``."""
    match = _DAY.fullmatch(text)
    if match is None:
        return False
    try:
        date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return False
    return True


def is_date_text(text: str) -> bool:
    """Return whether a text is valid in a date cell: a day, a year, or an age in words ("30 tuổi")."""
    return "t" in text or is_day(text) or _YEAR.fullmatch(text) is not None


def _list_of(spec: FieldSpec, schemas: Schemas) -> tuple[frozenset[str], bool]:
    """Return the valid codes in the column of a listed field, and whether other texts are faults that block.

    A text outside a list of names of peoples and countries goes out by a person's word; one outside a list of codes
    does not.
    """
    name = spec.vocab or ""
    return schemas.vocabularies[name].delivered, has_codes(schemas.vocabs[name])


def _is_list_of_names(vocab: Vocab) -> bool:
    """Return whether a list holds all names of the shared software; a loading rule then speaks of other texts."""
    return bool(vocab.listed) and not has_codes(vocab)


def _complete_list(spec: FieldSpec | None, schemas: Schemas) -> frozenset[str]:
    """Return the names that the shared software's own list of a column holds; empty where it is not declared."""
    if spec is None or not spec.vocab:
        return frozenset()
    return frozenset(term.code for term in schemas.vocabs[spec.vocab].listed)


def count_by_check(faults: Iterable[WorkbookFault]) -> dict[str, int]:
    """Return the number of faults by check."""
    return dict(Counter(fault.check for fault in faults).most_common())
