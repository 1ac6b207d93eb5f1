"""Write values with the real strokes of a person: words and digits cut from the person's lines and recombined.

A text is written only if the strokes spell it: every word as a whole, every number digit by digit. The signs between
them are strokes of the writer's width.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from pipeline.base.model import Pixels
from pipeline.base.text.tones import folded
from pipeline.training.synthetic_pages.line_patch import LinePatch
from pipeline.training.synthetic_pages.people import pick

EM = 4.6
"""Height of an em relative to the spread of a line's ink about its middle, as in a pen font of that size."""

SIGNS = "/-.,"
"""Signs to draw if the writer has none."""

FLOW_MM, FLOW = 0.05, 1.35
"""Spread of ink into the paper and darkening of its edges: scaled strokes keep the weight of a pen."""

FIGURE_GAP = 0.3
"""Gap between two digits of a number, in spreads."""

FIGURE_HEIGHT = 2.9
"""Height of digits in spreads for a writer without digits."""


@dataclass(frozen=True, eq=False)
class InkPiece:
    """A word or digit of real ink.

    Attributes:
        mask: (height, width), cropped to the ink, 255 is full ink.
        baseline: Row of the baseline in the mask; it may be outside.
    """

    mask: Pixels
    baseline: float


@dataclass(frozen=True, eq=False)
class WriterInk:
    """The pieces cut from a writer's lines.

    Attributes:
        words: Pieces by lower-case word.
        figures: Pieces by ``0`` to ``9``.
        spread: Spread of a line's ink about its middle, vertically, in pixels of the pieces.
        stroke: Stroke width in the same pixels.
        gap: Gap between two words in the same pixels.
        lent: Digits and words that the writer lacks and others lent.
        darkness: Darkness of the ink relative to the paper, 0 to 1.
    """

    writer: str
    words: Mapping[str, Sequence[InkPiece]]
    figures: Mapping[str, Sequence[InkPiece]]
    spread: float
    stroke: float
    gap: float
    lent: frozenset[str] = frozenset()
    darkness: float = 0.7

    def alpha(self, rng: np.random.Generator) -> float:
        """Return the darkness of the ink on a page, 0 to 1."""
        return float(np.clip(1.25 * self.darkness * rng.uniform(0.92, 1.08), 0.35, 0.98))

    @cached_property
    def fingerprint(self) -> str:
        """A hash of all pieces, 16 hex digits."""
        digest = hashlib.sha256(
            f"{self.writer} {self.spread} {self.stroke} {self.gap} {self.darkness}".encode()
        )
        for pieces in (self.words, self.figures):
            for text in sorted(pieces):
                for piece in pieces[text]:
                    digest.update(
                        f"{text} {piece.mask.shape} {piece.baseline}".encode() + piece.mask.tobytes()
                    )
        return digest.hexdigest()[:16]

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in self.__dict__.items() if name != "fingerprint"}

    def spells(self, text: str) -> bool:
        """Return whether there are pieces for every word and digit of a text."""
        words = text.split()
        return bool(words) and all(
            all(part in SIGNS or part in self.figures or part in self.words for part in _parts(word))
            for word in words
        )

    def width(self, text: str, em: float) -> float:
        """Return the approximate width of a text at an em height, in pixels."""
        scale = em / (EM * self.spread)
        wide = 0.0
        for number, word in enumerate(text.split()):
            wide += self.gap if number else 0.0
            for part in _parts(word):
                wide += self._usual_width(part) + (FIGURE_GAP * self.spread if len(part) == 1 else 0.0)
        return wide * scale

    def draw(
        self, text: str, em: float, dpi: float, rng: np.random.Generator, *, squeeze: float, drift: float,
        gaps: tuple[float, ...],
    ) -> LinePatch:  # fmt: skip
        """Return the ink of a text that the strokes spell.

        Args:
            em: Height of the em in pixels.
            rng: Chooses among pieces of the same text and moves them slightly.
            squeeze: Width relative to the natural width.
            drift: Rise of the baseline along the line.
            gaps: Pixels added after each character; not used within words.
        """
        scale = em / (EM * self.spread)
        unit = self.spread * scale
        placed: list[tuple[Pixels, float, float]] = []
        x, index = 0.0, 0
        for number, word in enumerate(text.split()):
            if number:
                x += self.gap * scale * squeeze * float(rng.uniform(0.8, 1.25))
                index += 1
            for part in _parts(word):
                piece = self._piece(part, rng)
                mask, baseline = _resized(piece, scale, squeeze)
                sway = float(rng.normal(0, 0.06 if len(part) > 1 else 0.1)) * unit
                placed.append((mask, x, -baseline - sway - drift * x))
                x += mask.shape[1] + (FIGURE_GAP * unit * squeeze if len(part) == 1 else 0.0)
                if len(part) == 1 and index < len(gaps):
                    x += gaps[index]
                index += len(part)
        return _together(placed, x, dpi)

    def _usual_width(self, part: str) -> float:
        if part in SIGNS:
            return 0.9 * self.spread if part in "/-" else self.stroke
        pieces = self.figures.get(part) or self.words[part]
        return float(np.median([piece.mask.shape[1] for piece in pieces]))

    def _piece(self, part: str, rng: np.random.Generator) -> InkPiece:
        pieces = self.figures.get(part) or self.words.get(part)
        return pick(rng, pieces) if pieces else self._sign(part, rng)

    def _sign(self, sign: str, rng: np.random.Generator) -> InkPiece:
        """Return a sign drawn with a stroke of the writer's width."""
        tall = self.figure_height
        if sign == "/":
            lean = float(rng.uniform(0.25, 0.5))
            ends = [(0.0, 0.15 * tall), (lean * tall, -float(rng.uniform(0.95, 1.2)) * tall)]
        elif sign == "-":
            y = -float(rng.uniform(0.35, 0.5)) * tall
            ends = [(0.0, y), (float(rng.uniform(0.25, 0.45)) * tall, y + float(rng.normal(0, 0.04)) * tall)]
        elif sign == ",":
            ends = [(0.12 * tall, -0.02 * tall), (0.0, float(rng.uniform(0.12, 0.25)) * tall)]
        else:
            ends = [(0.0, 0.0), (0.2 * self.stroke, 0.0)]
        (x0, y0), (x1, y1) = ends
        bend = float(rng.normal(0, 0.05)) * tall
        middle = ((x0 + x1) / 2 + bend, (y0 + y1) / 2)
        t = np.linspace(0, 1, 12)[:, None]
        curve = (
            (1 - t) ** 2 * np.array(ends[0]) + 2 * t * (1 - t) * np.array(middle) + t**2 * np.array(ends[1])
        )
        margin = int(np.ceil(self.stroke)) + 2
        corner = np.floor(curve.min(axis=0)) - margin
        size = np.ceil(curve.max(axis=0) - corner).astype(int) + margin
        mask = np.zeros((int(size[1]), int(size[0])), np.uint8)
        points = np.round((curve - corner) * 16).astype(np.int32)
        cv2.polylines(mask, [points], False, 235, max(1, round(self.stroke)), cv2.LINE_AA, shift=4)
        return tight_piece(mask, float(-corner[1])) or InkPiece(mask, float(-corner[1]))

    @cached_property
    def figure_height(self) -> float:
        """Height of digits, in pixels of the pieces."""
        heights = [len(piece.mask) for pieces in self.figures.values() for piece in pieces]
        return float(np.median(heights)) if heights else FIGURE_HEIGHT * self.spread


def tight_piece(mask: Pixels, baseline: float) -> InkPiece | None:
    """Return a piece cropped to its ink; ``None`` without ink."""
    rows, columns = np.flatnonzero((mask > 40).any(axis=1)), np.flatnonzero((mask > 40).any(axis=0))
    if not len(rows):
        return None
    cut = np.ascontiguousarray(mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    return InkPiece(cut, baseline - float(rows[0]))


def _parts(word: str) -> Iterator[str]:
    """Yield the pieces of a word: digits and signs separately, letters together."""
    letters = ""
    for letter in folded(word):
        if letter.isdigit() or letter in SIGNS:
            if letters:
                yield letters
            letters = ""
            yield letter
        else:
            letters += letter
    if letters:
        yield letters


def _resized(piece: InkPiece, scale: float, squeeze: float) -> tuple[Pixels, float]:
    height, width = piece.mask.shape
    size = max(1, round(width * scale * squeeze)), max(1, round(height * scale))
    shape = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(piece.mask, size, interpolation=shape), np.uint8), piece.baseline * scale


def _together(placed: Sequence[tuple[Pixels, float, float]], advance: float, dpi: float) -> LinePatch:
    """Lay masks with their corners at (x, y), relative to the baseline's start, on a single mask."""
    margin = round(dpi / 25.4) + 2
    left, top = min(x for _, x, _ in placed), min(y for _, _, y in placed)
    right = max(x + mask.shape[1] for mask, x, _ in placed)
    bottom = max(y + mask.shape[0] for mask, _, y in placed)
    canvas = np.zeros((int(bottom - top) + 2 * margin + 2, int(right - left) + 2 * margin + 2), np.uint8)
    for mask, x, y in placed:
        row, column = round(y - top) + margin, round(x - left) + margin
        place = canvas[row : row + mask.shape[0], column : column + mask.shape[1]]
        np.maximum(place, mask, out=place)
    soft = cv2.GaussianBlur(canvas, (0, 0), max(0.3, FLOW_MM * dpi / 25.4))
    mask = np.asarray(cv2.convertScaleAbs(soft, alpha=FLOW), np.uint8)
    return LinePatch(mask, (margin - left, margin - top), advance)
