"""Fields that share one blank on the paper are shown together, under one picture.

An identity paper (kind, number, issued on, issued by), a death notice, an officer's name and title share a blank::

    Giấy tờ tùy thân: ..CCCD 001..., cấp 2.3.2021....      one picture
    [kind]  [number]  [issued on]  [issued by]             its fields in a row, in the order of the paper
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.web.desk.field_view import FieldPicture, FieldView

MOST_IN_A_BLANK = 8
"""Largest number of fields in a blank. More fields share a region that a person drew around a whole entry."""


@dataclass(frozen=True, slots=True)
class DeskGroup:
    """Fields that are shown together: those of a shared blank, or a single field.

    Attributes:
        fields: The fields in the order of the paper.
        ink: The picture of the shared blank; ``None`` for a single field, which has its own.
        reasons: The reasons for doubt that all fields of a shared blank have in common.
    """

    fields: tuple[FieldView, ...]
    ink: FieldPicture | None = None
    reasons: tuple[str, ...] = ()

    @property
    def unwritten(self) -> bool:
        """Whether no line of writing was found in a shared blank, so that its fields are called blank together."""
        return self.ink is not None and all(field.unwritten for field in self.fields)


FEWEST_SURE = 2
"""Fewer sure fields are shown like all others."""


def glanced(fields: Sequence[FieldView]) -> tuple[FieldView, ...]:
    """Return the fields that are confirmed together: the sure fields, unless there are too few of them."""
    sure = tuple(field for field in fields if field.sure)
    return sure if len(sure) >= FEWEST_SURE else ()


def field_groups(fields: Sequence[FieldView]) -> tuple[DeskGroup, ...]:
    """Return the fields in their order; consecutive fields of one blank are grouped."""
    return tuple(
        group
        for box, members in groupby(fields, key=lambda field: field.ink.box if field.ink else None)
        for group in _groups_in(box, tuple(members))
    )


def _groups_in(box: tuple[int, int, int, int] | None, fields: tuple[FieldView, ...]) -> list[DeskGroup]:
    if box is None or not 1 < len(fields) <= MOST_IN_A_BLANK:
        return [DeskGroup((field,)) for field in fields]
    first = fields[0]
    common = tuple(reason for reason in first.reasons if all(reason in field.reasons for field in fields[1:]))
    return [DeskGroup(fields, first.ink, common)]
