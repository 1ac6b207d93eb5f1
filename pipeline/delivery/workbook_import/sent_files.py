"""Workbooks sent for import: kept by SHA-256 until removed, each for its sender only.

A file is previewed before its import; what was previewed is stored beside it.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.base.errors import ReconcileError
from pipeline.base.files import make_folder, sha256_and_size, storage_errors, write_atomically
from pipeline.delivery.workbook_reading.upload_bounds import check_sent_workbook
from pipeline.registry.errors import NotThere

KEPT_SECONDS = 30 * 24 * 3600.0
"""Lifetime of a file, in seconds."""

MOST_FILES = 20
"""Largest number of files of a person."""

FREE_BYTES = 1_000_000_000
"""Free disk space to preserve, in bytes: the registry is on the same disk."""

DISK_FULL = "Ổ đĩa của máy chủ sắp đầy nên chưa nhận thêm tệp. Hãy báo người quản trị máy."

_DIGEST = re.compile(r"[0-9a-f]{64}")

NOT_THERE = "Không còn tệp ấy. Hãy gửi lại tệp."


@dataclass(frozen=True, slots=True)
class SentFile:
    """A workbook sent for import.

    Attributes:
        name: File name as the sender knows it.
        sent_at: Time, in seconds since the epoch.
        looked: The last preview; ``""``: none yet.
    """

    sha256: str
    name: str
    login: str
    sent_at: float
    looked: str = ""


@dataclass(frozen=True, slots=True)
class SentFiles:
    """The sent files in a folder.

    Attributes:
        layouts: Folder of the mappings confirmed by people.
        free_bytes: Free disk space to preserve.
    """

    folder: Path
    layouts: Path
    free_bytes: int = FREE_BYTES

    def take(self, content: bytes, name: str, login: str) -> SentFile:
        """Keep a file.

        Raises:
            ReconcileError: It is no readable workbook, or the person has too many files.
        """
        if not name.isprintable() or not name.lower().endswith(".xlsx"):
            raise ReconcileError("Chỉ nhận tệp Excel có đuôi .xlsx. Hãy mở bằng Excel, lưu lại thành .xlsx.")
        self._remove_old()
        digest = sha256_and_size((content,))[0]
        own = self.of(login)
        if len(own) >= MOST_FILES and digest not in {file.sha256 for file in own}:
            raise ReconcileError(f"Mỗi người giữ nhiều nhất {MOST_FILES} tệp. Hãy bỏ bớt tệp đã nhập xong.")
        sent = SentFile(digest, name, login, time.time())
        path = self._path(sent)
        with storage_errors(self.folder):
            make_folder(self.folder)
            if shutil.disk_usage(self.folder).free < self.free_bytes + len(content):
                raise ReconcileError(DISK_FULL)
            write_atomically(path, content, mode=0o600)
        try:
            check_sent_workbook(path)
        except ReconcileError as error:
            path.unlink(missing_ok=True)
            raise ReconcileError(error.message.replace(path.name, name)) from None
        self._note(sent)
        return sent

    def of(self, login: str) -> tuple[SentFile, ...]:
        """Return the files of a person, newest first."""
        files = []
        for path in self.folder.glob("*.json") if self.folder.is_dir() else ():
            with suppress(OSError, ValueError, TypeError):
                sent = SentFile(**json.loads(path.read_text(encoding="utf-8")))
                if sent.login == login and self._path(sent).is_file():
                    files.append(sent)
        return tuple(sorted(files, key=lambda sent: -sent.sent_at))

    def find(self, sha256: str, login: str) -> tuple[SentFile, Path]:
        """Return a file of a person with its path.

        Raises:
            NotThere: There is no such file.
        """
        if _DIGEST.fullmatch(sha256):
            for sent in self.of(login):
                if sent.sha256 == sha256:
                    return sent, self._path(sent)
        raise NotThere(NOT_THERE)

    def remove(self, sha256: str, login: str) -> None:
        """Remove a file of a person.

        Raises:
            NotThere: There is no such file.
        """
        sent, path = self.find(sha256, login)
        path.unlink(missing_ok=True)
        self._note_path(sent).unlink(missing_ok=True)

    def note_look(self, sent: SentFile, what: str) -> None:
        """Store what was previewed of a file."""
        self._note(SentFile(**{**asdict(sent), "looked": what}))

    def _note(self, sent: SentFile) -> None:
        with storage_errors(self.folder):
            write_atomically(self._note_path(sent), json.dumps(asdict(sent), ensure_ascii=False), mode=0o600)

    def _path(self, sent: SentFile) -> Path:
        return self.folder / f"{self._stem(sent)}.xlsx"

    def _note_path(self, sent: SentFile) -> Path:
        return self.folder / f"{self._stem(sent)}.json"

    @staticmethod
    def _stem(sent: SentFile) -> str:
        """Return the file name stem, with a separate one for each sender of the same content."""
        whose = hashlib.sha256(sent.login.encode()).hexdigest()[:8]
        return f"{sent.sha256}-{whose}"

    def _remove_old(self) -> None:
        oldest = time.time() - KEPT_SECONDS
        for path in self.folder.glob("*") if self.folder.is_dir() else ():
            with suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
