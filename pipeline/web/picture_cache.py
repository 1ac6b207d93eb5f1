"""Pictures cached on disk. Lost pictures are made again, so nothing here raises an error.

A picture made from a proven scan must not be exchanged in the cache: each file ends with a code (HMAC-SHA-256) over
its key and content under a secret of this process. A cache of an earlier process is only space to be freed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
from contextlib import suppress
from pathlib import Path

from pipeline.base.files import write_atomically

CODE_BYTES = 32
_SECRET = secrets.token_bytes(CODE_BYTES)

KEPT_SHARE = 0.8
"""The share of ``max_bytes`` that remains after an eviction."""


class PictureCache:
    """JPEG files by key under ``folder``, about ``max_bytes`` in total.

    The least recently used files are removed first. Threads and processes may share the cache.
    """

    def __init__(self, folder: Path, max_bytes: int = 2_000_000_000) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._bytes: int | None = None

    def get(self, key: str) -> bytes | None:
        """Return the picture; None when it is missing or was not stored by this process."""
        path = self._path(key)
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        picture, code = content[:-CODE_BYTES], content[-CODE_BYTES:]
        return picture if hmac.compare_digest(code, self._code(key, picture)) else None

    def put(self, key: str, content: bytes) -> None:
        """Store a picture atomically. A disk error costs only speed."""
        path = self._path(key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(path, content + self._code(key, content), mode=0o600, durable=False)
        except OSError:
            return
        self._make_room(len(content) + CODE_BYTES)

    def _code(self, key: str, picture: bytes) -> bytes:
        return hmac.digest(_SECRET, key.encode() + b"\n" + picture, hashlib.sha256)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.jpg"

    def _make_room(self, added: int) -> None:
        with self._lock:
            self._bytes = self._measure() if self._bytes is None else self._bytes + added
            if self._bytes <= self._max_bytes:
                return
            self._bytes = self._evict()

    def _measure(self) -> int:
        return sum(size for _, size, _ in self._files())

    def _evict(self) -> int:
        """Remove the least recently used pictures; return the number of bytes left."""
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
        """Return (last use in ns, bytes, path) of each file, including left-overs of killed processes."""
        files = []
        for path in self._folder.glob("*/*"):
            with suppress(OSError):
                stat = path.stat()
                files.append((stat.st_mtime_ns, stat.st_size, path))
        return files
