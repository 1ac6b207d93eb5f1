"""The intake's view of a book's folder: ``ledger.toml`` is written once, and scans appear atomically.

The nightly run may read the folder at any moment, so incomplete files have hidden names. The perceptual hashes of a
book's pages are kept to detect repeated scans of a page: a repeated page still goes to the book, and is recorded.
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
    """Return the folder of a sheet's book; if missing, create it with its ``ledger.toml``.

    Args:
        books: The folder of all books.

    Raises:
        LedgerError: The existing folder belongs to another book.
        StorageError: The disk cannot be written.
    """
    folder = books / sheet.folder
    if not folder.exists():
        make_folder(books)
        remove_temporary_files(books)
        _create(folder, sheet.ledger)
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
    """Return the default name of a book's folder.

    Args:
        prefix: Beginning of the file names for that kind of event (``KS``); if unknown, the form names the folder.
    """
    number, year = ledger.volume.split("/")
    return safe_name(
        f"{prefix or ledger.form}.{year}.{ledger.place_code}.{number}{SERIES_MARKS[ledger.series]}"
    )


def rewrite_ledger(books: Path, folder_name: str, ledger: Ledger) -> None:
    """Replace the ``ledger.toml`` in a book's folder atomically.

    Args:
        books: The folder of all books.

    Raises:
        LedgerError: The folder is missing, or it or its ledger is a link.
        StorageError: The disk cannot be written.
    """
    folder = books / folder_name
    path = folder / LEDGER_FILE
    if folder.is_symlink() or path.is_symlink() or not folder.is_dir() or folder.parent != books:
        raise LedgerError(f"Không thấy thư mục sổ «{printable(folder_name)}», hoặc đó là một liên kết.")
    with storage_errors(folder):
        write_atomically(path, ledger_text(ledger))


def files_in_book(folder: Path) -> int:
    """Return the number of files in a book's folder that a run would read; 0 for a missing folder."""
    try:
        with os.scandir(folder) as entries:
            return sum(not is_ignored(entry.name) for entry in entries)
    except OSError:
        return 0


def place_in_book(copy: Path, folder: Path, file: str) -> None:
    """Put a stored file into a book's folder, once.

    It becomes a hard link if the disk supports links, else a copy. An existing file of that name stays.

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


def _create(folder: Path, ledger: Ledger) -> None:
    """Create the folder atomically with its ledger; a folder created by others in the meantime stays."""
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
"""Number of a page in its file, and its perceptual hash."""


def known_pages(path: Path) -> dict[str, tuple[Look, ...]]:
    """Return the perceptual hashes of a book's pages, by file."""
    records = (json.loads(line) for line in complete_lines(path))
    return {
        record["file"]: tuple((int(page), str(look)) for page, look in record["pages"]) for record in records
    }


def remember_pages(path: Path, file: str, pages: Sequence[Look]) -> None:
    """Add the perceptual hashes of a file's pages to its book's hashes.

    Args:
        path: The file with the book's hashes.
        file: The name of the added file.
        pages: The hashes of the file's pages.

    Raises:
        StorageError: The disk cannot be written.
    """
    append_line(path, json.dumps({"file": file, "pages": pages}, separators=(",", ":")))


def similar_pages(
    book: dict[str, tuple[Look, ...]], file: str, pages: Sequence[Look]
) -> tuple[tuple[int, str, int], ...]:
    """Return the pages of a file that may be repeated scans of a page in the book.

    Only the ``NEAR`` pages before each are compared: a page is rescanned soon, and in a whole book some other page
    would always look similar.

    Args:
        book: The perceptual hashes of the book's pages, by file.
        pages: The perceptual hashes of the file's pages.

    Returns:
        The number of each such page with the file and number of the most similar page, possibly in the same file.
    """
    before = [(other, page, look) for other, looks in book.items() if other != file for page, look in looks]
    similar = []
    for page, look in pages:
        nearest = min(before[-NEAR:], key=lambda earlier: hash_distance(look, earlier[2]), default=None)
        if nearest is not None and hash_distance(look, nearest[2]) <= MAX_DUPLICATE_DISTANCE:
            similar.append((page, nearest[0], nearest[1]))
        before.append((file, page, look))
    return tuple(similar)
