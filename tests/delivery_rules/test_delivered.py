"""From what stands on paper to what is delivered. No person in here is real."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import FieldStatus, Ledger
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.delivery.export.preupload import is_date_text
from pipeline.delivery_rules import (
    ConfirmedDelivery,
    FieldLayers,
    LineAbove,
    WrittenEntry,
    WrittenField,
    entry_layers,
    notes_with,
)
from pipeline.values.kinds import KINDS
from tests.registry.pages import SCHEMAS

LEDGER = Ledger(form="birth-2006", place="Xã Thử Nghiệm", place_code="00000", volume="01/2010")
TABLE = Ledger(form="birth-table", place="Xã Thử Nghiệm", place_code="00000", volume="01/1980")
RECORD = SCHEMAS.record("birth")
USUAL = DeliveryPolicy()


def typed(field: str, text: str) -> WrittenField:
    """A field as a person typed and decided it."""
    spec = RECORD.by_name[field]
    canonical = KINDS[spec.kind].parse(text, SCHEMAS.vocabulary(spec)).canonical
    return WrittenField(FieldStatus.READ, text, canonical or text, is_decided=True)


def layers_of(
    *,
    ledger: Ledger = LEDGER,
    above: LineAbove | None = None,
    policy: DeliveryPolicy = USUAL,
    confirmed: Mapping[str, ConfirmedDelivery] | None = None,
    **texts: str | WrittenField,
) -> Mapping[str, FieldLayers]:
    fields = {name: one if isinstance(one, WrittenField) else typed(name, one) for name, one in texts.items()}
    return entry_layers(WrittenEntry(RECORD, ledger, fields, confirmed or {}), above, SCHEMAS, policy)


def delivered(field: str, **texts: Any) -> tuple[str, str, bool]:
    one = layers_of(**texts)[field].delivered
    return one.value, one.rule, one.certain


@pytest.mark.parametrize("text", ["01", "1", "Số: 01", "0 1"])
def test_a_number_without_a_year_gets_the_year_of_its_registration(text: str) -> None:
    assert delivered("entry_number", entry_number=text, registered_on="5/1/2011") == (
        "01/2011",
        "number_without_year",
        True,
    )
    assert delivered("entry_number", entry_number=text)[0] == "01/2010"


def test_a_number_that_the_machine_completed_by_its_book_gets_the_year_of_its_registration() -> None:
    read = WrittenField(FieldStatus.READ, "07", "07/2010")
    layers = layers_of(entry_number=read, registered_on="5/1/2011")
    assert (layers["entry_number"].written, layers["entry_number"].delivered.value) == ("07", "07/2011")


@pytest.mark.parametrize(
    ("text", "value"), [("12 bis", "12bis/2010"), ("12A", "12A/2010"), ("12a/2009", "12A/2009")]
)
def test_a_number_between_two_others_keeps_its_suffix(text: str, value: str) -> None:
    assert delivered("entry_number", entry_number=text) == (value, "number_with_suffix", True)


def test_what_has_the_form_of_the_ministry_is_delivered_as_it_is() -> None:
    layers = layers_of(
        entry_number="07/2010", child_born_on="5/3/2010", child_name="Lý Thử Một", mother_born_on="30 tuổi"
    )
    assert [one.delivered.rule for one in layers.values()] == [""] * 4
    assert (layers["child_born_on"].written, layers["child_born_on"].delivered.value) == (
        "5/3/2010",
        "05.03.2010",
    )
    assert not any(one.proposals for one in layers.values())


def test_a_date_that_is_stored_in_another_form_is_delivered_in_that_of_the_ministry() -> None:
    stored = WrittenField(FieldStatus.READ, "5/3/2010", "5/3/2010")
    one = layers_of(child_born_on=stored)["child_born_on"].delivered
    assert (one.value, one.rule) == ("05.03.2010", "")


def test_two_figures_of_a_year_are_completed_where_one_century_is_left() -> None:
    assert delivered("registered_on", registered_on="05/3/10") == ("05.03.2010", "short_year", True)
    assert delivered("mother_born_on", mother_born_on="05/3/85", registered_on="1/4/2010")[::2] == (
        "05.03.1985",
        True,
    )
    two = layers_of(child_born_on="05/3/07", registered_on="1/4/2010")["child_born_on"]
    assert [one.value for one in two.proposals] == ["05.03.2007", "05.03.1907", ""]
    assert two.waits
    said = layers_of(
        child_born_on="05/3/07",
        child_born_on_words="Ngày năm tháng ba năm hai nghìn lẻ bảy",
        registered_on="1/4/2010",
    )["child_born_on"]
    assert (said.delivered.value, said.waits) == ("05.03.2007", False)


def test_the_day_of_registration_has_the_century_of_its_book_only() -> None:
    assert delivered("registered_on", registered_on="05/3/85") == ("", "short_year", True)


def test_a_lunar_day_is_delivered_as_the_solar_one_where_the_calendar_decides() -> None:
    one = layers_of(child_born_on="15/8/1990 ÂL", registered_on="1/4/2010")["child_born_on"]
    assert (one.delivered.value, one.delivered.note) == ("03.10.1990", "Ngày sinh trên sổ ghi: 15/8/1990 ÂL")
    assert (one.written, one.waits) == ("15/8/1990 ÂL", False)
    unsaid = layers_of(child_born_on="15/8 ÂL", registered_on="1/4/2010")["child_born_on"].delivered
    assert (unsaid.value, unsaid.note, unsaid.certain) == ("", "Ngày sinh trên sổ ghi: 15/8 ÂL", True)
    twice = layers_of(child_born_on="10/6/2017 ÂL", registered_on="1/12/2017")["child_born_on"]
    assert twice.waits
    assert [one.value for one in twice.proposals] == ["03.07.2017", "01.08.2017", ""]


def test_a_lunar_day_after_the_turn_of_the_year_waits_for_a_person() -> None:
    one = layers_of(child_born_on="20/12/1990 ÂL", registered_on="1/4/2010")["child_born_on"]
    assert [proposed.value for proposed in one.proposals] == ["04.02.1991", "16.01.1990", ""]
    assert one.waits


def test_a_lunar_day_that_one_solar_year_has_twice_waits_for_a_person() -> None:
    one = layers_of(child_born_on="1/12/2005 ÂL", registered_on="1/4/2010")["child_born_on"]
    assert [proposed.value for proposed in one.proposals] == ["31.12.2005", "10.01.2005", ""]
    assert one.waits


def test_figures_that_contradict_the_words_wait_for_a_person() -> None:
    one = layers_of(
        child_born_on="05/3/07",
        child_born_on_words="Ngày năm tháng ba năm hai nghìn lẻ tám",
        registered_on="1/4/2010",
    )["child_born_on"]
    assert (one.waits, [proposed.value for proposed in one.proposals]) == (True, [""])


def test_another_day_in_words_waits_for_a_person() -> None:
    one = layers_of(
        child_born_on="05/3/07",
        child_born_on_words="Ngày sáu tháng ba năm hai nghìn lẻ bảy",
        registered_on="1/4/2010",
    )["child_born_on"]
    assert (one.waits, [proposed.value for proposed in one.proposals]) == (True, [""])


def test_two_figures_of_a_year_that_put_the_day_behind_its_registration_wait_for_a_person() -> None:
    """One of the two is wrong, though the child's year can be no other: births are not registered before 1887."""
    ledger = replace(LEDGER, volume="01/1987")
    one = layers_of(ledger=ledger, child_born_on="05/12/87", registered_on="1/4/1987")["child_born_on"]
    assert one.waits
    assert one.delivered.value == "05.12.1987"


@pytest.mark.parametrize(("text", "values"), [
    ("29/2/00", ["29.02.2000", ""]), ("29/2/01", [""]), ("01/01/00", ["01.01.2000", "01.01.1900", ""]),
    ("31/12/99", ["31.12.1999", "31.12.1899", ""]), ("00/3/07", [""]), ("05/00/07", [""]),
])  # fmt: skip
def test_a_year_of_two_figures_at_the_edges_of_the_calendar(text: str, values: list[str]) -> None:
    one = layers_of(mother_born_on=text, registered_on="1/4/2010")["mother_born_on"]
    if one.proposals[0].rule == "short_year":
        assert [proposed.value for proposed in one.proposals if proposed.value[-4:] != "1890"] == values
    else:
        assert (one.delivered.value, one.delivered.rule) == ("", "unclear_date")


def test_a_year_by_stem_and_branch_waits_while_one_of_its_days_is_not_decided() -> None:
    """Almanacs differed in 1951, so 2011 is not the only year that it may be."""
    one = layers_of(mother_born_on="5/5 Tân Mão ÂL", registered_on="1/4/2012")["mother_born_on"]
    assert (one.waits, one.proposals[0].value) == (True, "06.06.2011")


def test_a_lunar_day_of_which_one_meaning_lies_after_the_registration_waits_for_a_person() -> None:
    one = layers_of(child_born_on="20/12/1990 ÂL", registered_on="1/12/1990")["child_born_on"]
    assert (one.waits, one.proposals[0].value) == (True, "16.01.1990")


def test_a_lunar_day_of_registration_outside_the_years_of_its_book_waits_for_a_person() -> None:
    assert layers_of(registered_on="15/8/1990 ÂL")["registered_on"].waits
    assert not layers_of(registered_on="15/8/2010 ÂL")["registered_on"].waits


def test_of_a_month_with_a_lunar_name_a_person_says_which_calendar_it_is_of() -> None:
    one = layers_of(mother_born_on="5 tháng giêng năm 1985", registered_on="1/4/2010")["mother_born_on"]
    assert one.waits
    assert [proposed.value for proposed in one.proposals] == ["05.01.1985", "25.01.1985", ""]


def test_what_no_entry_may_lack_goes_out_empty_by_a_persons_word_only() -> None:
    struck = WrittenField(FieldStatus.STRUCK_THROUGH, "Nam", None, is_decided=True)
    assert layers_of(child_sex=struck)["child_sex"].waits
    assert layers_of(child_sex="không rõ")["child_sex"].waits


def test_a_lunar_day_after_its_registration_is_not_proposed() -> None:
    one = layers_of(child_born_on="20/5/2010 ÂL", registered_on="1/4/2010")["child_born_on"]
    assert (one.delivered.value, one.delivered.certain) == ("", True)


@pytest.mark.parametrize(
    ("text", "rule", "value"),
    [
        ("khoảng 1930", "approximate_date", ""),
        ("03/1952", "month_and_year", "1952"),
        ("không nhớ", "unclear_date", ""),
    ],
)
def test_other_dates_are_told_in_the_margin_note(text: str, rule: str, value: str) -> None:
    layers = layers_of(mother_born_on=text, notes="Theo giấy chứng sinh")
    assert layers["mother_born_on"].delivered.rule == rule
    assert layers["mother_born_on"].delivered.value == value
    assert (
        notes_with("Theo giấy chứng sinh", layers)
        == f"Theo giấy chứng sinh; Năm sinh của mẹ trên sổ ghi: {text}"
    )


def test_a_date_in_words_is_delivered_in_words() -> None:
    words = "Ngày hai tháng ba năm hai nghìn mười"
    assert delivered("child_born_on_words", child_born_on_words=words) == (words, "", True)
    digits = USUAL.changed(date_in_words="digits")
    assert (
        layers_of(child_born_on_words=words, policy=digits)["child_born_on_words"].delivered.value
        == "02.03.2010"
    )


# --- ditto marks ------------------------------------------------------------------------------------------------------


def table_row(above: LineAbove | None = None, **texts: Any) -> Mapping[str, FieldLayers]:
    return layers_of(ledger=TABLE, above=above, **texts)


def test_a_ditto_mark_right_below_a_settled_value_of_its_column_is_that_value() -> None:
    first = table_row(child_birth_place="Ấp Ba, xã Thử", father_ethnicity="Khmer")
    second = table_row(LineAbove(first, True), child_birth_place="nt", father_ethnicity="như trên")
    third = table_row(LineAbove(second, True), child_birth_place="-//-")
    place, people = second["child_birth_place"].delivered, second["father_ethnicity"].delivered
    assert (place.value, place.rule, place.certain) == ("Ấp Ba, xã Thử", "ditto", True)
    assert people.value == first["father_ethnicity"].delivered.value
    assert third["child_birth_place"].delivered == place
    assert third["child_birth_place"].written == "-//-"


def test_a_ditto_mark_waits_below_an_open_value_a_page_before_and_for_names() -> None:
    first = table_row(child_birth_place="Ấp Ba", mother_name="Lý Thử Hai")
    names = table_row(LineAbove(first, True), mother_name="nt")["mother_name"]
    page_before = table_row(LineAbove(first, False), child_birth_place="nt")["child_birth_place"]
    no_value = table_row(LineAbove({}, True), child_birth_place="nt")["child_birth_place"]
    assert [one.value for one in names.proposals] == ["Lý Thử Hai", ""]
    assert [one.value for one in page_before.proposals] == ["Ấp Ba", ""]
    assert [one.value for one in no_value.proposals] == [""]
    assert all(one.waits for one in (names, page_before, no_value))


def test_on_a_page_of_one_entry_a_ditto_mark_may_stand_for_the_fields_above_it() -> None:
    above = LineAbove(layers_of(mother_ethnicity="Hoa"), True)
    one = layers_of(above=above, father_ethnicity="Kinh", mother_ethnicity="như trên")["mother_ethnicity"]
    assert [proposed.value for proposed in one.proposals] == ["Kinh", ""], "never from the entry before"
    assert one.waits


def test_a_ditto_mark_never_stands_for_an_amended_field_of_its_entry() -> None:
    amended = WrittenField(FieldStatus.READ, "Kinh", "Kinh", amended="Hoa", is_decided=True)
    one = layers_of(father_ethnicity=amended, mother_ethnicity="như trên")["mother_ethnicity"]
    assert [proposed.value for proposed in one.proposals] == [""]


# --- lists and what is not there --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mother", "father", "code"), [("Lý Thử Hai", "", "3"), ("", "Lý Thử Ba", "2"), ("", "", "4")]
)
def test_the_named_parent_tells_which_parent_is_not_known(mother: str, father: str, code: str) -> None:
    one = layers_of(birth_type="Trẻ chưa xác định được cha, mẹ", mother_name=mother, father_name=father)[
        "birth_type"
    ]
    assert (one.delivered.value, one.delivered.rule, one.waits) == (code, "unknown_parent", False)


@pytest.mark.parametrize(
    ("words", "sex", "code"),
    [
        ("Cha, mẹ nhận con", "1", "1"),
        ("Cha, mẹ nhận con", "2", "2"),
        ("Con nhận cha, mẹ", "1", "3"),
        ("Con nhận cha, mẹ", "2", "4"),
    ],
)
def test_the_sex_of_the_parent_decides_the_code_of_a_box_that_says_the_direction_only(
    words: str, sex: str, code: str
) -> None:
    one = box_of("parentage", "parentage_type", words, parent_sex=sex)
    assert (one.delivered.value, one.delivered.rule, one.waits) == (code, "ambiguous_box", False)


@pytest.mark.parametrize(
    ("record", "field", "words", "offered"),
    [
        ("parentage", "parentage_type", "Cha, mẹ nhận con", ["1", "2", ""]),
        ("marital_status", "purpose_type", "Để ĐKKH ở nước ngoài", ["3", "4", ""]),
    ],
)
def test_a_box_whose_code_no_field_decides_waits_for_a_person(
    record: str, field: str, words: str, offered: list[str]
) -> None:
    one = box_of(record, field, words)
    assert ([proposed.value for proposed in one.proposals], one.waits) == (offered, True)


def box_of(record: str, field: str, words: str, **values: str) -> FieldLayers:
    written = {
        name: WrittenField(FieldStatus.READ, one, one) for name, one in {field: words, **values}.items()
    }
    entry = WrittenEntry(SCHEMAS.record(record), LEDGER, written)
    return entry_layers(entry, None, SCHEMAS, USUAL)[field]


def test_a_parent_of_whom_nothing_is_settled_leaves_the_code_to_a_person() -> None:
    one = layers_of(birth_type="Trẻ chưa xác định được cha, mẹ", mother_name="Lý Thử Hai")["birth_type"]
    assert one.waits


def test_a_text_outside_a_list_of_codes_goes_to_the_margin_note_and_one_outside_a_list_of_names_waits() -> (
    None
):
    layers = layers_of(mother_paper_type="Sổ hộ khẩu", mother_ethnicity="Nguồn")
    assert layers["mother_paper_type"].delivered.value == ""
    assert layers["mother_paper_type"].delivered.note.endswith("Sổ hộ khẩu")
    assert (layers["mother_ethnicity"].delivered.value, layers["mother_ethnicity"].waits) == ("Nguồn", True)


def test_what_is_struck_out_goes_to_the_margin_note_and_what_is_illegible_waits() -> None:
    struck = WrittenField(FieldStatus.STRUCK_THROUGH, "Ấp Ba", None, is_decided=True)
    unread = WrittenField(FieldStatus.ILLEGIBLE, "", None, is_decided=True)
    layers = layers_of(child_birth_place=struck, child_native_place=unread)
    assert layers["child_birth_place"].delivered.note == "Nơi sinh trên sổ ghi: gạch bỏ: Ấp Ba"
    assert layers["child_native_place"].waits
    worded = DeliveryPolicy(illegible_wording="(không đọc được)")
    said = layers_of(child_native_place=unread, policy=worded)["child_native_place"].delivered
    assert (said.value, said.certain) == ("(không đọc được)", True)


def test_an_amendment_is_delivered_whatever_stands_on_paper() -> None:
    field = WrittenField(FieldStatus.READ, "15/8 ÂL", "15/8 ÂL", amended="03.10.1990", is_decided=True)
    one = layers_of(child_born_on=field)["child_born_on"].delivered
    assert (one.value, one.rule) == ("03.10.1990", "")


# --- people and offices -----------------------------------------------------------------------------------------------


def test_a_person_confirms_one_of_the_proposals_as_long_as_the_paper_says_the_same() -> None:
    word = ConfirmedDelivery("05/3/07", "05.03.1907", "", "short_year", "an")
    one = layers_of(child_born_on="05/3/07", registered_on="1/4/2010", confirmed={"child_born_on": word})
    assert (one["child_born_on"].delivered.value, one["child_born_on"].delivered.confirmed_by) == (
        "05.03.1907",
        "an",
    )
    other = layers_of(child_born_on="06/3/07", registered_on="1/4/2010", confirmed={"child_born_on": word})
    assert other["child_born_on"].waits
    gone = ConfirmedDelivery("05/3/07", "05.03.1807", "", "short_year", "an")
    assert layers_of(child_born_on="05/3/07", registered_on="1/4/2010", confirmed={"child_born_on": gone})[
        "child_born_on"
    ].waits, "no rule proposes it any more"


def test_who_keys_blind_learns_nothing_of_what_others_confirmed() -> None:
    word = ConfirmedDelivery("05/3/07", "05.03.1907", "", "short_year", "an")
    one = layers_of(child_born_on="05/3/07", registered_on="1/4/2010", confirmed={"child_born_on": word})[
        "child_born_on"
    ]
    unsaid = layers_of(child_born_on="05/3/07", registered_on="1/4/2010")["child_born_on"]
    assert one.unless_of_others("binh") == unsaid
    assert one.unless_of_others("an") == one != unsaid


@pytest.mark.parametrize(("rule", "texts"), [
    ("lunar_date", {"child_born_on": "15/8/1990 ÂL"}), ("number_without_year", {"entry_number": "01"}),
    ("short_year", {"registered_on": "05/3/10"}), ("approximate_date", {"mother_born_on": "khoảng 1930"}),
])  # fmt: skip
def test_an_office_may_have_every_value_of_a_rule_confirmed(rule: str, texts: dict[str, Any]) -> None:
    (one,) = layers_of(policy=USUAL.changed(**{rule: "confirm"}), **texts).values()
    assert (one.delivered.rule, one.waits) == (rule, True)


@given(st.text(max_size=24))
def test_no_text_in_a_field_of_a_date_ends_in_a_cell_that_the_check_refuses(text: str) -> None:
    """Unless a person is asked first."""
    one = layers_of(child_born_on=text, registered_on="1/4/2010")["child_born_on"]
    assert one.written == text
    value = one.delivered.value
    assert one.waits or not value or is_date_text(value)


_FIGURES = st.sampled_from(["25", "07", "10", "85", "1985"])
_SIGNS = st.sampled_from([".", "/", "-", " ", "_", ",", "·", "–", "'", "|", ":", ";", " số ", "/HT/", "KS"])


@given(st.lists(st.tuples(_FIGURES, _SIGNS), min_size=1, max_size=4))
def test_figures_of_a_number_that_a_sign_parts_are_never_delivered_as_one_unasked(
    parts: list[tuple[str, str]],
) -> None:
    text = "".join(figures + sign for figures, sign in parts).rstrip()
    one = layers_of(entry_number=text, registered_on="1/4/1985")["entry_number"]
    delivered_figures = [int(figures) for figures in re.findall(r"\d+", one.delivered.value)]
    written = [int(figures) for figures, _ in parts]
    assert one.waits or delivered_figures[: len(written)] == written
