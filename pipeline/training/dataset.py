"""Lines to learn: pictures of a fixed height in bytes, folders of real lines, and the score of readings."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rapidfuzz.distance import Levenshtein

from pipeline.base.errors import SetupError
from pipeline.base.files import atomic_path, sha256_of_file
from pipeline.base.model import Pixels
from pipeline.recognition.ocr.line_image import line_image

ROWS = 72
"""Height of a stored picture."""

REACH = 1.4
"""Height of the stored picture relative to the reader's picture; the margin allows vertical shifts."""


@dataclass(frozen=True, slots=True)
class DatasetLine:
    """A line of a dataset.

    Attributes:
        ink: (``ROWS``, width), 255 is ink.
        full_label: Whether case and punctuation of the label are those on paper.
        writer: Identifier of the writer; ``""`` for a drawn line.
    """

    ink: Pixels
    text: str
    full_label: bool
    writer: str = ""


def dataset_line(grey: Pixels, text: str, full_label: bool, writer: str = "") -> DatasetLine:
    """Return the dataset line of a grey crop."""
    ink = line_image(grey, ROWS, REACH)
    return DatasetLine((ink * 255).astype(np.uint8), text, full_label, writer)


def save_lines(path: Path, lines: Sequence[DatasetLine]) -> None:
    """Write lines to an uncompressed ``npz``, atomically."""
    widths = np.array([line.ink.shape[1] for line in lines], np.int64)
    ink = np.concatenate([line.ink for line in lines], axis=1) if lines else np.zeros((ROWS, 0), np.uint8)
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        np.savez(
            file,
            ink=ink,
            widths=widths,
            texts=np.array([line.text for line in lines]),
            told=np.array([line.full_label for line in lines]),
            writers=np.array([line.writer for line in lines]),
        )


def load_lines(path: Path) -> tuple[DatasetLine, ...]:
    """Return the lines in a file."""
    with np.load(path) as held:
        ink: NDArray[np.uint8] = held["ink"]
        ends = np.cumsum(held["widths"])
        return tuple(
            DatasetLine(
                np.ascontiguousarray(ink[:, end - width : end]), str(text), bool(full_label), str(writer)
            )
            for end, width, text, full_label, writer in zip(
                ends, held["widths"], held["texts"], held["told"], held["writers"], strict=True
            )
        )


CALIBRATION_WRITERS = frozenset({"w011", "w066", "w095", "w122", "w156", "w209"})
"""Writers of the training folder held out from all networks, for the calibration of confidences."""


@dataclass(frozen=True, slots=True)
class RealLine:
    """A line written by a person.

    Attributes:
        path: Path of the picture.
        text: Label, NFC.
        writer: Identifier of the writer, ``w007``.
        full_label: Whether case and punctuation of the label are those on paper.
    """

    path: Path
    text: str
    writer: str
    full_label: bool = False

    def grey(self) -> Pixels:
        """Return the picture (height, width), 255 is paper."""
        with Image.open(self.path) as picture:
            return np.asarray(picture.convert("L"))


FEWEST_WRITERS = 20
"""Number of writers from which a collection is split by writer; smaller collections are split by places in texts."""

KEPT_APART = 24
"""One group in this many is held out if a collection has no calibration writers."""


def is_kept_apart(line: RealLine, by_writer: bool) -> bool:
    """Return whether a line is held out from learning, to measure the reading of unseen hands.

    The choice depends only on the line. A collection with unknown writers is split by text: each place name (the part
    before the last comma) is in a single part.
    """
    if by_writer:
        return line.writer in CALIBRATION_WRITERS or _is_drawn(line.writer, KEPT_APART)
    places = [part.strip() for part in line.text.casefold().replace(" - ", ",").split(",") if part.strip()]
    return _is_drawn(places[-2] if len(places) > 1 else line.text.casefold(), 9)


def real_lines(folder: Path, *, full_label: bool = False) -> tuple[RealLine, ...]:
    """Return all lines of a folder.

    Args:
        folder: Folder with pictures and ``lines.tsv``.
        full_label: Whether case and punctuation of the labels are those on paper.

    Raises:
        SetupError: The folder has no ``lines.tsv``.
    """
    table = folder / "lines.tsv"
    if not table.is_file():
        raise SetupError(f"{folder}: không có lines.tsv (mỗi dòng: tên ảnh, dấu tab, chữ trong ảnh).")
    return tuple(_rows(table, full_label))


def content_key(lines: Sequence[RealLine]) -> str:
    """Return a hash of labels and pictures, 16 hex digits.

    Raises:
        SetupError: A picture is missing.
    """
    digest = hashlib.sha256()
    for line in lines:
        if not line.path.is_file():
            raise SetupError(
                f"{line.path.parent}: lines.tsv có ảnh {line.path.name} nhưng thư mục thì không."
            )
        picture = sha256_of_file(line.path)
        full = "\tfull" if line.full_label else ""
        digest.update(f"\n{line.path.name}\t{line.text}\t{picture}{full}".encode())
    return digest.hexdigest()[:16]


def _is_drawn(group: str, one_in: int) -> bool:
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % one_in == 0


_TYPOGRAPHIC = str.maketrans("’‘“”–—", "''\"\"--")


def _rows(table: Path, full_label: bool) -> Iterator[RealLine]:
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            text = unicodedata.normalize("NFC", row["text"]).translate(_TYPOGRAPHIC).strip()
            yield RealLine(table.parent / row["image"], text, row["image"].partition("_")[0], full_label)


_DROPPED = str.maketrans("", "", ".,;:-")


@dataclass(frozen=True)
class LineScore:
    """The score of readings of real lines.

    Attributes:
        cer: Character error rate, 0 to 1.
        exact: Share of lines without errors.
        by_writer: Character error rate by writer.
    """

    cer: float
    exact: float
    by_writer: Mapping[str, float]


def comparable(text: str) -> str:
    """Return the text in NFC, casefolded, without ``. , ; : -``, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().translate(_DROPPED).split())


def score_of(read: Sequence[str], lines: Sequence[RealLine]) -> LineScore:
    """Return the score of readings, one for each line."""
    wrong: dict[str, int] = {}
    length: dict[str, int] = {}
    exact = 0
    for text, line in zip(read, lines, strict=True):
        truth, reading = comparable(line.text), comparable(text)
        errors = Levenshtein.distance(truth, reading)
        exact += errors == 0
        wrong[line.writer] = wrong.get(line.writer, 0) + errors
        length[line.writer] = length.get(line.writer, 0) + len(truth)
    total = max(1, sum(length.values()))
    by_writer = {writer: wrong[writer] / max(1, length[writer]) for writer in sorted(wrong)}
    return LineScore(sum(wrong.values()) / total, exact / max(1, len(lines)), by_writer)
