"""A file of the office that is edited in the browser: checked as a whole, written atomically, with its history."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, TypeVar

from pipeline.base.errors import SchemaError
from pipeline.base.files import TEMP_PREFIX, FileRefused, read_regular_file, storage_errors, write_atomically
from pipeline.base.staff_toml import MOST_BYTES
from pipeline.declarations.office.settings import SettingsRefused
from pipeline.web.security.middleware import log_fault

T = TypeVar("T")

STALE = "Thiết lập đã được đổi từ lúc bạn mở trang này. Hãy xem lại trang mới rồi đổi lại."
MOST_SHOWN = 200
CHECKED = f"{TEMP_PREFIX}checked"
"""The folder of trial texts; backups skip it."""


class SettingsStale(SettingsRefused):
    """The file has changed since the page was shown."""


@dataclass(frozen=True, slots=True)
class StaffText:
    """The text of a file, ``""`` for a missing file, and a digest of its bytes."""

    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """A change of a file.

    Attributes:
        lines: The changes, in words.
    """

    number: int
    author: str
    changed_at: datetime
    lines: tuple[str, ...]
    before: str


class StaffFileDesk(Generic[T]):
    """Reads, checks and edits a file.

    Args:
        path: The file, which may be missing.
        history: The folder of earlier versions.
        check: Loads the file at a path and returns its settings; ``SchemaError`` names its flaws.
        now: The clock, in UTC.
    """

    def __init__(
        self,
        path: Path,
        history: Path,
        check: Callable[[Path], T],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._path, self._history, self._check, self._now = path, history, check, now
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._path.name

    def read(self) -> StaffText:
        """Return the present text of the file.

        Raises:
            SettingsRefused: The file cannot be read.
        """
        try:
            content = read_regular_file(self._path, MOST_BYTES)
        except FileNotFoundError:
            content = b""
        except FileRefused as error:
            raise SettingsRefused(f"Tệp {self.name} {error.message}. Hãy báo người quản trị máy.") from None
        except OSError:
            raise SettingsRefused(f"Không đọc được tệp {self.name}. Hãy báo người quản trị máy.") from None
        try:
            return StaffText(content.decode("utf-8-sig"), hashlib.sha256(content).hexdigest())
        except UnicodeDecodeError:
            raise SettingsRefused(
                f"Tệp {self.name} không phải chữ UTF-8. Hãy báo người quản trị máy."
            ) from None

    def loaded(self) -> T:
        """Return the present settings in the file.

        Raises:
            SettingsRefused: The file has flaws; the message names each with its line.
        """
        return self._loaded(self._path)

    def tried(self, seen: str, edit: Callable[[str], str]) -> T:
        """Return the settings after an edit, without changing the file.

        Args:
            seen: The digest of the file that the page showed.
            edit: Returns the edited text.

        Raises:
            SettingsStale: The file has changed meanwhile.
            SettingsRefused: The edit is invalid.
        """
        with self._lock:
            return self._apply_edit(seen, edit)[1]

    def change(
        self,
        seen: str,
        edit: Callable[[str], str],
        *,
        author: str,
        lines: Sequence[str],
        note: Callable[[int, str], object],
        apply: Callable[[T], object] = lambda _: None,
    ) -> T:
        """Edit the file and return its new settings. The earlier version is stored first.

        Args:
            seen: The digest of the file that the page showed.
            edit: Returns the edited text.
            lines: The changes, in words.
            note: Notes the change in the audit log, by its number and the new file's digest, before the write.
            apply: Puts the new settings in force, before the next change.

        Raises:
            SettingsStale: The file has changed meanwhile.
            SettingsRefused: The edit is invalid.
            StorageError: The disk fails; the file is unchanged.
        """
        with self._lock:
            text, loaded, before = self._apply_edit(seen, edit)
            number = self._last_number() + 1
            change = FileChange(number, author, self._now(), tuple(lines), before)
            with storage_errors(self._history):
                write_atomically(self._history / f"{number:06}.json", _change_json(change), mode=0o600)
            try:
                note(number, hashlib.sha256(text.encode()).hexdigest())
                with storage_errors(self._path.parent):
                    write_atomically(self._path, text, mode=self._mode())
            except BaseException:
                with suppress(OSError):
                    (self._history / f"{number:06}.json").unlink()
                raise
            apply(loaded)
            return loaded

    def history(self) -> tuple[FileChange, ...]:
        """Return the changes made here, the newest first."""
        changes = []
        for path in sorted(self._history.glob("*.json"), reverse=True)[:MOST_SHOWN]:
            try:
                changes.append(_change_of(path))
            except (OSError, ValueError, KeyError, TypeError) as error:
                log_fault(error)
        return tuple(changes)

    def _last_number(self) -> int:
        """Return the number of the newest change, readable or not."""
        return max(
            (int(path.stem) for path in self._history.glob("*.json") if path.stem.isdecimal()), default=0
        )

    def _apply_edit(self, seen: str, edit: Callable[[str], str]) -> tuple[str, T, str]:
        now = self.read()
        if now.digest != seen:
            raise SettingsStale(STALE)
        try:
            text = edit(now.text)
        except SchemaError as error:
            raise SettingsRefused(error.message) from None
        if text == now.text:
            raise SettingsRefused("Không có gì thay đổi nên không lưu.")
        trial = self._history / CHECKED / self._path.name
        with storage_errors(self._history):
            write_atomically(trial, text, mode=0o600, durable=False)
        try:
            return text, self._loaded(trial), now.text
        finally:
            with suppress(OSError):
                trial.unlink()

    def _loaded(self, path: Path) -> T:
        try:
            return self._check(path)
        except SchemaError as error:
            raise SettingsRefused(error.message.replace(str(path), self._path.name)) from None

    def _mode(self) -> int:
        try:
            return self._path.stat().st_mode & 0o777
        except FileNotFoundError:
            return 0o666


def _change_json(change: FileChange) -> str:
    fields = {
        "number": change.number,
        "author": change.author,
        "changed_at": change.changed_at.isoformat(),
        "lines": change.lines,
        "before": change.before,
    }
    return json.dumps(fields, ensure_ascii=False, indent=1)


def _change_of(path: Path) -> FileChange:
    stored = json.loads(path.read_text(encoding="utf-8"))
    return FileChange(
        int(stored["number"]),
        str(stored["author"]),
        datetime.fromisoformat(stored["changed_at"]),
        tuple(map(str, stored["lines"])),
        str(stored["before"]),
    )
