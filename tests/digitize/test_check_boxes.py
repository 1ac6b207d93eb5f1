"""Ticked boxes: one, none, two, faint ones and smudges."""

from __future__ import annotations

from pipeline.base.model import FieldReading, FieldStatus, Writing
from pipeline.digitize.check_boxes import TICK_SHARE, parse_check_boxes
from pipeline.digitize.regions import CheckBoxGroup
from tests.digitize.recognized_fields import PLACE, SCHEMAS

VOCAB = SCHEMAS.vocabularies["birth-registration-type"]
VALUES = [box.value for box in SCHEMAS.form("birth-2016").boxes if box.field == "registration_type"]


def ticked(**shares: float) -> FieldReading:
    given = dict.fromkeys(VALUES, 0.0) | {VALUES[int(key[1:])]: share for key, share in shares.items()}
    return parse_check_boxes(CheckBoxGroup("registration_type", given, PLACE), VOCAB)


def test_no_tick_is_blank() -> None:
    assert ticked().status is FieldStatus.BLANK


def test_a_speck_in_a_box_or_boxes_that_are_not_seen_are_not_called_blank() -> None:
    assert ticked(_0=TICK_SHARE / 2).status is FieldStatus.UNREADABLE
    unseen = parse_check_boxes(
        CheckBoxGroup("registration_type", {"Ghi chú kết hôn": 0.0}, PLACE, is_seen=False), VOCAB
    )
    assert unseen.status is FieldStatus.UNREADABLE


def test_one_tick_is_the_boxs_value() -> None:
    reading = ticked(_0=0.3)
    assert (reading.status, reading.text, reading.writing) == (FieldStatus.READ, VALUES[0], Writing.MARK)
    assert reading.canonical
    assert reading.confidence > 0.9


def test_a_ticked_box_without_a_code_keeps_its_words() -> None:
    vocabulary = SCHEMAS.vocabularies["marriage-registration-type"]
    reading = parse_check_boxes(
        CheckBoxGroup("registration_type", {"Ghi chú kết hôn": 0.3}, PLACE), vocabulary
    )
    assert (reading.text, reading.canonical) == ("Ghi chú kết hôn", "Ghi chú kết hôn")


def test_two_ticks_are_not_decided() -> None:
    reading = ticked(_0=0.3, _2=0.2)
    assert VALUES[0] in reading.text
    assert VALUES[2] in reading.text
    assert reading.canonical == ""


def test_a_faint_tick_and_a_smudge_are_not_sure() -> None:
    assert ticked(_0=TICK_SHARE * 1.2).confidence < 0.5
    assert ticked(_0=0.3, _1=TICK_SHARE * 0.9).confidence < 0.5
