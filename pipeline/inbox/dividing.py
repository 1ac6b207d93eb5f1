"""Which pages of a day's deliveries belong to which book: said by the separator sheets among them, else by the
``ledger.toml`` of the folder they came to, else by nobody.

Nothing here is remembered: it follows from the manifest alone, so it comes out the same after any interruption.
Deliveries of one folder of an inbox are in the order of their numbers, and a sheet holds until the next one, the end of
the day, or a file that could have been a sheet and cannot be read: rather nobody's than the wrong book's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pipeline.errors import LedgerError, UnknownFileType
from pipeline.inbox.arrivals import is_unfinished, printable
from pipeline.inbox.manifest import Outcome, Row
from pipeline.inbox.sheet import Sheet, sheet_on

NOBODY = "chưa có tờ phân cách và thư mục không có ledger.toml"


@dataclass(frozen=True, slots=True)
class Share:
    """Pages of one delivery that go to the book of ``sheet``; without one they wait, for the ``reason``."""

    pages: tuple[int, ...]
    sheet: Sheet | None = None
    reason: str = ""


LedgerOf = Callable[[str], Sheet | None]
"""The book whose ``ledger.toml`` lies in a folder of the inbox, if there is one. Raises ``LedgerError``."""


def divided(
    rows: Mapping[int, Row], waiting: Mapping[int, str], ledger_of: LedgerOf
) -> Iterator[tuple[Row, tuple[Share, ...]]]:
    """The stored deliveries of a scanner and day in order, with whose pages they are. ``waiting``: names of deliveries
    without an outcome; what came to the same folder after one of them is not told yet."""
    folders: dict[str, _Folder] = {}
    for serial in sorted({*rows, *waiting}):
        name = waiting[serial] if serial not in rows else rows[serial].name
        folder = folders.setdefault(_folder_of(name), _Folder(_folder_of(name), ledger_of))
        if serial not in rows:
            folder.waits = True
        elif not folder.waits:
            row = rows[serial]
            if row.outcome is Outcome.STORED:
                yield row, folder.shares(row)
            else:
                folder.lost(row)


@dataclass
class _Folder:
    """One folder of an inbox while its deliveries are gone through."""

    name: str
    ledger_of: LedgerOf
    sheet: Sheet | None = None
    doubt: str = ""
    waits: bool = False

    def lost(self, row: Row) -> None:
        """A delivery that was refused or taken away could have been a sheet."""
        is_scan = row.code != UnknownFileType.code and not is_unfinished(row.name.rpartition("/")[2])
        if self.sheet is not None and is_scan:
            self.doubt = f"tệp «{printable(row.name)}» ngay trước đó không đọc được, có thể là tờ phân cách"

    def shares(self, row: Row) -> tuple[Share, ...]:
        """Whose the pages of a delivery are; sheets are nobody's."""
        found: list[tuple[list[int], Sheet | None, str]] = []
        for page in row.pages:
            try:
                sheet = sheet_on(page.codes)
            except LedgerError as error:
                self.sheet, self.doubt = None, error.message
                found.append(([page.page_no], None, error.message))
                continue
            if sheet is not None:
                self.sheet, self.doubt = sheet, ""
                continue
            if page.fault and self.sheet is not None:
                self.doubt = f"trang {page.page_no} không mở được, có thể là tờ phân cách"
            whose, reason = self._whose()
            if found and found[-1][1:] == (whose, reason) and found[-1][0][-1] == page.page_no - 1:
                found[-1][0].append(page.page_no)
            else:
                found.append(([page.page_no], whose, reason))
        return tuple(Share(tuple(pages), whose, reason) for pages, whose, reason in found)

    def _whose(self) -> tuple[Sheet | None, str]:
        if self.doubt:
            return None, self.doubt
        if self.sheet is not None:
            return self.sheet, ""
        try:
            book = self.ledger_of(self.name)
        except LedgerError as error:
            return None, error.message
        return book, "" if book else NOBODY


def _folder_of(name: str) -> str:
    return name.rpartition("/")[0]
