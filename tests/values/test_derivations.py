"""What follows from other values is offered with its reason; where anything is not known, nothing is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pipeline.base.model import BookSeries, FieldStatus
from pipeline.values.derivations import (
    _NOTICE_WORDS,
    _PAPER_WORDS,
    DERIVATIONS,
    ON_DEMAND,
    DerivationContext,
    Known,
    derived,
    takes,
)
from pipeline.values.kinds import KINDS
from pipeline.values.kinds.note import NotedActKind
from pipeline.values.predicates import BLANK, Value
from tests.registry.pages import SCHEMAS

BIRTH = SCHEMAS.record("birth")
RULES = {one.field: one for one in BIRTH.derivations}
ORDINARY = DerivationContext(places=SCHEMAS.places, lists=SCHEMAS.vocabularies)


def read(text: str, canonical: str = "") -> Value:
    return Value(text, canonical or text)


def offered(
    field: str, values: Mapping[str, Known], context: DerivationContext = ORDINARY
) -> tuple[str, str] | None:
    rule = RULES[field]
    found = derived(rule.rule, [values.get(name) for name in rule.fields], rule.limits, context)
    return None if found is None else (found.text, found.reason)


def kind(
    born: str, registered: str, notes: Known = BLANK, series: BookSeries = BookSeries.ORDINARY
) -> str | None:
    found = offered(
        "registration_type",
        {"notes": notes, "child_born_on": read(born), "registered_on": read(registered)},
        DerivationContext(series),
    )
    return None if found is None else found[0]


@pytest.mark.parametrize(
    ("born", "registered", "expected"),
    [
        ("01.03.2010", "30.04.2010", "Đúng hạn"),
        ("01.03.2010", "01.05.2010", "Quá hạn"),
        ("01.03.2004", "31.03.2004", "Đúng hạn"),
        ("01.03.2004", "10.04.2004", None),
        ("01.03.2004", "10.06.2004", "Quá hạn"),
        ("2010", "01.05.2010", None),
        ("31.02.2010", "01.05.2010", None),
        ("02.05.2010", "01.05.2010", None),
    ],
)
def test_lateness_follows_from_whole_dates_and_the_limit_of_the_time(
    born: str, registered: str, expected: str | None
) -> None:
    assert kind(born, registered) == expected


@pytest.mark.parametrize(
    ("notes", "series", "expected"),
    [
        (read("ĐĂNG KÝ LẠI"), BookSeries.ORDINARY, "Đăng ký lại"),
        (read("Đăng kí  lại theo QĐ 12"), BookSeries.LATE, "Đăng ký lại"),
        (read("QUÁ HẠN"), BookSeries.ORDINARY, "Quá hạn"),
        (None, BookSeries.AGAIN, "Đăng ký lại"),
        (BLANK, BookSeries.LATE, "Quá hạn"),
        (None, BookSeries.ORDINARY, None),
        (read("Đã đăng ký tại nước ngoài"), BookSeries.ORDINARY, RULES["registration_type"].limits["abroad"]),
    ],
)
def test_stamp_and_title_of_the_book_come_before_the_days(
    notes: Known, series: BookSeries, expected: str | None
) -> None:
    assert kind("01.03.2010", "05.03.2010", notes, series) == (expected)


NAME, FREE = read("Trần Thị Thử"), Value("", "", FieldStatus.ILLEGIBLE)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"mother_name": NAME, "father_name": NAME}, "Đủ cha mẹ"),
        ({"mother_name": NAME, "father_name": BLANK}, "Chưa xác định cha"),
        ({"mother_name": BLANK, "father_name": NAME}, "Chưa xác định mẹ"),
        ({"mother_name": BLANK, "father_name": BLANK}, "Chưa xác định cả cha và mẹ"),
        ({"mother_name": NAME, "father_name": BLANK, "father_ethnicity": read("Kinh")}, None),
        ({"mother_name": NAME}, None),
        ({"mother_name": NAME, "father_name": read("Không rõ")}, "Chưa xác định cha"),
        (
            {"mother_name": NAME, "father_name": read("Vô danh"), "father_ethnicity": read("—")},
            "Chưa xác định cha",
        ),
        ({"mother_name": NAME, "father_name": read("—")}, "Chưa xác định cha"),
        ({"mother_name": NAME, "father_name": FREE}, None),
        ({"mother_name": BLANK, "father_name": BLANK, "notes": read("Trẻ bị bỏ rơi")}, "Trẻ bị bỏ rơi"),
    ],
)
def test_the_kind_of_birth_follows_from_the_blocks_of_the_parents(
    values: dict[str, Known], expected: str | None
) -> None:
    found = offered("birth_type", values)
    assert (found and found[0]) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Xã Lương Tâm, huyện Long Mỹ, tỉnh Hậu Giang", "Tỉnh Hậu Giang"),
        ("Ấp 1, xã Mỹ Thuận, huyện Hòn Đất, tỉnh Kiên Giang", "Tỉnh Kiên Giang"),
        ("xã Long Phú, huyện Long Phú", "Tỉnh Sóc Trăng"),
        ("Nhà bảo sanh Sóc Trăng", "Tỉnh Sóc Trăng"),
        ("Bệnh viện California, Mỹ", "Hoa Kỳ"),
        ("tại nhà", None),
        ("Xã Tân Bình", None),
    ],
)
def test_a_place_is_offered_with_its_province_or_country(text: str, expected: str | None) -> None:
    found = offered(
        "child_birth_place_unit", {"child_birth_place": read(text), "registered_on": read("05.03.2010")}
    )
    assert (found and found[0]) == expected


def test_every_offer_is_a_term_of_its_list_and_every_binding_fits() -> None:
    for spec_of in SCHEMAS.records.values():
        for rule in spec_of.derivations:
            assert takes(rule.rule, len(rule.fields))
            assert rule.rule in DERIVATIONS
    texts = {"Đúng hạn", "Quá hạn", "Đăng ký lại", RULES["registration_type"].limits["abroad"]}
    parents = {
        "Đủ cha mẹ",
        "Chưa xác định cha",
        "Chưa xác định mẹ",
        "Chưa xác định cả cha và mẹ",
        "Trẻ bị bỏ rơi",
    }
    for record, field, offers in (
        ("birth", "registration_type", texts),
        ("birth", "birth_type", parents),
        ("death", "registration_type", {"Đúng hạn", "Quá hạn", "Đăng ký lại"}),
        ("marriage", "registration_type", {"Đăng ký lại", "Kết hôn lần đầu"}),
        ("death", "death_notice_type", {label for _, label in _NOTICE_WORDS}),
        ("death", "deceased_paper_type", {label for _, label in _PAPER_WORDS}),
        ("death", "deceased_residence_type", {"Thường trú", "Tạm trú"}),
        ("death", "death_declared", {"Tuyên bố", "Hủy tuyên bố"}),
    ):
        spec = SCHEMAS.record(record).by_name[field]
        vocabulary = SCHEMAS.vocabulary(spec)
        assert all(KINDS[spec.kind].parse(text, vocabulary).canonical for text in offers)


def given(record: str, field: str, *texts: str) -> str | None:
    """What texts in the fields of a rule offer, in their order; an empty one is not known."""
    rule = next(one for one in SCHEMAS.record(record).derivations if one.field == field)
    values: list[Known] = [read(text) if text else None for text in texts]
    found = derived(rule.rule, values + [None] * (len(rule.fields) - len(values)), rule.limits, ORDINARY)
    return None if found is None else found.text


@pytest.mark.parametrize(
    ("number", "year", "expected"),
    [
        ("365123456", "", "Giấy CMND"),
        ("365 123 456", "", "Giấy CMND"),
        ("Hộ chiếu 301234567", "", "Hộ chiếu"),
        ("B1234567", "", "Hộ chiếu"),
        ("092085001234", "05.03.2018", "Thẻ căn cước công dân"),
        ("092085001234", "05.03.2014", None),
        ("12", "", None),
    ],
)
def test_the_kind_of_a_paper_follows_from_its_number(number: str, year: str, expected: str | None) -> None:
    assert given("birth", "mother_paper_type", number, year) == expected


def test_the_kind_of_a_residence_follows_from_its_first_words() -> None:
    assert given("birth", "mother_residence_type", "Tạm trú: ấp 5, xã Lương Tâm") == "Tạm trú"
    assert given("birth", "mother_residence_type", "Nơi thường trú: ấp 5") == "Thường trú"
    assert given("birth", "mother_residence_type", "Ấp 5, xã Tạm Trú") is None


def test_the_kind_of_a_death_notice_follows_from_its_number_and_issuer() -> None:
    assert given("death", "death_notice_type", "12/GBT", "UBND xã Thử") == "Giấy báo tử"
    assert given("death", "death_notice_type", "04/2018", "Tòa án huyện Thử") == (
        "Bản án hoặc quyết định tuyên bố chết"
    )
    assert given("death", "death_notice_type", "") is None


def test_a_marriage_that_is_not_repeated_is_the_first_registration() -> None:
    context = ORDINARY
    rule = WEDDING["registration_type"]
    kinds = [
        derived(rule.rule, [notes], rule.limits, context)
        for notes in (BLANK, read("ĐĂNG KÝ LẠI"), read("Ghi chú kết hôn"), None)
    ]
    assert [kind and kind.text for kind in kinds] == ["Kết hôn lần đầu", "Đăng ký lại", None, None]


@pytest.mark.parametrize(
    ("record", "note", "expected"),
    [
        (
            "death",
            "Tòa án tuyên bố chết theo QĐ 04/2018",
            {"death_declared": "Tuyên bố", "death_declared_basis": "Số 04/2018 của Tòa án"},
        ),
        (
            "birth",
            "Tuyên bố mất tích, QĐ số 5/QĐST ngày 1/2/2003; Hủy quyết định tuyên bố mất tích, số 9/QĐST",
            {
                "missing_declared": "Hủy tuyên bố",
                "missing_declared_basis": "Số 5/QĐST ngày 01/02/2003",
                "missing_revoked_basis": "Số 9/QĐST",
            },
        ),
        (
            "birth",
            "Ghi vào sổ theo GKS số 123/2015 ngày 5/6/2015, California, Mỹ",
            {
                "foreign_registration_number": "123/2015",
                "foreign_registered_on": "05/06/2015",
                "foreign_registration_country": "Hoa Kỳ",
            },
        ),
        ("birth", "Cải chính họ tên, số 5/QĐ", {}),
    ],
)
def test_what_a_note_tells_of_courts_and_of_other_countries_is_offered_in_its_columns(
    record: str, note: str, expected: dict[str, str]
) -> None:
    told = {
        one.field: given(record, one.field, note)
        for one in SCHEMAS.record(record).derivations
        if one.fields == ("notes",) and not one.field.startswith("noted_")
    }
    assert {field: text for field, text in told.items() if text} == expected


def test_one_note_of_several_acts_tells_the_state_of_the_marriage_and_its_last_decision() -> None:
    assert told_by("Ly hôn QĐ 12/2015/QĐST-HNGĐ; cải chính họ tên vợ số 7/QĐ-UBND") == {
        "noted_act": "Cải chính",
        "noted_number": "7/QĐ-UBND",
        "marriage_state": "Đã ly hôn",
    }


@pytest.mark.parametrize(
    ("record", "note", "expected"),
    [
        (
            "marriage",
            "Công nhận hôn nhân theo QĐ số 5/2001 ngày 2/3/2001, ly hôn theo bản án số 12/2015/HNGĐ ngày 4/5/2015",
            {"marriage_state": "Đã ly hôn", "recognized_basis": "Số 5/2001 ngày 02/03/2001"},
        ),
        (
            "birth",
            "Theo QĐ số 5/2001 mất tích, theo QĐ số 7/2002 hạn chế năng lực hành vi",
            {
                "missing_declared": "Tuyên bố",
                "missing_declared_basis": "Số 5/2001",
                "incapacity_declared": "Tuyên bố",
                "incapacity_declared_basis": "Số 7/2002",
            },
        ),
        (
            "birth",
            "Mất tích, hạn chế năng lực hành vi theo QĐ số 7/2002",
            {"missing_declared": "Tuyên bố", "incapacity_declared": "Tuyên bố"},
        ),
        (
            "birth",
            "Mất tích theo QĐ số 5/2001, theo QĐ số 7/2002 hạn chế năng lực hành vi",
            {"missing_declared": "Tuyên bố", "incapacity_declared": "Tuyên bố"},
        ),
    ],
)
def test_each_act_of_one_sentence_goes_into_its_own_columns_with_its_own_decision(
    record: str, note: str, expected: dict[str, str]
) -> None:
    found = {
        one.field: derived(one.rule, [Value(note, note)], one.limits, ORDINARY)
        for one in SCHEMAS.record(record).derivations
        if one.rule in ON_DEMAND
        and one.fields == ("notes",)
        and SCHEMAS.record(record).by_name[one.field].column
    }
    assert {field: one.text for field, one in found.items() if one is not None} == expected


NOTE = "Hủy việc kết hôn theo Quyết định số 7/QĐST ngày 9/8/2011 của TAND huyện Thử"
WEDDING = {one.field: one for one in SCHEMAS.record("marriage").derivations}


def told_by(note: str) -> dict[str, str]:
    """What a note in a book of marriages offers, by field."""
    given = [Value(note, note)]
    rules = [one for one in WEDDING.values() if one.rule in ON_DEMAND and one.fields == ("notes",)]
    found = {one.field: derived(one.rule, given, one.limits, ORDINARY) for one in rules}
    return {field: one.text for field, one in found.items() if one is not None}


def test_a_clear_note_offers_its_decision_and_what_goes_into_the_columns_of_a_marriage() -> None:
    assert told_by(NOTE) == {
        "noted_act": "Hủy kết hôn",
        "noted_number": "7/QĐST",
        "noted_decided_on": "09/08/2011",
        "noted_authority": "TAND huyện Thử",
        "marriage_state": "Đã hủy việc kết hôn",
        "annulled_basis": "Số 7/QĐST ngày 09/08/2011 của TAND huyện Thử",
    }
    assert told_by("Đã ly hôn") == {"noted_act": "Ly hôn", "marriage_state": "Đã ly hôn"}
    assert told_by("Cải chính và bổ sung, số 5/QĐ") == {}
    assert told_by("Bản sao") == {}


def test_every_act_and_state_that_a_note_offers_is_a_term_of_its_list() -> None:
    for kind in NotedActKind:
        note = {
            "annulment": "hủy kết hôn",
            "recognition": "công nhận kết hôn",
            "parentage": "nhận cha",
            "termination": "chấm dứt giám hộ",
        }.get(kind, SCHEMAS.vocabularies["noted-act"].labels[kind])
        offered_here = told_by(note)
        for field in ("noted_act", "marriage_state"):
            spec = SCHEMAS.record("marriage").by_name[field]
            if field in offered_here:
                parsed = KINDS[spec.kind].parse(offered_here[field], SCHEMAS.vocabulary(spec))
                assert (parsed.canonical == kind) is (field == "noted_act")
                assert parsed.canonical
        assert "noted_act" in offered_here
