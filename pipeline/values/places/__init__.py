"""Administrative units as of a date: the unit of a written place on the day of the entry.

The written text is never changed; the resolved unit is stored with it. See ``docs/adr/0012-places-as-of-a-date.md``.
"""

from __future__ import annotations

from pipeline.values.places.answering import AnsweringUnits, UnitsOfBook
from pipeline.values.places.gazetteer import Gazetteer
from pipeline.values.places.gazetteer_files import OFFICE, read_gazetteer
from pipeline.values.places.resolver import PlaceResolution, ResolutionState, Resolver
from pipeline.values.places.unit import DayRange, Level, Span, Unit, Validity

__all__ = [
    "OFFICE",
    "UnitsOfBook",
    "AnsweringUnits",
    "DayRange",
    "Gazetteer",
    "Level",
    "PlaceResolution",
    "Resolver",
    "Span",
    "Validity",
    "ResolutionState",
    "Unit",
    "read_gazetteer",
]
