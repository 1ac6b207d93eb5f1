"""X"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.model import Box, Ledger, PageRef


@dataclass(frozen=True, slots=True)
class WorkbookFault:
    """What the check of a finished workbook found. ``check``: U1–U8, or LIST, HEADER, CELL; ``row``: as Excel counts
    (1 = the header, 0 = the workbook as a whole); ``column``: the Ministry's; ``number``: ``so`` of that row. A fault
    that does not block is only told."""

    check: str
    row: int
    column: str = ""
    number: str = ""
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class ExportBlocker:
    """An entry (``entry_id``) or a page (None) that is not settled and may not be delivered. ``why``: ``task`` (open),
    ``value`` (nothing in force for ``fields``), ``finding`` (a BLOCK finding stands; ``codes``), ``failure`` (a page
    or a scan without a result). ``number`` as far as it is known; ``page_no`` 0: the whole scan."""

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
    """Words of the invisible layer and where they stand on the straight page, in its pixels."""

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
class SettledEntry:
    """An entry as it is delivered: ``cells`` by Ministry column (``""`` = an empty cell), the current values;
    ``texts`` are those on paper, whatever was ``amended``."""

    entry_id: int
    row: int
    scan_sha256: str
    page_no: int
    cells: Mapping[str, str]
    texts: tuple[TextSpan, ...] = ()
    amended: tuple[AmendedColumn, ...] = ()

    @property
    def number(self) -> str:
        return self.cells.get("so", "")

    @property
    def registered_year(self) -> str:
        return self.cells.get("ngayDangKy", "")[-4:]


@dataclass(frozen=True, slots=True)
class BookFacts:
    """The book that a package is of; ``prefix`` is its kind's (KS, KH, KT)."""

    folder_name: str
    ledger: Ledger
    record: str
    prefix: str


LONG = 16
"""Characters from which a field counts as a long one."""


@dataclass(slots=True)
class FieldTally:
    """Filled cells of all rows that were ``counted``: ``short`` have under 16 characters, ``long`` 16 or more."""

    entries: int = 0
    short: int = 0
    long: int = 0

    def count(self, cells: Mapping[str, str], columns: Iterable[str]) -> None:
        """Count the cells of one row that stand in the template."""
        self.entries += 1
        for column in columns:
            length = len(cells.get(column, ""))
            self.short += 0 < length < LONG
            self.long += length >= LONG
