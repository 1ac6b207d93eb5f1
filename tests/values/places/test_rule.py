"""Rule L04 over the shipped tables: what it tells, and that sound synthetic books raise nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from pipeline.base.model import FieldReading, FieldStatus, Finding, Ledger
from pipeline.declarations import schema
from pipeline.digitize.validate import context_of, rules_of
from pipeline.training.synthetic_pages.people import draw_commune, geography_of_year

SCHEMAS = schema.load()
RULES = rules_of(SCHEMAS.record("birth"), SCHEMAS)
LEDGER = Ledger("birth-2006", "UBND xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Giang", "93111", "01/2012")


def told(field: str, place: str, day: str = "05.03.2012") -> Sequence[Finding]:
    """The findings L04 of an entry with that place and that registration date."""
    readings = [read(field, place), read("registered_on", day)]
    context = context_of(SCHEMAS.form("birth-2006"), LEDGER, places=SCHEMAS.places)
    return [finding for finding in RULES.findings_of(readings, context) if finding.code == "L04"]


def read(field: str, text: str) -> FieldReading:
    return FieldReading(field, FieldStatus.READ, text, text)


@pytest.mark.parametrize(
    ("place", "day"),
    [
        ("xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Giang", "05.03.1998"),
        ("xã Tân Hội, tỉnh Hà Tây", "05.03.2012"),
        ("huyện Thới Lai, TP Cần Thơ", "05.03.2006"),
        ("xã Không Hề Có, huyện Kế Sách, tỉnh Sóc Trăng", "05.03.2021"),
    ],
)
def test_a_residence_that_did_not_exist_then_is_reported(place: str, day: str) -> None:
    (finding,) = told("mother_residence_place", place, day)

    assert "mother_residence_place" in finding.fields


@pytest.mark.parametrize("field", ["child_birth_place", "child_native_place"])
def test_where_someone_was_born_may_be_called_as_it_was_before(field: str) -> None:
    assert not told(field, "tỉnh Hà Tây")
    assert told(field, "tỉnh Hậu Giang", "05.03.1972"), "but not as it was called later"


@pytest.mark.parametrize(
    "place",
    ["xã Không Hề Có, huyện Kế Sách, tỉnh Sóc Trăng", "huyện Châu Thành", "Tại nhà", "BV đa khoa", "nt"],
)
def test_what_cannot_be_known_raises_nothing(place: str) -> None:
    assert not told("mother_residence_place", place)


@pytest.mark.parametrize(
    "year", [1976, 1985, 1991, 1992, 1998, 2004, 2009, 2015, 2019, 2020, 2023, 2024, 2027]
)
def test_synthetic_places_of_any_year_raise_nothing(year: int) -> None:
    rng = np.random.default_rng(year)
    home = draw_commune(rng, geography_of_year(SCHEMAS.places.gazetteer, year))
    for month in (1, 5, 9, 12) * 8:
        home = draw_commune(rng, home)
        for text in (home.full, home.short, f"Ấp 3, {home.full}", f"UBND {home.full}"):
            assert SCHEMAS.places.existed(text, (year, month, 15)) is not False, text
