import io
import json
import random
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from pipeline.base.model import EntryResult, FieldReading, FieldStatus
from pipeline.declarations.schema import FieldSpec, RecordSpec
from pipeline.training.evaluation import (
    BookPrediction,
    BookTruth,
    Evaluation,
    PredictedEntry,
    PredictedValue,
    TrueEntry,
    evaluate,
    pooled,
    prediction_of,
)
from pipeline.training.evaluation.console_tables import print_evaluation
from pipeline.training.evaluation.field_scores import FieldOutcome, loosened
from tests.training.evaluation.pages import page_result

RECORD = RecordSpec(
    record="trial",
    title="Thử",
    prefix="TH",
    field=(
        FieldSpec(name="number", column="so", kind="entry_number", label="Số"),
        FieldSpec(name="person", column="ten", kind="name", label="Tên"),
        FieldSpec(name="notes", column="ghiChu", kind="text", label="Ghi chú"),
    ),
)


def said(text: str, confidence: float = 1.0, accepted: bool = False) -> PredictedValue:
    return PredictedValue(text, FieldStatus.READ if text else FieldStatus.BLANK, confidence, accepted)


def book(*entries: Mapping[str, str]) -> BookTruth:
    return BookTruth("trial", 2010, tuple(TrueEntry(entry) for entry in entries))


def scored(truth: BookTruth, *entries: Mapping[str, PredictedValue]) -> Evaluation:
    return evaluate(truth, BookPrediction(tuple(PredictedEntry(entry) for entry in entries)), RECORD)


_texts = st.text("aăâbcdđ ÁẬ/.-12", max_size=8)
_books = st.lists(st.fixed_dictionaries({"ten": _texts, "ghiChu": _texts}), min_size=1, max_size=5).map(
    lambda entries: [{"so": f"{n}/2010", **entry} for n, entry in enumerate(entries, start=1)]
)


@given(_books)
def test_a_perfect_prediction_scores_one(entries: list[dict[str, str]]) -> None:
    spoken = [{column: said(text, accepted=True) for column, text in entry.items()} for entry in entries]
    found = scored(book(*entries), *spoken)
    assert (found.overall.exact_share, found.overall.alike_share, found.overall.cer) == (1.0, 1.0, 0.0)
    assert found.overall.accepted_share == 1.0
    assert found.overall.accepted_error == 0.0
    assert found.overall.blank_precision in (1.0, None)
    assert found.overall.blank_recall == found.overall.blank_precision
    assert (found.matched, found.missing, found.extra) == (len(entries), 0, 0)
    assert found.calibration_error == 0.0


@given(_books, _books, st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(
    entries: list[dict[str, str]], others: list[dict[str, str]], chance: random.Random
) -> None:
    spoken = [{column: said(text) for column, text in entry.items()} for entry in others]
    first = scored(book(*entries), *spoken).as_dict()
    shuffled, respoken = entries[:], spoken[:]
    chance.shuffle(shuffled)
    chance.shuffle(respoken)
    assert scored(book(*shuffled), *respoken).as_dict() == first


@given(_books, _books)
def test_shares_are_shares(entries: list[dict[str, str]], others: list[dict[str, str]]) -> None:
    spoken = [{column: said(text, 0.5) for column, text in entry.items()} for entry in others]
    found = scored(book(*entries), *spoken)
    for score in (found.overall, *found.by_column.values(), *found.by_kind.values()):
        assert 0 <= score.exact <= score.alike <= score.fields
        assert score.accepted == 0
    assert found.overall.fields == sum(score.fields for score in found.by_column.values())
    assert found.overall.fields == sum(score.fields for score in found.by_kind.values())
    json.dumps(found.as_dict(), allow_nan=False)


def test_exact_alike_and_characters_are_counted_apart() -> None:
    truth = book({"so": "1/2010", "ten": "Trần Bé"}, {"so": "2/2010", "ten": "Lê Ân"})
    found = scored(
        truth, {"so": said("1/2010"), "ten": said("TRẦN  BÉ.")}, {"so": said("02/2010"), "ten": said("Lê An")}
    )
    names = found.by_column["ten"]
    assert (names.exact_share, names.alike_share) == (0.0, 0.5)
    assert names.edits == 6 + 1
    assert names.cer == pytest.approx(7 / 12)


def test_a_field_blank_on_paper_has_to_be_called_blank() -> None:
    truth = book({"so": "1/2010", "ten": "", "ghiChu": ""}, {"so": "2/2010", "ten": "Lê Ân", "ghiChu": ""})
    unread = PredictedValue("", FieldStatus.UNREADABLE)
    found = scored(
        truth,
        {"so": said("1/2010"), "ten": said(""), "ghiChu": unread},
        {"so": said("2/2010"), "ten": said(""), "ghiChu": said("x")},
    )
    assert found.overall.blank_precision == pytest.approx(1 / 2)
    assert found.overall.blank_recall == pytest.approx(1 / 3)
    assert found.by_column["ghiChu"].exact_share == 0.0


def test_a_column_that_truth_lacks_is_not_scored() -> None:
    found = scored(book({"so": "1/2010"}), {"so": said("1/2010"), "ten": said("Lê Ân")})
    assert set(found.by_column) == {"so"}
    assert set(found.by_kind) == {"entry_number"}


def test_a_missing_entry_counts_as_not_read_and_an_extra_one_is_counted() -> None:
    truth = book({"so": "1/2010", "ghiChu": ""}, {"so": "2/2010", "ghiChu": ""})
    found = scored(truth, {"so": said("1/2010"), "ghiChu": said("")})
    assert (found.matched, found.missing, found.extra) == (1, 1, 0)
    assert found.overall.exact_share == 0.5
    assert found.overall.blank_recall == 0.5
    assert scored(book(), {"so": said("1/2010")}).extra == 1


def test_error_is_counted_among_what_was_accepted() -> None:
    truth = book({"so": "1/2010", "ten": "Lê Ân", "ghiChu": "a"})
    found = scored(
        truth, {"so": said("1/2010", 0.99, True), "ten": said("lê ân", 0.95, True), "ghiChu": said("b", 0.2)}
    )
    assert found.overall.accepted_share == pytest.approx(2 / 3)
    assert found.overall.accepted_error == pytest.approx(1 / 2)
    assert found.overall.accepted_error_alike == 0.0


def test_the_curve_goes_from_the_surest_field_to_all_of_them() -> None:
    truth = book({"so": "1/2010", "ten": "Lê Ân", "ghiChu": "a"})
    found = scored(truth, {"so": said("1/2010", 0.9), "ten": said("x", 0.4), "ghiChu": said("a", 0.9)})
    assert [(p.confidence, p.coverage, p.error) for p in found.curve] == [
        (0.9, pytest.approx(2 / 3), 0.0),
        (0.4, 1.0, pytest.approx(1 / 3)),
    ]


def test_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    truth = book({"so": "1/2010", "ten": "Lê Ân", "ghiChu": "a"})
    found = scored(truth, {"so": said("1/2010", 0.9), "ten": said("x", 0.95), "ghiChu": said("a", 0.25)})
    assert [held.fields for held in found.calibration] == [1, 2]
    assert found.calibration_error == pytest.approx((0.75 + 2 * abs(0.925 - 0.5)) / 3)


def test_an_empty_book_can_be_evaluated() -> None:
    found = scored(book())
    assert found.overall.exact_share is None
    assert found.calibration_error is None
    json.dumps(found.as_dict())


@pytest.mark.parametrize(
    ("one", "other"), [("9/3/1952", "9-3-1952"), ("Trần  Bé.", "trần bé"), ("“Q. Ô Môn”", "q ô môn")]
)
def test_loosened_texts_are_alike(one: str, other: str) -> None:
    assert loosened(one) == loosened(other)


def test_punctuation_between_digits_still_parts_them() -> None:
    assert loosened("1/11/2000") != loosened("11/1/2000")


def test_readings_of_pages_become_predictions_of_columns() -> None:
    readings = (
        FieldReading("number", FieldStatus.READ, "7", "07/2010", 0.9, accepted=True),
        FieldReading("person", FieldStatus.BLANK),
        FieldReading("notes", FieldStatus.NOT_ON_FORM),
    )
    page = replace(page_result(), entries=(EntryResult(3, readings, ()),))
    (entry,) = prediction_of([None, page], RECORD, 2010).entries
    assert (entry.page, entry.row) == (1, 3)
    assert entry.values == {
        "so": PredictedValue("7/2010", FieldStatus.READ, 0.9, True),
        "ten": PredictedValue("", FieldStatus.BLANK),
    }


def test_the_tables_are_printed_with_labels_for_people() -> None:
    found = replace(
        scored(book({"so": "1/2010", "ten": "Lê Ân"}), {"so": said("1/2010"), "ten": said("x")}),
        pages_per_minute=30.0,
        versions={"Luật": "abc"},
    )
    out = io.StringIO()
    print_evaluation(found, Console(file=out, width=160), {"name": "Họ tên"})
    assert "Tên" in out.getvalue()
    assert "Họ tên" in out.getvalue()
    assert "50,0 %" in out.getvalue()
    assert "30,0 trang/phút" in out.getvalue()
    assert "Luật: abc" in out.getvalue()
    assert "và mẫu sổ" not in out.getvalue()


def test_of_several_forms_each_kind_is_printed_form_by_form() -> None:
    truth = book({"so": "1/2010", "ten": "Lê Ân"})
    spoken = BookPrediction((PredictedEntry({"so": said("1/2010"), "ten": said("x")}, 0, 0),))
    out = io.StringIO()
    both = pooled([evaluate(truth, spoken, RECORD, form=form) for form in ("first", "second")])
    print_evaluation(both, Console(file=out, width=160), {"name": "Họ tên"})
    _, _, crossed = out.getvalue().partition("Theo kiểu giá trị và mẫu sổ: đúng hẳn / số ô")
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in crossed.splitlines() if "│" in line]
    assert rows == [["entry_number", "100,0 % / 1", "100,0 % / 1"], ["Họ tên", "0,0 % / 1", "0,0 % / 1"]]
    assert all(name in crossed for name in ("first", "second"))


@pytest.mark.parametrize(
    ("kind", "truth", "read", "right"),
    [
        ("date", "10-8-2011", "10.8.2011.", True),
        ("date", "10-8-2011", "10-8-2017", False),
        ("date", "10-8-2011", "8/2011", False),
        ("id_number", "093217432981", "093 217 432 981", True),
        ("entry_number", "9/1994", "9 1994/1994", False),
        ("choice", "Khơ-me", "KHƠ-ME", True),
        ("choice", "Nam", "Nữ", False),
        ("date_words", "Ngày mười tháng tám năm hai nghìn", "Ngày mười tháng Tám năm hai ngàn", True),
        ("name", "Lê Thúy", "Lê THúy", False),
        ("place", "Phú Tân, An Giang", "Phú Tân An Giang", False),
        ("date", "không rõ", "không rỏ", False),
    ],
)
def test_a_field_is_right_when_the_registry_would_hold_what_is_on_paper(
    kind: str, truth: str, read: str, right: bool
) -> None:
    spec = FieldSpec(
        name="field", column="cot", kind=kind, label="Ô", vocab="sex" if kind == "choice" else None
    )
    outcome = FieldOutcome("cot", truth, said(read), spec)
    assert (outcome.exact, outcome.right) == (False, right)
    assert FieldOutcome("cot", truth, said(truth), spec).right
