"""The unit that answers for a place on a day: itself, its successor, several candidates, or none that is known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pipeline.declarations.schema import default_folder
from pipeline.values.places import AnsweringUnits, read_gazetteer
from pipeline.values.places.answering import UNKNOWN_UNIT

FOLDER = default_folder() / "places"
TABLES = read_gazetteer(FOLDER)
TODAY = AnsweringUnits(TABLES, date(2026, 12, 3))


def test_a_merged_commune_is_answered_for_by_its_successor_and_before_the_merger_by_itself() -> None:
    assert TODAY.of("31117", "", (2010,)).key == "2025:31120"
    assert AnsweringUnits(TABLES, date(2020, 1, 1)).of("31117", "", (2010,)).key == "2004:31117"


def test_a_code_that_was_given_anew_is_understood_by_the_year_of_the_book() -> None:
    before = AnsweringUnits(TABLES, date(2020, 1, 1))
    assert before.of_book("31120", "Phường An Hòa", "01/2010").key == "2004:31120"
    assert before.of_book("31120", "UBND phường Cái Khế", "01/2026").key == ""
    assert TODAY.of_book("31120", "UBND phường Cái Khế", "01/2026").key == "2025:31120"


def test_a_divided_commune_and_the_books_of_a_district_name_every_candidate() -> None:
    divided = TODAY.of("00007", "", (2000,))
    assert divided.is_split
    assert divided.title == "Phường Ngọc Hà hoặc Phường Giảng Võ"
    district = TODAY.of("916", "", (2010,))
    assert "2025:31135" in district.key
    assert all(unit.scheme == "2025" for unit in district.units)


def test_what_no_table_knows_is_said_and_never_guessed() -> None:
    assert TODAY.of("99999", "", (2010,)).title == UNKNOWN_UNIT


def test_an_office_says_who_took_over_a_district_and_from_which_day(tmp_path: Path) -> None:
    office = tmp_path / "places.toml"
    office.write_text(
        '[[takeover]]\ncode = "916"\nunit = "31135"\nsource = "Biên bản"\n'
        '[[takeover]]\ncode = "31120"\nunit = "31135"\nsince = "2026-10-01"\nsource = "Nghị quyết"\n'
    )
    tables = read_gazetteer(FOLDER, office)
    assert AnsweringUnits(tables, date(2026, 12, 3)).of("916", "", (2010,)).key == "2025:31135"
    assert AnsweringUnits(tables, date(2020, 1, 1)).of("916", "", (2010,)).key == "2004:916"
    assert AnsweringUnits(tables, date(2026, 12, 3)).of("31117", "", (2010,)).key == "2025:31135"
    assert AnsweringUnits(tables, date(2026, 9, 1)).of("31117", "", (2010,)).key == "2025:31120"


def test_the_communes_of_can_tho_are_answered_for_by_those_of_today() -> None:
    parents = {
        unit.code for unit in TABLES.units if unit.scheme == "2004" and unit.parent in ("92", "93", "94")
    }
    communes = {unit.code for unit in TABLES.units if unit.scheme == "2004" and unit.parent in parents}
    answers = [TODAY.of(code, "", (2020,)) for code in communes]
    assert len({unit.id for answer in answers for unit in answer.units}) == 103
