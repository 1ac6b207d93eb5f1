"""What the declaration of a form comes to: its printed labels, and the places where values are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Style = Literal["regular", "bold", "italic", "bold-italic", "small"]


@dataclass(frozen=True, slots=True)
class Label:
    """A printed text on a form, in u and v (shares of the printed frame).

    Attributes:
        text: What is printed.
        style: Its typeface.
        u0: Its left end.
        u1: Its right end.
        v: Its baseline.
        slot: The name of the slot that it announces, or ``""``.
    """

    text: str
    style: Style
    u0: float
    u1: float
    v: float
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One line of a slot, in u and v (shares of the printed frame).

    Attributes:
        u0: Its left end.
        u1: Its right end.
        v: Its baseline.
        part: The part of a value that it holds, as in ``Cell``.
        label: The text printed before it.
    """

    u0: float
    u1: float
    v: float
    part: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on a form to write one value, or several values of a composite kind.

    Attributes:
        name: The names of its fields.
        kind: The composite kind, ``""`` for one field.
        roles: From the roles of the composite kind (``value`` for one field) to fields.
        pieces: Its lines in reading order.
        area: Or its free rectangle (u0, v0, u1, v1).
        column: Or the number of its table column.
        printed: The press set its value (a page number).
        signature: It is a signature, which is never read.
        stamped: Its value may be a red stamp.
        ditto: A ditto mark in it stands for the value above.
        after: In an act in running text, the printed words behind which its value is written.
        before: Those before which it ends.
        begins_act: Whether these words begin an act.
    """

    name: str
    kind: str
    roles: Mapping[str, str]
    pieces: tuple[Piece, ...] = ()
    area: tuple[float, float, float, float] | None = None
    column: int | None = None
    printed: bool = False
    signature: bool = False
    stamped: bool = False
    ditto: bool = True
    after: str = ""
    before: str = ""
    begins_act: bool = False

    @property
    def field_names(self) -> tuple[str, ...]:
        return tuple(self.roles.values())


def slot_name(roles: Mapping[str, str]) -> str:
    """Return the name of the slot that holds these fields."""
    return "+".join(roles.values())


def roles_of(field: str | None, fields: Mapping[str, str]) -> Mapping[str, str]:
    """Return role = field: ``value`` of a single field, else the roles of a composite kind; empty = print only."""
    return {"value": field} if field else dict(fields)
