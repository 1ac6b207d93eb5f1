"""Which waiting fields of a column lie in one row."""

from __future__ import annotations

import pytest

from pipeline.base.model import FieldReading, FieldStatus
from pipeline.base.text.tones import with_tones_last
from pipeline.declarations.office.review import Way
from pipeline.registry.tasks.column_rows import equal_fields, of_row
from pipeline.registry.tasks.consensus import Verdict
from pipeline.registry.tasks.model import FieldWork
from pipeline.values.kinds import KINDS, compared_form
from tests.registry.pages import SCHEMAS

NAME, PAPER = "registrar_name", "declarant_paper_type"


def work(text: str, *, field: str = NAME, likely: bool = True, blind: bool = False) -> FieldWork:
    reading = FieldReading(field, FieldStatus.READ, text, confidence=0.5)
    return FieldWork(field, Way.CHECKED, blind, reading=None if blind else reading, is_likely=likely)


def rows(works: list[FieldWork], stamps: dict[int, int] | None = None) -> list[tuple[str, int]]:
    spec = SCHEMAS.record("birth").by_name[works[0].field]

    def form(text: str) -> str:
        return with_tones_last(compared_form(KINDS[spec.kind], text, SCHEMAS.vocabulary(spec)))

    found = equal_fields(dict(enumerate(works)), form, stamps or {})
    return [(row.verdict.text if row.verdict else "", len(row.entries)) for row in found]


def test_capitals_and_the_place_of_a_tone_make_no_other_row() -> None:
    texts = (
        "Lưu Thuý Trang",
        "LƯU THÚY TRANG",
        "Trần Thị Hòa",
        "Lưu Thúy Trang",
        "Lưu Thúy Trang",
        "Lưu Thùy Trang",
    )
    assert rows([work(text) for text in texts]) == [
        ("Lưu Thúy Trang", 4),
        ("Lưu Thùy Trang", 1),
        ("Trần Thị Hòa", 1),
    ]


def test_wordings_of_one_term_are_one_row() -> None:
    texts = ("CMND", "Chứng minh nhân dân", "CMND", "Hộ chiếu")
    assert rows([work(text, field=PAPER) for text in texts]) == [("CMND", 3), ("Hộ chiếu", 1)]


def test_fields_without_a_value_to_show_are_one_row_that_comes_last() -> None:
    works = [
        work("x", likely=False),
        work("Trần Thị Hòa"),
        work("Trần Thị Hòa", blind=True),
        work("y", likely=False),
    ]
    assert rows(works) == [("Trần Thị Hòa", 1), ("", 3)]


@pytest.mark.parametrize(("is_verbatim", "text"), [(True, "Thúy"), (False, "THÚY")])
def test_only_a_verbatim_field_takes_the_wording_of_its_row(is_verbatim: bool, text: str) -> None:
    row = Verdict(NAME, FieldStatus.READ, "Thúy")
    taken = of_row(work("THÚY"), row, str.casefold, is_verbatim=is_verbatim)
    assert taken == Verdict(NAME, FieldStatus.READ, text)


def test_a_field_that_was_read_otherwise_than_its_stamp_takes_the_value_of_the_row() -> None:
    row = Verdict(PAPER, FieldStatus.READ, "CMND")
    assert of_row(work("Hộ chiếu"), row, str.casefold, is_verbatim=False) == row


def test_pictures_of_one_stamp_are_one_row_whatever_was_read_there() -> None:
    texts = ("Trần Thị Hồng Hạnh", "Trầa Thị Hong Hạnh", "Trần Thị Hồng Hạnh", "Tran T. Hanh", "Lê Thị Mẫu")
    works = [*map(work, texts), work("44 9ững", likely=False)]
    assert rows(works, dict.fromkeys((0, 1, 3, 5), 7)) == [("Trần Thị Hồng Hạnh", 5), ("Lê Thị Mẫu", 1)]


def test_who_keys_blind_keys_a_stamp_once_and_sees_no_reading() -> None:
    works = [work("Trần Thị Hạnh", blind=True) for _ in range(5)]
    found = equal_fields(dict(enumerate(works)), str, {0: 1, 2: 1, 3: 2, 4: 1})
    assert [(row.verdict, row.entries, row.is_stamp) for row in found] == [
        (None, (0, 2, 4), True),
        (None, (1, 3), False),
    ]
