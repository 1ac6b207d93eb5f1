"""Separate the acts of a page: each act begins at the printed words that begin an act.

The blocks of the form describe the first act of its specimen. They are moved to each beginning. As acts differ in
length, a block covers its place both in an act as long as the specimen's and in an act as long as this. Text between
the form's first act and the first beginning belongs to an act of the previous page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.base.model import ACT_CONTINUED, Box, Finding, Severity, Word
from pipeline.declarations.schema import Slot
from pipeline.digitize.act_regions import BESIDE, ActBlock
from pipeline.layout.locate.label_matching import PRINT_CONFIDENCE, fold_label
from pipeline.layout.locate.printed_formulas import FormulaPlace, find_formula, stands_twice
from pipeline.layout.locate.running_text import RunningText, running_text

UNPARTED = "ACT-UNPARTED"

SURE, DOUBTFUL = 0.8, 0.64
"""Least similarity of read words to the opening words of an act for a sure beginning, and for a possible beginning."""

ASIDE = 0.12
"""Largest distance of an act's beginning from its block, as a share of the page's width."""

CLOSEST = 3.0
"""Least distance of two beginnings, in line distances."""

LONGER = 1.7
"""Length, in lengths of the form's act, from which an act may be two."""

TWICE = 2
"""Number of repeated formulas from which an act is two acts."""

OWN_LINE = 0.9
"""Distance of the top of an act above the middle of its first line, in line distances."""

HEADED = 1.5
"""Height of the form's blocks above the first line, in line distances, from which an act has its own heading."""

FEWEST_WORDS = 3
"""Least number of words in a line of another act above the first beginning; fewer may be specks."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act of a page.

    Attributes:
        blocks: The blocks, moved to the place of the act.
        band: The y between which the formulas of the act lie.
        findings: The doubts about the extent of the act.
    """

    blocks: tuple[ActBlock, ...]
    band: tuple[float, float] | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether the block surely holds a single act; otherwise formulas do not narrow its fields."""
        return not any(finding.code == UNPARTED for finding in self.findings)


def begins_with(slot: Slot) -> str:
    """Return the printed words that mark the beginning of an act: the longer formula of its area."""
    return max(slot.after, slot.before, key=lambda words: len(fold_label(words)))


def only_act(blocks: Sequence[ActBlock], words: Sequence[Word], letter: float) -> Act:
    """Return the act of a page whose form does not mark beginnings, with a finding if formulas of two acts appear.

    Args:
        letter: Approximate height of a printed word in pixels.
    """
    text = _text_of(words, [block for block in blocks if block.slot.after or block.slot.before], letter)
    twice = stands_twice(text, _formulas(blocks), CLOSEST * text.spacing)
    return Act(tuple(blocks), None, (Finding(UNPARTED, Severity.REVIEW),) if len(twice) >= TWICE else ())


def part_acts(
    blocks: Sequence[ActBlock], words: Sequence[Word], letter: float, size: tuple[float, float]
) -> tuple[Act, ...]:
    """Return the acts of a page from top to bottom; without a beginning, a single act of the form with a finding.

    Args:
        blocks: The blocks of the form at their places on the specimen, including the block that begins an act.
        letter: Approximate height of a printed word in pixels.
        size: Width and height of the page in pixels.
    """
    opening = next(block for block in blocks if block.slot.begins_act)
    aside = ASIDE * size[0]
    column = running_text(words, opening.box.left - aside, opening.box.right + aside, letter)
    places = _beginnings(column, begins_with(opening.slot))
    sure = [place for place in places if place.score >= SURE]
    unparted = Finding(UNPARTED, Severity.REVIEW)
    if not sure:
        return (Act(tuple(blocks), None, (unparted,)),)
    text = _text_of(words, blocks, letter)
    formulas = _formulas(blocks)
    starts, doubts = _starts(column, places, formulas)
    home = opening.box.top + min(opening.box.height / 2, 0.75 * column.spacing)
    head = home - min(block.box.top for block in blocks)
    tall = max(column.spacing, max(block.box.bottom for block in blocks) - home)
    lowest = _last_print(text, size[1]) + column.spacing
    tops = [_top(text, start, head) for start in starts]
    acts = []
    for number, (start, below) in enumerate(zip(starts, (*tops[1:], size[1]), strict=True)):
        end = min(below, lowest)
        findings = []
        if number == 0 and _runs_over(text, home, start):
            findings.append(Finding(ACT_CONTINUED, Severity.REVIEW))
        is_odd = number == 0 and any(middle < start for middle in doubts)
        is_odd |= end - start > LONGER * tall or any(start < middle < end for middle in doubts)
        if is_odd or _has_two(column, formulas, start, end):
            findings.append(unparted)
        band = tops[number], below
        moved = _moved(blocks, start - home, start, (end - start) / tall, column.spacing, band)
        acts.append(Act(moved, band, tuple(findings)))
    return tuple(acts)


def _formulas(blocks: Sequence[ActBlock]) -> list[str]:
    return [words for block in blocks for words in (block.slot.after, block.slot.before) if words]


def _starts(
    column: RunningText, places: Sequence[FormulaPlace], formulas: Sequence[str]
) -> tuple[list[float], list[float]]:
    """Return the middles (y) of the lines that begin an act, and of the lines that may begin an act.

    A possible beginning is a beginning if the act around it has two of its formulas both above and below it.
    """
    starts = [_middle(column, place) for place in places if place.score >= SURE]
    doubts = []
    for middle in (_middle(column, place) for place in places if place.score < SURE):
        above = max((start for start in starts if start < middle), default=None)
        end = min((start for start in starts if start > middle), default=float("inf"))
        twice = () if above is None else _twice(column, formulas, above, end)
        if sum(first < middle < last for first, last in twice) >= TWICE:
            starts = sorted([*starts, middle])
        else:
            doubts.append(middle)
    return starts, doubts


def _twice(
    column: RunningText, formulas: Sequence[str], start: float, end: float
) -> tuple[tuple[float, float], ...]:
    """Return the first and last y of each formula that appears twice between the beginning of an act and its end."""
    reach = 0.5 * column.spacing
    act = column.only(lambda word: start - reach < word.box.centre[1] < end - reach)
    return stands_twice(act, formulas, CLOSEST * column.spacing)


def _has_two(column: RunningText, formulas: Sequence[str], start: float, end: float) -> bool:
    return len(_twice(column, formulas, start, end)) >= TWICE


def _beginnings(text: RunningText, formula: str) -> list[FormulaPlace]:
    """Return the places of opening words; of places too close together, the most similar."""
    kept: list[FormulaPlace] = []
    for place in sorted(find_formula(text, formula, DOUBTFUL), key=lambda place: -place.score):
        apart = [abs(_middle(text, place) - _middle(text, neighbour)) for neighbour in kept]
        if all(distance > CLOSEST * text.spacing for distance in apart):
            kept.append(place)
    return sorted(kept, key=lambda place: place.first)


def _middle(text: RunningText, place: FormulaPlace) -> float:
    return text.words[place.first].box.centre[1]


def _text_of(words: Sequence[Word], blocks: Sequence[ActBlock], letter: float) -> RunningText:
    """Return the words in the columns of all blocks."""
    left = min(block.box.left for block in blocks) - BESIDE * letter
    right = max(block.box.right for block in blocks) + BESIDE * letter
    return running_text(words, left, right, letter)


def _last_print(text: RunningText, lowest: float) -> float:
    """Return the y at which the last line with sure print ends, ``lowest`` without such a line."""
    ends: dict[int, list[float]] = {}
    for word, line in zip(text.words, text.lines, strict=True):
        if word.confidence > PRINT_CONFIDENCE:
            ends.setdefault(line, []).append(word.box.bottom)
    return max((max(line) for line in ends.values() if len(line) > 1), default=lowest)


def _top(text: RunningText, start: float, head: float) -> float:
    """Return the top (y) of an act, below all text of the act above.

    Args:
        text: The words of the page.
        start: The middle (y) of the line that begins the act.
        head: The height of the form's blocks above that line.
    """
    top = start - max(OWN_LINE * text.spacing, head)
    if head > HEADED * text.spacing:
        return max(0.0, top - 0.3 * text.spacing)
    above = [middle for word in text.words if (middle := word.box.centre[1]) < start - 0.7 * text.spacing]
    return max(0.0, top, (max(above) + start) / 2) if above else max(0.0, top)


def _runs_over(text: RunningText, home: float, start: float) -> bool:
    """Return whether there are lines between the form's place of the first act and the first beginning of the page."""
    lines: dict[int, int] = {}
    for word, line in zip(text.words, text.lines, strict=True):
        y = word.box.centre[1]
        if home - OWN_LINE * text.spacing < y < start - 0.7 * text.spacing:
            lines[line] = lines.get(line, 0) + 1 + (word.confidence > PRINT_CONFIDENCE)
    return any(words >= FEWEST_WORDS for words in lines.values())


def _moved(
    blocks: Sequence[ActBlock],
    down: float,
    start: float,
    times: float,
    spacing: float,
    band: tuple[float, float],
) -> tuple[ActBlock, ...]:
    """Return the blocks moved to the beginning of an act; each has its length in the longer of this and the form's act.

    Args:
        down: The distance of the act below the form's act.
        start: The middle (y) of the first line.
        times: The length of the act in lengths of the form's act.
        spacing: The distance from line to line.
        band: The y between which the act lies.
    """
    moved = []
    for block in blocks:
        above, below = block.box.top + down - start, block.box.bottom + down - start
        top = start + above * (min(1.0, times) if above > 0 else 1.0) - spacing
        bottom = start + below * (max(1.0, times) if below > 0 else 1.0) + spacing
        top = min(max(top, band[0]), band[1] - spacing)
        bottom = max(min(bottom, band[1]), top + spacing)
        moved.append(replace(block, box=Box(block.box.left, top, block.box.right, bottom)))
    return tuple(moved)
