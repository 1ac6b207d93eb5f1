"""SHA-256 of files and streams, read block by block, as lower-case hex."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

BLOCK_BYTES = 1 << 20


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in lower-case hex.

    Raises:
        OSError: The file cannot be read.
    """
    return sha256_and_size(file_blocks(path))[0]


def sha256_of(stream: IO[Any]) -> str:
    """Return the SHA-256 of the remaining bytes of a stream."""
    return sha256_and_size(iter(lambda: stream.read(BLOCK_BYTES), b""))[0]


def sha256_and_size(blocks: Iterable[bytes]) -> tuple[str, int]:
    """Return the SHA-256 of consecutive blocks, and their number of bytes."""
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def file_blocks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file in blocks of at most ``BLOCK_BYTES``.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


class Recorded(Protocol):
    """Returns the SHA-256 of the files that the audit holds of a subject (``Registry.recorded_files``)."""

    def __call__(self, subject: str, made: str, dropped: str | None = None, /) -> Container[str]: ...


def nothing_recorded(_subject: str, _made: str, _dropped: str | None = None, /) -> frozenset[str]:
    """Return no file: the answer where no audit is at hand."""
    return frozenset()
