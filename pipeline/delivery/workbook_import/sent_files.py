"""Workbooks that people sent to be imported: kept by their SHA-256 until they are removed, each for who sent it.

A file is looked at before anything of it is brought: what was looked at, and how, is noted beside it.
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
from pipeline.delivery.reconcile.upload_bounds import check_sent_workbook
from pipeline.registry.errors import NotThere

KEPT_SECONDS = 30 * 24 * 3600.0
"""How long a file is kept that nobody removes."""

MOST_FILES = 20
"""Files that one person may have there."""

FREE_BYTES = 1_000_000_000
"""What sent files leave free on the disk: the registry lies there as well."""

DISK_FULL = "Ổ đĩa của máy chủ sắp đầy nên chưa nhận thêm tệp. Hãy báo người quản trị máy."

_DIGEST = re.compile(r"[0-9a-f]{64}")

NOT_THERE = "Không còn tệp ấy. Hãy gửi lại tệp."


@dataclass(frozen=True, slots=True)
class SentFile:
    """A workbook that was sent.

    Attributes:
        sha256: Of its content.
        name: As the person knows it.
        login: Who sent it.
        sent_at: When, in seconds of the epoch.
        looked: What was looked at last; ``""``: nothing yet.
    """

    sha256: str
    name: str
    login: str
    sent_at: float
    looked: str = ""


@dataclass(frozen=True, slots=True)
class SentFiles:
    """The files in a folder.

    Attributes:
        folder: The folder.
        layouts: Where mappings lie that people confirmed.
        free_bytes: What files leave free on the disk.
    """

    folder: Path
    layouts: Path
    free_bytes: int = FREE_BYTES

    def take(self, content: bytes, name: str, login: str) -> SentFile:
        """Keep a file.

        Raises:
            ReconcileError: It is no workbook that can be read, or the person has too many there.
        """
        if not name.isprintable() or not name.lower().endswith(".xlsx"):
            raise ReconcileError("Chỉ nhận tệp Excel có đuôi .xlsx. Hãy mở bằng Excel, lưu lại thành .xlsx.")
        self._remove_old()
        digest = sha256_and_size((content,))[0]
        mine = self.of(login)
        if len(mine) >= MOST_FILES and digest not in {one.sha256 for one in mine}:
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
        """Return the files that a person sent, the newest first."""
        found = []
        for path in self.folder.glob("*.json") if self.folder.is_dir() else ():
            with suppress(OSError, ValueError, TypeError):
                one = SentFile(**json.loads(path.read_text(encoding="utf-8")))
                if one.login == login and self._path(one).is_file():
                    found.append(one)
        return tuple(sorted(found, key=lambda one: -one.sent_at))

    def find(self, sha256: str, login: str) -> tuple[SentFile, Path]:
        """Return a file that a person sent, and where it lies.

        Raises:
            NotThere: There is none.
        """
        if _DIGEST.fullmatch(sha256):
            for one in self.of(login):
                if one.sha256 == sha256:
                    return one, self._path(one)
        raise NotThere(NOT_THERE)

    def remove(self, sha256: str, login: str) -> None:
        """Remove a file that a person sent.

        Raises:
            NotThere: There is none.
        """
        sent, path = self.find(sha256, login)
        path.unlink(missing_ok=True)
        self._words(sent).unlink(missing_ok=True)

    def note_look(self, sent: SentFile, what: str) -> None:
        """Note what of a file was looked at."""
        self._note(SentFile(**{**asdict(sent), "looked": what}))

    def _note(self, sent: SentFile) -> None:
        with storage_errors(self.folder):
            write_atomically(self._words(sent), json.dumps(asdict(sent), ensure_ascii=False), mode=0o600)

    def _path(self, sent: SentFile) -> Path:
        return self.folder / f"{self._stem(sent)}.xlsx"

    def _words(self, sent: SentFile) -> Path:
        return self.folder / f"{self._stem(sent)}.json"

    @staticmethod
    def _stem(sent: SentFile) -> str:
        """Two people who send the same file each have their own."""
        whose = hashlib.sha256(sent.login.encode()).hexdigest()[:8]
        return f"{sent.sha256}-{whose}"

    def _remove_old(self) -> None:
        oldest = time.time() - KEPT_SECONDS
        for path in self.folder.glob("*") if self.folder.is_dir() else ():
            with suppress(OSError):
                if path.stat().st_mtime < oldest:
                    path.unlink()
