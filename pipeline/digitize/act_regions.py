"""The place of each field of an act: its block, narrowed to the text between its printed formulas.

A narrowed place includes the parts of both formulas on its lines, the line above and most of the line below, where
people insert words and letters descend. Over several lines it is as wide as the block and all words on the lines::

    .... con của ông  Nguyễn Văn Thử, ba mươi
    bốn tuổi   và bà  Lê Thị ...

    |------------------------------------------|    for "after con của ông, before và bà": both lines

A formula without a sure match narrows nothing; the place then ends at the next sure formula of the act, or at the end
of the block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.base.model import Box, Word
from pipeline.declarations.schema import Slot
from pipeline.layout.locate.printed_formulas import FormulaPlace, SpottedFormula, find_in_order
from pipeline.layout.locate.running_text import RunningText, running_text

ABOVE, BELOW = 1.0, 0.8
"""Reach of a place above and below the middle of its line, in line distances."""

BESIDE = 1.5
"""Search distance of formulas beyond the block, in heights of a printed word."""

MOST_SHARE = 0.9
"""Share of the block's height from which a narrowed place as wide as the block is the block itself."""


@dataclass(frozen=True, slots=True)
class ActBlock:
    """The block of a slot on the page.

    Attributes:
        box: The block in pixels.
        is_narrowed: Whether printed formulas narrow the block.
    """

    slot: Slot
    box: Box
    is_narrowed: bool = False


def is_guided(slots: Sequence[Slot]) -> bool:
    """Return whether printed formulas guide to any of the slots."""
    return any(slot.after or slot.before for slot in slots)


def narrow_blocks(
    blocks: Sequence[ActBlock], words: Sequence[Word], letter: float, band: tuple[float, float] | None = None
) -> tuple[ActBlock, ...]:
    """Return the blocks of an act, narrowed if their printed formulas are found on the page.

    Args:
        blocks: The blocks in the order of the form, which is also the order of the formulas.
        letter: Approximate height of a printed word in pixels.
        band: The y between which the act lies, on a page of several acts. Formulas are then searched in all of the
            band, as acts differ in length.
    """
    result = list(blocks)
    for column in _columns(blocks):
        left = min(blocks[number].box.left for number in column) - BESIDE * letter
        right = max(blocks[number].box.right for number in column) + BESIDE * letter
        text = running_text(words, left, right, letter)
        if band is not None:
            text = text.only(lambda word: band[0] <= word.box.centre[1] < band[1])
        for number, box in _narrowed(
            text, [blocks[number] for number in column], column, banded=band is not None
        ):
            if band is not None:  # show nothing of the acts above and below
                box = Box(box.left, max(box.top, band[0]), box.right, min(box.bottom, band[1]))
            result[number] = replace(blocks[number], box=box, is_narrowed=True)
    return tuple(result)


def _columns(blocks: Sequence[ActBlock]) -> list[list[int]]:
    """Return the numbers of blocks with formulas, grouped into columns of blocks below or in one another."""
    columns: list[list[int]] = []
    for number, block in enumerate(blocks):
        if not (block.slot.after or block.slot.before) or block.slot.signature:
            continue
        beside = next(
            (column for column in columns if any(_overlap(blocks[at].box, block.box) for at in column)), None
        )
        if beside is None:
            columns.append([number])
        else:
            beside.append(number)
    return columns


def _overlap(first: Box, second: Box) -> bool:
    common = min(first.right, second.right) - max(first.left, second.left)
    return common > 0.5 * min(first.width, second.width)


def _narrowed(
    text: RunningText, blocks: Sequence[ActBlock], numbers: Sequence[int], *, banded: bool
) -> list[tuple[int, Box]]:
    """Return the number and the narrowed place of each narrowed block of a column."""
    formulas: list[str] = []
    owners: list[tuple[int, str]] = []
    for at, block in enumerate(blocks):
        for side, formula in (("after", block.slot.after), ("before", block.slot.before)):
            if formula:
                formulas.append(formula)
                owners.append((at, side))
    reach = BESIDE * text.letter
    allowed = [[banded or _is_inside(word, blocks[at].box, reach) for word in text.words] for at, _ in owners]
    spotted = find_in_order(text, formulas, allowed)
    places = []
    for at, block in enumerate(blocks):
        own = {side: number for number, (owner, side) in enumerate(owners) if owner == at}
        box = _place(text, block, own, spotted)
        if box is not None:
            places.append((numbers[at], box))
    return places


def _is_inside(word: Word, block: Box, reach: float) -> bool:
    x, y = word.box.centre
    return block.left - reach <= x <= block.right + reach and block.top - reach <= y <= block.bottom + reach


def _place(
    text: RunningText, block: ActBlock, own: dict[str, int], spotted: Sequence[SpottedFormula | None]
) -> Box | None:
    """Return the place between a block's formulas, ``None`` without a sure formula."""
    start, end = (spotted[own[side]] if side in own else None for side in ("after", "before"))
    if start is None and end is None:
        return None
    if start is None:  # the last sure formula before, else the top of the block
        before = spotted[: own.get("after", own.get("before", 0))]
        start = next((place for place in reversed(before) if place is not None), None)
    if end is None:
        behind = spotted[own.get("before", own.get("after", 0)) + 1 :]
        end = next((place for place in behind if place is not None), None)
    first = start.earliest if start is not None else None
    last = end.latest if end is not None else None
    if first is not None and last is not None and last.first <= first.last:
        return None
    box = _between(text, block.box, first, last)
    return box if box.height <= MOST_SHARE * block.box.height or box.width < 0.5 * block.box.width else None


def _between(text: RunningText, block: Box, first: FormulaPlace | None, last: FormulaPlace | None) -> Box:
    """Return the bounding box of the text between two places."""
    above, below = ABOVE * text.spacing, BELOW * text.spacing
    if first is not None and last is not None and text.lines[first.last] == text.lines[last.first]:
        line = text.lines[first.last]
        boxes = [
            text.words[number].box
            for number in range(first.first, last.last + 1)
            if text.lines[number] == line
        ]
        middles = [box.centre[1] for box in boxes]  # a line may rise or fall a little
        return Box(boxes[0].left, min(middles) - above, boxes[-1].right, max(middles) + below)
    begin_line = text.lines[first.last] if first is not None else -1
    end_line = text.lines[last.first] if last is not None else len(text.words)
    top = block.top if first is None else text.line_middles(begin_line)[0] - above
    bottom = block.bottom if last is None else text.line_middles(end_line)[1] + below
    inside = [
        word.box
        for word, line in zip(text.words, text.lines, strict=True)
        if begin_line <= line <= end_line and top < word.box.centre[1] < bottom
    ]
    left = min([block.left, *(box.left for box in inside)]) - text.letter
    right = max([block.right, *(box.right for box in inside)]) + text.letter
    return Box(left, top, right, bottom)
