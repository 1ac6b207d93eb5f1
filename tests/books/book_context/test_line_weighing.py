"""A book weighs its lines again: what it repeats helps where ink is in doubt, and never against clear ink."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.base.model import Hypothesis, KeptRegion, LineReading
from pipeline.books.book_context.book_model import BookModel, PoolModel
from pipeline.books.book_context.line_weighing import WEIGHING, weigh_region
from pipeline.books.book_context.place_tails import SaidPlace, tails_of
from pipeline.books.book_context.signers import Signers
from tests.books.book_context.written_books import (
    PLACE,
    REGISTRAR,
    RELATION,
    SIGNER,
    Ink,
    doubted,
    ink,
    page,
    page_ref,
)

SIGNERS = Signers(
    {"Nguyễn Văn Phước": 9, "Lê Thị Hạnh": 4},
    {"Chủ tịch UBND xã": 9, "PCT": 4},
    {("Nguyễn Văn Phước", "Chủ tịch UBND xã"): 9, ("Lê Thị Hạnh", "PCT"): 4},
    {"{name} - {title}": 6, "{title} {name}": 4},
    13,
)
REGISTRARS = PoolModel({("Trần Văn Tuấn",): 9}, 10, 9)
PLACES = tails_of(
    SaidPlace(page_ref(number), (Hypothesis(text, 0.9),))
    for number, text in enumerate(
        ["xã Tân Lợi, huyện Long Mỹ"] * 8 + ["ấp 3, xã Vĩnh Thuận Đông, huyện Long Mỹ"] * 3
    )
)
MODEL = BookModel({"registrar_name": REGISTRARS}, SIGNERS, PLACES)


def region(slot: str, *lines: Ink) -> KeptRegion:
    return page(page_ref(1), {slot: lines}).entries[0].regions[0]


def weighed(slot: str, pool: str, *lines: Ink) -> list[LineReading]:
    return [line.reading for line in weigh_region(region(slot, *lines), pool, MODEL).lines]


def test_a_doubt_is_decided_for_what_the_book_repeats() -> None:
    doubt = doubted("Trần Văn Tuân", "â", "ấ", 0.3)
    (before,) = (line.reading for line in region(REGISTRAR, doubt).lines)
    (after,) = weighed(REGISTRAR, "registrar_name", doubt)
    assert (before.text, after.text) == ("Trần Văn Tuân", "Trần Văn Tuấn")
    assert before.text in {one.text for one in after.hypotheses}


def test_what_is_clearly_written_otherwise_stays() -> None:
    (after,) = weighed(REGISTRAR, "registrar_name", ink("Trần Văn Tuân"))
    assert after.text == "Trần Văn Tuân"


@given(
    text=st.sampled_from(
        ["Trần Văn Tuân", "Trần Văn Tuyến", "Trần Văn Tuất", "Trần Văn Tú", "Trần Vân Tuấn"]
    ),
    seed=st.integers(0, 30),
)
@settings(max_examples=30, deadline=None)
def test_clear_ink_wins_whatever_the_book_repeats(text: str, seed: int) -> None:
    (after,) = weighed(REGISTRAR, "registrar_name", ink(text, seed))
    assert after.text == text


def test_what_the_book_repeats_becomes_surer_where_it_is_read() -> None:
    doubt = doubted("Trần Văn Tuấn", "V", "N", 0.35)
    (before,) = (line.reading for line in region(REGISTRAR, doubt).lines)
    (after,) = weighed(REGISTRAR, "registrar_name", doubt)
    assert after.text == before.text
    assert after.confidence > before.confidence
    assert before.evidence is not None
    assert after.evidence is not None
    assert after.evidence.chance == after.confidence
    assert (after.evidence.optical, after.evidence.weakest) == (
        before.evidence.optical,
        before.evidence.weakest,
    )


@pytest.mark.parametrize(("letter", "other"), [("ấ", "ẩ"), ("V", "v")])
def test_marks_and_capitals_that_one_hand_writes_alike_on_every_page_are_no_surer(
    letter: str, other: str
) -> None:
    doubt = doubted("Trần Văn Tuấn", letter, other, 0.35)
    (before,) = (line.reading for line in region(REGISTRAR, doubt).lines)
    (after,) = weighed(REGISTRAR, "registrar_name", doubt)
    assert after.text == before.text
    assert after.confidence <= before.confidence
    assert after.evidence is not None
    assert before.evidence is not None
    assert after.evidence.margin <= before.evidence.margin + 1e-9


def test_another_text_is_measured_on_the_ink_of_this_page() -> None:
    (after,) = weighed(REGISTRAR, "registrar_name", doubted("Trần Văn Tuân", "â", "ấ", 0.3))
    assert after.evidence is not None
    assert after.evidence.weakest < 0.5 < after.evidence.optical


def test_context_alone_makes_nothing_sure() -> None:
    strict = replace(WEIGHING, least_optical=1.1)
    doubt = region(REGISTRAR, doubted("Trần Văn Tuấn", "ấ", "ẩ", 0.35))
    after = weigh_region(doubt, "registrar_name", MODEL, strict).lines[0].reading
    assert after.confidence <= doubt.lines[0].reading.confidence


def test_a_signer_over_two_lines_is_weighed_as_one() -> None:
    lines = (doubted("Chủ tịch UBND xã", "ã", "à", 0.45), doubted("Nguyễn Văn Phươc", "ơ", "ớ", 0.3))
    assert [one.text for one in weighed(SIGNER, "signer", *lines)] == ["Chủ tịch UBND xã", "Nguyễn Văn Phước"]


def test_the_name_of_a_signer_is_weighed_where_the_title_is_none_of_the_book() -> None:
    (after,) = weighed(SIGNER, "signer", doubted("PCT Nguyễn Văn Phươc", "ơ", "ớ", 0.3))
    assert after.text == "PCT Nguyễn Văn Phước"


def test_a_place_that_begins_otherwise_is_weighed_by_how_it_ends() -> None:
    (after,) = weighed(PLACE, "place", doubted("ấp 9, xã Tân Lơi, huyện Long Mỹ", "ơ", "ợ", 0.3))
    assert after.text == "ấp 9, xã Tân Lợi, huyện Long Mỹ"


def test_a_place_over_two_lines_is_parted_as_on_the_page() -> None:
    lines = (ink("xã Vĩnh Thuận"), doubted("Đông, huyện Lơng Mỹ", "ơ", "o", 0.4))
    assert [one.text for one in weighed(PLACE, "place", *lines)] == ["xã Vĩnh Thuận", "Đông, huyện Long Mỹ"]


def test_what_is_the_end_of_other_values_is_no_surer() -> None:
    book = BookModel({"declarant_relation": PoolModel({("Bà ngoại",): 5, ("ngoại",): 2}, 7, 7)})
    for line, is_surer in (
        (doubted("ngoại", "n", "m", 0.3), False),
        (doubted("Bà ngoại", "B", "P", 0.3), True),
    ):
        before = region(RELATION, line)
        after = weigh_region(before, "declarant_relation", book)
        chances = [one.lines[0].reading.confidence for one in (before, after)]
        assert after.lines[0].reading.text == before.lines[0].reading.text
        assert (chances[1] > chances[0]) is is_surer


def test_nothing_is_filled_in() -> None:
    empty = KeptRegion(REGISTRAR, region(REGISTRAR, ink("Trần")).writing, region(REGISTRAR, ink("Trần")).box)
    assert weigh_region(empty, "registrar_name", MODEL) is empty


@pytest.mark.parametrize("pool", ["", "declarant_relation"])
def test_a_book_that_repeats_nothing_changes_nothing(pool: str) -> None:
    before = region(REGISTRAR, doubted("Trần Văn Tuân", "â", "ấ", 0.3))
    assert weigh_region(before, pool, MODEL) is before


def test_a_line_without_kept_emissions_stays() -> None:
    before = region(REGISTRAR, doubted("Trần Văn Tuân", "â", "ấ", 0.3))
    lines = tuple(replace(line, reading=replace(line.reading, emissions=b"")) for line in before.lines)
    before = replace(before, lines=lines)
    assert weigh_region(before, "registrar_name", MODEL) is before
