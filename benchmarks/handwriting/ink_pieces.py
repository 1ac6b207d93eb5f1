"""Cuts the words and figures of one writer out of photographed lines, where the shipped networks see them.

A word or figure is kept only where its ink is its own: no mark of the line lies on both sides of a cut, and the edge of
the photograph cuts off nothing. By itself a word has to show all its letters to the networks. A figure has to be of a
figure's shape, and a network or the reader of figures has to find it again. Figures that a writer left out are of the
MNIST collection, with the writer's height and stroke.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.handwriting.pen_figures import MNIST, collected_figures, stroke_width
from benchmarks.handwriting.real_lines import ink_of
from pipeline.base.errors import SetupError
from pipeline.base.model import Crop, Pixels
from pipeline.base.text.tones import DOT, split_marks
from pipeline.recognition.decoding.emission import Emission, best_path
from pipeline.recognition.decoding.forced_alignment import align_text
from pipeline.recognition.ocr import OcrEngine
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.recognition.ocr.line_image import HEIGHT, STRIDE, line_image
from pipeline.training.dataset import RealLine
from pipeline.training.synthetic_pages.writer_ink import InkPiece, WriterInk, tight_piece

MARGIN = 4
"""Paper beside the writing in the picture that networks see (``pipeline.recognition.ocr.line_image``)."""

WORST_FIT = 2.0
"""Mean negative log chance of a letter above which the alignment of a line is not believed."""

CLEAR = 1.0
"""The same for a word whose letters stand on the lower edge of its photograph."""

STANDS, HANGS = (-0.1, 0.15), (-0.2, 1.8)
"""How far words without and with something below the leader may hang below it, in spreads of the line."""

WORST_ALONE, LOST = 1.6, 3.0
"""Of a word by itself: the same, and how much more it may cost in all than it did in its line. Hard words are kept,
words that the cut took a letter or a tone mark from are not."""

LEAST_FOUND = 0.05
"""Chance from which a network counts as finding a figure again that it reads otherwise."""

INKED = 70
"""Ink from which a pixel belongs to a mark."""

ACROSS = 0.1
"""Share of a mark's ink that may lie on the other side of a cut."""

TALLEST, SHORTEST = 1.45, 0.6
"""Height of a figure in heights of the writer's usual figure."""

OVERLAP = 0.3
"""A mark stands beside another where it shares less than this part of its width with it."""

WIDEST, WIDEST_TWO = 1.2, 1.5
"""Width of a figure in its own heights; a 2 may be wider."""

OFF_BASELINE, FIGURE_SWAY = 0.9, 0.3
"""How far from the baseline a figure may end in its line and ends on a page, in spreads of the line."""

APART = 0.9
"""Marks of a piece that are farther apart along the line, in spreads, do not belong together."""

STRAY, SPECK = 0.15, 0.07
"""A mark with less of a figure's ink than this is the tone mark or dot of another letter: beside it, and anywhere."""

BASELINE = 1.5
"""How far below its middle a line of ink lies on its leader, in spreads."""


@dataclass(frozen=True)
class CutPiece:
    """A word, figure or sign of a line with its ink; ``cost``: mean negative log chance of its letters in the line."""

    text: str
    piece: InkPiece
    cost: float = 0.0


def writers_ink(
    lines: Sequence[RealLine], reader: HandwritingReader, figures: OcrEngine | None, mnist: Path = MNIST
) -> Mapping[str, WriterInk]:
    """What each writer's lines give, in the order of the writers. Raises ``SetupError`` without the collection."""
    by_writer: dict[str, list[RealLine]] = defaultdict(list)
    for line in lines:
        by_writer[line.writer].append(line)
    return {
        writer: writer_ink(writer, by_writer[writer], reader, figures, mnist) for writer in sorted(by_writer)
    }


def writer_ink(
    writer: str, lines: Sequence[RealLine], reader: HandwritingReader, figures: OcrEngine | None, mnist: Path
) -> WriterInk:
    """The ink that the lines of a writer give."""
    masks = [ink_of(line) for line in lines]
    seen = _seen(masks, reader)
    spread = float(np.median([_course(mask)[2] for mask in masks]))
    cut: dict[str, list[CutPiece]] = defaultdict(list)
    gaps: list[float] = []
    for line, mask, emissions in zip(lines, masks, seen, strict=True):
        pieces, between = cut_line(mask, line.text, emissions)
        gaps += between
        for cut_piece in pieces:
            cut[cut_piece.text].append(cut_piece)
    words = _whole({text: pieces for text, pieces in cut.items() if not text.isdigit()}, reader)
    own = _plausible(
        {text: [piece.piece for piece in pieces] for text, pieces in cut.items() if text.isdigit()}, spread
    )
    own = _found_again(own, reader, figures)
    measured = [piece for pieces in (own or words).values() for piece in pieces]
    if not measured:
        raise SetupError(f"Không cắt được chữ nào trong các dòng của người viết {writer}.")
    stroke = float(np.median([stroke_width(piece.mask) for piece in measured]))
    strength = float(np.median([_strength(piece.mask) for piece in measured]))
    ink = WriterInk(writer, words, own, spread, stroke, float(np.median(gaps)) if gaps else 2 * spread)
    lent = {
        digit: collected_figures(digit, ink, strength, mnist) for digit in "0123456789" if digit not in own
    }
    lent = {**lent, **_found_again(lent, reader, figures)}
    darkness = float(
        np.median([_darkness(line.grey(), mask) for line, mask in zip(lines, masks, strict=True)])
    )
    return replace(ink, figures={**own, **lent}, lent=frozenset(lent), darkness=darkness)


def _seen(masks: Sequence[Pixels], reader: HandwritingReader) -> Sequence[Sequence[Emission]]:
    """What the networks of the usual height see at their first look: the steps of other pictures are others."""
    seen = reader.emissions([np.asarray(255 - mask, np.uint8) for mask in masks])
    usual = sum(network.height == HEIGHT for network in reader.networks)
    return [emissions[:usual] for emissions in seen]


def cut_line(
    mask: Pixels, text: str, emissions: Sequence[Emission]
) -> tuple[Sequence[CutPiece], Sequence[float]]:
    """The words of a line, the figures of the words that hold any, and the paper between words in pixels."""
    text = " ".join(text.lower().split())
    aligned = align_text(emissions, text) if emissions else None
    inked = np.flatnonzero((mask > INKED).any(axis=0))
    if aligned is None or aligned[1] / len(text) > WORST_FIT:
        return (), ()
    left, right = int(inked[0]), int(inked[-1]) + 1
    width = line_image(np.asarray(255 - mask, np.uint8)).shape[1]
    scale = (right - left) / max(1, width - 2 * MARGIN)
    places = [left + ((step + 0.5) * STRIDE - MARGIN) * scale for step in aligned[0]]
    spans = _spans(text)
    edges = [0.0]
    for (_, before), (after, _) in pairwise(spans):
        edges.append(_emptiest(mask, places[before - 1], places[after]))
    edges.append(float(mask.shape[1]))
    marks = _marks(mask)
    owners = [_sides(mark, edges) for mark in marks]
    middle, drift, spread = _course(mask)
    pieces: list[CutPiece] = []
    ends: list[tuple[int, int] | None] = []
    for number, (start, end) in enumerate(spans):
        marks_of_word = [mark for mark, sides in zip(marks, owners, strict=True) if sides == {number}]
        if any(number in sides and len(sides) > 1 for sides in owners):
            marks_of_word = []
        marks_of_word = list(_own(marks_of_word, spread))
        ends.append(
            (min(m.left for m in marks_of_word), max(m.right for m in marks_of_word))
            if marks_of_word
            else None
        )
        if marks_of_word and (piece := _piece(mask, marks_of_word, middle, drift, BASELINE * spread)):
            cut = _cut_by_edge(marks_of_word, len(mask))
            hanging = _hanging(text[start:end])
            cost = _cost(emissions, aligned[0], text, start, end)
            least, most = HANGS if hanging else STANDS
            below = float(np.clip(len(piece.mask) - piece.baseline, least * spread, most * spread))
            if not cut or (
                cut == "bottom" and not hanging and cost <= CLEAR
            ):  # it ends where the letters stand
                pieces.append(CutPiece(text[start:end], InkPiece(piece.mask, len(piece.mask) - below), cost))
    gaps = [
        max(0.0, float(after[0] - before[1]))
        for (first, before), (second, after) in pairwise(zip(spans, ends, strict=True))
        if before and after and text[first[1] : second[0]] == " "
    ]
    return pieces, gaps


def _cut_by_edge(marks: Sequence[_Mark], height: int) -> str:
    """The edge of the photograph that cuts a piece: ``top``, ``bottom`` or none."""
    if any(mark.top <= 0 for mark in marks):
        return "top"
    return "bottom" if any(mark.bottom >= height - 1 for mark in marks) else ""


def _hanging(text: str) -> bool:
    """Whether something of a text lies below the leader, or may do so: signs and figures too."""
    return not text.isalpha() or any(
        letter in "gjpqy" or DOT in marks for letter, marks in map(split_marks, text)
    )


def _own(marks: Sequence[_Mark], spread: float) -> Sequence[_Mark]:
    """The marks of a piece without strays: remains of borders, and what stands apart from all the rest."""
    kept = [m for m in marks if m.bottom - m.top > 0.4 * spread or m.right - m.left < 1.5 * spread]
    if not kept:
        return ()
    chosen = [max(kept, key=lambda mark: float(mark.ink.sum()))]
    rest = [mark for mark in kept if mark is not chosen[0]]
    while near := [m for m in rest if any(_apart(m, other) < APART * spread for other in chosen)]:
        chosen += near
        rest = [mark for mark in rest if mark not in near]
    return chosen


def _apart(mark: _Mark, other: _Mark) -> int:
    """The empty columns between two marks."""
    return max(mark.left - other.right, other.left - mark.right)


def _spans(text: str) -> Sequence[tuple[int, int]]:
    """Return start and end of each piece of a text: words of letters; figures and signs each alone."""
    spans: list[tuple[int, int]] = []
    for at, letter in enumerate(text):
        if letter == " ":
            continue
        goes_on = at and text[at - 1].isalpha() and letter.isalpha()
        if goes_on and spans:
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return spans


@dataclass(frozen=True, eq=False)
class _Mark:
    """A connected mark: its pixels and how much ink they hold."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    ink: NDArray[np.float64]

    @property
    def left(self) -> int:
        return int(self.columns.min())

    @property
    def right(self) -> int:
        return int(self.columns.max())

    @property
    def top(self) -> int:
        return int(self.rows.min())

    @property
    def bottom(self) -> int:
        return int(self.rows.max())


def _marks(mask: Pixels) -> Sequence[_Mark]:
    count, labels = cv2.connectedComponents((mask > INKED).astype(np.uint8), connectivity=8)
    rows, columns = np.nonzero(labels)
    order = np.argsort(labels[rows, columns], kind="stable")
    rows, columns = rows[order], columns[order]
    starts = np.searchsorted(labels[rows, columns], np.arange(1, count + 1))
    return [
        _Mark(rows[a:b], columns[a:b], mask[rows[a:b], columns[a:b]].astype(np.float64))
        for a, b in pairwise(starts)
    ]


def _sides(mark: _Mark, edges: Sequence[float]) -> set[int]:
    """The pieces between whose edges a mark lies with more than a little of its ink."""
    at = np.searchsorted(np.asarray(edges[1:-1]), mark.columns, side="right")
    weights = np.bincount(at, mark.ink, minlength=len(edges) - 1)
    return set(np.flatnonzero(weights > ACROSS * weights.sum()).tolist())


def _emptiest(mask: Pixels, start: float, end: float) -> float:
    """The middle of the widest run of the emptiest columns between two letters."""
    low = int(np.clip(start, 0, mask.shape[1] - 1))
    high = int(np.clip(np.ceil(end), low + 1, mask.shape[1]))
    profile = mask[:, low:high].sum(axis=0, dtype=np.float64)
    empty = np.flatnonzero(profile <= profile.min() + 0.1 * INKED)
    runs = np.split(empty, np.flatnonzero(np.diff(empty) > 1) + 1)
    return low + float(max(runs, key=len).mean()) + 0.5


def _course(mask: Pixels) -> tuple[float, float, float]:
    """The row of the middle of the writing at column 0, how it drifts a column, and its spread about that."""
    rows, columns = np.nonzero(mask > INKED)
    weights = mask[rows, columns].astype(np.float64)
    centre = np.average(columns, weights=weights)
    mean = np.average(rows, weights=weights)
    across = np.average((columns - centre) ** 2, weights=weights)
    drift = float(np.average((columns - centre) * (rows - mean), weights=weights) / max(1.0, across))
    drift = float(np.clip(drift, -0.06, 0.06)) if mask.shape[1] > 6 * mask.shape[0] else 0.0
    middle = float(mean - drift * centre)
    spread = float(np.sqrt(np.average((rows - middle - drift * columns) ** 2, weights=weights)))
    return middle, drift, max(1.0, spread)


def _piece(
    mask: Pixels, marks: Sequence[_Mark], middle: float, drift: float, below: float
) -> InkPiece | None:
    """The marks with the soft edge of their ink."""
    own = np.zeros_like(mask)
    for mark in marks:
        own[mark.rows, mark.columns] = 255
    near = cv2.dilate(own, np.ones((3, 3), np.uint8)) > 0
    left, right = min(mark.left for mark in marks), max(mark.right for mark in marks)
    ink = np.where(near & ((mask <= INKED) | (own > 0)), mask, 0).astype(np.uint8)
    return tight_piece(ink, middle + drift * (left + right) / 2 + below)


def _cost(emissions: Sequence[Emission], steps: Sequence[int], text: str, start: int, end: int) -> float:
    """Mean negative log chance of the letters of a part of a line, by the steps that are its own."""
    first = steps[start - 1] + 1 if start else 0
    last = steps[end] if end < len(text) else len(emissions[0].log_chances)
    own = [Emission(emission.log_chances[first:last], emission.letters) for emission in emissions]
    aligned = align_text(own, text[start:end])
    return aligned[1] / (end - start) if aligned else WORST_FIT


def _whole(words: Mapping[str, Sequence[CutPiece]], reader: HandwritingReader) -> dict[str, list[InkPiece]]:
    """The words in which the networks, shown the piece alone, see the letters as well as in the line."""
    cuts = [word for text in sorted(words) for word in words[text]]
    seen = _seen([np.pad(cut.piece.mask, max(4, len(cut.piece.mask) // 4)) for cut in cuts], reader)
    by_text: dict[str, list[InkPiece]] = defaultdict(list)
    for cut, emissions in zip(cuts, seen, strict=True):
        aligned = align_text(emissions, cut.text) if emissions else None
        letters = len(cut.text)
        if aligned and aligned[1] <= min(WORST_ALONE * letters, cut.cost * letters + LOST):
            by_text[cut.text].append(cut.piece)
    return dict(by_text)


# --- figures --------------------------------------------------------------------------------------------------------


def _plausible(own: Mapping[str, Sequence[InkPiece]], spread: float) -> dict[str, list[InkPiece]]:
    """The pieces of a figure's shape that stand near the baseline."""
    heights = [len(piece.mask) for pieces in own.values() for piece in pieces]
    usual = float(np.median(heights)) if heights else 1.0
    by_text: dict[str, list[InkPiece]] = defaultdict(list)
    for digit, pieces in own.items():
        widest = WIDEST_TWO if digit == "2" else WIDEST
        for piece in filter(None, map(_without_strays, pieces)):
            height, width = piece.mask.shape
            shaped = SHORTEST * usual <= height <= TALLEST * usual and width <= widest * height
            below = height - piece.baseline
            if shaped and abs(below) <= OFF_BASELINE * spread:
                below = float(np.clip(below, -FIGURE_SWAY * spread, FIGURE_SWAY * spread))
                by_text[digit].append(InkPiece(piece.mask, height - below))
    return dict(by_text)


def _without_strays(piece: InkPiece) -> InkPiece | None:
    """Return a figure without the small marks beside its largest mark; ``None`` where a large mark stands there."""
    marks = _marks(piece.mask)
    if not marks:
        return None
    main, whole = max(marks, key=lambda mark: float(mark.ink.sum())), float(piece.mask.sum())
    beside = [m for m in marks if m is not main and -_apart(m, main) < OVERLAP * (m.right - m.left + 1)]
    if any(mark.ink.sum() >= STRAY * whole for mark in beside):
        return None
    mask = piece.mask.copy()
    specks = [mark for mark in marks if mark is not main and mark.ink.sum() < SPECK * whole]
    for mark in {*beside, *specks}:
        near = np.zeros_like(mask)
        near[mark.rows, mark.columns] = 1
        mask[cv2.dilate(near, np.ones((3, 3), np.uint8)) > 0] = 0
    return tight_piece(mask, piece.baseline)


def _found_again(
    own: Mapping[str, Sequence[InkPiece]], reader: HandwritingReader, figures: OcrEngine | None
) -> dict[str, list[InkPiece]]:
    """The figures that a network or the reader of figures finds again in the piece alone."""
    cuts = [(digit, piece) for digit in sorted(own) for piece in own[digit]]
    alone = [np.pad(piece.mask, max(4, len(piece.mask) // 4)) for _, piece in cuts]
    seen = _seen(alone, reader)
    greys = [np.asarray(255 - mask, np.uint8) for mask in alone]
    second = figures.read([Crop(grey, 300, "number") for grey in greys]) if figures else []
    by_text: dict[str, list[InkPiece]] = defaultdict(list)
    for number, (digit, piece) in enumerate(cuts):
        texts = {best_path(emission) for emission in seen[number]}
        texts |= {second[number].text} if figures else set()
        aligned = [align_text([emission], digit) for emission in seen[number]]
        likely = any(alignment and alignment[1] <= -np.log(LEAST_FOUND) for alignment in aligned)
        if digit in texts or (likely and all(len(text) < 2 for text in texts)):
            by_text[digit].append(piece)
    return dict(by_text)


def _darkness(grey: Pixels, mask: Pixels) -> float:
    """How much darker the strokes of a photograph are than its paper, 0 to 1."""
    strokes = grey[mask > 160]
    return float(1 - np.median(strokes) / np.percentile(grey, 75)) if len(strokes) else 0.7


def _strength(mask: Pixels) -> float:
    """How dark a piece is in the middle of its strokes."""
    inked = mask[mask > INKED]
    return float(np.percentile(inked, 75)) if len(inked) else 220.0


# --- words of others ------------------------------------------------------------------------------------------------

SOURCES = 5
"""Lines that a lent word is looked for in, in each folder."""


@dataclass(frozen=True)
class LentWords:
    """Words by text that other people wrote, each with the spread of the line that it stands in."""

    words: Mapping[str, Sequence[tuple[InkPiece, float]]]

    def to(self, ink: WriterInk) -> WriterInk:
        """Return the ink of a writer with the words that it lacks, at its size: one specimen, as of one hand."""
        words = dict(ink.words)
        lent = set(ink.lent)
        for number, text in enumerate(sorted(self.words)):
            if text not in words and self.words[text]:
                specimens = self.words[text]
                piece, spread = specimens[(number + len(ink.words)) % len(specimens)]
                words[text] = [_scaled(piece, ink.spread / spread)]
                lent.add(text)
        return replace(ink, words=words, lent=frozenset(lent))


def lent_words(
    collections: Sequence[Sequence[RealLine]], wanted: Collection[str], reader: HandwritingReader
) -> LentWords:
    """Return the wanted words that the lines of the collections give.

    Args:
        wanted: Words in small letters.
    """
    found: dict[str, list[tuple[InkPiece, float]]] = defaultdict(list)
    for lines in collections:
        for text in sorted(wanted):
            holding = [line for line in lines if text in line.text.lower().split()][:SOURCES]
            masks = [ink_of(line) for line in holding]
            for line, mask, seen in zip(holding, masks, _seen(masks, reader) if masks else (), strict=True):
                cut = [piece for piece in cut_line(mask, line.text, seen)[0] if piece.text == text]
                spread = _course(mask)[2]
                found[text] += [(piece, spread) for piece in _whole({text: cut}, reader).get(text, ())]
    return LentWords(dict(found))


def _scaled(piece: InkPiece, scale: float) -> InkPiece:
    height, width = piece.mask.shape
    size = max(1, round(width * scale)), max(1, round(height * scale))
    shape = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    mask = np.asarray(cv2.resize(piece.mask, size, interpolation=shape), np.uint8)
    return InkPiece(mask, piece.baseline * scale)
