"""From lines to fields: parts joined, shared blanks split or left whole, what the ledger gives, ticks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import schema
from pipeline.extract import TICK_SHARE, SlotInk, readings_of, tick_reading
from pipeline.model import (
    Box,
    Evidence,
    FieldReading,
    FieldStatus,
    Hypothesis,
    Ledger,
    LineReading,
    Writing,
)
from pipeline.rules import rules_of
from pipeline.schema import Form, Slot

SCHEMAS = schema.load()
LEDGER = Ledger("birth-2006", "UBND xã Tân Lợi", "93611", "01/2010")
PLACE = Box(0, 0, 500, 40)


def slot_of(form: str, field: str) -> Slot:
    return next(slot for slot in SCHEMAS.form(form).slots if field in slot.field_names)


def ink(
    slot: Slot, lines: Sequence[str | None], pieces: Sequence[int] | None = None, confidence: float = 0.95,
    writing: Writing = Writing.PRINT,
) -> SlotInk:  # fmt: skip
    """A blank with those lines in it (``None``: ink that was not read)."""
    boxes = tuple(Box(10, 50 * number, 200, 50 * number + 40) for number in range(len(lines)))
    readings = tuple(None if text is None else LineReading(text, confidence, "fake") for text in lines)
    return SlotInk(slot, boxes, tuple(pieces or range(len(lines))), writing, readings, PLACE)


def fields(form: str, *inks: SlotInk) -> dict[str, FieldReading]:
    record = SCHEMAS.record(SCHEMAS.form(form).record)
    return {reading.field: reading for reading in readings_of(inks, record, SCHEMAS, LEDGER)}


def test_the_parts_of_a_date_are_joined_in_their_order() -> None:
    slot = slot_of("birth-2006", "registered_on")
    reading = fields("birth-2006", ink(slot, ["2010", "12", "3"], [2, 0, 1]))["registered_on"]
    assert (reading.text, reading.canonical) == ("12/3/2010", "12.03.2010")
    assert reading.status is FieldStatus.READ


def test_a_date_whose_day_is_blank_is_no_more_exact_than_its_ink() -> None:
    slot = slot_of("birth-2006", "registered_on")
    reading = fields("birth-2006", ink(slot, ["3", "2010"], [1, 2]))["registered_on"]
    assert reading.canonical == "03.2010"


def test_hour_and_minute_are_joined_by_a_colon() -> None:
    slot = slot_of("death-2016", "deceased_died_at")
    reading = fields("death-2016", ink(slot, ["02", "30"]))["deceased_died_at"]
    assert (reading.text, reading.canonical) == ("02:30", "02:30")


def test_the_lines_of_a_value_are_joined_by_a_space() -> None:
    slot = slot_of("birth-2006", "child_native_place")
    reading = fields("birth-2006", ink(slot, ["xã Tân Lợi,", "tỉnh Hậu Giang"]))["child_native_place"]
    assert reading.text == "xã Tân Lợi, tỉnh Hậu Giang"
    assert len(reading.lines) == 2
    assert reading.box == Box(10, 0, 200, 90)


def test_a_value_is_as_sure_as_its_least_sure_line() -> None:
    slot = slot_of("birth-2006", "child_native_place")
    lines = (LineReading("xã Tân Lợi,", 0.99, "fake"), LineReading("tỉnh Hậu Giang", 0.4, "fake"))
    boxes = (Box(0, 0, 9, 9), Box(0, 20, 9, 29))
    found = fields("birth-2006", SlotInk(slot, boxes, (0, 1), Writing.PRINT, lines, PLACE))
    assert found["child_native_place"].confidence == 0.4


def test_a_blank_without_ink_is_blank_in_all_its_fields() -> None:
    slot = slot_of("birth-2006", "signer_name")
    found = fields("birth-2006", SlotInk(slot, (), (), Writing.HAND, (), PLACE))
    for name in ("signer_name", "signer_title"):
        assert (found[name].status, found[name].text, found[name].box) == (FieldStatus.BLANK, "", PLACE)


@pytest.mark.parametrize("lines", [["", ""], [None, None], ["", None]])
def test_ink_that_says_nothing_is_unreadable_not_blank(lines: list[str | None]) -> None:
    slot = slot_of("birth-2006", "child_native_place")
    reading = fields("birth-2006", ink(slot, lines))["child_native_place"]
    assert (reading.status, reading.text, reading.canonical) == (FieldStatus.UNREADABLE, "", "")


def test_a_shared_blank_comes_apart() -> None:
    slot = slot_of("birth-2006", "signer_name")
    found = fields("birth-2006", ink(slot, ["Nguyễn Văn Thử,", "Phó Chủ tịch"]))
    assert (found["signer_name"].text, found["signer_title"].text) == ("Nguyễn Văn Thử", "Phó Chủ tịch")
    assert found["signer_name"].lines == found["signer_title"].lines


def test_a_shared_blank_that_does_not_come_apart_stays_whole_and_its_other_fields_are_unreadable() -> None:
    slot = slot_of("birth-2006", "signer_name")
    found = fields("birth-2006", ink(slot, ["Nguyễn Văn Thử"]))
    assert found["signer_name"].text == "Nguyễn Văn Thử"
    assert found["signer_title"].status is FieldStatus.UNREADABLE


def test_an_identity_paper_that_does_not_come_apart_leaves_no_field_blank() -> None:
    slot = slot_of("birth-2016", "declarant_paper_number")
    found = fields("birth-2016", ink(slot, ["36o ll8 4O5 1999 xyz"]))
    assert any(found[name].text for name in slot.field_names)
    assert all(found[name].status is not FieldStatus.BLANK for name in slot.field_names)


def test_what_a_clearly_read_shared_blank_does_not_say_is_blank() -> None:
    slot = slot_of("birth-2016", "declarant_paper_number")
    text = "CMND số 360118405 do CA Cần Thơ cấp ngày 12/3/1999"
    found = fields("birth-2016", ink(slot, [text]))
    assert found["declarant_paper_number"].text == "360118405"
    assert found["declarant_other_paper"].status is FieldStatus.BLANK


@pytest.mark.parametrize(("confidence", "writing"), [(0.3, Writing.PRINT), (0.99, Writing.HAND)])
def test_what_a_doubtful_shared_blank_does_not_say_is_not_called_blank(
    confidence: float, writing: Writing
) -> None:
    slot = slot_of("birth-2016", "declarant_paper_number")
    text = "CMND số 360118405 do CA Cần Thơ cấp ngày 12/3/1999"
    found = fields("birth-2016", ink(slot, [text], confidence=confidence, writing=writing))
    assert found["declarant_other_paper"].status is FieldStatus.UNREADABLE


@pytest.mark.parametrize(
    "form", [f for f in SCHEMAS.forms.values() if f.layout != "cover"], ids=lambda f: f.id
)
def test_nothing_written_in_a_shared_blank_is_lost(form: Form) -> None:
    for slot in form.slots:
        if len(slot.roles) < 2:
            continue
        found = fields(form.id, ink(slot, ["mấy chữ lạ 1234 không ai hiểu"]))
        said = " ".join(found[name].text for name in slot.field_names)
        assert all(word in said for word in ("lạ", "1234", "hiểu"))


def test_an_entry_number_is_completed_by_the_books_year_in_its_canonical_form_only() -> None:
    slot = slot_of("birth-2006", "entry_number")
    reading = fields("birth-2006", ink(slot, ["15"]))["entry_number"]
    assert (reading.text, reading.canonical) == ("15", "15/2010")
    told = fields("birth-2006", ink(slot, ["15/2010"]))["entry_number"]
    assert told.canonical == "15/2010"


def test_a_value_that_does_not_parse_keeps_its_text() -> None:
    slot = slot_of("birth-2006", "child_born_on")
    reading = fields("birth-2006", ink(slot, ["tháng bảy"]))["child_born_on"]
    assert (reading.status, reading.text, reading.canonical) == (FieldStatus.READ, "tháng bảy", "")


def test_struck_ink_is_struck_through_and_keeps_what_was_read() -> None:
    slot = slot_of("birth-2006", "child_name")
    one = ink(slot, ["Nguyễn Thị Thử"])
    found = fields(
        "birth-2006", SlotInk(one.slot, one.boxes, one.pieces, one.writing, one.readings, PLACE, (True,))
    )
    assert found["child_name"].status is FieldStatus.STRUCK_THROUGH
    assert found["child_name"].text == "Nguyễn Thị Thử"
    assert found["child_name"].struck == ""


def test_of_a_value_rewritten_behind_a_struck_one_both_are_told() -> None:
    slot = slot_of("birth-2006", "child_name")
    one = ink(slot, ["Nguyễn Thị Thu", "Nguyễn Thị Thử"])
    found = fields(
        "birth-2006", SlotInk(slot, one.boxes, one.pieces, one.writing, one.readings, PLACE, (True, False))
    )["child_name"]
    assert (found.status, found.text, found.struck) == (
        FieldStatus.STRUCK_THROUGH,
        "Nguyễn Thị Thử",
        "Nguyễn Thị Thu",
    )
    assert len(found.lines) == 2


def test_what_the_ledger_says_fills_the_fields_that_the_form_lacks() -> None:
    found = fields("birth-2006")
    assert set(found) == {"volume_number", "registration_place"}
    volume, place = found["volume_number"], found["registration_place"]
    assert (volume.text, volume.canonical, volume.engine, volume.confidence) == (
        "01/2010",
        "01/2010",
        "ledger",
        1.0,
    )
    assert place.text == "UBND xã Tân Lợi"
    assert volume.box is None


@pytest.mark.parametrize(
    "form", [f for f in SCHEMAS.forms.values() if f.layout != "cover"], ids=lambda f: f.id
)
def test_fields_come_once_each_in_the_records_order(form: Form) -> None:
    record = SCHEMAS.record(form.record)
    inks = [ink(slot, ["x"]) for slot in form.slots if slot.roles][::-1]
    names = [reading.field for reading in readings_of(inks, record, SCHEMAS, LEDGER)]
    order = [spec.name for spec in record.fields]
    assert names == sorted(set(names), key=order.index)


VOCAB = SCHEMAS.vocabularies["birth-registration-type"]
VALUES = [box.value for box in SCHEMAS.form("birth-2016").boxes if box.field == "registration_type"]


def ticked(**shares: float) -> FieldReading:
    given = dict.fromkeys(VALUES, 0.0) | {VALUES[int(key[1:])]: share for key, share in shares.items()}
    return tick_reading("registration_type", given, PLACE, VOCAB)


def test_no_tick_is_blank() -> None:
    assert ticked().status is FieldStatus.BLANK


def test_a_speck_in_a_box_or_boxes_that_are_not_seen_are_not_called_blank() -> None:
    assert ticked(_0=TICK_SHARE / 2).status is FieldStatus.UNREADABLE
    unseen = tick_reading("registration_type", {"Ghi chú kết hôn": 0.0}, PLACE, VOCAB, seen=False)
    assert unseen.status is FieldStatus.UNREADABLE


def test_one_tick_is_the_boxs_value() -> None:
    reading = ticked(_0=0.3)
    assert (reading.status, reading.text, reading.writing) == (FieldStatus.READ, VALUES[0], Writing.MARK)
    assert reading.canonical
    assert reading.confidence > 0.9


def test_a_ticked_box_without_a_code_keeps_its_words() -> None:
    vocabulary = SCHEMAS.vocabularies["marriage-registration-type"]
    reading = tick_reading("registration_type", {"Ghi chú kết hôn": 0.3}, PLACE, vocabulary)
    assert (reading.text, reading.canonical) == ("Ghi chú kết hôn", "Ghi chú kết hôn")


def test_two_ticks_are_not_decided() -> None:
    reading = ticked(_0=0.3, _2=0.2)
    assert VALUES[0] in reading.text
    assert VALUES[2] in reading.text
    assert reading.canonical == ""


def test_a_faint_tick_and_a_smudge_are_not_sure() -> None:
    assert ticked(_0=TICK_SHARE * 1.2).confidence < 0.5
    assert ticked(_0=0.3, _1=TICK_SHARE * 0.9).confidence < 0.5


# --- several ways to read a blank ---------------------------------------------------------------------------------


def line(*ways: tuple[str, float], weakest: float = 0.9, agreement: float = 1.0) -> LineReading:
    """A line of handwriting with those readings and chances, best first."""
    hypotheses = tuple(Hypothesis(text, chance) for text, chance in ways)
    chance = ways[0][1]
    margin = chance - ways[1][1] if len(ways) > 1 else chance
    evidence = Evidence(chance, margin, 0.9, weakest, agreement, 0.5)
    return LineReading(ways[0][0], chance, "hand", (), hypotheses, evidence)


def by_hand(
    slot: Slot, *lines: LineReading, pieces: Sequence[int] = (), struck: Sequence[bool] = ()
) -> SlotInk:
    boxes = tuple(Box(10, 50 * number, 200, 50 * number + 40) for number in range(len(lines)))
    return SlotInk(slot, boxes, tuple(pieces or range(len(lines))), Writing.HAND, lines, PLACE, tuple(struck))


def evidence_in(reading: FieldReading) -> Evidence:
    assert reading.evidence is not None
    return reading.evidence


def test_the_ways_to_read_a_field_are_those_of_its_lines_together() -> None:
    slot = slot_of("birth-2006", "child_native_place")
    first = line(("xã Tân Lợi,", 0.7), ("xã Tân Lơi,", 0.2), weakest=0.8)
    second = line(("tỉnh Hậu Giang", 0.6), ("tỉnh Hậu Giong", 0.3), weakest=0.4, agreement=0.9)
    reading = fields("birth-2006", by_hand(slot, first, second))["child_native_place"]
    assert reading.text == "xã Tân Lợi, tỉnh Hậu Giang"
    assert [(one.text, round(one.chance, 2)) for one in reading.hypotheses] == [
        ("xã Tân Lợi, tỉnh Hậu Giang", 0.42),
        ("xã Tân Lợi, tỉnh Hậu Giong", 0.21),
        ("xã Tân Lơi, tỉnh Hậu Giang", 0.12),
        ("xã Tân Lơi, tỉnh Hậu Giong", 0.06),
    ]
    evidence = evidence_in(reading)
    assert evidence.chance == reading.confidence == pytest.approx(0.42)
    assert evidence.margin == pytest.approx(0.21)
    assert (evidence.weakest, evidence.agreement) == (0.4, 0.9)


def test_the_parts_of_a_date_give_whole_dates_to_choose_from() -> None:
    slot = slot_of("birth-2006", "registered_on")
    lines = (line(("7", 0.6), ("1", 0.4)), line(("12", 0.9)), line(("2010", 0.9)))
    reading = fields("birth-2006", by_hand(slot, *lines))["registered_on"]
    assert [one.text for one in reading.hypotheses] == ["7/12/2010", "1/12/2010"]
    assert reading.canonical == "07.12.2010"


def test_texts_that_mean_the_same_speak_for_one_another() -> None:
    slot = slot_of("birth-2006", "child_born_on")
    told = line(("5/6/2010", 0.4), ("05/6/2010", 0.3), ("5/8/2010", 0.2))
    evidence = evidence_in(fields("birth-2006", by_hand(slot, told))["child_born_on"])
    assert evidence.chance == pytest.approx(0.7)
    assert evidence.margin == pytest.approx(0.5)


def test_a_shared_blank_gives_each_field_its_own_ways() -> None:
    slot = slot_of("birth-2006", "signer_name")
    told = line(("Nguyễn Văn Thử, Chủ tịch", 0.6), ("Nguyễn Văn Thứ, Chủ tịch", 0.3))
    found = fields("birth-2006", by_hand(slot, told))
    assert [one.text for one in found["signer_name"].hypotheses] == ["Nguyễn Văn Thử", "Nguyễn Văn Thứ"]
    (title,) = found["signer_title"].hypotheses
    assert title.text == "Chủ tịch"
    assert title.chance == pytest.approx(0.9)


@pytest.mark.parametrize(("chance", "status"), [(0.9, FieldStatus.BLANK), (0.5, FieldStatus.UNREADABLE)])
def test_what_a_surely_read_hand_does_not_say_is_blank(chance: float, status: FieldStatus) -> None:
    slot = slot_of("birth-2016", "declarant_paper_number")
    told = line(("CMND số 360118405 do CA Cần Thơ cấp ngày 12/3/1999", chance))
    found = fields("birth-2016", by_hand(slot, told))
    assert found["declarant_other_paper"].status is status
    if status is FieldStatus.BLANK:
        assert evidence_in(found["declarant_other_paper"]).chance == pytest.approx(chance)


@pytest.mark.parametrize("other", [None, LineReading("", 0.0, "hand"), LineReading("x", 0.9, "tesseract")])
def test_a_field_with_a_line_of_which_nothing_is_weighed_has_no_evidence(other: LineReading | None) -> None:
    slot = slot_of("birth-2006", "child_native_place")
    whole = line(("xã Tân Lợi", 0.9))
    boxes = (Box(0, 0, 9, 9), Box(0, 20, 9, 29))
    ink = SlotInk(slot, boxes, (0, 1), Writing.HAND, (whole, other), PLACE)
    reading = fields("birth-2006", ink)["child_native_place"]
    assert reading.evidence is None
    assert [one.text for one in reading.hypotheses] == [reading.text]


@given(
    ways=st.lists(
        st.lists(st.tuples(st.text("ab 12/", max_size=5), st.floats(0.01, 0.3)), min_size=1, max_size=3),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_the_lines_say_chances_stay_chances_and_the_text_is_the_first(
    ways: list[list[tuple[str, float]]],
) -> None:
    slot = slot_of("birth-2006", "child_native_place")
    lines = [line(*sorted(dict(told).items(), key=lambda way: -way[1])) for told in ways]
    reading = fields("birth-2006", by_hand(slot, *lines))["child_native_place"]
    if reading.text:
        evidence = evidence_in(reading)
        assert reading.hypotheses[0].text == reading.text
        assert 0 <= evidence.margin <= evidence.chance <= 1
        assert sum(one.chance for one in reading.hypotheses) <= 1 + 1e-9


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


def test_a_line_that_nobody_could_read_loses_nothing_that_the_others_may_say() -> None:
    slot = slot_of("birth-2006", "child_native_place")
    first = line(("xã Tân Lợi,", 0.7), ("xã Tân Lơi,", 0.2))
    unread = LineReading("", 0.0, "hand", (), (Hypothesis("", 0.01), Hypothesis("tỉnh Hậu Giang", 0.001)))
    reading = fields("birth-2006", by_hand(slot, first, unread))["child_native_place"]
    assert (reading.evidence, reading.confidence) == (None, 0.0)
    texts = [one.text for one in reading.hypotheses]
    assert texts[:2] == ["xã Tân Lợi,", "xã Tân Lơi,"]
    assert "xã Tân Lợi, tỉnh Hậu Giang" in texts


def test_a_blank_that_could_not_be_read_still_tells_what_it_may_say() -> None:
    slot = slot_of("birth-2006", "child_native_place")
    unread = LineReading("", 0.0, "hand", (), (Hypothesis("", 0.01), Hypothesis("tỉnh Hậu Giang", 0.001)))
    reading = fields("birth-2006", by_hand(slot, unread))["child_native_place"]
    assert reading.status is FieldStatus.UNREADABLE
    assert reading.hypotheses == (Hypothesis("tỉnh Hậu Giang", 0.001),)


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
