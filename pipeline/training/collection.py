"""A collection of real lines for training: lines to learn, held-out lines, and the line sources made from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

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
from pipeline.training.letter_alignment import AlignedLine, Aligner, align_lines
from pipeline.training.line_cutting import figures_by_writer, words_by_writer
from pipeline.training.line_sources import ClerkNumbers, Lines, LineSource, MarkedLines, RejoinedWords
from pipeline.training.synthetic_lines.real_figures import Figure
from pipeline.training.synthetic_lines.texts import LETTERS

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

    def sources(
        self, work: Path, aligner: Aligner | None, say: Callable[[str], None]
    ) -> Mapping[str, LineSource]:
        """Return the line sources of the collection by name: real or foreign, rejoined, marked, clerks.

        Args:
            work: Folder of the cached datasets and alignments.
            aligner: Finds words and letters in lines; ``None``: no rejoined and no marked lines.
            say: Takes progress, in Vietnamese.
        """
        lines = self.lines(work, say)
        if self.kind == "clerks":
            return {"clerks": ClerkNumbers(_books(lines, [line.path.stem for line in self.taught]))}
        sources: dict[str, LineSource] = {"foreign" if self.kind == "foreign" else "real": Lines(lines)}
        if aligner is None or not (self._has_writers or self.kind == "foreign"):
            return sources
        aligned = self.aligned(work, aligner, say)
        if self._has_writers and (words := words_by_writer(aligned)):
            sources["rejoined"] = RejoinedWords(words)
        lettered = [line for line in aligned if _has_letters(line.line.text)]
        if self.kind == "foreign" and lettered:
            sources["marked"] = MarkedLines(lettered)
        return sources

    def aligned(self, work: Path, aligner: Aligner, say: Callable[[str], None]) -> tuple[AlignedLine, ...]:
        """Return the taught lines whose letters were located; the alignment is cached in ``work``."""
        lines = self.lines(work, say)
        path = work / f"{self.folder.name}-{content_key(self.taught)}-{aligner.key}.npz"
        if not path.is_file():
            say(f"Tìm chỗ của từng chữ trong {len(lines)} dòng của {self.folder.name}.")
        return align_lines(lines, aligner, path)

    def figures(
        self, work: Path, aligner: Aligner, say: Callable[[str], None]
    ) -> dict[str, dict[str, tuple[Figure, ...]]]:
        """Return the figures by collection and writer; none if few names stand for many writers."""
        if self.kind == "clerks" or not self._has_writers:
            return {}
        figures = figures_by_writer(self.aligned(work, aligner, say))
        return {f"{self.folder.name}/{writer}": of_writer for writer, of_writer in figures.items()}

    @property
    def _has_writers(self) -> bool:
        """Whether each name stands for one writer."""
        return len({line.writer for line in self.taught}) >= FEWEST_WRITERS


def _has_letters(text: str) -> bool:
    """Return whether a text has enough letters for tone marks."""
    return sum(letter.isalpha() for letter in text) >= FEWEST_LETTERS


def _books(lines: Sequence[DatasetLine], stems: Sequence[str]) -> list[Mapping[str, Sequence[DatasetLine]]]:
    """Return the books with crops of all three kinds; the file name gives the kind of a crop."""
    books: dict[str, dict[str, list[DatasetLine]]] = {}
    for line, stem in zip(lines, stems, strict=True):
        books.setdefault(line.writer, {}).setdefault(stem.partition("_")[2][:1], []).append(line)
    return [book for book in books.values() if set("dyn") <= set(book)]
