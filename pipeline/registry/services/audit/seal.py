"""A seal: the last row of the audit as it was, kept where nobody who can change the database can change it.

A chain from which the newest rows were cut is whole again, and so is an older copy of the database; the seal is longer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.errors import RegistryError, StorageError
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.stored import moment, spelled

FORMAT = "hotich audit seal 1"


@dataclass(frozen=True, slots=True)
class Seal:
    """``id``, ``hash`` and ``at`` (UTC, as stored) of the last row; as the audit has no gaps, ``id`` is also the count
    of its rows. ``key`` and ``signature`` are None where nobody signs."""

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
