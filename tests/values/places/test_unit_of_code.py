"""Which unit bore a code on a day: the codes of communes were given anew on 1 July 2025."""

from __future__ import annotations

import pytest

from pipeline.values.places import DayRange
from tests.values.places.units import gazetteer, resolver

CAN_THO = "92"

BEFORE, SINCE = DayRange.of((2025, 6, 2)), DayRange.of((2025, 7, 1))
IN_2025 = DayRange.of((2025,))


def communes_since_2025(province: str) -> list[str]:
    return [unit.code for unit in gazetteer().units if unit.scheme == "2025" and unit.parent == province]


def test_every_code_of_a_province_that_was_merged_is_of_two_units() -> None:
    codes = communes_since_2025(CAN_THO)
    assert len(codes) == 103
    for code in codes:
        assert gazetteer().unit_of_code(code, BEFORE) == f"2004:{code}"
        assert gazetteer().unit_of_code(code, SINCE) == f"2025:{code}"


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("UBND phường Cái Khế, thành phố Cần Thơ", "2025:31120"),
        ("UBND PHƯỜNG AN HOÀ, QUẬN NINH KIỀU", "2004:31120"),
        ("UBND quận Ninh Kiều", "2004:31120"),
        ("", "2004:31120"),
    ],
)
def test_where_only_the_year_is_known_the_written_name_decides(written: str, unit: str) -> None:
    assert gazetteer().unit_of_code("31120", IN_2025, written) == unit


def test_the_day_counts_before_the_name() -> None:
    assert gazetteer().unit_of_code("31120", SINCE, "UBND phường An Hòa") == "2025:31120"


@pytest.mark.parametrize("code", ["93629", "00000", "VT-01"])
def test_a_code_that_no_table_has_is_itself(code: str) -> None:
    assert gazetteer().unit_of_code(code, IN_2025) == code


def test_a_code_of_long_ago_is_of_the_unit_that_may_have_been_there() -> None:
    assert gazetteer().unit_of_code("31120", DayRange.of((1996,))) == "2004:31120"


@pytest.mark.parametrize(
    ("code", "written", "north"),
    [
        ("00001", "UBND phường Phúc Xá, quận Ba Đình, Hà Nội", True),
        ("18073", "", True),
        ("31120", "", False),
        ("VT-01", "Ủy ban hành chính tỉnh Long An", False),
        ("VT-02", "Ủy ban hành chính tỉnh Nghệ An", True),
        ("VT-03", "Ủy ban hành chính xã Thử", None),
    ],
)
def test_an_office_lies_north_or_south_of_the_border_of_then(
    code: str, written: str, north: bool | None
) -> None:
    assert resolver().lies_in_north(code, written, (1966, 5, 4)) is north
