"""Places (L04), asked of whoever knows the administrative units (``RuleContext.places``)."""

from __future__ import annotations

from pipeline.predicates.predicate import Need, predicate
from pipeline.predicates.value import RuleContext, Value, known


@predicate(Need.VALUE, Need.ANY)
def place_existed(place: Value, on: Value, *, context: RuleContext) -> bool | None:
    """The written place is exactly one administrative unit of that day."""
    return None if context.places is None else context.places.existed(place.text, known(on.canonical))
