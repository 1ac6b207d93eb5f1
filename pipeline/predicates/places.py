"""Places (L04), asked of whoever knows the administrative units (``RuleContext.places``)."""

from __future__ import annotations

from pipeline.predicates.predicate import Need, predicate
from pipeline.predicates.value import RuleContext, Value, known


@predicate(Need.VALUE, Need.ANY)
def place_existed(place: Value, on: Value, *, context: RuleContext, former: bool = False) -> bool | None:
    """The written place may have been an administrative unit of that day; with ``former`` also of a day before
    it (where someone was born is called as it was then)."""
    if context.places is None:
        return None
    return context.places.existed(place.text, known(on.canonical), former=former)
