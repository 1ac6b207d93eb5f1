"""Numbers and dates as old books write them: kept verbatim, delivered by a person's confirmation only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.base.model import FieldStatus, Ledger
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.delivery_rules import (
    ConfirmedDelivery,
    EntryBelow,
    LineAbove,
    WrittenEntry,
    WrittenField,
    entry_layers,
    is_as_delivered,
)
from pipeline.values.kinds import ENTRY_NUMBER, KINDS
from pipeline.values.kinds.time import times_in_words
from tests.delivery_rules.test_delivered import RECORD, layers_of, typed
from tests.registry.pages import SCHEMAS

BOOK = Ledger(form="birth-2006", place="Xã Thử Nghiệm", place_code="00000", volume="01/1985")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("25.85", ["25/1985"]),
        ("25/85", ["25/1985"]),
        ("25-85", ["25/1985"]),
        ("25/79", ["25/1985"]),
        ("25-1985", ["25/1985"]),
        ("25/HT/1985", ["25/1985"]),
        ("Số 25/KS-1985", ["25/1985"]),
        ("10/KH", ["10/1985"]),
        ("KS 12", ["12/1985"]),
        ("VII", ["07/1985"]),
        ("XIV", ["14/1985"]),
        ("15/2", ["15/1985"]),
        ("1.985", ["01/1985", "1985/1985"]),
        ("1.234", ["1234/1985", "01/1985"]),
        ("3.0", ["30/1985", "03/1985"]),
    ],
)
def test_a_number_with_marks_waits_with_what_it_may_mean(text: str, values: list[str]) -> None:
    one = layers_of(ledger=BOOK, entry_number=text, registered_on="6/1/1985")["entry_number"]
    assert (one.written, one.waits) == (text, True)
    assert [proposal.value for proposal in one.proposals] == values
    assert {proposal.rule for proposal in one.proposals} == {"number_with_marks"}
    assert ENTRY_NUMBER.parse(text).canonical == ""
    assert not is_as_delivered(RECORD.by_name["entry_number"], text, None)


def test_an_office_may_deliver_a_number_whose_year_is_that_of_its_registration() -> None:
    policy = DeliveryPolicy().changed(number_with_marks="agreed")
    one, other = (
        layers_of(ledger=BOOK, policy=policy, entry_number=text, registered_on="6/1/1985")["entry_number"]
        for text in ("25/85", "25/79")
    )
    assert (one.delivered.value, one.delivered.note, one.waits) == ("25/1985", "", False)
    assert (other.delivered.note, other.waits) == ("Số trên sổ ghi: 25/79", True)


@pytest.mark.parametrize("text", ["12.5", "1.2"])
def test_a_page_number_keeps_its_separator(text: str) -> None:
    assert KINDS["number"].parse(text).problems == ("K11",)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("../../1965", ["1965"]),
        ("--/--/1965", ["1965"]),
        ("00/00/1965", ["1965"]),
        ("sanh năm 1945", ["1945"]),
        ("1945 (thế vì khai sanh)", ["1945"]),
        ("năm Bính Thìn (1976)", ["1976"]),
        ("Canh Tý 1960", ["1960"]),
        ("30/2/1952", ["1952"]),
        ("10/84", ["1984", "1884"]),
        ("2/I/1979", ["02.01.1979"]),
        ("12-XII-1979", ["12.12.1979"]),
        ("II/1979", ["1979"]),
        ("2 Janvier 1979", ["02.01.1979"]),
        ("le 5 janvier 1936", ["05.01.1936"]),
        ("1er août 1936", ["01.08.1936"]),
        ("3 tháng giêng 1979", ["03.01.1979", "30.01.1979"]),
        ("Lúc 3 giờ ngày 2/1/1979", ["02.01.1979"]),
        ("khoảng 40 tuổi", ["40 tuổi"]),
    ],
)
def test_a_date_in_uncommon_wording_waits_with_what_it_may_mean(text: str, values: list[str]) -> None:
    one = layers_of(ledger=BOOK, mother_born_on=text, registered_on="6/1/1985")["mother_born_on"]
    assert (one.written, one.waits) == (text, True)
    assert [proposal.value for proposal in one.proposals] == [*values, ""]
    assert all(proposal.note == f"Năm sinh của mẹ trên sổ ghi: {text}" for proposal in one.proposals)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6/1", "06.01.1985"),
        ("ngày 6 tháng 1", "06.01.1985"),
        ("1985", "05.01.1985"),
        ("tháng 1/1985", "05.01.1985"),
        ("30/2/1985", "05.01.1985"),
        ("", "05.01.1985"),
    ],
)
def test_an_incomplete_day_of_registration_waits_with_the_day_of_its_neighbour(text: str, value: str) -> None:
    above = LineAbove(layers_of(ledger=BOOK, registered_on="5/1/1985"), False)
    written = text or WrittenField(FieldStatus.BLANK, "", "", is_decided=True)
    one = layers_of(ledger=BOOK, above=above, registered_on=written)["registered_on"]
    assert (one.written, one.waits, one.delivered.value) == (text, True, value)
    assert one.delivered.note.endswith(f"trên sổ ghi: {text or 'không ghi'}")


def test_an_incomplete_day_contradicted_by_its_neighbour_is_not_taken_from_it() -> None:
    above = LineAbove(layers_of(ledger=BOOK, registered_on="5/1/1985"), False)
    one = layers_of(ledger=BOOK, above=above, registered_on="1986")["registered_on"]
    assert "05.01.1985" not in [proposal.value for proposal in (one.delivered, *one.proposals)]


def proposed(field: str, **texts: Any) -> tuple[str | None, list[str]]:
    """The delivered value, None while a person is asked, and the values that may be confirmed."""
    one = layers_of(ledger=BOOK, **texts)[field]
    return None if one.waits else one.delivered.value, [proposal.value for proposal in one.proposals]


@pytest.mark.parametrize(
    ("field", "text", "first"),
    [
        ("mother_nationality", "Mỹ", "Hoa Kỳ (American)"),
        ("mother_nationality", "Đại Hàn", "Hàn Quốc (South Korean)"),
        ("mother_nationality", "Đài Loan", "Trung Quốc (Đài Loan) (Taiwanese)"),
        ("mother_nationality", "Không quốc tịch", "Người không quốc tịch (Stateless person)"),
        ("mother_ethnicity", "Cao Lan", "Sán Chay (Cao Lan)"),
        ("mother_ethnicity", "Mèo", "Mông (Mèo)"),
        ("mother_ethnicity", "dân tộc Mèo", "Mông (Mèo)"),
        ("mother_ethnicity", "Pa Cô", "Tà Ôi (Pa-co)"),
        ("mother_ethnicity", "Vân Kiều", "Bru Vân Kiều (Vân Kiều)"),
        ("mother_ethnicity", "Sán Chỉ", "Sán Chay (Sán Chỉ)"),
        ("mother_ethnicity", "Rục", "Chứt (Rục)"),
        ("mother_ethnicity", "Dao Đỏ", "Dao (Dao Đỏ)"),
        ("mother_ethnicity", "Mán", "Dao (Mán)"),
        ("mother_ethnicity", "Tàu", "Hoa"),
        ("mother_ethnicity", "Hoa kiều", "Hoa"),
        ("mother_ethnicity", "Nguồn", "Nguồn"),
        ("child_sex", "Trai", "1"),
        ("child_sex", "Con gái", "2"),
        ("child_sex", "N", "1"),
    ],
)
def test_an_old_name_is_offered_with_the_name_of_its_list(field: str, text: str, first: str) -> None:
    texts: dict[str, Any] = {field: text}
    one = layers_of(ledger=BOOK, **texts)[field]
    assert (one.written, one.waits, one.proposals[0].value) == (text, True, first)
    assert one.proposals[-1].value == ""
    assert (text in [proposal.value for proposal in one.proposals]) is (field != "child_sex")


def test_a_name_of_the_list_is_delivered_as_the_list_writes_it() -> None:
    assert proposed("mother_nationality", mother_nationality="Hoa Kỳ")[0] == "Hoa Kỳ (American)"
    assert proposed("mother_nationality", mother_nationality="nhật bản")[0] == "Nhật Bản (Japanese)"
    assert proposed("mother_nationality", mother_nationality="VN") == ("Việt Nam", [])
    assert proposed("mother_ethnicity", mother_ethnicity="Dao (Dao Đỏ)") == ("Dao (Dao Đỏ)", [])


def test_an_office_may_deliver_an_old_name_that_has_a_single_meaning() -> None:
    policy = DeliveryPolicy().changed(listed_name="single")
    one, two = (
        layers_of(ledger=BOOK, policy=policy, mother_ethnicity=text)["mother_ethnicity"]
        for text in ("Mèo", "Mán")
    )
    assert (one.delivered.value, one.waits, two.waits) == ("Mông (Mèo)", False, True)


def test_a_second_nationality_goes_into_its_column_with_one_confirmation() -> None:
    text = "Việt Nam, Hoa Kỳ"
    waiting = layers_of(ledger=BOOK, child_nationality=text)
    first, second, *_ = waiting["child_nationality"].proposals
    assert (waiting["child_nationality"].waits, first.value, second.value) == (
        True,
        "Việt Nam",
        "Hoa Kỳ (American)",
    )
    assert "child_other_nationality" not in waiting
    word = ConfirmedDelivery(text, first.value, first.note, first.rule, "an")
    both = layers_of(ledger=BOOK, child_nationality=text, confirmed={"child_nationality": word})
    assert both["child_nationality"].delivered.value == "Việt Nam"
    assert both["child_other_nationality"].delivered.value == "Hoa Kỳ (American)"


def test_a_word_for_nobody_is_no_name() -> None:
    for text in ("Không rõ", "Vô danh", "—", "Không có"):
        assert KINDS["name"].parse(text).problems == ("L05",)
        one = layers_of(ledger=BOOK, father_name=text)["father_name"]
        assert (one.written, one.waits, one.delivered.value) == (text, False, "")
        assert one.delivered.note == f"Họ tên cha trên sổ ghi: {text}"
    assert proposed("child_name", child_name="Chưa đặt tên") == (None, ["", "Chưa đặt tên"])


def test_a_father_who_is_not_known_gives_the_right_code_first() -> None:
    box = "Trẻ chưa xác định được cha, mẹ"
    assert proposed("birth_type", birth_type=box, mother_name="Lý Thử", father_name="Không rõ")[0] == "3"
    assert proposed("birth_type", birth_type=box)[1][0] == "3"


@pytest.mark.parametrize("text", ["Nguyễn Thị T.", "Nguyễn Văn Ng.", "Thử Nghiệm Jr."])
def test_a_shortened_name_keeps_its_full_stop(text: str) -> None:
    assert proposed("mother_name", mother_name=text)[0] == text
    assert proposed("mother_name", mother_name=text + "..")[0] == text.rstrip(".")
    assert proposed("mother_name", mother_name="Nguyễn Thị Ý.")[0] == "Nguyễn Thị Ý"


@pytest.mark.parametrize("text", ["deux janvier mil neuf cent trente-six", "Le cinq janvier mil neuf cent"])
def test_a_date_in_french_words_is_delivered_as_written(text: str) -> None:
    assert proposed("child_born_on_words", child_born_on_words=text)[0] == text


def test_the_name_of_a_paper_is_no_part_of_its_number() -> None:
    text = "Hộ chiếu 301234567"
    assert proposed("mother_paper_number", mother_paper_number=text) == (None, ["301234567", text])
    assert proposed("mother_paper_number", mother_paper_number="AB1234567")[0] == "AB1234567"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("khoảng 03 giờ sáng", ["03"]),
        ("3 giờ chiều", ["15"]),
        ("2 giờ rưỡi", ["02:30"]),
        ("10h đêm", ["22"]),
        ("nửa đêm", ["00"]),
        ("giờ Tý", ["00"]),
        ("giờ Tỵ", ["10"]),
        ("giờ Ty", ["00", "10"]),
        ("lúc giờ Ngọ", ["12"]),
        ("không rõ", []),
    ],
)
def test_a_time_in_uncommon_wording_waits_with_what_it_may_mean(text: str, values: list[str]) -> None:
    assert KINDS["time"].parse(text).canonical == ""
    assert list(times_in_words(text)) == values
    record = SCHEMAS.record("death")
    written = WrittenField(FieldStatus.READ, text, text, is_decided=True)
    entry = WrittenEntry(record, replace(BOOK, form="death-2006"), {"deceased_died_at": written})
    one = entry_layers(entry, None, SCHEMAS, DeliveryPolicy())["deceased_died_at"]
    assert (one.written, one.waits, [proposal.value for proposal in one.proposals]) == (
        text,
        True,
        [*values, ""],
    )


def test_the_entry_below_and_the_number_help_an_incomplete_day_of_registration() -> None:
    below = EntryBelow("26/1985", "07.01.1985")
    assert beside("registered_on", "không rõ ngày", below) == ["07.01.1985"]
    assert beside("registered_on", "6/1", EntryBelow()) == ["06.01.1985"]
    numbered = layers_of(ledger=BOOK, entry_number="25/1986", registered_on="6/1")["registered_on"]
    assert [proposal.value for proposal in numbered.proposals] == ["06.01.1986", "06.01.1985"]


def test_the_year_of_the_lines_above_on_the_page_comes_before_the_years_of_the_book() -> None:
    book = replace(BOOK, closed_on="31.12.1987")
    above = LineAbove(layers_of(ledger=book, registered_on="6/1"), True, page_year=1986)
    one = layers_of(ledger=book, above=above, registered_on="8/1")["registered_on"]
    assert [proposal.value[-4:] for proposal in one.proposals] == ["1986", "1985", "1987"]


def test_a_missing_number_waits_with_those_of_its_neighbours() -> None:
    above = LineAbove(layers_of(ledger=BOOK, entry_number="24/1985"), False)
    blank = WrittenField(FieldStatus.BLANK, "", "", is_decided=True)
    one = beside("entry_number", blank, EntryBelow("26/1985"), above)
    assert one == ["25/1985", ""]
    assert beside("entry_number", blank, EntryBelow("30/1985"), above) == ["25/1985", "29/1985", ""]
    assert beside("entry_number", blank, EntryBelow()) == []


def beside(
    field: str, written: str | WrittenField, below: EntryBelow, above: LineAbove | None = None
) -> list[str]:
    """The values of a field that wait for a confirmation, by its neighbours."""
    texts = {"registered_on": typed("registered_on", "6/1/1985")} if field != "registered_on" else {}
    of_field = typed(field, written) if isinstance(written, str) else written
    entry = WrittenEntry(RECORD, BOOK, {**texts, field: of_field})
    one = entry_layers(entry, above, SCHEMAS, DeliveryPolicy(), below)[field]
    assert one.waits or not one.proposals
    return [proposal.value for proposal in one.proposals]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Bảo Đại thứ 10", ["1935"]),
        ("năm Bảo Đại thứ 10", ["1935"]),
        ("Thành Thái năm thứ 3", ["1891"]),
        ("Duy Tân nguyên niên", ["1907"]),
        ("Khải Định 5", ["1920"]),
        ("ngày 3 tháng 5 năm Bảo Đại thứ 10", ["03.06.1935", "1935"]),
        ("năm Canh Tý", ["1960", "1900"]),
        ("tuổi Bính Thìn", ["1976", "1916"]),
    ],
)
def test_a_year_by_reign_or_cycle_waits_with_the_years_that_it_may_be(text: str, values: list[str]) -> None:
    one = layers_of(ledger=BOOK, mother_born_on=text, registered_on="6/1/1985")["mother_born_on"]
    assert (one.written, one.waits) == (text, True)
    assert [proposal.value for proposal in one.proposals] == [*values, ""]
