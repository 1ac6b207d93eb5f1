"""The place of each field of an act: its block, narrowed to what stands between the printed formulas that guide to it.

A narrowed place takes in what of both formulas stands on its lines, the room of the line above and most of that below,
where people insert and where letters hang; over several lines it is as wide as the block and all that was read on
them::

    .... con của ông  Nguyễn Văn Thử, ba mươi
    bốn tuổi   và bà  Lê Thị ...

    |------------------------------------------|    for "after con của ông, before và bà": both lines

A formula that was not surely found narrows nothing; then the next one of the act that was, or the end of the block, is
where the place ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.base.model import Box, Word
from pipeline.declarations.schema import Slot
from pipeline.layout.locate.printed_formulas import FormulaPlace, SpottedFormula, find_in_order
from pipeline.layout.locate.running_text import RunningText, running_text

ABOVE, BELOW = 1.0, 0.8
"""How far above and below the middle of its line a place reaches, in distances of lines."""

BESIDE = 1.5
"""How far beyond its block formulas are looked for, in heights of a printed word."""

MOST_SHARE = 0.9
"""A place that takes more than this share of its block's height, line ends and all, is the block."""


@dataclass(frozen=True, slots=True)
class ActBlock:
    """The block of a slot on the page.

    Attributes:
        slot: The slot.
        box: Its block in pixels.
        is_narrowed: Whether printed formulas say where in the block its value is.
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
    """Return the blocks of an act, those narrowed whose printed formulas were found on its page.

    Args:
        blocks: The blocks in the order of the form, which is that of the formulas.
        words: What was read on the page.
        letter: About how high a printed word is in pixels.
        band: The y between which the act stands, where its page holds several; formulas are then looked for in all of
            it, as acts differ in length.
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
            if band is not None:  # nothing of the act above or below is shown
                box = Box(box.left, max(box.top, band[0]), box.right, min(box.bottom, band[1]))
            result[number] = replace(blocks[number], box=box, is_narrowed=True)
    return tuple(result)


def _columns(blocks: Sequence[ActBlock]) -> list[list[int]]:
    """Return the numbers of the guided blocks, those together that stand below or in one another."""
    columns: list[list[int]] = []
    for number, block in enumerate(blocks):
        if not (block.slot.after or block.slot.before) or block.slot.signature:
            continue
        beside = next(
            (one for one in columns if any(_overlap(blocks[at].box, block.box) for at in one)), None
        )
        if beside is None:
            columns.append([number])
        else:
            beside.append(number)
    return columns


def _overlap(one: Box, other: Box) -> bool:
    common = min(one.right, other.right) - max(one.left, other.left)
    return common > 0.5 * min(one.width, other.width)


def _narrowed(
    text: RunningText, blocks: Sequence[ActBlock], numbers: Sequence[int], *, banded: bool
) -> list[tuple[int, Box]]:
    """Return the number and the narrowed place of each block of a column that has one."""
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
    found = []
    for at, block in enumerate(blocks):
        own = {side: number for number, (owner, side) in enumerate(owners) if owner == at}
        box = _place(text, block, own, spotted)
        if box is not None:
            found.append((numbers[at], box))
    return found


def _is_inside(word: Word, block: Box, reach: float) -> bool:
    x, y = word.box.centre
    return block.left - reach <= x <= block.right + reach and block.top - reach <= y <= block.bottom + reach


def _place(
    text: RunningText, block: ActBlock, own: dict[str, int], spotted: Sequence[SpottedFormula | None]
) -> Box | None:
    """Return the place between a block's formulas, ``None`` where neither of them was surely found."""
    start, end = (spotted[own[side]] if side in own else None for side in ("after", "before"))
    if start is None and end is None:
        return None
    if start is None:  # what was found before it, else where the block begins
        before = spotted[: own.get("after", own.get("before", 0))]
        start = next((one for one in reversed(before) if one is not None), None)
    if end is None:
        behind = spotted[own.get("before", own.get("after", 0)) + 1 :]
        end = next((one for one in behind if one is not None), None)
    first = start.earliest if start is not None else None
    last = end.latest if end is not None else None
    if first is not None and last is not None and last.first <= first.last:
        return None
    box = _between(text, block.box, first, last)
    return box if box.height <= MOST_SHARE * block.box.height or box.width < 0.5 * block.box.width else None


def _between(text: RunningText, block: Box, first: FormulaPlace | None, last: FormulaPlace | None) -> Box:
    """Return the box around what stands between two places."""
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
