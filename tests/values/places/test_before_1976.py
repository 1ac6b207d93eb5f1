"""Places of books before 1976: a district or commune of today's tables is never proposed for one of that time."""

from __future__ import annotations

import pytest

from pipeline.declarations import schema
from pipeline.values.places.resolver import ResolutionState
from pipeline.values.places.unit import Level

PLACES = schema.load().places


@pytest.mark.parametrize(
    ("written", "year", "province"),
    [
        ("xã Thường Thạnh Đông, quận Châu Thành, tỉnh Phong Dinh", 1970, "Phong Dinh"),
        ("quận Châu Thành, tỉnh Ba Xuyên", 1960, "Ba Xuyên"),
        ("xã Long Mỹ, quận Long Mỹ, tỉnh Chương Thiện", 1968, "Chương Thiện"),
        ("Phụng Hiệp, Phong Dinh", 1965, "Phong Dinh"),
        ("Quận 1, Sài Gòn", 1965, "Sài Gòn"),
        ("làng Tân An, tổng Định Bảo, tỉnh Cần Thơ", 1925, "Cần Thơ"),
    ],
)
def test_only_the_province_of_that_time_is_known(written: str, year: int, province: str) -> None:
    found = PLACES.resolve(written, (year,))

    assert found.state is ResolutionState.PARTIAL
    assert (found.unit and found.unit.name, found.code, found.candidates) == (province, "", ())
    assert PLACES.existed(written, (year,)) is None


@pytest.mark.parametrize("written", ["tỉnh Mỹ Tho", "tỉnh Long Xuyên", "tỉnh Tân An", "quận Trà Ôn"])
def test_a_name_that_no_source_has_is_told_as_unknown(written: str) -> None:
    found = PLACES.resolve(written, (1930,))

    assert (found.state, found.candidates) == (ResolutionState.UNKNOWN, ())


def test_no_name_of_a_district_of_today_is_proposed_for_an_old_province() -> None:
    districts = {unit.name for unit in PLACES.gazetteer.units if unit.level is Level.DISTRICT}
    former = {
        unit.name
        for unit in PLACES.gazetteer.units
        if unit.scheme == "history" and unit.level is Level.PROVINCE
    }
    told = {unit.id for unit in PLACES.gazetteer.units if unit.source or unit.level is Level.PROVINCE}
    for province in sorted(former):
        for district in sorted(districts)[::9]:
            found = PLACES.resolve(f"quận {district}, tỉnh {province}", (1960,))
            assert {unit.id for unit in (*found.line, *found.candidates)} <= told
