"""From lines to fields: parts joined, shared blanks split or left whole, what the ledger gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.base.model import Box, FieldStatus, LineReading, Writing
from pipeline.declarations.schema import Form
from pipeline.digitize.parse import parse_entry
from tests.digitize.recognized_fields import LEDGER, PLACE, SCHEMAS, field, fields, ink, slot_of


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
    found = fields("birth-2006", field(slot, lines, Writing.PRINT, boxes=boxes))
    assert found["child_native_place"].confidence == 0.4


def test_a_blank_without_ink_is_blank_in_all_its_fields() -> None:
    slot = slot_of("birth-2006", "signer_name")
    found = fields("birth-2006", field(slot, (), Writing.HAND))
    for name in ("signer_name", "signer_title"):
        assert (found[name].status, found[name].text, found[name].box) == (FieldStatus.BLANK, "", PLACE)


@pytest.mark.parametrize(
    "lines", [["Chủ tịch UBND xã", "Nguyễn Văn Thử"], ["Nguyễn Văn Thử", "Chủ tịch UBND xã"]]
)
def test_signer_and_title_may_stand_on_two_lines(lines: list[str]) -> None:
    slot = slot_of("birth-2006", "signer_name")
    found = fields("birth-2006", ink(slot, lines))
    assert (found["signer_name"].text, found["signer_title"].text) == ("Nguyễn Văn Thử", "Chủ tịch UBND xã")


def test_the_name_of_the_books_own_commune_is_no_signer() -> None:
    slot = slot_of("birth-2006", "signer_name")
    record = SCHEMAS.record(SCHEMAS.form("birth-2006").record)
    ledger = replace(LEDGER, place="UBND xã Nguyễn Việt Khái")
    region = ink(slot, ["Chủ tịch UBND xã Nguyễn Việt Khái"])
    found = {one.field: one for one in parse_entry([region], record, SCHEMAS, ledger)}
    assert found["signer_name"].canonical == ""
    assert found["signer_title"].status is FieldStatus.UNREADABLE


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
    found = fields("birth-2006", ink(slot, ["Nguyễn Thị Thử"], struck=[True]))
    assert found["child_name"].status is FieldStatus.STRUCK_THROUGH
    assert found["child_name"].text == "Nguyễn Thị Thử"
    assert found["child_name"].struck == ""


def test_of_a_value_rewritten_behind_a_struck_one_both_are_told() -> None:
    slot = slot_of("birth-2006", "child_name")
    lines = ["Nguyễn Thị Thu", "Nguyễn Thị Thử"]
    found = fields("birth-2006", ink(slot, lines, struck=[True, False]))["child_name"]
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
    names = [reading.field for reading in parse_entry(inks, record, SCHEMAS, LEDGER)]
    order = [spec.name for spec in record.fields]
    assert names == sorted(set(names), key=order.index)
