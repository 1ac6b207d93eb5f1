"""A folder of real lines as a training uses it: what is taught, what is kept apart, and the sources it gives."""

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
"""Lines of a collection that progress is measured on; further ones that are kept apart are left out."""


FEWEST_LETTERS = 6
"""Letters of a line from which marks are drawn over it."""


@dataclass(frozen=True)
class Collection:
    """One folder of real lines.

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
        """Lines that are learned from; those with a letter that the networks lack are left out."""
        return self._parts[0]

    @property
    def kept_apart(self) -> tuple[RealLine, ...]:
        """Lines of writers (or places) that nothing is learned from."""
        return self._parts[1]

    def lines(self, work: Path, say: Callable[[str], None]) -> tuple[DatasetLine, ...]:
        """Return the taught lines as a dataset, which stays in ``work``."""
        path = work / f"{self.folder.name}-{content_key(self.taught)}.npz"
        if not path.is_file():
            say(f"Chuẩn bị {len(self.taught)} dòng thật của {self.folder.name}.")
            save_lines(
                path,
                [dataset_line(line.grey(), line.text, line.full_label, line.writer) for line in self.taught],
            )
        return load_lines(path)

    def writers_lines(self, work: Path, say: Callable[[str], None]) -> tuple[DatasetLine, ...]:
        """Return the lines whose writers are known; none where few names stand for many writers."""
        lines = () if self.kind == "clerks" else self.lines(work, say)
        return lines if len({line.writer for line in lines}) >= FEWEST_WRITERS else ()

    def sources(
        self, work: Path, aligner: LineNetwork | None, say: Callable[[str], None]
    ) -> Mapping[str, LineSource]:
        """Return the sources that the collection gives, by name: real or foreign, rejoined, marked, clerks.

        Args:
            work: Where datasets stay.
            aligner: Finds words and letters in lines; without it there are no rejoined words and no marks.
            say: Takes progress, in Vietnamese.
        """
        lines = self.lines(work, say)
        if self.kind == "clerks":
            return {"clerks": ClerkNumbers(_books(lines, [line.path.stem for line in self.taught]))}
        found: dict[str, LineSource] = {"foreign" if self.kind == "foreign" else "real": Lines(lines)}
        if aligner is None:
            return found
        writers = self._words(work, aligner, say)
        if writers:
            found["rejoined"] = RejoinedWords(writers)
        if self.kind == "foreign":
            aligned = [line for line in self._aligned(work, aligner, say) if _has_letters(line.line.text)]
            if aligned:
                found["marked"] = MarkedLines(aligned)
        return found

    def _words(self, work: Path, aligner: LineNetwork, say: Callable[[str], None]) -> list[list[DatasetLine]]:
        """Return the words of each writer who has enough of them."""
        lines = self.writers_lines(work, say)
        if not lines:
            return []
        path = work / f"{self.folder.name}-{content_key(self.taught)}-words.npz"
        if not path.is_file():
            words = words_by_writer(lines, aligner)
            say(f"Cắt được {sum(map(len, words))} từ của {len(words)} người viết ({self.folder.name}).")
            save_lines(path, [word for of_writer in words for word in of_writer])
        found: dict[str, list[DatasetLine]] = {}
        for word in load_lines(path):
            found.setdefault(word.writer, []).append(word)
        return list(found.values())

    def _aligned(
        self, work: Path, aligner: LineNetwork, say: Callable[[str], None]
    ) -> tuple[AlignedLine, ...]:
        """Return the lines whose letters are found."""
        lines = self.lines(work, say)
        path = work / f"{self.folder.name}-{content_key(self.taught)}-columns.npz"
        if not path.is_file():
            aligned = [letter_columns(line, aligner) for line in lines]
            found = [number for number, line in enumerate(aligned) if line is not None]
            say(f"Tìm được chỗ của từng chữ trong {len(found)} dòng ({self.folder.name}).")
            columns = [column for line in aligned if line is not None for column in line.columns]
            with atomic_path(path) as temporary, temporary.open("wb") as file:
                np.savez(file, lines=np.array(found), columns=np.array(columns, np.float32))
        with np.load(path) as held:
            numbers = held["lines"].astype(int)
            ends = np.cumsum([len(lines[number].text) for number in numbers], dtype=int)
            parts = np.split(held["columns"], ends)[:-1]
        return tuple(
            AlignedLine(lines[number], tuple(map(float, part)))
            for number, part in zip(numbers, parts, strict=True)
        )


def _has_letters(text: str) -> bool:
    """Return whether enough of a text can bear marks."""
    return sum(letter.isalpha() for letter in text) >= FEWEST_LETTERS


def _books(lines: Sequence[DatasetLine], stems: Sequence[str]) -> list[Mapping[str, Sequence[DatasetLine]]]:
    """Return the books that have crops of all three kinds; the file's name says which kind a crop is."""
    found: dict[str, dict[str, list[DatasetLine]]] = {}
    for line, stem in zip(lines, stems, strict=True):
        found.setdefault(line.writer, {}).setdefault(stem.partition("_")[2][:1], []).append(line)
    return [book for book in found.values() if set("dyn") <= set(book)]
