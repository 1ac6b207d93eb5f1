import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import Evidence, FieldReading, FieldStatus, Finding, Severity, Writing
from pipeline.digitize.route import RoutingOptions, route
from pipeline.recognition.calibration import Calibration
from tests.digitize.routed_fields import (
    BLANK,
    BY_HAND,
    HERE,
    KNOWN,
    PRINTED,
    RECORD,
    THERE,
    accepted,
    reasons,
)


def test_sure_print_goes_in_without_a_person() -> None:
    assert accepted(PRINTED) == [True]
    assert reasons(PRINTED) == []
    assert accepted(replace(PRINTED, writing=Writing.MARK)) == [True]


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
    findings = route([replace(PRINTED, confidence=0.5)], (before,), RECORD)[1]
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
    decided, told = route(readings, findings, RECORD, options)
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


@pytest.mark.parametrize("said", ["11", "- 1", "ll"])
def test_a_printed_place_that_may_be_a_ditto_mark_waits(said: str) -> None:
    reading = replace(PRINTED, text=said, canonical=said)
    assert accepted(reading) == [False]
    assert reasons(reading) == ["READ-LOW"]
