"""Proofs that the audit log is complete: seals, and signatures of its rows.

A seal is a copy of the last line, kept where nobody who can change the database can change it. A chain whose newest
lines were cut off is consistent, and so is an older copy of the database; the seal shows the difference.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.base.errors import RegistryError, StorageError
from pipeline.base.files import make_folder
from pipeline.registry.audit.model import Flaw, FlawKind, Flaws
from pipeline.registry.database.audit.chain import KEY_RENEWED, StoredAuditRow
from pipeline.registry.database.audit.key import Key, KeyFile
from pipeline.registry.database.audit.stored import moment, spelled

FORMAT = "hotich audit seal 1"


@dataclass(frozen=True, slots=True)
class Seal:
    """``id``, ``hash`` and ``at`` (UTC, as stored) of the last line.

    The log has no gaps, so that ``id`` is also the number of its lines. ``key`` and ``signature`` are None if nobody
    signs.
    """

    id: int
    hash: str
    at: str
    sealed_at: str
    key: str | None
    signature: str | None

    @classmethod
    def of(cls, row: StoredAuditRow, key: Key | None) -> Seal:
        """Return a seal of a line of the log, made now."""
        content: dict[str, Any] = {
            "id": row.id,
            "hash": row.hash,
            "at": row.at,
            "sealed_at": moment(datetime.now(UTC)),
            "key": None if key is None else key.name,
        }
        return cls(**content, signature=None if key is None else key.signature(spelled(FORMAT, content)))

    def is_signed_by(self, key: Key) -> bool:
        content = {name: value for name, value in asdict(self).items() if name != "signature"}
        return key.signed(spelled(FORMAT, content), self.signature)

    def in_words(self) -> str:
        """Return the seal in a form that a person can write down or print."""
        mark = self.hash[:24]
        groups = " ".join(mark[start : start + 4] for start in range(0, len(mark), 4))
        return f"dòng {self.id}, dấu {groups}"


def write_seal(seal: Seal, path: Path) -> None:
    """Write a seal to a new file; ``StorageError`` if the file exists or cannot be written."""
    content = json.dumps({"format": FORMAT, **asdict(seal)}, indent=2) + "\n"
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise StorageError(f"Đã có tệp {path}. Mỗi lần niêm phong hãy dùng một tên tệp mới.") from None
    except OSError as error:
        raise StorageError(
            f"Không ghi được {path} ({os.strerror(error.errno or 0)}). Hãy chọn nơi khác."
        ) from None


def read_seal(path: Path) -> Seal:
    """Return the seal of a file; ``RegistryError`` if the file is no seal."""
    try:
        content = json.loads(path.read_text("ascii"))
        if content.pop("format") != FORMAT or not isinstance(content["id"], int):
            raise ValueError(path)
        return Seal(**content)
    except OSError as error:
        raise StorageError(f"Không đọc được {path} ({os.strerror(error.errno or 0)}).") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise RegistryError(
            f"{path} không phải tệp niêm phong của “hotich audit seal”, hoặc đã bị sửa. Hãy dùng tệp khác."
        ) from None


def seals_in(place: Path) -> tuple[Seal, ...]:
    """Return the seal of a file, or all seals of a folder and of its folder ``SEALS``, oldest first.

    Raises:
        RegistryError: A file is no seal.
        StorageError: A file cannot be read.
    """
    if not place.is_dir():
        return (read_seal(place),)
    found = [read_seal(path) for folder in (place, place / SEALS) for path in folder.glob(f"{NAME}*.json")]
    return tuple(sorted(found, key=lambda seal: (seal.id, seal.sealed_at)))


def add_seal(seal: Seal, folder: Path) -> Path:
    """Write a seal to a folder, named by its time, unless that file exists; return its path."""
    moment = "".join(letter for letter in seal.sealed_at[:19] if letter.isdigit())
    path = folder / f"{NAME}{moment}-{seal.id}.json"
    make_folder(folder)
    if not path.exists():
        write_seal(seal, path)
    return path


SEALS = "niem-phong"
"""The folder of seals, in the workspace and in a folder of backups."""

NAME = "niem-phong-"
"""Prefix of the file names of automatic seals."""


class Signatures:
    """Counts lines whose signature proves their origin, and reports false signatures."""

    def __init__(self, key_file: KeyFile | None, flaws: Flaws) -> None:
        keys = () if key_file is None else key_file.known()
        self._keys = {key.name: key for key in keys}
        self._chains = () if key_file is None else key_file.chains()
        self._flaws = flaws
        self._laid_down: set[str] = set()
        self._unsigned_run: tuple[int, int] | None = None
        self.key_is_private = key_file.is_private() if key_file is not None and keys else None
        self.proven = 0
        self.unproven_end = 0
        self.unsigned = 0
        self.other_keys = 0

    def key(self, name: str | None) -> Key | None:
        """Return the key of a name, if it is available."""
        return self._keys.get(name or "")

    def check(self, row: StoredAuditRow, *, whole: bool) -> None:
        """Check the signature of a line; lines come newest first. ``whole``: the content matches the hash."""
        self._check(row, whole=whole)
        if not self.proven:
            self.unproven_end += 1

    def _check(self, row: StoredAuditRow, *, whole: bool) -> None:
        if row.key is None:
            newest = row.id if self._unsigned_run is None else self._unsigned_run[1]
            self._unsigned_run = row.id, newest
            self.unsigned += 1
            return
        self._end_unsigned_run()
        key = self._keys.get(row.key)
        if key is None:
            self.other_keys += 1
            if self._keys and row.key not in self._laid_down:
                self._flaws.add(Flaw(FlawKind.AUDIT_OTHER_KEY, row_id=row.id, found=row.hash))
        elif not key.signed(row.hash, row.signature):
            self._flaws.add(Flaw(FlawKind.AUDIT_FORGED, row_id=row.id, found=row.hash))
        elif whole:
            self.proven += 1
            if row.action == KEY_RENEWED:
                self._laid_down.add(json.loads(row.detail)["replaces"])

    def check_beginning(self, first: StoredAuditRow) -> None:
        """Report a log that is not the first one begun with these keys."""
        if self._chains and first.hash != self._chains[0]:
            self._flaws.add(Flaw(FlawKind.AUDIT_RESTARTED, row_id=first.id, found=first.hash))

    def finish(self) -> None:
        """Report the unsigned lines at the beginning of a log that nobody signed although there is a key.

        The first lines of a signed log may be unsigned, because there was no key yet.
        """
        if self._keys and not (self.proven or self.other_keys):
            self._end_unsigned_run()

    def _end_unsigned_run(self) -> None:
        """Report a run of unsigned lines: an older line is signed, so these should be, too."""
        if self._unsigned_run is not None:
            first, last = self._unsigned_run
            self._flaws.add(Flaw(FlawKind.AUDIT_UNSIGNED, row_id=first, last_id=last))
            self._unsigned_run = None
