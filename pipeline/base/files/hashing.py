"""The SHA-256 of files and streams, read block by block and written in lower-case hex."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

BLOCK_BYTES = 1 << 20


def sha256_of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes in lower-case hex.

    Raises:
        OSError: The file cannot be read.
    """
    return sha256_and_size(file_blocks(path))[0]


def sha256_of(stream: IO[Any]) -> str:
    """Return the SHA-256 of what is left of a stream of bytes."""
    return sha256_and_size(iter(lambda: stream.read(BLOCK_BYTES), b""))[0]


def sha256_and_size(blocks: Iterable[bytes]) -> tuple[str, int]:
    """Return the SHA-256 of blocks that follow one another, and how many bytes they are."""
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
