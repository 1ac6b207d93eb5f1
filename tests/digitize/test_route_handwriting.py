"""Handwriting goes in where its chance reaches what the calibration proves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.base.model import Confirmed, FieldReading, FieldStatus, Finding, Severity, Writing
from pipeline.declarations.schema import FieldSpec, RecordSpec, RuleSpec
from pipeline.digitize.route import route
from pipeline.recognition.calibration import IN_ORDER, SAID_ELSEWHERE, calibration_features, fit_calibration
from tests.digitize.routed_fields import (
    BY_HAND,
    CLEAR,
    KNOWN,
    PRINTED,
    RECORD,
    THERE,
    VAGUE,
    WRITTEN,
    accepted,
    reasons,
    written,
)
from tests.recognition.calibration.drawn_samples import drawn


@pytest.mark.parametrize("writing", [Writing.HAND, Writing.NONE])
def test_without_a_calibration_handwriting_never_goes_in(writing: Writing) -> None:
    by_hand = replace(PRINTED, writing=writing, confidence=1.0)
    assert accepted(by_hand) == [False]
    assert reasons(by_hand) == ["READ-HAND"]


def test_handwriting_goes_in_where_its_chance_reaches_the_proven_threshold() -> None:
    bound = BY_HAND.bound(critical=False)
    assert bound is not None
    assert bound.threshold is not None
    (decided,), told = route([WRITTEN], (), RECORD, BY_HAND)
    assert decided.accepted
    assert told == ()
    assert (
        decided.confidence
        == KNOWN.chances_right([calibration_features([WRITTEN], (), RECORD)["place"]])[0]
        >= bound.threshold
    )


def test_unsure_handwriting_waits_with_an_honest_chance() -> None:
    (decided,), (told,) = route([replace(WRITTEN, evidence=VAGUE, confidence=1.0)], (), RECORD, BY_HAND)
    assert (decided.accepted, told.code, told.fields) == (False, "READ-LOW", ("place",))
    assert decided.confidence < 0.9


def test_handwriting_without_evidence_waits_whatever_its_confidence() -> None:
    assert written(replace(WRITTEN, evidence=None, confidence=1.0)) == ([False], ["READ-HAND"])


@pytest.mark.parametrize(
    ("trust", "accepted_of_each"),
    [("proposal", [False, False]), ("ordinary", [False, True]), ("critical", [True, True])],
)
def test_an_adapted_reader_is_accepted_as_far_as_its_book_bears_it_out(
    trust: str, accepted_of_each: list[bool]
) -> None:
    options = BY_HAND.for_reader(f"hand-1~{trust}.7.2.{'a' * 12}")
    learnt = replace(WRITTEN, engine="hand.7.2")
    person = replace(learnt, field="person", text="Trần Văn Bé", canonical="Trần Văn Bé", box=THERE)
    assert written(person, learnt, options=options)[0] == accepted_of_each
    assert written(replace(person, engine="hand"), WRITTEN, options=options)[0] == [True, True]


def test_an_adapter_of_another_reader_is_not_calibrated() -> None:
    options = BY_HAND.for_reader(f"hand-2~critical.7.2.{'a' * 12}")
    assert written(replace(WRITTEN, engine="hand.7.2"), options=options) == ([False], ["READ-HAND"])


def test_where_the_tolerance_cannot_be_proven_no_handwriting_goes_in() -> None:
    strict = replace(BY_HAND, tolerated=1e-5)
    assert written(WRITTEN, options=strict) == ([False], ["READ-HAND"])
    critical = replace(WRITTEN, field="person")
    assert written(critical, options=strict) == ([True], [])
    assert written(critical, options=replace(BY_HAND, tolerated_critical=1e-5)) == (
        [False],
        ["READ-HAND"],
    )


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


def test_what_a_shared_blank_seems_not_to_say_waits_beside_words_that_are_unsure() -> None:
    unsure = replace(WRITTEN, field="person", evidence=VAGUE)
    nothing = replace(WRITTEN, status=FieldStatus.BLANK, text="", canonical="")
    assert written(unsure, nothing)[0] == [False, False]
    assert written(unsure, replace(nothing, box=THERE))[0] == [False, True]


def test_print_in_a_shared_blank_shares_every_doubt() -> None:
    person = replace(WRITTEN, field="person", evidence=VAGUE)
    assert written(person, PRINTED) == ([False, False], ["READ-LOW"])
    assert written(person, replace(PRINTED, box=THERE)) == ([False, True], ["READ-LOW"])


def test_print_keeps_its_own_rule_beside_a_calibration() -> None:
    assert written(PRINTED) == ([True], [])
    assert written(replace(PRINTED, confidence=0.5, evidence=CLEAR)) == ([False], ["READ-LOW"])
    assert route([PRINTED], (), RECORD, BY_HAND)[0][0].confidence == PRINTED.confidence


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
        return [ground.confirmed for ground in calibration_features(readings, (), record).values()]

    assert confirmed(first, second) == [True, True]
    assert confirmed(first, other) == [False, False]
    assert confirmed(first) == [False]
    assert confirmed(first, replace(second, canonical="")) == [False, False]


def test_how_clear_the_other_values_of_the_entry_are_is_a_ground() -> None:
    fields = tuple(
        FieldSpec(name=name, column=name, kind="place", label=name) for name in ("here", "there", "far")
    )
    record = RecordSpec(record="places", title="Thử", prefix="TH", field=fields)
    here, there = (replace(WRITTEN, field=name, evidence=CLEAR) for name in ("here", "there"))
    far = replace(WRITTEN, field="far", evidence=VAGUE)

    def neighbour_clarity(*readings: FieldReading) -> dict[str, float]:
        return {
            name: known.neighbour_clarity
            for name, known in calibration_features(readings, (), record).items()
        }

    assert neighbour_clarity(here) == {"here": CLEAR.optical}
    assert neighbour_clarity(here, replace(there, writing=Writing.PRINT)) == {"here": CLEAR.optical}
    mean = (CLEAR.optical + VAGUE.optical) / 2
    assert neighbour_clarity(here, there, far) == {"here": mean, "there": mean, "far": CLEAR.optical}


def test_what_routing_itself_found_is_no_ground_for_the_next_chance() -> None:
    """A stored entry is judged again as it was when it was read."""
    _, told = route([replace(WRITTEN, evidence=VAGUE)], (), RECORD, BY_HAND)
    assert [finding.code for finding in told] == ["READ-LOW"]
    assert calibration_features([WRITTEN], told, RECORD) == calibration_features([WRITTEN], (), RECORD)


def test_a_kind_that_no_calibration_has_seen_waits_however_clear_it_is() -> None:
    title = replace(WRITTEN, field="title", text="Chủ tịch", canonical="Chủ tịch", box=THERE)
    decided, told = written(WRITTEN, title)
    assert decided == [True, False]
    assert told == ["READ-HAND"]


def record_of(kind: str) -> RecordSpec:
    """A record of one field of that kind."""
    return RecordSpec(
        record="trial",
        title="Thử",
        prefix="TH",
        field=(FieldSpec(name="value", column="giaTri", kind=kind, label="Giá trị"),),
    )


def clearly_written(said: str, kind: str) -> tuple[bool, list[str]]:
    """Whether a value with the best of evidence goes in, by a calibration that knows its kind, and what is found."""
    samples = [
        replace(one, features=replace(one.features, kind=kind, whole=True))
        for one in drawn(12_000, 1).samples
    ]
    reading = replace(WRITTEN, field="value", text=said, canonical=said)
    options = replace(BY_HAND, calibration=fit_calibration(samples, reader="hand-1"))
    (decided,), told = route([reading], (), record_of(kind), options)
    return decided.accepted, [finding.code for finding in told]


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
    assert clearly_written(said, kind) == ((True, []) if goes_in else (False, ["READ-HAND"]))


def test_dates_without_their_day_prove_nothing() -> None:
    reading = replace(WRITTEN, field="value", text="10.2013", canonical="10.2013")
    (features,) = calibration_features([reading], (), record_of("date")).values()
    assert not features.eligible


@pytest.mark.parametrize("kind", ["name", "place"])
@pytest.mark.parametrize(
    ("said", "goes_in"),
    [
        ("Cần Thơ", True),
        ("11", False),
        ("//", False),
        ("- 1/", False),
        ("ll", False),
        ("II", False),
        ("n", False),
    ],
)
def test_a_name_or_place_that_may_be_a_ditto_mark_waits_however_clear_it_is(
    kind: str, said: str, goes_in: bool
) -> None:
    """A ditto mark reads like an eleven."""
    assert clearly_written(said, kind) == ((True, []) if goes_in else (False, ["READ-HAND"]))


@pytest.mark.parametrize(
    ("chance", "optical", "goes_in"), [(0.3, 0.95, True), (0.6, 0.6, True), (0.3, 0.6, False)]
)
def test_a_value_that_is_unlikely_and_unclear_waits_however_far_it_is_ahead(
    chance: float, optical: float, goes_in: bool
) -> None:
    reading = replace(WRITTEN, evidence=replace(CLEAR, chance=chance, margin=chance, optical=optical))
    (features,) = calibration_features([reading], (), RECORD).values()
    assert features.eligible is goes_in


def test_what_the_book_bears_out_is_surer_by_as_much_as_was_measured() -> None:
    unsure = replace(WRITTEN, evidence=VAGUE)
    (alone,), _ = route([unsure], (), RECORD, BY_HAND)
    (said,), _ = route([unsure], (), RECORD, BY_HAND, Confirmed(values=frozenset({"place"})))
    (ordered,), _ = route([unsure], (), RECORD, BY_HAND, Confirmed(order=frozenset({"place"})))
    odds = [one.confidence / (1.0 - one.confidence) for one in (alone, said, ordered)]
    assert odds[1:] == pytest.approx([SAID_ELSEWHERE * odds[0], IN_ORDER * odds[0]])


def test_print_is_no_surer_by_what_stands_elsewhere_but_by_its_place_in_the_order() -> None:
    unsure = replace(PRINTED, confidence=0.5)
    assert not route([unsure], (), RECORD, BY_HAND, Confirmed(values=frozenset({"place"})))[0][0].accepted
    assert route([unsure], (), RECORD, BY_HAND, Confirmed(order=frozenset({"place"})))[0][0].accepted


def test_what_the_book_bears_out_waits_for_any_other_reason() -> None:
    doubt = Finding("L09", Severity.REVIEW, ("place",))
    assert not route([WRITTEN], (doubt,), RECORD, BY_HAND, Confirmed(order=frozenset({"place"})))[0][
        0
    ].accepted
