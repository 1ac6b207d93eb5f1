"""A shelf of pictures that training draws from: line pictures of one height, kept as bytes, with what stands on
them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Pixels
from pipeline.ocr.line_image import line_picture

ROWS = 64
"""Height of a kept picture."""

REACH = 1.4
"""How much more than a reader's picture it shows above and below, so that the window can be moved."""


@dataclass(frozen=True, slots=True)
class ShelfLine:
    """``ink``: (``ROWS``, w), 255 = ink. ``told``: whether the text tells case and punctuation. ``writer``: ``""``
    for a drawn line."""

    ink: Pixels
    text: str
    told: bool
    writer: str = ""


def shelf_line(grey: Pixels, text: str, told: bool, writer: str = "") -> ShelfLine:
    """The line of a grey crop."""
    ink = line_picture(grey, ROWS, REACH)
    return ShelfLine((ink * 255).astype(np.uint8), text, told, writer)


def save(path: Path, lines: Sequence[ShelfLine]) -> None:
    """Write lines to an uncompressed ``npz``; a half-written file never bears the name."""
    widths = np.array([line.ink.shape[1] for line in lines], np.int64)
    ink = np.concatenate([line.ink for line in lines], axis=1) if lines else np.zeros((ROWS, 0), np.uint8)
    waiting = path.with_name(path.name + ".part")
    with waiting.open("wb") as file:
        np.savez(
            file,
            ink=ink,
            widths=widths,
            texts=np.array([line.text for line in lines]),
            told=np.array([line.told for line in lines]),
            writers=np.array([line.writer for line in lines]),
        )
    waiting.replace(path)


def load(path: Path) -> tuple[ShelfLine, ...]:
    """The lines of one file."""
    with np.load(path) as held:
        ink: NDArray[np.uint8] = held["ink"]
        ends = np.cumsum(held["widths"])
        return tuple(
            ShelfLine(np.ascontiguousarray(ink[:, end - width : end]), str(text), bool(told), str(writer))
            for end, width, text, told, writer in zip(
                ends, held["widths"], held["texts"], held["told"], held["writers"], strict=True
            )
        )


def loaded(paths: Iterable[Path]) -> tuple[ShelfLine, ...]:
    """The lines of several files, in order."""
    return tuple(line for path in paths for line in load(path))
