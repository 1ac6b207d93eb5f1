"""The values that a package of a book is made of, handed in by those who have the registry and the scans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.base.model import Box, Ledger, PageRef

LONG_FIELD = 16
"""Characters from which a field counts as a long one."""


@dataclass(frozen=True, slots=True)
class WorkbookFault:
    """A fault that the check of a finished workbook found.

    Attributes:
        check: U1–U8, or LIST, HEADER, CELL.
        row: As Excel counts (1 = the header, 0 = the workbook as a whole).
        column: The Ministry's column.
        number: The entry number of that row.
        blocking: Whether it keeps the package from being delivered; else it is only reported.
    """

    check: str
    row: int
    column: str = ""
    number: str = ""
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class ExportBlocker:
    """An entry or a page that is not settled and may not be delivered.

    Attributes:
        why: ``task`` (open), ``value`` (``fields`` have no effective value), ``finding`` (an undecided BLOCK finding;
            ``codes``), ``confirm`` (what is delivered of ``fields`` waits for a person; ``codes``: the delivery rules),
            ``fault`` (its row would not pass the check before the upload; ``codes``), ``failure`` (a page or a scan
            without a result), ``scan`` (its scan is missing or altered), ``tampered`` (a row of it was changed behind
            the program's back; ``codes``: the tables), ``signature`` (amendments of ``fields`` want a second one).
        scan: The name of the scan.
        page_no: Counted from 1; 0: the whole scan.
        row: The entry's place on the page.
        number: The entry number, as far as it is known.
        entry_id: ``None`` for a page.
        fields: The Ministry's columns without a value.
        codes: Of findings, of reasons of the task, or of the failure.
    """

    why: str
    scan: str
    page_no: int
    row: int = 0
    number: str = ""
    entry_id: int | None = None
    fields: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextSpan:
    """A text of the invisible layer and its box on the rectified page, in pixels."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class AmendedColumn:
    """A column whose value an amendment gave: its kind, the decision, and the page that it was scanned as."""

    column: str
    kind: str
    decision_number: str
    decided_on: str
    paper: PageRef | None = None


@dataclass(frozen=True, slots=True)
class LayeredColumn:
    """A column of which something else is delivered than stands on paper.

    Attributes:
        column: The Ministry's column.
        written: What stands on paper.
        delivered: What is delivered.
        note: What is appended to the margin note.
        rule: The delivery rule.
        confirmed: Whether a person confirmed it.
    """

    column: str
    written: str
    delivered: str
    note: str
    rule: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class SettledEntry:
    """An entry as it is delivered.

    Attributes:
        entry_id: Its id in the registry.
        row: Its place on the page.
        ref: The page on which it begins.
        number: The entry number, ``NN/YYYY``.
        registered_year: The year of registration, ``""`` where it is not known.
        cells: The current values by Ministry column; ``""`` is an empty cell.
        texts: What is written on paper, whatever was amended.
        amended: The columns that amendments changed.
        layered: The columns that delivery rules changed.
    """

    entry_id: int
    row: int
    ref: PageRef
    number: str
    registered_year: str
    cells: Mapping[str, str]
    texts: tuple[TextSpan, ...] = ()
    amended: tuple[AmendedColumn, ...] = ()
    layered: tuple[LayeredColumn, ...] = ()


@dataclass(frozen=True, slots=True)
class BookFacts:
    """The book of a package; ``prefix`` is that of its record (KS, KH, KT)."""

    folder_name: str
    ledger: Ledger
    record: str
    prefix: str


@dataclass(slots=True)
class FieldTally:
    """Counts filled cells by length, as contractors are paid for them.

    Attributes:
        entries: Rows that were counted.
        short: Filled cells of under 16 characters.
        long: Filled cells of 16 characters or more.
    """

    entries: int = 0
    short: int = 0
    long: int = 0

    def count(self, cells: Mapping[str, str], columns: Iterable[str]) -> None:
        """Count the cells of one row that the template has a column for."""
        self.entries += 1
        for column in columns:
            length = len(cells.get(column, ""))
            self.short += 0 < length < LONG_FIELD
            self.long += length >= LONG_FIELD
