"""Identify the registry's book for a folder by comparing its ``ledger.toml`` with the registry.

A changed ``ledger.toml`` or a renamed folder would create a second book of the same pages and leave people's work
behind in the first. Therefore a contradiction is a question that only a person answers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, replace
from pathlib import Path

from pipeline.base.errors import BookInQuestion
from pipeline.base.files import printable
from pipeline.base.model import Ledger
from pipeline.declarations.ledger import LEDGER_FILE, ledger_differences, ledger_words
from pipeline.registry import KnownBook, Registry

Hashes = Callable[[], Collection[str]]
"""Returns the SHA-256 hashes of the scans in the folder, on demand."""


def agreed_ledger(registry: Registry, folder: Path, ledger: Ledger, hashes: Hashes) -> Ledger:
    """Return the ledger for reading a folder: from its file, otherwise from the registry.

    Args:
        hashes: Of the scans in the folder.

    Raises:
        BookInQuestion: The file contradicts the registry, or the scans belong to a book with another cover or folder.
    """
    book_id = registry.find_book(ledger, folder.name)
    if book_id is None:
        scans = frozenset(hashes())
        for known in registry.likely_books(folder.name, scans):
            if _may_be(known, folder.name, len(scans)):
                raise BookInQuestion(_question(known, folder, ledger))
        return ledger
    known = registry.known_book(book_id)
    agreed = replace(
        ledger, **{key: value for key, value in asdict(known.ledger).items() if _is_silent(ledger, key)}
    )
    filled = replace(
        known.ledger,
        **{
            key: value
            for key, value in asdict(agreed).items()
            if _is_silent(known.ledger, key) and key != "copy_of"  # no entry of such a book stands any more
        },
    )
    if filled != agreed:
        raise BookInQuestion(_question(known, folder, agreed))
    return agreed


def _is_silent(ledger: Ledger, key: str) -> bool:
    return getattr(ledger, key) in ("", None)


def _may_be(known: KnownBook, folder_name: str, scans: int) -> bool:
    """Return whether the book may be the folder's: the same name and a common scan, or most scans in common."""
    if known.folder_name == folder_name:
        return known.shared > 0 or known.scans == 0
    return 2 * known.shared > scans


def _question(known: KnownBook, folder: Path, ledger: Ledger) -> str:
    name = printable(folder.name)
    differences = [
        f"{difference.label}: {LEDGER_FILE} ghi {_quoted(difference.new)}, sổ dữ liệu ghi {_quoted(difference.old)}"
        for difference in ledger_differences(known.ledger, ledger)
    ]
    if known.folder_name != folder.name:
        differences.append(f"tên thư mục: nay là “{name}”, trước là “{printable(known.folder_name)}”")
    shared = f" Thư mục có {known.shared} bản quét của sổ ấy." if known.shared else ""
    answers = [
        f"nếu {LEDGER_FILE} hay tên thư mục sai, hãy sửa lại cho đúng",
        f"nếu sổ dữ liệu sai, hãy chạy: hotich book correct {known.book_id} --from {printable(folder)} --reason “…”",
    ]
    if known.shared or known.folder_name != folder.name or _is_other(known, ledger):
        answers.append(f"nếu đây là quyển khác, hãy chạy: hotich book add {printable(folder)} --reason “…”")
    return (
        f"Đây có phải là {describe_book(known)} không?{shared} Khác nhau ở {'; '.join(differences)}. "
        f"Chưa đọc gì thêm của quyển này: {'; '.join(answers)}."
    )


def _is_other(known: KnownBook, ledger: Ledger) -> bool:
    return (known.ledger.volume, known.ledger.place_code, known.ledger.series) != (
        ledger.volume,
        ledger.place_code,
        ledger.series,
    )


def describe_book(known: KnownBook) -> str:
    """Describe a book by its id, volume, series, place and folder."""
    words = ledger_words(known.ledger)
    return (
        f"sổ mã {known.book_id} (quyển {words['volume']}, loại quyển {words['series']}, {printable(words['place'])}, "
        f"thư mục “{printable(known.folder_name)}”)"
    )


def _quoted(words: str) -> str:
    return f"“{printable(words)}”" if words else "để trống"
