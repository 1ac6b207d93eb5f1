"""What is known of a written place on some day."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.places.unit import Standing, Unit


class State(StrEnum):
    RESOLVED = "resolved"
    """It is one unit."""
    AMBIGUOUS = "ambiguous"
    """It may be any of several units; nothing written decides."""
    NOT_THEN = "not-then"
    """There are units of these names one within the other, but none was there on that day (``standing``: none
    any more, or none yet)."""
    PARTIAL = "partial"
    """Its larger parts are units of that day, a smaller one is none that is known."""
    UNKNOWN = "unknown"
    """It says that it is a place, and no part of it is known."""
    NOTHING = "nothing"
    """It names no unit: blank, a ditto mark, "tại nhà", a hospital."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """``unit``: the smallest unit that the text names, where it is one (``RESOLVED``), or the smallest that is
    known (``PARTIAL``). ``line``: that unit and those above it, from the largest down. ``standing``: whether it
    surely was there on the day, or as far as is known. ``spelled``: every name stands as the tables spell it;
    else some of its marks are missing. ``candidates``: the units it may be (``AMBIGUOUS``), or was or will be
    at another time (``NOT_THEN``). ``unknown``: the part of the text that is no known unit. ``complete``: the
    tables show everything that was there on that day, so what is not in them was not there."""

    state: State
    unit: Unit | None = None
    line: tuple[Unit, ...] = ()
    standing: Standing | None = None
    spelled: bool = True
    candidates: tuple[Unit, ...] = ()
    unknown: str = ""
    complete: bool = False

    @property
    def code(self) -> str:
        """The unit's code with its scheme (``2004:31417``), or ``""``."""
        return self.unit.id if self.unit and self.state is State.RESOLVED else ""


NOTHING = Resolution(State.NOTHING)
