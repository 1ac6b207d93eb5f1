"""What the lines of the audit log are about, in words: an entry by its number and book, not by its id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from pipeline.registry.books.rows import book, page, scan
from pipeline.registry.entries.rows import entry
from pipeline.registry.reconciliation.model import difference
from pipeline.registry.tasks.rows import review_task, ticket

NOUNS = {
    "account": "tài khoản",
    "api": "hệ thống",
    "api-token": "mã truy cập",
    "backup": "sao lưu",
    "book": "sổ",
    "custody": "phiếu giao nhận",
    "difference": "khác biệt",
    "entry": "sự kiện",
    "file": "tệp",
    "form": "mẫu sổ",
    "form-draft": "bản nháp mẫu sổ",
    "guideline": "hướng dẫn",
    "import": "lần nhập Excel",
    "link": "gợi ý cùng một người",
    "lot": "lô",
    "offices": "cơ quan cấp trích lục, lần đổi",
    "page": "trang",
    "plan": "kế hoạch, lần đổi",
    "policy": "điều cơ quan đặt, lần đổi",
    "reader": "bộ đọc, bản",
    "reconciliation": "lần đối soát",
    "scan": "bản quét",
    "search": "lượt tra cứu",
    "secret": "bí mật",
    "settings": "thiết lập, lần đổi",
    "task": "nhiệm vụ",
    "template": "mẫu in",
    "ticket": "yêu cầu quét lại",
}
"""What a subject is, by the word before its colon."""

MOST_SHOWN = 16
"""Letters of a digest that are shown."""


@dataclass(frozen=True, slots=True)
class AuditedSubject:
    """A subject in words, and the rows to which a page may lead.

    Attributes:
        words: Such as ``"sự kiện số 12/2010, sổ KS.2010.01"``; the id where the row is gone.
        book_id: Its book; None: none.
        entry_id: The entry that it is or that it is about; None: none.
    """

    words: str
    book_id: int | None = None
    entry_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a subject is: a book, and in it a page, and on it an entry."""

    book_id: int
    book: str
    page_no: int | None = None
    entry_id: int | None = None
    number: str | None = None
    year: int | None = None

    @property
    def words(self) -> str:
        if self.entry_id is not None:
            number = f"{self.number}/{self.year}" if self.number and self.year else self.number
            return f"sự kiện {f'số {number}' if number else f'mã {self.entry_id}'}, sổ {self.book}"
        return f"sổ {self.book}" if self.page_no is None else f"trang {self.page_no}, sổ {self.book}"


def subjects_in_words(connection: Connection, subjects: Collection[str]) -> dict[str, AuditedSubject]:
    """Return subjects of the audit log in words. Numbers of entries are shown as far as they are effective."""
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for subject in subjects:
        kind, _, key = subject.partition(":")
        if kind in _PLACES and key.isdecimal():
            ids[kind].add(int(key))
    places = {
        f"{kind}:{key}": place for kind, some in ids.items() for key, place in _of(connection, kind, some)
    }
    return {subject: _in_words(subject, places) for subject in subjects}


def _in_words(subject: str, places: Mapping[str, _Place]) -> AuditedSubject:
    kind, colon, key = subject.partition(":")
    place = places.get(subject)
    if place is not None:
        about = {"book": "", "entry": "", "page": "", "scan": "bản quét của "}.get(kind, f"{NOUNS[kind]} về ")
        return AuditedSubject(about + place.words, place.book_id, place.entry_id)
    if kind not in NOUNS:
        return AuditedSubject(subject)
    short = key if len(key) <= 2 * MOST_SHOWN else f"{key[:MOST_SHOWN]}…"
    return AuditedSubject(f"{NOUNS[kind]} {short}" if colon else NOUNS[kind])


_ENTRY = (entry.c.id, entry.c.number, entry.c.year)
_BOOK = (book.c.id, book.c.folder_name)

_PLACES: Mapping[str, Select[Any]] = {
    "book": select(book.c.id, *_BOOK),
    "entry": select(entry.c.id, *_BOOK, page.c.page_no, *_ENTRY)
    .join(page, entry.c.page_id == page.c.id)
    .join(scan, page.c.scan_id == scan.c.id)
    .join(book, scan.c.book_id == book.c.id),
    "page": select(page.c.id, *_BOOK, page.c.page_no)
    .join(scan, page.c.scan_id == scan.c.id)
    .join(book, scan.c.book_id == book.c.id),
    "scan": select(scan.c.id, *_BOOK).join(book, scan.c.book_id == book.c.id),
    "task": select(review_task.c.id, *_BOOK, page.c.page_no, *_ENTRY)
    .join(page, review_task.c.page_id == page.c.id)
    .join(book, review_task.c.book_id == book.c.id)
    .outerjoin(entry, review_task.c.entry_id == entry.c.id),
    "ticket": select(ticket.c.id, *_BOOK, page.c.page_no)
    .join(page, ticket.c.page_id == page.c.id)
    .join(scan, page.c.scan_id == scan.c.id)
    .join(book, scan.c.book_id == book.c.id),
    "difference": select(difference.c.id, *_BOOK, page.c.page_no, *_ENTRY)
    .join(book, difference.c.book_id == book.c.id)
    .outerjoin(entry, difference.c.entry_id == entry.c.id)
    .outerjoin(page, entry.c.page_id == page.c.id),
}
"""The query for the places of subjects of a kind; the first column is the id of the subject."""


def _of(connection: Connection, kind: str, ids: Collection[int]) -> Iterator[tuple[int, _Place]]:
    query = _PLACES[kind]
    key = query.selected_columns[0]
    for subject_id, *columns in connection.execute(query.where(key.in_(ids))):
        yield subject_id, _Place(*columns)
