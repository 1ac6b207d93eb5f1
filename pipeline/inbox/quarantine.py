"""Files that are refused are kept apart, each with its reason in Vietnamese beside it."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.errors import ScanError
from pipeline.files import make_folder, storage_errors, sync
from pipeline.inbox.arrivals import printable
from pipeline.inbox.folders import replace_text

REASON_ENDING = ".ly-do.txt"
LONGEST_NAME = 100
_UNSAFE = re.compile(r"[^\w .()-]")


def kept_apart(copy: Path, folder: Path, serial: int, name: str, error: ScanError, at: str) -> str:
    """Move a copy that is on disk into the quarantine ``folder`` and write why; the name it has there.

    Done again after a run that died, it comes to the same. Raises ``StorageError``.
    """
    make_folder(folder)
    file = f"{serial:05d}-{safe_name(name)}"
    with storage_errors(folder):
        copy.chmod(0o440)
        copy.replace(folder / file)
        sync(folder)
    replace_text(folder / f"{file}{REASON_ENDING}", _reason(name, error, at))
    return file


def safe_name(name: str) -> str:
    """A name without folders, control letters or anything a file system could mind, of bounded length; not empty."""
    base = _UNSAFE.sub("_", name.rpartition("/")[2].encode("utf-8", "replace").decode()).strip(" .")
    while len(base.encode()) > LONGEST_NAME:
        base = base[1:]
    return base or "_"


def _reason(name: str, error: ScanError, at: str) -> str:
    return (
        f"Tệp «{printable(name)}» không được nhận lúc {at}.\n\n"
        f"Lý do [{error.code}]: {error.message}\n\n"
        "Tệp được giữ nguyên ở đây, không bị sửa và không bị xóa. Sau khi xử lý, hãy đưa tệp đúng vào hộp quét.\n"
    )
