"""A collection of real lines for training: lines to learn, held-out lines, and the line sources made from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from pipeline.base.files import atomic_path
from pipeline.training.dataset import (
    FEWEST_WRITERS,
    DatasetLine,
    RealLine,
    content_key,
    dataset_line,
    is_kept_apart,
    load_lines,
    real_lines,
    save_lines,
)
from pipeline.training.line_sources import (
    AlignedLine,
    ClerkNumbers,
    Lines,
    LineSource,
    MarkedLines,
    RejoinedWords,
)
from pipeline.training.synthetic_lines.texts import LETTERS
from pipeline.training.word_alignment import LineNetwork, letter_columns, words_by_writer

Kind = Literal["plain", "full", "foreign", "clerks"]

MOST_KEPT_APART = 240
"""Largest number of held-out lines to measure progress on; the rest are unused."""


FEWEST_LETTERS = 6
"""Least number of letters in a line for drawn tone marks."""


@dataclass(frozen=True)
class Collection:
    """A folder of real lines.

    Attributes:
        folder: Folder with pictures and ``lines.tsv``.
        kind: ``plain``: Vietnamese, labels without case and punctuation; ``full``: Vietnamese, with both; ``foreign``:
            another language, with both; ``clerks``: days, years and numbers, named ``BOOK_dNNN``, ``_y``, ``_n``.
    """

    folder: Path
    kind: Kind

    @cached_property
    def _parts(self) -> tuple[tuple[RealLine, ...], tuple[RealLine, ...]]:
        lines = [
            line
            for line in real_lines(self.folder, full_label=self.kind != "plain")
            if LETTERS.issuperset(line.text)
        ]
        by_writer = len({line.writer for line in lines}) >= FEWEST_WRITERS
        apart = [line for line in lines if is_kept_apart(line, by_writer)]
        step = max(1, len(apart) // MOST_KEPT_APART)
        taught = tuple(line for line in lines if not is_kept_apart(line, by_writer))
        return taught, tuple(apart[::step][:MOST_KEPT_APART])

    @property
    def taught(self) -> tuple[RealLine, ...]:
        """The lines to learn; lines with letters unknown to the networks are left out."""
        return self._parts[0]

    @property
    def kept_apart(self) -> tuple[RealLine, ...]:
        """Lines of held-out writers (or places), from which no network learns."""
        return self._parts[1]

    def lines(self, work: Path, say: Callable[[str], None]) -> tuple[DatasetLine, ...]:
        """Return the lines to learn as a dataset, cached in ``work``."""
        path = work / f"{self.folder.name}-{content_key(self.taught)}.npz"
        if not path.is_file():
            say(f"Chuẩn bị {len(self.taught)} dòng thật của {self.folder.name}.")
            save_lines(
                path,
                [dataset_line(line.grey(), line.text, line.full_label, line.writer) for line in self.taught],
            )
        return load_lines(path)

    def writers_lines(self, work: Path, say: Callable[[str], None]) -> tuple[DatasetLine, ...]:
        """Return the lines to learn if their writers are known; no lines if few names stand for many writers."""
        lines = () if self.kind == "clerks" else self.lines(work, say)
        return lines if len({line.writer for line in lines}) >= FEWEST_WRITERS else ()

    def sources(
        self, work: Path, aligner: LineNetwork | None, say: Callable[[str], None]
    ) -> Mapping[str, LineSource]:
        """Return the line sources of the collection by name: real or foreign, rejoined, marked, clerks.

        Args:
            work: Folder of the cached datasets.
            aligner: Finds words and letters in lines; ``None``: no rejoined and no marked lines.
            say: Takes progress, in Vietnamese.
        """
        lines = self.lines(work, say)
        if self.kind == "clerks":
            return {"clerks": ClerkNumbers(_books(lines, [line.path.stem for line in self.taught]))}
        by_name: dict[str, LineSource] = {"foreign" if self.kind == "foreign" else "real": Lines(lines)}
        if aligner is None:
            return by_name
        writers = self._words(work, aligner, say)
        if writers:
            by_name["rejoined"] = RejoinedWords(writers)
        if self.kind == "foreign":
            aligned = [line for line in self._aligned(work, aligner, say) if _has_letters(line.line.text)]
            if aligned:
                by_name["marked"] = MarkedLines(aligned)
        return by_name

    def _words(self, work: Path, aligner: LineNetwork, say: Callable[[str], None]) -> list[list[DatasetLine]]:
        """Return the words of each writer with enough words."""
        lines = self.writers_lines(work, say)
        if not lines:
            return []
        path = work / f"{self.folder.name}-{content_key(self.taught)}-words.npz"
        if not path.is_file():
            words = words_by_writer(lines, aligner)
            say(f"Cắt được {sum(map(len, words))} từ của {len(words)} người viết ({self.folder.name}).")
            save_lines(path, [word for of_writer in words for word in of_writer])
        by_writer: dict[str, list[DatasetLine]] = {}
        for word in load_lines(path):
            by_writer.setdefault(word.writer, []).append(word)
        return list(by_writer.values())

    def _aligned(
        self, work: Path, aligner: LineNetwork, say: Callable[[str], None]
    ) -> tuple[AlignedLine, ...]:
        """Return the lines whose letters could be located."""
        lines = self.lines(work, say)
        path = work / f"{self.folder.name}-{content_key(self.taught)}-columns.npz"
        if not path.is_file():
            aligned = [letter_columns(line, aligner) for line in lines]
            located = [number for number, line in enumerate(aligned) if line is not None]
            say(f"Tìm được chỗ của từng chữ trong {len(located)} dòng ({self.folder.name}).")
            columns = [column for line in aligned if line is not None for column in line.columns]
            with atomic_path(path) as temporary, temporary.open("wb") as file:
                np.savez(file, lines=np.array(located), columns=np.array(columns, np.float32))
        with np.load(path) as held:
            numbers = held["lines"].astype(int)
            ends = np.cumsum([len(lines[number].text) for number in numbers], dtype=int)
            parts = np.split(held["columns"], ends)[:-1]
        return tuple(
            AlignedLine(lines[number], tuple(map(float, part)))
            for number, part in zip(numbers, parts, strict=True)
        )


def _has_letters(text: str) -> bool:
    """Return whether a text has enough letters for tone marks."""
    return sum(letter.isalpha() for letter in text) >= FEWEST_LETTERS


def _books(lines: Sequence[DatasetLine], stems: Sequence[str]) -> list[Mapping[str, Sequence[DatasetLine]]]:
    """Return the books with crops of all three kinds; the file name gives the kind of a crop."""
    books: dict[str, dict[str, list[DatasetLine]]] = {}
    for line, stem in zip(lines, stems, strict=True):
        books.setdefault(line.writer, {}).setdefault(stem.partition("_")[2][:1], []).append(line)
    return [book for book in books.values() if set("dyn") <= set(book)]
