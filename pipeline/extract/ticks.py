"""Check boxes: which of a group is ticked."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline import kinds
from pipeline.kinds import Vocabulary
from pipeline.model import Box, FieldReading, FieldStatus, Writing


def tick_reading(
    field: str,
    ticked: Mapping[str, float],
    box: Box | None,
    vocab: Vocabulary | None,
    *,
    seen: bool = True,
) -> FieldReading:
    """The field behind a group of check boxes: ``ticked`` maps the printed value of each box to its share of ink;
    ``seen``: whether the boxes themselves are seen on the page.

    None ticked is blank, if the boxes are seen and none holds so much as a speck; more than one is not decided here:
    the texts of all stand in the reading, which then does not parse, so that a person looks.
    """
    chosen = [value for value, share in ticked.items() if share > TICK_SHARE]
    if not chosen and (not seen or max(ticked.values(), default=0.0) > SPECK):
        return FieldReading(field, FieldStatus.UNREADABLE, writing=Writing.HAND, box=box)
    if not chosen:
        return FieldReading(field, FieldStatus.BLANK, confidence=1.0, box=box)
    text = "; ".join(chosen)
    parsed = kinds.KINDS["choice"].parse(text, vocab).canonical if len(chosen) == 1 else ""
    clear = min(abs(share - TICK_SHARE) / TICK_SHARE for share in ticked.values())
    return FieldReading(
        field,
        FieldStatus.READ,
        text,
        parsed,
        min(0.99, clear),
        Writing.MARK,
        "marks",
        box,
        (box,) if box else (),
    )


TICK_SHARE = 0.05
"""Share of a check box's inside that has to be ink for it to count as ticked."""

SPECK = 0.01
"""From this share on a box that does not count as ticked does not count as surely empty either."""
