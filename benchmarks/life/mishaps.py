"""What goes wrong in a month, and how people mend it.

A mishap is planted before the first night or happens in the course of the month; who mends it does so at the desk, as
the browser lets them, and the keys that it takes are counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.life.month import LifeBook, Month
from benchmarks.life.paper import PaperPage, misread
from benchmarks.life.staff import SUPERVISOR, Staff
from pipeline.base.errors import BookInQuestion
from pipeline.base.model import Ledger, PageRef
from pipeline.base.text.telex import telex_keys
from pipeline.registry import Registry, RegistryPart

CHOICE = 1
"""Keys of a choice on a page: a click, or the key that stands for it."""


@dataclass
class Day:
    """What people have at hand: the month, its registry and its staff."""

    month: Month
    registry: Registry
    staff: Staff

    def part(self, book: LifeBook, scan: str | None = None) -> RegistryPart:
        """Return a book, or the scan of a file name, as the registry names it."""
        sha256 = None if scan is None else self.month.page_scan(self.registry, book, scan)
        return RegistryPart(self.month.book_id(self.registry, book), sha256)


class Mishap:
    """A mishap in one book.

    Attributes:
        name: What happens, in the words of an office.
        actions: What the audit says of its mending.
    """

    name = ""
    actions: tuple[str, ...] = ()

    def __init__(self, book: LifeBook) -> None:
        self.book = book

    def plant(self, month: Month) -> None:
        """Let it happen before the first night."""

    def morning(self, day: Day) -> int:
        """Mend it on the first morning, before anybody reviews; return the keys. A night follows."""
        del day
        return 0

    def evening(self, day: Day) -> int:
        """Mend it once everything was reviewed; return the keys. Another night follows."""
        del day
        return 0

    def last_morning(self, day: Day) -> int:
        """Mend what the last night has read; return the keys. What waits then is reviewed."""
        del day
        return 0

    def _take_page(self) -> str:
        """The file name of a page of the book that nothing else happens to."""
        return self.book.free.pop()


class ScannedTwice(Mishap):
    """A page lies in the folder twice, scanned at two moments."""

    name = "trang quét hai lần"
    actions = ("withdrawn",)

    def plant(self, month: Month) -> None:
        like = self._take_page()
        self.again = f"{like.removesuffix('.jpg')}-lan2.jpg"
        month.add_scan(self.book, like, self.again, self.book.pages[like])

    def morning(self, day: Day) -> int:
        return _withdraw(day, day.part(self.book, self.again), "Quét hai lần")


class StrayPage(Mishap):
    """A page of some other book lies in the folder."""

    name = "trang của sổ khác"
    actions = ("withdrawn",)

    def plant(self, month: Month) -> None:
        self.stray = "quet-nham.jpg"
        while (self.book.folder / self.stray).exists():
            self.stray = f"x{self.stray}"
        month.add_scan(self.book, self._take_page(), self.stray, PaperPage((), known=False))

    def morning(self, day: Day) -> int:
        return _withdraw(day, day.part(self.book, self.stray), "Trang của sổ khác")


class VoidEntry(Mishap):
    """A page was begun, struck through as a whole and begun anew on the next one; the machine reads both."""

    name = "việc gạch bỏ cả trang"
    actions = ("withdrawn",)

    def plant(self, month: Month) -> None:
        like = self._take_page()
        self.void = f"{like.removesuffix('.jpg')}-bo.jpg"
        month.add_scan(self.book, like, self.void, self.book.pages[like])

    def morning(self, day: Day) -> int:
        part = replace(day.part(self.book, self.void), page_no=1)
        (page,) = [
            page
            for page in day.staff.desk.pages_of_book(SUPERVISOR, part.book_id)
            if page.ref.scan_sha256 == part.scan_sha256
        ]
        return sum(
            _withdraw(day, day.registry.part_of_entry(entry_id), "Gạch bỏ cả trang")
            for entry_id, _ in page.entries
        )


class GhostBook(Mishap):
    """Somebody made the folder of a book twice, with another volume."""

    name = "sổ lập nhầm"
    actions = ("withdrawn",)

    def plant(self, month: Month) -> None:
        like = self._take_page()
        folder = self.book.folder.with_name(f"{self.book.name}-nham")
        folder.mkdir()
        self.ghost = LifeBook(folder, replace(self.book.ledger, volume=_volume(self.book.ledger, 77)), {})
        self.ghost.write_ledger(self.ghost.ledger)
        original = self.book.folder / like
        (folder / "a.jpg").write_bytes(original.read_bytes())
        month.add_scan(self.ghost, "a.jpg", "b.jpg", self.book.pages[like])
        (folder / "a.jpg").unlink()

    def morning(self, day: Day) -> int:
        return _withdraw(day, day.part(self.ghost), "Lập nhầm thư mục")


class WrongCover(Mishap):
    """What stands on the cover was typed wrong in ``ledger.toml``, and the book was read under it.

    Args:
        name: Which key was wrong.
        mistyped: Returns the wrong cover.
        text: What is typed to put it right.
    """

    actions = ("book-corrected",)

    def __init__(self, book: LifeBook, name: str, mistyped: Callable[[Ledger], Ledger], text: str) -> None:
        super().__init__(book)
        self.name, self._mistyped, self._text = name, mistyped, text

    def plant(self, month: Month) -> None:  # noqa: ARG002 (as in Mishap)
        self.book.write_ledger(self._mistyped(self.book.ledger))

    def morning(self, day: Day) -> int:
        book_id = day.month.book_id(day.registry, self.book)
        day.staff.desk.correct_book(SUPERVISOR, book_id, self.book.ledger, "Ghi nhầm")
        self.book.write_ledger(self.book.ledger)
        return _form_keys(self._text, "Ghi nhầm")


class ChangedLedger(Mishap):
    """``ledger.toml`` is overwritten while the book is read: the night asks and reads nothing into another book."""

    name = "ledger.toml mâu thuẫn với sổ dữ liệu"

    def morning(self, day: Day) -> int:  # noqa: ARG002 (as in Mishap)
        self.book.write_ledger(replace(self.book.ledger, volume=_volume(self.book.ledger, 55)))
        return 0

    def evening(self, day: Day) -> int:
        report = day.month.reports[self.book.name]
        assert [failure.code for failure in report.failures] == [BookInQuestion.code], report.failures
        self.book.write_ledger(self.book.ledger)
        return _form_keys(self.book.ledger.volume)


class DeletedFile(Mishap):
    """A file is deleted from the folder after it was read: the night names it, nothing is lost."""

    name = "tệp quét bị xóa khỏi thư mục"

    def plant(self, month: Month) -> None:  # noqa: ARG002 (as in Mishap)
        self.gone = self._take_page()

    def morning(self, day: Day) -> int:  # noqa: ARG002 (as in Mishap)
        (self.book.folder / self.gone).unlink()
        return 0

    def last_morning(self, day: Day) -> int:
        assert self.gone in day.month.reports[self.book.name].missing
        return 0


class TornFile(Mishap):
    """A scan was copied by half: it is named as broken, and read once it is whole."""

    name = "tệp quét chép dở"
    actions = ("withdrawn",)

    def plant(self, month: Month) -> None:  # noqa: ARG002 (as in Mishap)
        self.torn = self._take_page()
        path = self.book.folder / self.torn
        self._whole = path.read_bytes()
        path.write_bytes(self._whole[: len(self._whole) // 3])

    def morning(self, day: Day) -> int:
        failures = [failure.scan for failure in day.month.reports[self.book.name].failures]
        assert self.torn in failures, failures
        broken = day.part(self.book, self.torn)
        (self.book.folder / self.torn).write_bytes(self._whole)
        return _withdraw(day, broken, "Chép dở") + CHOICE


class FaintPage(Mishap):
    """A page is too faint: a reviewer asks for another scan, which takes its place."""

    name = "trang mờ phải quét lại"
    actions = ("rescan-asked", "page-replaced")

    def plant(self, month: Month) -> None:
        self.old = self._take_page()
        page = self.book.pages[self.old]
        faint = frozenset(name for entry in page.entries for name in entry.values)
        month.paper.add(self.book.folder / self.old, replace(page, faint=faint))

    def evening(self, day: Day) -> int:
        self.new = f"{self.old.removesuffix('.jpg')}-quet-lai.jpg"
        day.month.add_scan(self.book, self.old, self.new, self.book.pages[self.old])
        return CHOICE

    def last_morning(self, day: Day) -> int:
        book_id = day.month.book_id(day.registry, self.book)
        old, new = (
            PageRef(day.month.page_scan(day.registry, self.book, name), 1) for name in (self.old, self.new)
        )
        day.staff.desk.replace_page(SUPERVISOR, book_id, old, new, "Quét lại")
        return _form_keys("Quét lại") + CHOICE


class WithdrawnByMistake(Mishap):
    """A page that people have decided is withdrawn by mistake, and put back with all that was decided."""

    name = "thu hồi nhầm rồi hủy thu hồi"
    actions = ("withdrawn", "reinstated")

    def plant(self, month: Month) -> None:  # noqa: ARG002 (as in Mishap)
        self.page = self._take_page()

    def evening(self, day: Day) -> int:
        part = day.part(self.book, self.page)
        number = day.staff.desk.withdraw(SUPERVISOR, part, "Nhầm")
        day.staff.desk.reinstate(SUPERVISOR, number, "Thu hồi nhầm")
        return _form_keys("Nhầm") + _form_keys("Thu hồi nhầm") + 2 * CHOICE


class WrongDecision(Mishap):
    """Everybody has typed the same wrong text; somebody sees it later and has the field opened again."""

    name = "giá trị đã quyết định sai"
    actions = ("entry-reopened",)

    def plant(self, month: Month) -> None:
        self.page = self._take_page()
        page = self.book.pages[self.page]
        entry = page.entries[0]
        self.field = next(
            name for name in ("notes", *entry.values) if entry.values.get(name) and name.endswith("_name")
        )
        sha256 = month.paper.add(self.book.folder / self.page, replace(page, faint=frozenset({self.field})))
        self.place = (sha256, entry.row, self.field)
        month.mistyped[self.place] = misread(entry.values[self.field])

    def evening(self, day: Day) -> int:
        del day.month.mistyped[self.place]
        sha256, row, name = self.place
        part = day.part(self.book, self.page)
        (entry_id,) = [
            id_of_entry
            for page in day.staff.desk.pages_of_book(SUPERVISOR, part.book_id)
            if page.ref.scan_sha256 == sha256
            for id_of_entry, _ in page.entries
            if day.registry.entry(id_of_entry).row == row
        ]
        day.staff.desk.reopen(SUPERVISOR, entry_id, [name], "Gõ sai tên")
        return _form_keys("Gõ sai tên") + CHOICE


class OddText(Mishap):
    """A clerk has written a value in a way that the Ministry's columns do not take.

    Args:
        name: What it is, in the words of an office.
        kind: The kind of the field; the first such field of the page that is filled.
        written: Returns what stands on the paper in place of the ordinary text.
    """

    def __init__(self, book: LifeBook, name: str, kind: str, written: Callable[[str], str]) -> None:
        super().__init__(book)
        self.name, self._kind, self._written = name, kind, written

    def plant(self, month: Month) -> None:
        scan = self._take_page()
        page = self.book.pages[scan]
        entry = page.entries[0]
        kinds = {spec.name: spec.kind for spec in month.schemas.record(self.book.record(month)).fields}
        self.field = next(
            name
            for name, text in entry.values.items()
            if text and kinds[name] == self._kind and name != "registered_on"
        )
        odd = replace(entry, values={**entry.values, self.field: self._written(entry.values[self.field])})
        self.book.pages[scan] = replace(page, entries=(odd, *page.entries[1:]))
        month.paper.add(self.book.folder / scan, self.book.pages[scan])


class MissedEntry(Mishap):
    """The machine does not find an entry of a page, or does not know the page; a person adds it and it is typed.

    Args:
        name: What happens, in the words of an office.
        known: Whether the machine knows the page for one of its form.
    """

    actions = ("entries-added",)

    def __init__(self, book: LifeBook, name: str, *, known: bool) -> None:
        super().__init__(book)
        self.name, self._known = name, known

    def plant(self, month: Month) -> None:
        self.scan = self._take_page()
        page = self.book.pages[self.scan]
        last = replace(page.entries[-1], read=False)
        entries = (
            (*page.entries[:-1], last)
            if self._known
            else tuple(replace(entry, read=False) for entry in page.entries)
        )
        self.page = PaperPage(entries, known=self._known)
        month.paper.add(self.book.folder / self.scan, self.page)

    def morning(self, day: Day) -> int:
        sha256 = day.month.page_scan(day.registry, self.book, self.scan)
        book_id = day.month.book_id(day.registry, self.book)
        missing = [entry for entry in self.page.entries if not entry.read]
        added = day.staff.desk.add_entries(SUPERVISOR, book_id, PageRef(sha256, 1), [None] * len(missing))
        for task_id in added.leased:
            day.staff.desk.hand_back(SUPERVISOR, task_id)
        rows = [day.registry.entry(entry_id).row for entry_id in added.entries]
        day.month.typed_rows |= {
            (sha256, row): missing_entry.row for row, missing_entry in zip(rows, missing, strict=True)
        }
        closed = 0
        for ticket in day.staff.desk.tickets(SUPERVISOR):
            if ticket.book_id == book_id and ticket.ref.scan_sha256 == sha256:
                day.staff.desk.close_ticket(SUPERVISOR, ticket.id, "Đã nhập tay")
                closed += _form_keys("Đã nhập tay")
        return (1 + len(missing)) * CHOICE + closed


class OffFormColumn(Mishap):
    """The Ministry wants a column that the form has no place for: a supervisor adds it, people type it."""

    name = "cột không có trên mẫu"
    actions = ("column-added",)
    field, text = "registration_type", "Đúng hạn"

    def morning(self, day: Day) -> int:
        book_id = day.month.book_id(day.registry, self.book)
        day.staff.desk.add_column(SUPERVISOR, book_id, self.field)
        day.month.off_form[self.book.name, self.field] = self.text
        return 2 * CHOICE


def mishaps_of(book: LifeBook, number: int) -> list[Mishap]:
    """Return what happens to the book of this number, from 1."""
    kinds: list[Callable[[LifeBook], Mishap]] = [
        ScannedTwice,
        FaintPage,
        StrayPage,
        WrongDecision,
        VoidEntry,
        DeletedFile,
        WithdrawnByMistake,
        TornFile,
        GhostBook,
    ]
    of_book: list[Mishap] = [kind(book) for kind in kinds[number % 3 :: 3]]
    of_book += [kind(book) for kind in kinds[(number + 1) % 3 :: 3]]
    covers = (
        lambda: WrongCover(
            book, "quyển số gõ nhầm", lambda ledger: replace(ledger, volume=_volume(ledger, 66)), "01"
        ),
        lambda: WrongCover(book, "số trang gõ nhầm", lambda ledger: replace(ledger, pages=1), "25"),
        lambda: ChangedLedger(book),
        lambda: WrongCover(
            book, "mã nơi đăng ký gõ nhầm", lambda ledger: replace(ledger, place_code="00000"), "93662"
        ),
    )
    odd = (
        lambda: OddText(book, "số không ghi năm", "entry_number", lambda text: text.partition("/")[0]),
        lambda: OddText(
            book, "ngày âm lịch", "date", lambda text: f"{'/'.join(re.split('[./-]', text)[:2])} ÂL"
        ),
        lambda: OddText(book, "năm ghi hai chữ số", "date", lambda text: text[:-4] + text[-2:]),
        lambda: OddText(book, "năm áng chừng", "date", lambda text: f"khoảng {text[-4:]}"),
        lambda: MissedEntry(book, "việc máy bỏ sót", known=True),
        lambda: MissedEntry(book, "trang máy không nhận ra", known=False),
    )
    chosen = [*of_book, covers[number % len(covers)](), *(make() for make in odd[number % 2 :: 2])]
    return [*chosen, OffFormColumn(book)] if number == 1 else chosen


def _withdraw(day: Day, part: RegistryPart, reason: str) -> int:
    day.staff.desk.withdraw(SUPERVISOR, part, reason)
    return _form_keys(reason) + CHOICE


def _form_keys(*texts: str) -> int:
    """Keys of a form: each text, and the key that sends it."""
    return sum(map(telex_keys, texts)) + CHOICE


def _volume(ledger: Ledger, number: int) -> str:
    return f"{number:02}/{ledger.year}"
