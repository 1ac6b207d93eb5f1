"""What one backup holds, file by file. It is written last: a backup without its manifest is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath

from pipeline.errors import BackupRefused

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """A file: ``path`` from the root of what is restored, with ``/``; ``sha256`` and ``size`` of its plain bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """``registry``: the file of the registry's snapshot among ``files``; ``rows``: of its tables, as far as they were
    counted; ``left_out``: names of keys that exist and are not in it; ``made_at``: UTC, ISO 8601."""

    made_at: str
    version: str
    registry: str
    rows: Mapping[str, int]
    left_out: tuple[str, ...]
    files: tuple[Kept, ...]

    def written(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1).encode()


def read(data: bytes) -> Manifest:
    """The manifest in those bytes. Raises ``BackupRefused`` when it is none, or names a path outside its root."""
    try:
        told = json.loads(data)
        if told.pop("format") != FORMAT:
            raise BackupRefused(
                "Bản sao lưu do một bản hotich khác tạo ra. Hãy dùng đúng bản ấy hoặc bản mới hơn."
            )
        files = tuple(
            Kept(str(one["path"]), str(one["sha256"]), int(one["size"])) for one in told.pop("files")
        )
        manifest = Manifest(files=files, **told | {"left_out": tuple(told["left_out"])})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise BackupRefused("Bảng kê của bản sao lưu bị hỏng. Hãy dùng bản sao lưu khác.") from None
    for one in files:
        steps = PurePosixPath(one.path)
        if steps.is_absolute() or ".." in steps.parts or not one.path:
            raise BackupRefused("Bảng kê của bản sao lưu nêu một đường dẫn ra ngoài; không khôi phục.")
    return manifest
