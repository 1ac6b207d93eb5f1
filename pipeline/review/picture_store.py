"""Pictures kept on disk: made again when lost, so nothing here is worth an error."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path

from pipeline.files import write_atomically

END_OF_JPEG = b"\xff\xd9"
KEPT_SHARE = 0.8
"""How full the store is after it has been cleared of its oldest pictures."""


class PictureStore:
    """JPEG files by key under ``folder``, together no more than about ``max_bytes``; those that were not asked for
    longest go first. Use it from several threads and processes."""

    def __init__(self, folder: Path, max_bytes: int = 2_000_000_000) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._bytes: int | None = None

    def get(self, key: str) -> bytes | None:
        """The picture, ``None`` when it is not there or was cut off."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        return content if content.endswith(END_OF_JPEG) else None

    def put(self, key: str, content: bytes) -> None:
        """Keep a picture, whole or not at all. A disk that does not take it costs speed, no picture."""
        path = self._path(key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(path, content, mode=0o600, durable=False)
        except OSError:
            return
        self._make_room(len(content))

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.jpg"

    def _make_room(self, added: int) -> None:
        with self._lock:
            self._bytes = self._measured() if self._bytes is None else self._bytes + added
            if self._bytes <= self._max_bytes:
                return
            self._bytes = self._cleared()

    def _measured(self) -> int:
        return sum(size for _, size, _ in self._files())

    def _cleared(self) -> int:
        """Remove the pictures not asked for longest; returns the bytes that are left."""
        files = sorted(self._files())
        left = sum(size for _, size, _ in files)
        for _, size, path in files:
            if left <= KEPT_SHARE * self._max_bytes:
                break
            with suppress(OSError):
                path.unlink()
                left -= size
        return left

    def _files(self) -> list[tuple[int, int, Path]]:
        """When each file was last asked for (ns), its bytes, its path; left-overs of killed processes too."""
        found = []
        for path in self._folder.glob("*/*"):
            with suppress(OSError):
                stat = path.stat()
                found.append((stat.st_mtime_ns, stat.st_size, path))
        return found
