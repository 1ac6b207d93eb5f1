"""The acts of a page on which several stand: each begins where the printed words are that begin an act.

The blocks of the form are those of the first act of its specimen. They are moved to each beginning; as acts differ in
length, a block reaches over all that it takes in an act as long as the form's and in one as long as this. What is
above the first beginning, below where the form has its first act, belongs to an act of the page before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.base.model import Box, Finding, Severity, Word
from pipeline.declarations.schema import Slot
from pipeline.digitize.act_regions import BESIDE, ActBlock
from pipeline.layout.locate.label_matching import PRINT_CONFIDENCE, fold_label
from pipeline.layout.locate.printed_formulas import FormulaPlace, find_formula, stands_twice
from pipeline.layout.locate.running_text import RunningText, running_text

CONTINUED, UNPARTED = "ACT-CONTINUED", "ACT-UNPARTED"

SURE, DOUBTFUL = 0.8, 0.64
"""How like the words that begin an act what was read has to be, and from what likeness on it may be a beginning."""

ASIDE = 0.12
"""How far beside its block the beginning of an act may stand, as a share of the page's width."""

CLOSEST = 3.0
"""How far apart two beginnings are at least, in distances of lines."""

LONGER = 1.7
"""An act that is so many times as long as the form's may be two."""

TWICE = 2
"""Formulas that stand twice in what would be one act from which on it is two."""

OWN_LINE = 0.9
"""How far above the middle of its first line an act begins, in distances of lines."""

HEADED = 1.5
"""An act whose form has blocks so far above its first line (in distances of lines) has a heading of its own."""

FEWEST_WORDS = 3
"""Words from which on a line above the first beginning belongs to another act, and is no speck."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act of a page.

    Attributes:
        blocks: Its blocks, moved to where it stands.
        band: The y between which its formulas stand.
        findings: What is doubtful about its extent.
    """

    blocks: tuple[ActBlock, ...]
    band: tuple[float, float] | None = None
    findings: tuple[Finding, ...] = ()

    @property
    def is_sure(self) -> bool:
        """Whether it is one act from its beginning to its end; in what may be two, formulas lead astray."""
        return not any(one.code == UNPARTED for one in self.findings)


def begins_with(slot: Slot) -> str:
    """Return the printed words by which the beginning of an act is known: the longer ones of its area."""
    return max(slot.after, slot.before, key=lambda words: len(fold_label(words)))


def only_act(blocks: Sequence[ActBlock], words: Sequence[Word], letter: float) -> Act:
    """Return the act of a page whose form does not say what begins one; formulas of two acts are told.

    Args:
        blocks: The blocks of the form.
        words: What was read on the page.
        letter: About how high a printed word is in pixels.
    """
    text = _text_of(words, [block for block in blocks if block.slot.after or block.slot.before], letter)
    twice = stands_twice(text, _formulas(blocks), CLOSEST * text.spacing)
    return Act(tuple(blocks), None, (Finding(UNPARTED, Severity.REVIEW),) if len(twice) >= TWICE else ())


def part_acts(
    blocks: Sequence[ActBlock], words: Sequence[Word], letter: float, size: tuple[float, float]
) -> tuple[Act, ...]:
    """Return the acts of a page from top to bottom; where no beginning is found, one as the form has it, and a finding.

    Args:
        blocks: The blocks of the form where they are on its specimen, the one that begins an act among them.
        words: What was read on the page.
        letter: About how high a printed word is in pixels.
        size: Width and height of the page in pixels.
    """
    opening = next(block for block in blocks if block.slot.begins_act)
    aside = ASIDE * size[0]
    column = running_text(words, opening.box.left - aside, opening.box.right + aside, letter)
    places = _beginnings(column, begins_with(opening.slot))
    sure = [one for one in places if one.score >= SURE]
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
            findings.append(Finding(CONTINUED, Severity.REVIEW))
        is_odd = number == 0 and any(one < start for one in doubts)
        is_odd |= end - start > LONGER * tall or any(start < one < end for one in doubts)
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
    """Return the middles (y) of the lines that begin an act, and of those that may.

    A doubtful beginning is one where the act in which it stands has two of its formulas above and below it.
    """
    starts = [_middle(column, one) for one in places if one.score >= SURE]
    doubts = []
    for one in (_middle(column, place) for place in places if place.score < SURE):
        above = max((start for start in starts if start < one), default=None)
        end = min((start for start in starts if start > one), default=float("inf"))
        twice = () if above is None else _twice(column, formulas, above, end)
        if sum(first < one < last for first, last in twice) >= TWICE:
            starts = sorted([*starts, one])
        else:
            doubts.append(one)
    return starts, doubts


def _twice(
    column: RunningText, formulas: Sequence[str], start: float, end: float
) -> tuple[tuple[float, float], ...]:
    """Return the formulas that stand twice between the line that begins an act and its end."""
    reach = 0.5 * column.spacing
    act = column.only(lambda word: start - reach < word.box.centre[1] < end - reach)
    return stands_twice(act, formulas, CLOSEST * column.spacing)


def _has_two(column: RunningText, formulas: Sequence[str], start: float, end: float) -> bool:
    return len(_twice(column, formulas, start, end)) >= TWICE


def _beginnings(text: RunningText, formula: str) -> list[FormulaPlace]:
    """Return the places of the words that begin an act, the likest of those that are too close together."""
    kept: list[FormulaPlace] = []
    for one in sorted(find_formula(text, formula, DOUBTFUL), key=lambda place: -place.score):
        apart = [abs(_middle(text, one) - _middle(text, other)) for other in kept]
        if all(distance > CLOSEST * text.spacing for distance in apart):
            kept.append(one)
    return sorted(kept, key=lambda place: place.first)


def _middle(text: RunningText, place: FormulaPlace) -> float:
    return text.words[place.first].box.centre[1]


def _text_of(words: Sequence[Word], blocks: Sequence[ActBlock], letter: float) -> RunningText:
    """Return the words in the columns of all blocks."""
    left = min(block.box.left for block in blocks) - BESIDE * letter
    right = max(block.box.right for block in blocks) + BESIDE * letter
    return running_text(words, left, right, letter)


def _last_print(text: RunningText, lowest: float) -> float:
    """Return where the last line ends that surely bears print, ``lowest`` where none does."""
    ends: dict[int, list[float]] = {}
    for word, line in zip(text.words, text.lines, strict=True):
        if word.confidence > PRINT_CONFIDENCE:
            ends.setdefault(line, []).append(word.box.bottom)
    return max((max(line) for line in ends.values() if len(line) > 1), default=lowest)


def _top(text: RunningText, start: float, head: float) -> float:
    """Return where an act begins whose first line is there, so that nothing of the act above is shown with it.

    Args:
        text: The words of the page.
        start: The middle (y) of the line that begins the act.
        head: How far above that line the form has blocks of the act.
    """
    top = start - max(OWN_LINE * text.spacing, head)
    if head > HEADED * text.spacing:
        return max(0.0, top - 0.3 * text.spacing)
    above = [middle for word in text.words if (middle := word.box.centre[1]) < start - 0.7 * text.spacing]
    return max(0.0, top, (max(above) + start) / 2) if above else max(0.0, top)


def _runs_over(text: RunningText, home: float, start: float) -> bool:
    """Return whether lines stand between where the form has its first act and the first beginning of the page."""
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
    """Return the blocks moved to where an act begins, as long as they are in the longer of this act and the form's.

    Args:
        blocks: The blocks of the form.
        down: By how much the act is below the form's.
        start: The middle (y) of its first line.
        times: How many times as long as the form's it is.
        spacing: From one line to the next.
        band: The y between which it stands.
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
