"""The units around a book follow from the code of its ledger where its name bears that out, else from its name."""

from __future__ import annotations

from functools import lru_cache

from pipeline.declarations import schema
from pipeline.values.places import Resolver
from pipeline.values.places.near_units import near_units


@lru_cache
def places() -> Resolver:
    return schema.load().places


NAME = "UBND xã Thạnh Phú, huyện Cờ Đỏ, TP Cần Thơ"
HOME = (("Xã", "Thạnh Phú"), ("Huyện", "Cờ Đỏ"), ("Thành phố", "Cần Thơ"))


def test_a_code_of_the_tables_tells_where_the_book_is() -> None:
    near = near_units(places(), "UBND xã Thạnh Phú", "31249", 2010)  # eight communes bear that name
    assert near is not None
    assert near.own == (HOME,)


def test_a_code_of_the_office_itself_leaves_it_to_the_name() -> None:
    near = near_units(places(), NAME, "93642", 2010)
    assert near is not None
    assert near.own == (HOME,)


def test_a_code_that_belongs_to_another_name_does_not_count() -> None:
    other = next(unit for unit in places().gazetteer.units if unit.title == "Xã Trung An")
    near = near_units(places(), NAME, other.code, 2010)
    assert near is not None
    assert near.own == (HOME,)


def test_rings_hold_the_district_and_the_province_and_nothing_twice() -> None:
    near = near_units(places(), NAME, "", 2010)
    assert near is not None
    assert (("Xã", "Trung Hưng"), ("Huyện", "Cờ Đỏ"), ("Thành phố", "Cần Thơ")) in near.district
    assert (("Huyện", "Cờ Đỏ"), ("Thành phố", "Cần Thơ")) in near.district
    assert (("Thành phố", "Cần Thơ"),) in near.province
    assert all(
        chain[-1] == ("Thành phố", "Cần Thơ") for ring in (near.district, near.province) for chain in ring
    )
    everything = (*near.own, *near.district, *near.province)
    assert len(set(everything)) == len(everything) > 80


def test_units_are_those_of_the_year() -> None:
    """Since July 2025 there are no districts, and the province is larger."""
    near = near_units(places(), "UBND xã Thạnh Phú, TP Cần Thơ", "", 2026)
    assert near is not None
    assert near.own[0] == (("Xã", "Thạnh Phú"), ("Thành phố", "Cần Thơ"))
    assert near.district == ()
    assert all(kind != "Huyện" for chain in near.province for kind, _ in chain)


def test_where_the_book_is_may_not_be_known() -> None:
    assert near_units(places(), "UBND nơi nào đó", "00", 2010) is None
    assert near_units(places(), "", "", 2010) is None
