"""Figures of groups of fields: bounds, curves over ink, splits by form and writing, several books as one."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import FieldStatus, Writing
from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.training.evaluation import (
    BookPrediction,
    BookTruth,
    Evaluation,
    PredictedEntry,
    PredictedValue,
    TrueEntry,
    evaluate,
    figures_of,
    pooled,
)
from pipeline.training.evaluation.field_scores import upper_bound

RECORD = RecordSpec(
    record="trial",
    title="Thử",
    prefix="TH",
    field=(
        FieldSpec(name="number", column="so", kind="entry_number", label="Số", critical=True),
        FieldSpec(name="person", column="ten", kind="name", label="Tên"),
        FieldSpec(name="notes", column="ghiChu", kind="text", label="Ghi chú"),
    ),
)


def said(
    text: str, confidence: float = 0.9, writing: Writing = Writing.PRINT, *, accepted: bool = False
) -> PredictedValue:
    return PredictedValue(text, FieldStatus.READ, confidence, accepted, writing)


def book(
    truth: Mapping[str, str], spoken: Mapping[str, PredictedValue], form: str = "a", name: str = "one"
) -> Evaluation:
    return evaluate(
        BookTruth("trial", 2010, (TrueEntry(truth),)),
        BookPrediction((PredictedEntry(spoken, 0, 0),)),
        RECORD,
        book=name,
        form=form,
        versions={"hotich": "1", "form": form},
    )


def test_no_error_in_748_fields_proves_four_a_thousand() -> None:
    bound, not_enough = upper_bound(0, 748), upper_bound(0, 747)
    assert bound is not None
    assert not_enough is not None
    assert bound <= 0.004 < not_enough
    assert upper_bound(0, 0) is None


@given(st.integers(0, 40), st.integers(1, 2000))
def test_a_bound_lies_above_what_was_seen_and_falls_with_more_fields(wrong: int, right: int) -> None:
    fields = wrong + right
    bound, more = upper_bound(wrong, fields), upper_bound(wrong, fields + 50)
    assert bound is not None
    assert more is not None
    assert wrong / fields < bound <= 1
    assert more < bound


def test_ink_that_was_not_read_keeps_the_curve_from_reaching_all_of_it() -> None:
    unread = PredictedValue("", FieldStatus.UNREADABLE)
    blank = PredictedValue("", FieldStatus.BLANK, 1.0, True)
    found = book(
        {"so": "1/2010", "ten": "Lê Ân", "ghiChu": ""}, {"so": said("1/2010"), "ten": unread, "ghiChu": blank}
    )
    assert [(p.coverage, p.taken, p.wrong) for p in found.curve] == [(0.5, 1, 0)]


def test_where_the_machine_drew_its_line_is_a_point_of_the_plane() -> None:
    found = book(
        {"so": "1/2010", "ten": "Lê Ân", "ghiChu": "a"},
        {
            "so": said("1/2010", 0.99, accepted=True),
            "ten": said("Lê An", 0.95, accepted=True),
            "ghiChu": said("a", 0.97),
        },
    )
    point = found.figures.accepted
    assert point is not None
    assert (point.confidence, point.taken, point.wrong) == (0.95, 2, 1)
    assert point.coverage == pytest.approx(2 / 3)
    assert point.error_bound > point.error == 0.5
    assert figures_of(()).accepted is None


def test_figures_are_split_by_form_and_by_what_the_ink_was_taken_for() -> None:
    hand = {"so": said("1/2010", writing=Writing.HAND), "ten": said("Lê An", writing=Writing.HAND)}
    typed = {"so": said("1/2010"), "ten": said("Lê Ân")}
    truth = {"so": "1/2010", "ten": "Lê Ân"}
    both = pooled([book(truth, hand, "b", "two"), book(truth, typed, "a")])
    by_form = both.figures_by(lambda outcome: outcome.form)
    assert {form: found.score.exact_share for form, found in by_form.items()} == {"a": 1.0, "b": 0.5}
    by_writing = both.as_dict()["by_writing"]
    assert (by_writing["hand"]["exact"], by_writing["print"]["exact"]) == (0.5, 1.0)
    assert by_form["a"].critical == 1
    assert {outcome.book for outcome in both.outcomes} == {"one", "two"}


def test_each_kind_is_scored_form_by_form() -> None:
    truth = {"so": "1/2010", "ten": "Lê Ân"}
    spoken = {"so": said("1/2010"), "ten": said("Lê An")}
    both = pooled([book(truth, spoken, "b"), book({"so": "1/2010"}, spoken, "a")])
    told = both.as_dict()["by_kind_and_form"]
    assert {kind: list(forms) for kind, forms in told.items()} == {"entry_number": ["a", "b"], "name": ["b"]}
    assert (told["name"]["b"]["exact"], told["name"]["b"]["fields"]) == (0.0, 1)
    assert told["entry_number"]["a"]["exact"] == 1.0


def test_lists_of_choices_are_scored_separately() -> None:
    lists = tuple(
        FieldSpec(name=vocab, column=vocab, kind="choice", label=vocab, vocab=vocab)
        for vocab in ("sex", "ethnicity")
    )
    record = RecordSpec(record=RECORD.record, title=RECORD.title, prefix=RECORD.prefix, field=lists)
    truth = BookTruth("trial", 2010, (TrueEntry({"sex": "Nam", "ethnicity": "Kinh"}),))
    spoken = PredictedEntry({"sex": said("Nữ"), "ethnicity": said("Kinh")}, 0, 0)
    found = evaluate(truth, BookPrediction((spoken,)), record, form="a")
    figures = found.as_dict()
    assert {kind: score["exact"] for kind, score in figures["by_kind"].items()} == {
        "choice:ethnicity": 1.0, "choice:sex": 0.0,
    }  # fmt: skip
    assert set(found.by_kind) == set(figures["by_kind_and_form"]) == {"choice:ethnicity", "choice:sex"}


def test_several_books_count_as_one_and_differing_versions_are_all_named() -> None:
    truth, spoken = {"so": "1/2010", "ten": "Lê Ân"}, {"so": said("1/2010"), "ten": said("Lê An")}
    one, other = book(truth, spoken), book(truth, spoken, "b")
    both = pooled([one, other], pages_per_minute=12.0)
    assert (both.matched, both.missing, both.extra) == (2, 0, 0)
    assert both.overall.fields == one.overall.fields + other.overall.fields
    assert both.versions == {"hotich": "1", "form": "a; b"}
    json.dumps(both.as_dict(), allow_nan=False)


def test_a_column_is_called_by_all_names_that_records_give_it() -> None:
    wife = FieldSpec(name="wife", column="ten", kind="name", label="Tên vợ")
    other = RecordSpec(record=RECORD.record, title=RECORD.title, prefix=RECORD.prefix, field=(wife,))
    truth = BookTruth("trial", 2010, (TrueEntry({"ten": "Lê Ân", "la": "?"}),))
    both = pooled([evaluate(truth, BookPrediction(()), record) for record in (RECORD, other)])
    assert both.labels == {"ten": "Tên / Tên vợ", "la": "la"}


def test_the_figures_of_a_book_hold_no_text_of_its_fields() -> None:
    found = book({"so": "1/2010", "ten": "Lê Ân"}, {"so": said("1/2010"), "ten": said("Lê An")})
    told = json.dumps(found.as_dict(), ensure_ascii=False)
    assert "Lê" not in told
    assert "1/2010" not in told
