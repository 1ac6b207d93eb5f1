"""Where the labels and the blanks of a form are: what the reader looks for and the drawer fills in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.schema.sheet import Style


@dataclass(frozen=True, slots=True)
class Label:
    """A printed text: ``u0``..``u1`` its extent, ``v`` its baseline, ``slot`` the blank it announces or ``""``."""

    text: str
    style: Style
    u0: float
    u1: float
    v: float
    slot: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One strip of a blank, ``u0``..``u1`` at baseline ``v``; ``part`` as in ``Cell``, ``label`` before it."""

    u0: float
    u1: float
    v: float
    part: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A blank: ``pieces`` are its lines in reading order, or ``area`` its free rectangle (u0, v0, u1, v1), or
    ``column`` the number of its table column. ``roles`` maps the roles of a composite ``kind`` to fields."""

    name: str
    kind: str
    roles: Mapping[str, str]
    pieces: tuple[Piece, ...] = ()
    area: tuple[float, float, float, float] | None = None
    column: int | None = None
    printed: bool = False
    signature: bool = False
    stamped: bool = False

    @property
    def field_names(self) -> tuple[str, ...]:
        return tuple(self.roles.values())


def slot_name(roles: Mapping[str, str]) -> str:
    """The name of the blank that holds these fields."""
    return "+".join(roles.values())


def roles_of(field: str | None, fields: Mapping[str, str]) -> Mapping[str, str]:
    """Role = field: of a single ``field`` its ``value``, else those of a composite kind; empty = print only."""
    return {"value": field} if field else dict(fields)
