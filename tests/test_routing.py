import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.calibration import Calibration, fitted, grounds_of
from pipeline.model import Box, Evidence, FieldReading, FieldStatus, Finding, Severity, Writing
from pipeline.routing import RoutingOptions, routed
from pipeline.schema import FieldSpec, RecordSpec, RuleSpec
from tests.calibration.drawn import drawn

RECORD = RecordSpec(
    record="trial",
    title="Thử",
    prefix="TH",
    field=(
        FieldSpec(name="person", column="ten", kind="name", label="Tên", required=True, critical=True),
        FieldSpec(name="title", column="chucVu", kind="text", label="Chức vụ"),
        FieldSpec(name="place", column="noi", kind="place", label="Nơi"),
    ),
)
SURE = RoutingOptions().min_confidence + 0.005
HERE, THERE = Box(0, 0, 100, 20), Box(0, 40, 100, 60)
PRINTED = FieldReading("place", FieldStatus.READ, "Cần Thơ", "Cần Thơ", SURE, Writing.PRINT, "t", HERE)
BLANK = FieldReading("place", FieldStatus.BLANK, confidence=1.0, box=HERE)


KNOWN = fitted(drawn(12_000, 1).samples, reader="hand-1")
BY_HAND = RoutingOptions(calibration=KNOWN, tolerated=0.02, tolerated_critical=0.02)
CLEAR = Evidence(0.9999, 0.9999, 0.9999, 0.9999, 0.9999, 1.0)
VAGUE = Evidence(0.7, 0.4, 0.6, 0.2, 0.5, 0.0)
WRITTEN = replace(PRINTED, writing=Writing.HAND, confidence=0.3, engine="hand", evidence=CLEAR)


def written(
    *readings: FieldReading, options: RoutingOptions = BY_HAND, findings: tuple[Finding, ...] = ()
) -> tuple[list[bool], list[str]]:
    decided, told = routed(readings, findings, RECORD, options)
    return [reading.accepted for reading in decided], [finding.code for finding in told]


def accepted(*readings: FieldReading, findings: tuple[Finding, ...] = ()) -> list[bool]:
    return [reading.accepted for reading in routed(readings, findings, RECORD)[0]]


def reasons(reading: FieldReading) -> list[str]:
    return [finding.code for finding in routed([reading], (), RECORD)[1]]


def test_sure_print_goes_in_without_a_person() -> None:
    assert accepted(PRINTED) == [True]
    assert reasons(PRINTED) == []
    assert accepted(replace(PRINTED, writing=Writing.MARK)) == [True]


@pytest.mark.parametrize("writing", [Writing.HAND, Writing.NONE])
def test_without_a_calibration_handwriting_never_goes_in(writing: Writing) -> None:
    by_hand = replace(PRINTED, writing=writing, confidence=1.0)
    assert accepted(by_hand) == [False]
    assert reasons(by_hand) == ["READ-HAND"]


def test_handwriting_goes_in_where_its_chance_reaches_the_proven_threshold() -> None:
    bound = BY_HAND.bound(critical=False)
    assert bound is not None
    assert bound.threshold is not None
    (decided,), told = routed([WRITTEN], (), RECORD, BY_HAND)
    assert decided.accepted
    assert told == ()
    assert (
        decided.confidence
        == KNOWN.chance_right(grounds_of([WRITTEN], (), RECORD)["place"])
        >= bound.threshold
    )


def test_unsure_handwriting_waits_with_an_honest_chance() -> None:
    (decided,), (told,) = routed([replace(WRITTEN, evidence=VAGUE, confidence=1.0)], (), RECORD, BY_HAND)
    assert (decided.accepted, told.code, told.fields) == (False, "READ-LOW", ("place",))
    assert decided.confidence < 0.9


def test_handwriting_without_evidence_waits_whatever_its_confidence() -> None:
    assert written(replace(WRITTEN, evidence=None, confidence=1.0)) == ([False], ["READ-HAND"])


def test_where_the_tolerance_cannot_be_proven_no_handwriting_goes_in() -> None:
    strict = replace(BY_HAND, tolerated=1e-5)
    assert written(WRITTEN, options=strict) == ([False], ["READ-HAND"])
    critical = replace(WRITTEN, field="person")
    assert written(critical, options=strict) == ([True], [])
    assert written(critical, options=replace(BY_HAND, tolerated_critical=1e-5)) == ([False], ["READ-HAND"])


def test_a_calibration_of_another_reader_is_not_used() -> None:
    assert BY_HAND.for_reader("hand-1") is BY_HAND
    nobodys = replace(BY_HAND, calibration=replace(KNOWN, reader=""))
    assert nobodys.for_reader("hand-1").calibration is None
    assert written(WRITTEN, options=BY_HAND.for_reader("hand-2")) == ([False], ["READ-HAND"])
    assert replace(BY_HAND, calibration=None).for_reader("hand-2").calibration is None


def test_a_box_without_a_code_is_no_reason_to_wait() -> None:
    mark = replace(PRINTED, writing=Writing.MARK, text="Ghi chú kết hôn", canonical="Ghi chú kết hôn")
    for_export = Finding("UNCODED", Severity.INFO, ("place",))
    assert accepted(mark, findings=(for_export,)) == [True]


def test_nothing_found_about_a_clear_hand_is_outweighed_by_its_chance() -> None:
    found = Finding("D01", Severity.REVIEW, ("place",))
    assert written(WRITTEN, findings=(found,)) == ([False], ["D01"])
    assert written(replace(WRITTEN, canonical=""))[0] == [False]


def test_in_a_shared_blank_a_clear_hand_goes_in_beside_one_that_is_only_unsure() -> None:
    person = replace(WRITTEN, field="person", evidence=VAGUE)
    assert written(person, WRITTEN) == ([False, True], ["READ-LOW"])


@pytest.mark.parametrize(
    ("other", "findings"),
    [
        (replace(WRITTEN, evidence=VAGUE, canonical=""), ()),  # what it says has no value
        (replace(WRITTEN, evidence=VAGUE, status=FieldStatus.BLANK, text="", canonical=""), ()),
        (replace(WRITTEN, status=FieldStatus.UNREADABLE, text="", canonical="", evidence=None), ()),
        (replace(WRITTEN, evidence=None), ()),  # nothing is known of its chance
        (WRITTEN, (Finding("D01", Severity.REVIEW, ("person",)),)),  # a rule doubts it
        (replace(PRINTED, confidence=0.1), ()),
    ],
)
def test_clear_hands_in_a_shared_blank_share_graver_doubts(
    other: FieldReading, findings: tuple[Finding, ...]
) -> None:
    other = replace(other, field="person")
    assert written(other, WRITTEN, findings=findings)[0] == [False, False]
    assert written(other, replace(WRITTEN, box=THERE), findings=findings)[0] == [False, True]


def test_print_in_a_shared_blank_shares_every_doubt() -> None:
    person = replace(WRITTEN, field="person", evidence=VAGUE)
    assert written(person, PRINTED) == ([False, False], ["READ-LOW"])
    assert written(person, replace(PRINTED, box=THERE)) == ([False, True], ["READ-LOW"])


def test_print_keeps_its_own_rule_beside_a_calibration() -> None:
    assert written(PRINTED) == ([True], [])
    assert written(replace(PRINTED, confidence=0.5, evidence=CLEAR)) == ([False], ["READ-LOW"])
    assert routed([PRINTED], (), RECORD, BY_HAND)[0][0].confidence == PRINTED.confidence


def test_a_value_said_twice_alike_is_surer_than_one_said_once() -> None:
    fields = tuple(
        FieldSpec(name=name, column=name, kind="date", label=name) for name in ("in_figures", "in_words")
    )
    rule = RuleSpec(code="D02", predicate="same_date", fields=("in_figures", "in_words"))
    record = RecordSpec(record="twice", title="Thử", prefix="TH", field=fields, rule=(rule,))
    first = replace(WRITTEN, field="in_figures", text="1/2/2010", canonical="01.02.2010")
    second = replace(first, field="in_words")
    other = replace(second, canonical="07.02.2010")

    def confirmed(*readings: FieldReading) -> list[bool]:
        return [ground.confirmed for ground in grounds_of(readings, (), record).values()]

    assert confirmed(first, second) == [True, True]
    assert confirmed(first, other) == [False, False]
    assert confirmed(first) == [False]
    assert confirmed(first, replace(second, canonical="")) == [False, False]


def test_what_routing_itself_found_is_no_ground_for_the_next_chance() -> None:
    """A stored entry is judged again as it was when it was read."""
    _, told = routed([replace(WRITTEN, evidence=VAGUE)], (), RECORD, BY_HAND)
    assert [finding.code for finding in told] == ["READ-LOW"]
    assert grounds_of([WRITTEN], told, RECORD) == grounds_of([WRITTEN], (), RECORD)


@pytest.mark.parametrize("confidence", [0.0, 0.89, math.nan])
def test_unsure_print_waits_for_a_person(confidence: float) -> None:
    unsure = replace(PRINTED, confidence=confidence)
    assert accepted(unsure) == [False]
    assert reasons(unsure) == ["READ-LOW"]


def test_critical_fields_want_more_confidence() -> None:
    critical = replace(PRINTED, field="person")
    assert accepted(critical) == [False]
    assert accepted(replace(critical, confidence=RoutingOptions().min_confidence_critical)) == [True]


def test_a_finding_outweighs_any_confidence() -> None:
    sure = replace(PRINTED, confidence=1.0)
    for severity, goes_in in ((Severity.BLOCK, False), (Severity.REVIEW, False), (Severity.INFO, True)):
        assert accepted(sure, findings=(Finding("X", severity, ("person", "place")),)) == [goes_in]
    assert accepted(sure, findings=(Finding("X", Severity.REVIEW, ("person",)),)) == [True]


def test_a_blank_goes_in_only_where_none_is_required() -> None:
    assert accepted(BLANK) == [True]
    assert accepted(replace(BLANK, field="person")) == [False]
    assert reasons(BLANK) == []


@pytest.mark.parametrize(
    ("status", "codes"),
    [
        (FieldStatus.UNREADABLE, ["READ-NONE"]),
        (FieldStatus.ILLEGIBLE, []),
        (FieldStatus.STRUCK_THROUGH, []),
    ],
)
def test_what_could_not_be_read_waits_for_a_person(status: FieldStatus, codes: list[str]) -> None:
    unread = replace(PRINTED, status=status, confidence=1.0)
    assert accepted(unread) == [False]
    assert reasons(unread) == codes


def test_a_text_without_a_value_waits_even_when_nothing_else_was_found() -> None:
    dots = replace(PRINTED, text="....", canonical="")
    assert accepted(dots) == [False]
    assert reasons(dots) == ["READ-NONE"]


def test_a_field_that_is_not_on_the_form_holds_nothing_up() -> None:
    assert accepted(FieldReading("place", FieldStatus.NOT_ON_FORM)) == [True]


def test_a_value_from_the_ledger_has_no_place_and_goes_in() -> None:
    assert accepted(replace(PRINTED, box=None, engine="ledger", confidence=1.0)) == [True]


def test_fields_that_share_a_blank_share_their_doubts() -> None:
    name = FieldReading("person", FieldStatus.READ, "Trần Bé, PCT", "", 0.99, Writing.PRINT, "t", HERE)
    title = FieldReading("title", FieldStatus.BLANK, "", "", 0.99, Writing.PRINT, "t", HERE)
    assert accepted(name, title) == [False, False]
    assert accepted(name, replace(title, box=THERE)) == [False, True]
    assert accepted(replace(name, canonical="Trần Bé"), title) == [True, True]


def test_findings_that_were_there_stay_in_front() -> None:
    before = Finding("D01", Severity.REVIEW, ("place",))
    findings = routed([replace(PRINTED, confidence=0.5)], (before,), RECORD)[1]
    assert [finding.code for finding in findings] == ["D01", "READ-LOW"]


_evidence = st.builds(Evidence, *[st.floats(0, 1)] * 6)
_readings = st.builds(
    FieldReading,
    field=st.sampled_from(["person", "title", "place"]),
    status=st.sampled_from(FieldStatus),
    text=st.sampled_from(["", "Bé"]),
    canonical=st.sampled_from(["", "Bé"]),
    confidence=st.floats(0, 1),
    writing=st.sampled_from(Writing),
    box=st.sampled_from([None, HERE, THERE]),
    accepted=st.booleans(),
    evidence=st.none() | _evidence,
)
_findings = st.builds(
    Finding,
    code=st.just("X"),
    severity=st.sampled_from(Severity),
    fields=st.sampled_from([("person",), ("title", "place")]),
)


@given(
    st.lists(_readings, max_size=4, unique_by=lambda reading: reading.field),
    st.lists(_findings, max_size=2).map(tuple),
    st.floats(0, 1),
    st.sampled_from([None, KNOWN]),
)
def test_what_is_accepted_is_never_doubted(
    readings: list[FieldReading], findings: tuple[Finding, ...], least: float, known: Calibration | None
) -> None:
    options = replace(BY_HAND, min_confidence=least, min_confidence_critical=least, calibration=known)
    decided, told = routed(readings, findings, RECORD, options)
    assert [replace(reading, accepted=False, confidence=0) for reading in readings] == [
        replace(reading, accepted=False, confidence=0) for reading in decided
    ]
    doubted = {name for f in told if f.severity is not Severity.INFO for name in f.fields}
    for reading in decided:
        if reading.accepted:
            assert reading.field not in doubted
            by_hand = reading.writing is Writing.HAND and reading.status is not FieldStatus.NOT_ON_FORM
            if by_hand:
                bound = options.bound(critical=reading.field == "person")
                assert bound is not None
                assert bound.threshold is not None
                assert reading.evidence is not None
                assert reading.confidence >= bound.threshold
            if reading.status is FieldStatus.READ:
                assert by_hand or reading.confidence >= least
                assert reading.canonical


def test_a_kind_that_no_calibration_has_seen_waits_however_clear_it_is() -> None:
    title = replace(WRITTEN, field="title", text="Chủ tịch", canonical="Chủ tịch", box=THERE)
    decided, told = written(WRITTEN, title)
    assert decided == [True, False]
    assert told == ["READ-HAND"]


@pytest.mark.parametrize(
    ("said", "kind", "goes_in"),
    [
        ("11.10.2013", "date", True),
        ("2013", "date", True),
        ("10.2013", "date", False),
        ("10.2013", "date_words", False),
    ],
)
def test_a_date_without_its_day_waits_however_clear_it_is(said: str, kind: str, goes_in: bool) -> None:
    """What is left of a date whose first figures were cut away reads like one."""
    samples = [
        replace(one, grounds=replace(one.grounds, kind=kind, whole=True)) for one in drawn(12_000, 1).samples
    ]
    record = RecordSpec(
        record="trial",
        title="Thử",
        prefix="TH",
        field=(FieldSpec(name="day", column="ngay", kind=kind, label="Ngày"),),
    )
    reading = replace(WRITTEN, field="day", text=said, canonical=said)
    options = replace(BY_HAND, calibration=fitted(samples, reader="hand-1"))
    (decided,), told = routed([reading], (), record, options)
    assert decided.accepted is goes_in
    assert [finding.code for finding in told] == ([] if goes_in else ["READ-HAND"])


def test_dates_without_their_day_prove_nothing() -> None:
    record = RecordSpec(
        record="trial",
        title="Thử",
        prefix="TH",
        field=(FieldSpec(name="day", column="ngay", kind="date", label="Ngày"),),
    )
    reading = replace(WRITTEN, field="day", text="10.2013", canonical="10.2013")
    (grounds,) = grounds_of([reading], (), record).values()
    assert not grounds.eligible


@pytest.mark.parametrize("kind", ["name", "place"])
@pytest.mark.parametrize(
    ("said", "goes_in"), [("Cần Thơ", True), ("11", False), ("//", False), ("- 1/", False)]
)
def test_a_name_or_place_without_a_letter_waits_however_clear_it_is(
    kind: str, said: str, goes_in: bool
) -> None:
    """A ditto mark reads like an eleven."""
    samples = [replace(one, grounds=replace(one.grounds, kind=kind)) for one in drawn(12_000, 1).samples]
    record = RecordSpec(
        record="trial",
        title="Thử",
        prefix="TH",
        field=(FieldSpec(name="where", column="noi", kind=kind, label="Nơi"),),
    )
    reading = replace(WRITTEN, field="where", text=said, canonical=said)
    options = replace(BY_HAND, calibration=fitted(samples, reader="hand-1"))
    (decided,), told = routed([reading], (), record, options)
    assert decided.accepted is goes_in
    assert [finding.code for finding in told] == ([] if goes_in else ["READ-HAND"])
