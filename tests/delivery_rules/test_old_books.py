"""Numbers and dates as old books write them: kept verbatim, delivered by a person's confirmation only."""

from __future__ import annotations

import pytest

from pipeline.base.model import FieldStatus, Ledger
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.delivery_rules import LineAbove, WrittenField, is_as_delivered
from pipeline.values.kinds import ENTRY_NUMBER, KINDS
from tests.delivery_rules.test_delivered import RECORD, layers_of

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
