"""The folder of a book as the intake fills it: its ``ledger.toml`` once, then scans that are there whole or not at all.

The nightly run may read the folder at any moment: what is being written bears a hidden name.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

from pipeline.errors import LedgerError
from pipeline.files import (
    atomic_path,
    make_folder,
    remove_temporary_files,
    storage_errors,
    sync,
    temporary_path,
)
from pipeline.inbox.folders import replace_text
from pipeline.inbox.sheet import Sheet
from pipeline.ledger import LEDGER_FILE, ledger_text, load_ledger
from pipeline.model import Ledger

_NO_LINKS = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.ENOSYS})


def opened(books: Path, sheet: Sheet) -> Path:
    """The folder of the book that a sheet names, made with its ``ledger.toml`` when it is not there.

    Raises ``LedgerError`` when the folder there is of another book, ``StorageError``.
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
            f"Thư mục sổ «{sheet.folder}» đã có, nhưng ledger.toml trong đó là của quyển khác (mẫu sổ, mã nơi hoặc "
            "quyển số khác nhau). Hãy kiểm tra tờ phân cách rồi gán sổ bằng tay."
        )
    return folder


def placed(copy: Path, folder: Path, file: str) -> None:
    """Put a file of the store into the folder under that name, once; as a link to the same bytes where the disk can,
    else as a copy. Raises ``StorageError``."""
    target = folder / file
    if target.exists():
        return
    remove_temporary_files(folder)
    with storage_errors(folder), atomic_path(target) as temporary:
        try:
            os.link(copy, temporary)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            shutil.copyfile(copy, temporary)
            temporary.chmod(0o444)


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


def _identity(ledger: Ledger) -> tuple[str, str, str]:
    return ledger.form, ledger.place_code, ledger.volume
