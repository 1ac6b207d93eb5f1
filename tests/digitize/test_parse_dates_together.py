"""A date in figures and the same in words are decided together."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.base.model import FieldReading
from pipeline.digitize.validate import rules_of
from tests.digitize.recognized_fields import SCHEMAS, by_hand, evidence_in, fields, line, slot_of

FIGURES = (("7/6/2010", 0.5), ("1/6/2010", 0.45))
WORDS = (("ngày một tháng sáu năm hai ngàn không trăm mười", 0.9),)


def two_dates(
    figures: Sequence[tuple[str, float]], words: Sequence[tuple[str, float]]
) -> dict[str, FieldReading]:
    return fields(
        "birth-2006",
        by_hand(slot_of("birth-2006", "child_born_on"), line(*figures)),
        by_hand(slot_of("birth-2006", "child_born_on_words"), line(*words)),
    )


def test_a_date_in_figures_is_read_as_its_words_say_where_the_ink_allows() -> None:
    found = two_dates(FIGURES, WORDS)
    date, words = found["child_born_on"], found["child_born_on_words"]
    assert (date.text, date.canonical) == ("1/6/2010", "01.06.2010")
    assert date.hypotheses[0].text == date.text
    assert {one.text for one in date.hypotheses} == {text for text, _ in FIGURES}
    assert date.confidence > 0.9
    assert evidence_in(date).agreement < 1
    assert (words.text, evidence_in(words).agreement) == (WORDS[0][0], 1)


def test_dates_that_contradict_each_other_stay_as_they_are_read_and_are_found() -> None:
    found = two_dates([("7/6/2010", 0.95)], WORDS)
    assert found["child_born_on"].text == "7/6/2010"
    assert evidence_in(found["child_born_on"]).chance == pytest.approx(0.95)
    record = SCHEMAS.record("birth")
    codes = [finding.code for finding in rules_of(record, SCHEMAS).findings_of(list(found.values()))]
    assert "D02" in codes


def test_a_date_whose_words_are_missing_stands_by_itself() -> None:
    slot = slot_of("birth-2006", "child_born_on")
    found = fields("birth-2006", by_hand(slot, line(*FIGURES)))
    assert found["child_born_on"].text == "7/6/2010"


def test_letters_of_a_date_that_the_words_turned_to_are_no_surer_than_it_was_by_itself() -> None:
    figures = line(("12/8/2010", 0.7), ("12/3/2010", 0.25), weakest=0.95)
    words = line(("Ngày mười hai tháng ba năm hai nghìn không trăm mười", 0.97))
    found = fields(
        "birth-2006",
        by_hand(slot_of("birth-2006", "child_born_on"), figures),
        by_hand(slot_of("birth-2006", "child_born_on_words"), words),
    )
    assert found["child_born_on"].text == "12/3/2010"
    assert evidence_in(found["child_born_on"]).weakest <= 0.25
    assert evidence_in(found["child_born_on_words"]).weakest == 0.9


@pytest.mark.parametrize("cut_short", ["child_born_on", "child_born_on_words"])
def test_a_date_that_may_be_cut_short_bends_no_other(cut_short: str) -> None:
    """Without its last word 1979 is 1970."""
    figures = line(("7/6/1979", 0.6), ("7/6/1970", 0.35))
    words = line(("ngày bảy tháng sáu năm một nghìn chín trăm bảy mươi", 0.95))
    slots = {name: slot_of("birth-2006", name) for name in ("child_born_on", "child_born_on_words")}
    read = {"child_born_on": figures, "child_born_on_words": words}
    whole = fields("birth-2006", *(by_hand(slot, read[name]) for name, slot in slots.items()))
    assert whole["child_born_on"].canonical == "07.06.1970"
    found = fields(
        "birth-2006",
        *(by_hand(slot, read[name], is_cut_short=name == cut_short) for name, slot in slots.items()),
    )
    assert found["child_born_on"].canonical == "07.06.1979"
    assert evidence_in(found["child_born_on"]).chance == pytest.approx(0.6)
