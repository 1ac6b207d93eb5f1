"""Personal numbers name their province by a list that never changes; seven of its codes are other provinces today."""

from __future__ import annotations

from pipeline.declarations import schema
from pipeline.values.kinds.number import PROVINCE_CODES
from pipeline.values.places import Level
from tests.values.places.units import gazetteer

REUSED = {"15", "24", "44", "52", "80", "82", "91"}


def test_the_frozen_list_holds_the_codes_that_numbers_are_checked_with() -> None:
    terms = schema.load().vocabs["personal-number-province"].terms

    assert {term.code for term in terms} == PROVINCE_CODES
    assert len(terms) == 63


def test_the_frozen_list_is_not_the_current_one() -> None:
    """Code 15 is Yên Bái in a number and Lào Cai in today's list."""
    labels = {term.code[1:]: term.label for term in schema.load().vocabs["personal-number-province"].terms}
    now = {
        unit.code: unit.name
        for unit in gazetteer().units
        if unit.scheme == "2025" and unit.level is Level.PROVINCE
    }

    changed = {code for code, name in now.items() if name not in labels[code] and code != "79"}
    assert changed == REUSED
