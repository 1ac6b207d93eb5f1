"""The glance at an entry: fields that only need confirming, shown together with their ink and confirmed by one key."""

from __future__ import annotations

from pipeline.base.model import INK_LEFT, INK_TOUCHES, FieldStatus
from pipeline.declarations.office.review import Way
from pipeline.registry.tasks.model import FieldWork

LEAST_CONFIDENCE = 0.9
"""Confidence of a reading from which its field only needs confirming."""


OF_INK = frozenset({INK_LEFT, INK_TOUCHES})
"""Codes of findings that ask for nothing but a close look at the ink, which a glance is."""


def is_sure(work: FieldWork, *, plain: bool, warned: bool) -> bool:
    """Return whether a person only has to confirm a field: it has ink to compare with, a likely value and no warning.

    A field in which the person has just overlooked a planted text is looked at by itself.

    Args:
        plain: Whether the initial text of its input is a value of the field without any problem.
        warned: Whether a finding asks for more than a look at the ink.
    """
    if work.blind or work.is_again or work.candidates or work.box is None or warned or work.mine is not None:
        return False
    if work.first is not None:
        return work.first.status is FieldStatus.READ and plain
    reading = work.reading
    if reading is None or work.decided is not None:
        return False
    if is_sure_blank(work):
        return True
    return plain and (work.way is Way.GLANCE or reading.confidence >= LEAST_CONFIDENCE)


def is_sure_blank(work: FieldWork) -> bool:
    """Return whether the machine saw no ink in the place of a field, whose value is then confirmed to be blank."""
    reading = work.reading
    return (
        work.first is None
        and reading is not None
        and reading.status is FieldStatus.BLANK
        and not work.inked
        and not reading.lines
    )
