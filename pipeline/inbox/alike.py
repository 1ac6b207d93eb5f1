"""What the pages of a book look like, to tell a page that was scanned again: it goes on to the book, marked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from pipeline.files import append_line, complete_lines
from pipeline.imaging.perceptual_hash import MAX_DUPLICATE_DISTANCE, hash_distance

NEAR = 20

Look = tuple[int, str]
"""Number of a page in its file, and its likeness."""


def known(path: Path) -> dict[str, tuple[Look, ...]]:
    """The looks of the pages in a book, by file."""
    told = (json.loads(line) for line in complete_lines(path))
    return {one["file"]: tuple((int(page), str(look)) for page, look in one["pages"]) for one in told}


def remember(path: Path, file: str, pages: Sequence[Look]) -> None:
    """Add the pages of a file. Raises ``StorageError``."""
    append_line(path, json.dumps({"file": file, "pages": pages}, separators=(",", ":")))


def alike(
    book: dict[str, tuple[Look, ...]], file: str, pages: Sequence[Look]
) -> tuple[tuple[int, str, int], ...]:
    """Pages of ``file`` that may be a page of the book scanned again: each with the file and the page it is most like,
    which may be an earlier page of the same file. Only the ``NEAR`` pages before it are looked at: a page is laid again
    soon, and of a whole book some other page would always look alike."""
    before = [(other, page, look) for other, looks in book.items() if other != file for page, look in looks]
    found = []
    for page, look in pages:
        nearest = min(before[-NEAR:], key=lambda one: hash_distance(look, one[2]), default=None)
        if nearest is not None and hash_distance(look, nearest[2]) <= MAX_DUPLICATE_DISTANCE:
            found.append((page, nearest[0], nearest[1]))
        before.append((file, page, look))
    return tuple(found)
