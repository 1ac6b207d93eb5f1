"""The norm of scans held against a book: what does not meet it, with what to do. Nothing is refused for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.declarations.office.campaign import ScanNorm
from pipeline.registry.custody.scanned_books import ScannedBook

TOLERANCE = 0.03
"""Share by which a measured resolution may lie below the norm: paper and printed frames vary by that much."""

FOLDER = "{so}"
"""Stands in the pattern of names for the folder name of the book."""


@dataclass(frozen=True, slots=True)
class NormFlaw:
    """Something that does not meet the norm.

    Attributes:
        what: What is wrong, in Vietnamese.
        advice: What to do, in Vietnamese.
        scan: File name; ``""``: the book as a whole.
        page_no: None: the file or the book as a whole.
    """

    book_id: int
    folder_name: str
    what: str
    advice: str
    scan: str = ""
    page_no: int | None = None


def norm_flaws(
    book: ScannedBook, norm: ScanNorm, coloured: Mapping[str, bool] | None = None
) -> Iterator[NormFlaw]:
    """Yield what does not meet the norm.

    Args:
        coloured: Whether a scan has colour, by SHA-256; scans that it does not name were not looked at.
    """
    yield from _count_flaws(book, norm)
    yield from _page_flaws(book, norm)
    pattern = _pattern(norm.names, book.folder_name)
    for sha256, name in book.scans.items():
        if pattern is not None and pattern.fullmatch(name) is None:
            yield _flaw(book, "tên tệp không theo cách đặt tên", "Đặt lại tên tệp rồi gửi lại.", sha256)
        if norm.colour and coloured is not None and not coloured.get(sha256, True):
            yield _flaw(book, "không phải ảnh màu", "Quét lại tệp này ở chế độ màu.", sha256)


def _count_flaws(book: ScannedBook, norm: ScanNorm) -> Iterator[NormFlaw]:
    if norm.counted and book.counted is None:
        yield _flaw(book, "chưa đếm trang trước khi quét", "Đếm rồi kê khai số trang ở trang Giao nhận sổ.")
    unread, inner = book.expected - len(book.pages), sum(not one.is_cover for one in book.pages)
    if unread > 0:
        yield _flaw(
            book, f"{unread} trang máy chưa đọc được", "Cho máy đọc sổ, xem các trang hỏng ở trang của sổ."
        )
    elif book.counted not in (None, inner):
        yield _flaw(
            book,
            f"quét {inner} trang (không kể bìa), đếm được {book.counted}",
            "Tìm trang chưa quét hay quét hai lần; đếm lại quyển giấy.",
        )


def _page_flaws(book: ScannedBook, norm: ScanNorm) -> Iterator[NormFlaw]:
    for one in book.pages:
        if not norm.least_dpi or one.dpi >= norm.least_dpi * (1 - TOLERANCE):
            continue
        what, advice = "không biết độ phân giải", "Xem lại cách quét, quét lại nếu cần."
        if one.dpi > 0:
            what = f"đo được {one.dpi:.0f} dpi, chuẩn {norm.least_dpi}"
            advice = "Đặt lại máy quét rồi quét lại trang này."
        yield _flaw(book, what, advice, one.sha256, one.page_no)


def _flaw(
    book: ScannedBook, what: str, advice: str, sha256: str = "", page_no: int | None = None
) -> NormFlaw:
    return NormFlaw(book.book_id, book.folder_name, what, advice, book.scans.get(sha256, ""), page_no)


def _pattern(names: str, folder_name: str) -> re.Pattern[str] | None:
    """Return the pattern of file names; no part is looked for twice, so that no name takes long."""
    if not names:
        return None
    first, *between = (re.escape(part.replace(FOLDER, folder_name)) for part in names.split("*"))
    if not between:
        return re.compile(first, re.IGNORECASE)
    *between, last = between
    found = "".join(f"(?>.*?{part})" for part in between)
    return re.compile(f"{first}{found}.*{last}", re.IGNORECASE)
