"""The folder of a book as the intake fills it: its ``ledger.toml`` once, then scans that are there whole or not at all.

The nightly run may read the folder at any moment: what is being written bears a hidden name. The perceptual hashes of a
book's pages are kept, to find a page that was scanned again: it goes on to the book, and is noted.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pipeline.base.errors import LedgerError
from pipeline.base.files import (
    append_line,
    atomic_path,
    complete_lines,
    make_folder,
    make_read_only,
    printable,
    remove_temporary_files,
    storage_errors,
    sync,
    temporary_path,
    write_atomically,
)
from pipeline.base.model import BookSeries, Ledger
from pipeline.declarations.ledger import LEDGER_FILE, SERIES_MARKS, ledger_text, load_ledger
from pipeline.layout.imaging.perceptual_hash import MAX_DUPLICATE_DISTANCE, hash_distance
from pipeline.scans.inbox.intake_folders import replace_text, safe_name
from pipeline.scans.inbox.separator_sheet import SeparatorSheet
from pipeline.scans.intake.folder import is_ignored

_NO_LINKS = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS})


def open_book_folder(books: Path, sheet: SeparatorSheet) -> Path:
    """Return the folder of the book that a sheet names; make it, with its ``ledger.toml``, when it is missing.

    Args:
        books: The folder of all books.
        sheet: The sheet.

    Raises:
        LedgerError: The folder there is of another book.
        StorageError: The disk cannot be written.
    """
    folder = books / sheet.folder
    if not folder.exists():
        make_folder(books)
        remove_temporary_files(books)
        _made(folder, sheet.ledger)
    if folder.is_symlink() or folder.resolve().parent != books.resolve():
        raise LedgerError(f"Thư mục sổ «{sheet.folder}» là một liên kết. Hãy dùng một thư mục thật.")
    known = load_ledger(folder)
    if _identity(known) != _identity(sheet.ledger):
        raise LedgerError(
            f"Thư mục sổ «{sheet.folder}» đã có, nhưng ledger.toml trong đó là của quyển khác (mẫu sổ, mã nơi, "
            "quyển số hoặc loại quyển khác nhau). Hãy kiểm tra tờ phân cách rồi gán sổ bằng tay."
        )
    return folder


def folder_name_of(ledger: Ledger, prefix: str = "") -> str:
    """Return the name that the folder of a book gets when nobody has named it.

    Args:
        ledger: What its cover says.
        prefix: What files of that kind of event begin with (``KS``); where it is not known, the form names the folder.
    """
    number, year = ledger.volume.split("/")
    return safe_name(
        f"{prefix or ledger.form}.{year}.{ledger.place_code}.{number}{SERIES_MARKS[ledger.series]}"
    )


def rewrite_ledger(books: Path, folder_name: str, ledger: Ledger) -> None:
    """Put another ``ledger.toml`` in the place of the one in a book's folder, whole or not at all.

    Args:
        books: The folder of all books.
        folder_name: The name of the book's folder.
        ledger: What its cover says.

    Raises:
        LedgerError: There is no such folder, or it or its ledger is a link.
        StorageError: The disk cannot be written.
    """
    folder = books / folder_name
    path = folder / LEDGER_FILE
    if folder.is_symlink() or path.is_symlink() or not folder.is_dir() or folder.parent != books:
        raise LedgerError(f"Không thấy thư mục sổ «{printable(folder_name)}», hoặc đó là một liên kết.")
    with storage_errors(folder):
        write_atomically(path, ledger_text(ledger))


def files_in_book(folder: Path) -> int:
    """Return how many files lie in the folder of a book that a run would look at; 0 where there is no such folder."""
    try:
        with os.scandir(folder) as entries:
            return sum(not is_ignored(one.name) for one in entries)
    except OSError:
        return 0


def place_in_book(copy: Path, folder: Path, file: str) -> None:
    """Put a stored file into the folder of a book, once.

    It becomes a link to the same bytes where the disk can, else a copy. What is there by that name stays.

    Args:
        copy: The file in the store.
        folder: The book's folder.
        file: Its name there.

    Raises:
        StorageError: The disk cannot be written.
    """
    target = folder / file
    if target.exists():
        return
    remove_temporary_files(folder)
    with storage_errors(folder):
        try:
            os.link(copy, target)
        except FileExistsError:
            return
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            with atomic_path(target) as temporary:
                shutil.copyfile(copy, temporary)
                make_read_only(temporary)
        else:
            sync(folder)


def _made(folder: Path, ledger: Ledger) -> None:
    """The folder with its ledger in it appears at once; one that others made meanwhile stays theirs."""
    temporary = temporary_path(folder.parent)
    with storage_errors(folder.parent):
        try:
            temporary.mkdir()
            replace_text(temporary / LEDGER_FILE, ledger_text(ledger))
            with suppress(FileExistsError):
                temporary.rename(folder)
            sync(folder.parent)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _identity(ledger: Ledger) -> tuple[str, str, str, BookSeries]:
    return ledger.form, ledger.place_code, ledger.volume, ledger.series


NEAR = 20

Look = tuple[int, str]
"""Number of a page in its file, and its likeness."""


def known_pages(path: Path) -> dict[str, tuple[Look, ...]]:
    """The looks of the pages in a book, by file."""
    told = (json.loads(line) for line in complete_lines(path))
    return {one["file"]: tuple((int(page), str(look)) for page, look in one["pages"]) for one in told}


def remember_pages(path: Path, file: str, pages: Sequence[Look]) -> None:
    """Add the perceptual hashes of a file's pages to those of its book.

    Args:
        path: The file of the book's hashes.
        file: The name of the added file.
        pages: The hashes of its pages.

    Raises:
        StorageError: The disk cannot be written.
    """
    append_line(path, json.dumps({"file": file, "pages": pages}, separators=(",", ":")))


def similar_pages(
    book: dict[str, tuple[Look, ...]], file: str, pages: Sequence[Look]
) -> tuple[tuple[int, str, int], ...]:
    """Return the pages of a file that may be a page of the book scanned again.

    Only the ``NEAR`` pages before each are compared: a page is laid on the glass again soon, and of a whole
    book some other page would always look alike.

    Args:
        book: The perceptual hashes of the book's pages, by file.
        file: The name of the file.
        pages: The perceptual hashes of its pages.

    Returns:
        The number of such a page with the file and number of the page it is most like, which may be an
        earlier page of the same file.
    """
    before = [(other, page, look) for other, looks in book.items() if other != file for page, look in looks]
    found = []
    for page, look in pages:
        nearest = min(before[-NEAR:], key=lambda one: hash_distance(look, one[2]), default=None)
        if nearest is not None and hash_distance(look, nearest[2]) <= MAX_DUPLICATE_DISTANCE:
            found.append((page, nearest[0], nearest[1]))
        before.append((file, page, look))
    return tuple(found)
