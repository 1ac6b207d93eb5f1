"""Where the lines of a training come from: collections, words joined anew, marks over foreign hands, clerks' figures.

Each source returns one line of a dataset for a random stream. A mixture draws from several, each with its share.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.text.tones import ACUTE, BAR, BREVE, CIRCUMFLEX, DOT, GRAVE, HOOK, HORN, TILDE
from pipeline.training.augmentation import recompose_line
from pipeline.training.dataset import ROWS, DatasetLine
from pipeline.training.letter_alignment import AlignedLine
from pipeline.training.synthetic_lines.tone_marks import GlyphBox, ToneMarkStyle, mark_curves
from pipeline.training.synthetic_pages.people import happens, pick


class LineSource(Protocol):
    """Returns one line; it depends on the random stream alone."""

    def __call__(self, rng: np.random.Generator) -> DatasetLine: ...


@dataclass(frozen=True)
class Mixture:
    """Sources with their shares, which need not add up to 1."""

    parts: tuple[tuple[float, LineSource], ...]

    def draw(self, rng: np.random.Generator) -> DatasetLine:
        """Return a line of one source."""
        shares = np.array([share for share, _ in self.parts])
        return self.parts[int(rng.choice(len(shares), p=shares / shares.sum()))][1](rng)


@dataclass(frozen=True)
class Lines:
    """Lines as they are, each as often as any other."""

    lines: Sequence[DatasetLine]

    def __call__(self, rng: np.random.Generator) -> DatasetLine:
        return self.lines[int(rng.integers(len(self.lines)))]


@dataclass(frozen=True)
class RejoinedWords:
    """Words of one writer, joined anew; every writer as often as any other."""

    words: Sequence[Sequence[DatasetLine]]

    def __call__(self, rng: np.random.Generator) -> DatasetLine:
        return recompose_line(self.words[int(rng.integers(len(self.words)))], rng)


_MARKS_OF = {
    "a": ("", CIRCUMFLEX, BREVE), "e": ("", CIRCUMFLEX), "o": ("", CIRCUMFLEX, HORN), "u": ("", HORN), "y": ("",),
    "i": ("",), "d": (BAR,),
}  # fmt: skip
"""The marks of quality that each letter may bear."""

_TONES = ("", GRAVE, ACUTE, HOOK, TILDE, DOT)


@dataclass(frozen=True)
class MarkedLines:
    """Lines of foreign hands with Vietnamese marks drawn over and under some of their letters.

    Joined hands with tones exist in no collection of ours; here the joins are a pen's and only the marks are drawn.
    """

    lines: Sequence[AlignedLine]

    def __call__(self, rng: np.random.Generator) -> DatasetLine:
        aligned = self.lines[int(rng.integers(len(self.lines)))]
        return mark_line(aligned, ToneMarkStyle.draw(rng), float(rng.uniform(0.25, 0.8)), rng)


def mark_line(
    aligned: AlignedLine, style: ToneMarkStyle, share: float, rng: np.random.Generator
) -> DatasetLine:
    """Return the line and its label with marks on about ``share`` of the letters that may bear some."""
    line = aligned.line
    band = _letter_band(line.ink)
    if band is None:
        return line
    ink, letters = line.ink.copy(), list(line.text)
    strength = int(np.percentile(ink[ink > 60], 70))
    stroke, columns = _stroke_width(ink), aligned.every_column()
    for number, letter in enumerate(line.text):
        options = _MARKS_OF.get(letter.lower())
        if options is None or not happens(rng, share):
            continue
        marks = pick(rng, options)
        if letter not in "dD":
            tones = (DOT,) if letter == "i" else _TONES[0 if marks else 1 :]
            marks += pick(rng, tones)
        if not marks:
            continue
        place = _glyph_box(ink, columns, number, band)
        if place is None:
            continue
        curves = mark_curves(letter, marks, place, style, rng)
        points = [np.round(curve * 16).astype(np.int32).reshape(-1, 1, 2) for curve in curves]
        drawn = np.zeros_like(ink)
        thick = max(1, round(stroke * float(rng.uniform(0.75, 1.1))))
        cv2.polylines(drawn, points, False, strength, thick, cv2.LINE_AA, 4)
        np.maximum(ink, drawn, out=ink)
        letters[number] = (
            {"d": "đ", "D": "Đ"}[letter] if marks == BAR else unicodedata.normalize("NFC", letter + marks)
        )
    return DatasetLine(ink, "".join(letters), line.full_label, line.writer)


def _letter_band(ink: NDArray[np.uint8]) -> tuple[int, int] | None:
    """Return the rows between which small letters lie; None where the ink shows none."""
    profile = (ink > 60).sum(axis=1).astype(float)
    if profile.max() < 8:
        return None
    rows = np.flatnonzero(profile >= 0.45 * profile.max())
    top, base = int(rows[0]), int(rows[-1]) + 1
    return (top, base) if 0.1 * ROWS <= base - top <= 0.5 * ROWS else None


def _stroke_width(ink: NDArray[np.uint8]) -> float:
    """Return twice the mean depth of the ink along the middle of its strokes, in pixels."""
    depth = cv2.distanceTransform((ink > 90).astype(np.uint8), cv2.DIST_L2, 3)
    ridge = depth[(depth > 0.5) & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 1e-6)]
    return float(np.clip(2 * ridge.mean() - 0.5, 1.0, 6.0)) if len(ridge) else 2.0


def _glyph_box(
    ink: NDArray[np.uint8], columns: NDArray[np.float64], number: int, band: tuple[int, int]
) -> GlyphBox | None:
    """Return where a letter's ink lies; None where there is none at its column, or no room for it."""
    unit = float(band[1] - band[0])
    centre = columns[number]
    before = columns[number - 1] if number else centre - unit
    behind = columns[number + 1] if number + 1 < len(columns) else centre + unit
    left, right = (
        max(centre - 0.6 * unit, (before + centre) / 2),
        min(centre + 0.6 * unit, (centre + behind) / 2),
    )
    low, high = max(0, round(left)), min(ink.shape[1], round(right) + 1)
    if high - low < 3:
        return None
    rows = np.flatnonzero((ink[:, low:high] > 60).any(axis=1))
    reach = rows[(rows >= band[0] - 1.3 * unit) & (rows <= band[1] + 0.3 * unit)]
    if not len(reach):
        return None
    top = float(max(reach[0], band[0] - 1.2 * unit))
    return GlyphBox(float(left), float(right), top, float(min(reach[-1] + 1, band[1] + 0.2 * unit)), unit)


@dataclass(frozen=True)
class ClerkNumbers:
    """Days, years and numbers that clerks wrote, put together as dates, numbers and long numbers.

    Attributes:
        books: For each book its crops by kind: ``d`` days, ``y`` years, ``n`` row numbers.
    """

    books: Sequence[Mapping[str, Sequence[DatasetLine]]]

    def __call__(self, rng: np.random.Generator) -> DatasetLine:
        book = self.books[int(rng.integers(len(self.books)))]
        kind = rng.random()
        if kind < 0.45:
            return self._date(book, rng)
        if kind < 0.6:
            return _join((pick(rng, book["n"]), pick(rng, book["y"])), pick(rng, ("/", "/", "-")), rng)
        if kind < 0.8:
            count = int(rng.integers(2, 6))
            parts = [pick(rng, book["n" if happens(rng, 0.6) else "y"]) for _ in range(count)]
            return _join(parts, pick(rng, ("", "", "", ".", " ")), rng)
        return pick(rng, book[pick(rng, ("d", "y", "y", "n"))])

    def _date(self, book: Mapping[str, Sequence[DatasetLine]], rng: np.random.Generator) -> DatasetLine:
        months = [line for line in book["d"] if int(line.text) <= 12]
        if not months:
            return pick(rng, book["y"])
        parts = [pick(rng, book["d"]), pick(rng, months), pick(rng, book["y"])]
        if happens(rng, 0.15):
            parts = parts[1:]
        return _join(parts, pick(rng, ("/", "/", "/", "-", "-", ".", " / ", " - ", " ")), rng)


def _join(parts: Sequence[DatasetLine], sign: str, rng: np.random.Generator) -> DatasetLine:
    """Return crops beside one another with a drawn sign between them."""
    gap = float(rng.uniform(1, 4)) if not sign else float(rng.uniform(2, 12))
    strength = int(
        np.clip(np.median([np.percentile(part.ink[part.ink > 60], 60) for part in parts]), 90, 255)
    )
    found = [_tight(parts[0].ink)]
    for part in parts[1:]:
        found += [_blank(gap, rng), _sign(sign.strip(), strength, rng), _blank(gap, rng), _tight(part.ink)]
        if sign.startswith(" "):
            found.insert(-3, _blank(3 * gap, rng))
            found.insert(-1, _blank(3 * gap, rng))
    text = sign.join(part.text for part in parts)
    return DatasetLine(np.concatenate(found, axis=1), text, True, parts[0].writer)


def _tight(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    inked = np.flatnonzero((ink > 60).any(axis=0))
    return ink[:, inked[0] : inked[-1] + 1] if len(inked) else ink


def _blank(width: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    return np.zeros((ROWS, max(1, round(width * float(np.exp(rng.normal(0, 0.35)))))), np.uint8)


def _sign(sign: str, strength: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a drawn sign on a strip of ``ROWS``."""
    if not sign:
        return np.zeros((ROWS, 1), np.uint8)
    tall = 0.36 * ROWS
    width = {"/": rng.uniform(0.1, 0.6), "-": rng.uniform(0.25, 0.6), ".": 0.12}[sign] * tall
    strip = np.zeros((ROWS, round(width) + 6), np.uint8)
    middle, thick = ROWS / 2 + rng.normal(0, 0.05) * tall, int(rng.integers(1, 4))
    ends = np.array([(4.0, middle + 0.45 * tall), (4.5, middle + 0.47 * tall)])
    if sign == "/":
        half = tall * rng.uniform(0.45, 0.75)
        ends = np.array([(width + 3, middle - half), (3, middle + half)])
    elif sign == "-":
        ends = np.array([(3, middle + rng.normal(0, 0.04) * tall), (width + 3, middle)])
    points = np.round(ends * 16).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(strip, [points], False, strength, thick, cv2.LINE_AA, 4)
    return strip


def mixture_of(
    drawn: Sequence[DatasetLine],
    real: Sequence[DatasetLine],
    words: Sequence[Sequence[DatasetLine]] = (),
    real_share: float = 0.5,
    rejoined: float = 0.0,
) -> Mixture:
    """Return a mixture of drawn and real lines.

    Real lines whose labels leave out case and punctuation and those with full labels come equally often, however many
    there are of either.

    Args:
        words: For each writer the words that may be joined anew.
        real_share: Share of real lines, where there are drawn ones.
        rejoined: Share of the real lines that are words joined anew.
    """
    kinds = [[line for line in real if line.full_label is full] for full in (False, True)]
    sources: list[LineSource] = [Lines(lines) for lines in kinds if lines]
    if not sources:
        return Mixture(((1.0, Lines(drawn)),))
    share = real_share if drawn else 1.0
    again = rejoined if words else 0.0
    parts = [(share * (1 - again) / len(sources), source) for source in sources]
    parts += [(share * again, RejoinedWords(words))] if again else []
    parts += [(1 - share, Lines(drawn))] if share < 1 else []
    return Mixture(tuple(parts))
