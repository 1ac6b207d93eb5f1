"""Values that the package of a book is made of; callers with registry and scans provide them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.base.model import Box, Ledger, PageRef

LONG_FIELD = 16
"""Length in characters from which a field counts as long."""


@dataclass(frozen=True, slots=True)
class WorkbookFault:
    """A fault in a finished workbook.

    Attributes:
        check: U1–U8, LIST, HEADER, CELL; LOAD (the shared software would refuse the row) or READ (it would read the
            row otherwise than meant).
        row: As Excel counts (1 = the header, 0 = the whole workbook).
        column: The Ministry's column.
        number: The entry number in this row.
        blocking: Whether the fault blocks the delivery; otherwise it is only reported.
        rule: Code of the rule of the shared software behind LOAD and READ.
    """

    check: str
    row: int
    column: str = ""
    number: str = ""
    blocking: bool = True
    rule: str = ""


@dataclass(frozen=True, slots=True)
class ExportBlocker:
    """An entry or a page that blocks the delivery.

    Attributes:
        why: ``task`` (open), ``value`` (``fields`` have no effective value), ``finding`` (an undecided BLOCK finding;
            ``codes``), ``confirm`` (the delivered values of ``fields`` wait for confirmation; ``codes``: the delivery
            rules), ``fault`` (its row fails the check before the upload; ``codes``), ``failure`` (a page or a scan
            without a result), ``scan`` (its scan is missing or altered), ``tampered`` (a row was changed outside the
            program; ``codes``: the tables), ``signature`` (amendments of ``fields`` lack a second signature).
        page_no: Counted from 1; 0: the whole scan.
        number: The entry number, if it is known.
        entry_id: ``None`` for a page.
        fields: The Ministry's columns without a value.
        codes: Codes of findings, reasons of the task, or code of the failure.
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
    """A text of the invisible text layer and its box on the rectified page, in pixels."""

    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class AmendedColumn:
    """A column with an amended value: the kind of amendment, its decision, and the page with the scanned decision.

    Attributes:
        author: The login of the person who noted the amendment.
        signed_by: The login of the second person; ``""``: nobody signed.
    """

    column: str
    kind: str
    decision_number: str
    decided_on: str
    paper: PageRef | None = None
    author: str = ""
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class LayeredColumn:
    """A column whose delivered value differs from the written value.

    Attributes:
        column: The Ministry's column.
        note: Text appended to the margin note.
    """

    column: str
    written: str
    delivered: str
    note: str
    rule: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class SettledEntry:
    """An entry as delivered.

    Attributes:
        ref: The first page of the entry.
        number: The entry number, ``NN/YYYY``.
        registered_year: The year of registration; ``""`` if it is unknown.
        cells: The current values by Ministry column; ``""`` is an empty cell.
        texts: The text on paper, without amendments.
        amended: The columns that amendments changed.
        layered: The columns that delivery rules changed.
        notes: The margin note without the notes of delivery rules.
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
    notes: str = ""


@dataclass(frozen=True, slots=True)
class BookFacts:
    """The book of a package; ``prefix`` is the prefix of its record (KS, KH, KT)."""

    folder_name: str
    ledger: Ledger
    record: str
    prefix: str


@dataclass(slots=True)
class FieldTally:
    """Counts filled cells by length, the basis of contractors' pay.

    Attributes:
        entries: Number of rows.
        short: Number of filled cells of under 16 characters.
        long: Number of filled cells of 16 characters or more.
    """

    entries: int = 0
    short: int = 0
    long: int = 0

    def count(self, cells: Mapping[str, str], columns: Iterable[str]) -> None:
        """Count the cells of a row in the columns of the template."""
        self.entries += 1
        for column in columns:
            length = len(cells.get(column, ""))
            self.short += 0 < length < LONG_FIELD
            self.long += length >= LONG_FIELD
