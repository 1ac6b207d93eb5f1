"""Real pen lines: a folder of pictures with ``lines.tsv`` (image, text), one writer's number in each name."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.errors import SetupError
from pipeline.model import Pixels

CALIBRATION_WRITERS = frozenset({"w011", "w066", "w095", "w122", "w156", "w209"})
"""Writers of the training folder whom no network sees: on them the confidence is calibrated."""


@dataclass(frozen=True, slots=True)
class RealLine:
    """A picture of one written line, its label and its writer (``w007``)."""

    path: Path
    text: str
    writer: str

    def grey(self) -> Pixels:
        """(h, w), 255 = paper."""
        with Image.open(self.path) as picture:
            return np.asarray(picture.convert("L"))


def real_lines(folder: Path) -> tuple[RealLine, ...]:
    """All lines of a folder. Raises ``SetupError`` when it has no ``lines.tsv``."""
    table = folder / "lines.tsv"
    if not table.is_file():
        raise SetupError(f"{folder}: không có lines.tsv (mỗi dòng: tên ảnh, dấu tab, chữ trong ảnh).")
    return tuple(_rows(table))


def content_key(lines: Sequence[RealLine]) -> str:
    """16 hex digits that change with any label or picture of the lines, and with the writers that are kept out. Raises
    ``SetupError`` for a picture that is not there."""
    digest = hashlib.sha256(" ".join(sorted(CALIBRATION_WRITERS)).encode())
    for line in lines:
        if not line.path.is_file():
            raise SetupError(
                f"{line.path.parent}: lines.tsv có ảnh {line.path.name} nhưng thư mục thì không."
            )
        picture = hashlib.sha256(line.path.read_bytes()).hexdigest()
        digest.update(f"\n{line.path.name}\t{line.text}\t{picture}".encode())
    return digest.hexdigest()[:16]


def _rows(table: Path) -> Iterator[RealLine]:
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = unicodedata.normalize("NFC", row["text"]).strip()
            yield RealLine(table.parent / row["image"], text, row["image"].partition("_")[0])
