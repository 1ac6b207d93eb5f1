"""The field behind a group of check boxes."""

from __future__ import annotations

from pipeline.base.model import FieldReading, FieldStatus, Writing
from pipeline.digitize.regions import CheckBoxGroup
from pipeline.values import kinds
from pipeline.values.kinds import Vocabulary

TICK_SHARE = 0.05
"""Share of a check box's inside that has to be ink for it to count as ticked."""

SPECK = 0.01
"""From this share on a box that does not count as ticked does not count as surely empty either."""


def parse_check_boxes(group: CheckBoxGroup, vocabulary: Vocabulary | None) -> FieldReading:
    """Return the field behind a group of check boxes.

    No box ticked is blank, if the boxes are seen and none holds so much as a speck. More than one is not decided here:
    the texts of all stand in the reading, which then has no canonical value, so that a person looks.
    """
    chosen = [value for value, share in group.shares.items() if share > TICK_SHARE]
    if not chosen and (not group.is_seen or max(group.shares.values(), default=0.0) > SPECK):
        return FieldReading(group.field, FieldStatus.UNREADABLE, writing=Writing.HAND, box=group.box)
    if not chosen:
        return FieldReading(group.field, FieldStatus.BLANK, confidence=1.0, box=group.box)
    text = "; ".join(chosen)
    parsed = kinds.KINDS["choice"].parse(text, vocabulary)
    margin = min(abs(share - TICK_SHARE) / TICK_SHARE for share in group.shares.values())
    return FieldReading(
        field=group.field,
        status=FieldStatus.READ,
        text=text,
        canonical=parsed.canonical if len(chosen) == 1 else "",
        confidence=min(0.99, margin),
        writing=Writing.MARK,
        engine="marks",
        box=group.box,
        lines=(group.box,),
        problems=parsed.problems,
    )
