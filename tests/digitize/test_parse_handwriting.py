"""Several ways to read a handwritten blank, and what is said of each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import EntryResult, FieldStatus, Hypothesis, LineReading, Writing
from pipeline.digitize.judge import EntryJudge
from pipeline.digitize.route import RoutingOptions, route
from tests.digitize.recognized_fields import (
    LEDGER,
    SCHEMAS,
    UNREAD,
    by_hand,
    evidence_in,
    fields,
    line,
    slot_of,
)


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


@pytest.mark.parametrize(("chance", "is_sure"), [(0.9, True), (0.5, False)])
def test_what_a_shared_hand_does_not_say_is_blank_with_the_chance_of_its_line(
    chance: float, is_sure: bool
) -> None:
    slot = slot_of("birth-2016", "declarant_paper_number")
    told = line(("CMND số 360118405 cấp ngày 12/3/1999", chance))
    issuer = fields("birth-2016", by_hand(slot, told))["declarant_paper_issued_place"]
    assert issuer.status is FieldStatus.BLANK
    assert issuer.confidence == pytest.approx(chance)
    assert (issuer.evidence is not None) is is_sure


@pytest.mark.parametrize("chance", [0.9, 0.3])
def test_where_the_usual_paper_is_named_no_other_paper_is_asked_about(chance: float) -> None:
    slot = slot_of("birth-2016", "declarant_paper_number")
    told = line(("CMND số 360118405 do CA Cần Thơ cấp ngày 12/3/1999", chance))
    record = SCHEMAS.record("birth")
    found = fields("birth-2016", by_hand(slot, told))
    readings, _ = route(tuple(found.values()), (), record)
    accepted = {reading.field for reading in readings if reading.accepted}
    assert found["declarant_other_paper"].status is FieldStatus.BLANK
    assert accepted.intersection(slot.field_names) == {"declarant_other_paper"}


def test_ink_that_touches_a_paper_is_not_that_of_the_other_paper() -> None:
    slot = slot_of("birth-2016", "declarant_paper_number")
    told = by_hand(slot, line(("CMND số 360118405 do CA Cần Thơ cấp ngày 12/3/1999", 0.9)))
    region = replace(told.read[1], is_touched=True, is_doubtful=True)
    form = SCHEMAS.form("birth-2016")
    judge = EntryJudge(form, replace(LEDGER, form=form.id), SCHEMAS, RoutingOptions(), joint=False)
    readings = tuple(fields("birth-2016", told).values())
    judged = judge.again(EntryResult(0, readings, (), (region,)), [region], {}, {})
    touched = {
        name for finding in judged.findings if finding.code.startswith("INK-") for name in finding.fields
    }
    assert touched == set(slot.field_names) - {"declarant_other_paper"}
    assert [reading.accepted for reading in judged.readings if reading.field == "declarant_other_paper"] == [
        True
    ]


def test_an_unusual_paper_is_the_other_paper_and_its_usual_name_stays_asked() -> None:
    slot = slot_of("birth-2016", "declarant_paper_number")
    found = fields("birth-2016", by_hand(slot, line(("Giấy thử số 360118405 cấp ngày 12/3/1999", 0.9))))
    assert found["declarant_other_paper"].text == "Giấy thử"
    assert found["declarant_paper_type"].writing is Writing.HAND


def test_a_number_alone_leaves_the_rest_of_its_shared_blank_blank_and_waiting() -> None:
    slot = slot_of("birth-2016", "declarant_paper_number")
    found = fields("birth-2016", by_hand(slot, line(("360118405", 0.4), ("860118405", 0.3))))
    assert found["declarant_paper_number"].text == "360118405"
    rest = [found[name] for name in slot.field_names if name != "declarant_paper_number"]
    assert {reading.status for reading in rest} == {FieldStatus.BLANK}
    assert all(reading.evidence is None and not reading.accepted for reading in rest)


def test_a_field_that_likelier_readings_name_is_not_called_blank() -> None:
    slot = slot_of("birth-2016", "declarant_paper_number")
    dated = ("360118405 cấp ngày 12/3/1999", 0.3), ("860118405 cấp ngày 12/3/1999", 0.25)
    found = fields("birth-2016", by_hand(slot, line(("360118405", 0.4), *dated)))
    assert found["declarant_paper_type"].status is FieldStatus.BLANK
    assert found["declarant_paper_issued_on"].status is not FieldStatus.BLANK


@pytest.mark.parametrize("other", [UNREAD, LineReading("", 0.0, "hand"), LineReading("x", 0.9, "tesseract")])
def test_a_field_with_a_line_of_which_nothing_is_weighed_has_no_evidence(other: LineReading) -> None:
    slot = slot_of("birth-2006", "child_native_place")
    whole = line(("xã Tân Lợi", 0.9))
    reading = fields("birth-2006", by_hand(slot, whole, other))["child_native_place"]
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
