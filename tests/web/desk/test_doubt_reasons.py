"""Why the machine doubts, in words that follow from what was kept of its reading."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.base.model import (
    COPIED,
    TYPED,
    UNSURE,
    Evidence,
    FieldReading,
    FieldStatus,
    Hypothesis,
    Writing,
)
from pipeline.declarations.review_policy import Way
from pipeline.registry.tasks.model import FieldWork
from pipeline.web.desk.doubt_reasons import doubt_reasons

SURE = Evidence(chance=0.9, margin=0.8, optical=1.0, weakest=0.9, agreement=1.0, support=1.0, ink=0.8)
NAME = FieldReading(
    "child_name", FieldStatus.READ, "Lâm Thị Thúy", "Lâm Thị Thúy", 0.62, Writing.HAND, "hand", evidence=SURE
)


def told(reading: FieldReading | None, *codes: str) -> str:
    return " ".join(
        doubt_reasons(FieldWork("child_name", Way.CHECKED, blind=reading is None, reading=reading), codes)
    )


def test_a_low_confidence_is_told_with_the_words_that_are_hard_to_tell_apart() -> None:
    others = (Hypothesis(NAME.text, 0.6), Hypothesis("Lâm Thị Thủy", 0.2), Hypothesis("Lân Thị Thúy", 0.001))
    assert told(replace(NAME, hypotheses=others), UNSURE) == (
        "Độ tin cậy nhận dạng thấp (62 %): khó phân biệt “Thúy” với “Thủy”."
    )


def test_texts_that_differ_in_case_or_punctuation_alone_are_no_rivals() -> None:
    others = (Hypothesis(NAME.text, 0.6), Hypothesis("Lâm Thị Thúy.", 0.2), Hypothesis("LÂM Thị Thúy", 0.1))
    assert told(replace(NAME, hypotheses=others), UNSURE) == "Độ tin cậy nhận dạng thấp (62 %)."


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        (replace(SURE, agreement=0.6), "không khớp nhau"),
        (replace(SURE, weakest=0.1), "chữ cái rất khó đọc"),
        (replace(SURE, support=0.3), "không nằm trong danh mục"),
        (replace(SURE, ink=0.2), "ảnh chữ viết nhạt"),
    ],
)
def test_each_weak_evidence_has_its_words(evidence: Evidence, words: str) -> None:
    assert words not in told(NAME, UNSURE)
    assert words in told(replace(NAME, evidence=evidence), UNSURE)


def test_what_is_sure_enough_for_print_but_not_here_is_not_called_low_and_never_certain() -> None:
    assert told(replace(NAME, confidence=1.0), UNSURE).startswith("Độ tin cậy nhận dạng 99 %, chưa đủ")


def test_a_text_without_the_form_of_its_field_and_one_that_is_struck_through_say_so() -> None:
    assert "không có dạng của ô" in told(replace(NAME, canonical=""))
    assert "nét gạch" in told(replace(NAME, status=FieldStatus.STRUCK_THROUGH))


def test_nothing_is_told_of_a_reading_that_is_withheld_or_sure() -> None:
    assert told(None, UNSURE) == ""
    assert told(NAME) == ""


def test_a_field_that_people_added_and_one_without_letters_have_words_of_their_own() -> None:
    unreadable = FieldReading("child_name", FieldStatus.UNREADABLE)
    assert "không đọc ra" in told(unreadable)
    assert "có người thêm ô" in told(replace(unreadable, engine=TYPED))


def test_a_field_of_an_act_is_not_said_to_have_been_read_in_vain() -> None:
    act = FieldReading("child_name", FieldStatus.UNREADABLE, engine=COPIED)
    assert told(act) == "Sổ ghi thành văn, máy không đọc ô này: xem ảnh rồi chép lại."
    assert "đáng tin" in told(replace(act, engine=""))
