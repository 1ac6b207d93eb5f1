"""Proofs that the audit log is complete: seals, and signatures of its rows.

A seal holds the last row of the log, kept where nobody who can change the database can change it. A chain whose newest
rows were cut is consistent again, and so is an older copy of the database; the seal shows the difference.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.base.errors import RegistryError, StorageError
from pipeline.base.files import make_folder
from pipeline.registry.audit.model import Flaw, FlawKind, Flaws
from pipeline.registry.database.audit.key import Key, KeyFile
from pipeline.registry.database.audit.stored import moment, spelled

FORMAT = "hotich audit seal 1"


@dataclass(frozen=True, slots=True)
class Seal:
    """``id``, ``hash`` and ``at`` (UTC, as stored) of the last row.

    As the audit has no gaps, ``id`` is also the count of its rows. ``key`` and ``signature`` are None where
    nobody signs.
    """

    id: int
    hash: str
    at: str
    sealed_at: str
    key: str | None
    signature: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any], key: Key | None) -> Seal:
        """The seal of that row of the audit, now."""
        told = {
            "id": row["id"],
            "hash": row["hash"],
            "at": time_of(row),
            "sealed_at": moment(datetime.now(UTC)),
            "key": None if key is None else key.name,
        }
        return cls(**told, signature=None if key is None else key.signature(spelled(FORMAT, told)))

    def is_signed_by(self, key: Key) -> bool:
        told = {name: value for name, value in asdict(self).items() if name != "signature"}
        return key.signed(spelled(FORMAT, told), self.signature)

    def in_words(self) -> str:
        """What a person can write down or print."""
        mark = self.hash[:24]
        groups = " ".join(mark[start : start + 4] for start in range(0, len(mark), 4))
        return f"dòng {self.id}, dấu {groups}"


def time_of(row: Mapping[str, Any]) -> str:
    """When a row of the audit was written, in UTC as SQLite stores it."""
    at = row["at"]
    return moment(at) if isinstance(at, datetime) else str(at)


def write_seal(seal: Seal, path: Path) -> None:
    """Write a seal to a new file. ``StorageError`` with advice when there is one already or none can be written."""
    told = json.dumps({"format": FORMAT, **asdict(seal)}, indent=2) + "\n"
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(told)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise StorageError(f"Đã có tệp {path}. Mỗi lần niêm phong hãy dùng một tên tệp mới.") from None
    except OSError as error:
        raise StorageError(
            f"Không ghi được {path} ({os.strerror(error.errno or 0)}). Hãy chọn nơi khác."
        ) from None


def read_seal(path: Path) -> Seal:
    """The seal of a file. ``RegistryError`` with advice when it is none."""
    try:
        told = json.loads(path.read_text("ascii"))
        if told.pop("format") != FORMAT or not isinstance(told["id"], int):
            raise ValueError(path)
        return Seal(**told)
    except OSError as error:
        raise StorageError(f"Không đọc được {path} ({os.strerror(error.errno or 0)}).") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise RegistryError(
            f"{path} không phải tệp niêm phong của “hotich audit seal”, hoặc đã bị sửa. Hãy dùng tệp khác."
        ) from None


def seals_in(place: Path) -> tuple[Seal, ...]:
    """The seal of a file, or all seals of a folder (and of its folder of seals, as a backup has one), oldest first.

    Raises:
        RegistryError: A file is no seal.
        StorageError: A file cannot be read.
    """
    if not place.is_dir():
        return (read_seal(place),)
    found = [read_seal(path) for folder in (place, place / SEALS) for path in folder.glob(f"{NAME}*.json")]
    return tuple(sorted(found, key=lambda seal: (seal.id, seal.sealed_at)))


def add_seal(seal: Seal, folder: Path) -> Path:
    """Write a seal to a folder of seals, under its time; the file that is there already if it is the same moment."""
    moment = "".join(letter for letter in seal.sealed_at[:19] if letter.isdigit())
    path = folder / f"{NAME}{moment}-{seal.id}.json"
    make_folder(folder)
    if not path.exists():
        write_seal(seal, path)
    return path


SEALS = "niem-phong"
"""The folder of seals, in the workspace and in a folder of backups."""

NAME = "niem-phong-"
"""How the name of a seal that was made by itself begins."""

KEY_RENEWED = "key-renewed"
"""The action of the first row that a new key signs; its detail names the key before."""


class Signatures:
    """Counts rows that are proven to come from the holder of the key, and finds those that claim it falsely."""

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
        """The key of that name, if it is at hand."""
        return self._keys.get(name or "")

    def check(self, row: Mapping[str, Any], *, whole: bool) -> None:
        """Look at the signature of a row; rows come newest first. ``whole``: it says what its hash says."""
        self._check(row, whole=whole)
        if not self.proven:
            self.unproven_end += 1

    def _check(self, row: Mapping[str, Any], *, whole: bool) -> None:
        if row["key"] is None:
            newest = row["id"] if self._unsigned_run is None else self._unsigned_run[1]
            self._unsigned_run = row["id"], newest
            self.unsigned += 1
            return
        self._end_unsigned_run()
        key = self._keys.get(row["key"])
        if key is None:
            self.other_keys += 1
            if self._keys and row["key"] not in self._laid_down:
                self._flaws.add(Flaw(FlawKind.AUDIT_OTHER_KEY, row_id=row["id"], found=row["hash"]))
        elif not key.signed(row["hash"], row["signature"]):
            self._flaws.add(Flaw(FlawKind.AUDIT_FORGED, row_id=row["id"], found=row["hash"]))
        elif whole:
            self.proven += 1
            if row["action"] == KEY_RENEWED:
                self._laid_down.add(json.loads(row["detail"])["replaces"])

    def check_beginning(self, first: Mapping[str, Any]) -> None:
        """Whether this is the audit that these keys began, and the first that they did."""
        if self._chains and first["hash"] != self._chains[0]:
            self._flaws.add(Flaw(FlawKind.AUDIT_RESTARTED, row_id=first["id"], found=first["hash"]))

    def finish(self) -> None:
        """Rows at the very beginning may be unsigned: there was no key yet.

        With a key and no signature at all, somebody took them off.
        """
        if self._keys and not (self.proven or self.other_keys):
            self._end_unsigned_run()

    def _end_unsigned_run(self) -> None:
        """An older row is signed, so these should be."""
        if self._unsigned_run is not None:
            first, last = self._unsigned_run
            self._flaws.add(Flaw(FlawKind.AUDIT_UNSIGNED, row_id=first, last_id=last))
            self._unsigned_run = None
