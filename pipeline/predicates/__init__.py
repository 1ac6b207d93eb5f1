"""What rules may ask of values. A predicate knows no field: ``schemas/records`` bind it to fields.

``True``: holds. ``False``: the rule's finding is raised. ``None``: it cannot be known, and nothing is said. Predicates
are pure and change nothing. One module a family of rules.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.predicates import birth, dates, death, identity, keys, marriage, places, text
from pipeline.predicates.predicate import Need, Predicate, by_name, predicate
from pipeline.predicates.value import (
    BLANK,
    NO_CONTEXT,
    NOT_ON_FORM,
    PlaceResolver,
    RuleContext,
    Value,
    day_of,
    known,
)

__all__ = [
    "BLANK",
    "NOT_ON_FORM",
    "NO_CONTEXT",
    "PREDICATES",
    "Need",
    "PlaceResolver",
    "Predicate",
    "RuleContext",
    "Value",
    "day_of",
    "known",
    "predicate",
]

FAMILIES = (keys, dates, marriage, birth, death, identity, text, places)

PREDICATES: Mapping[str, Predicate] = {
    name: found for family in FAMILIES for name, found in by_name(vars(family).values()).items()
}
