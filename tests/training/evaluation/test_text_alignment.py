from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import FieldStatus
from pipeline.training.evaluation.text_alignment import PredictedEntry, PredictedValue, align_entries
from pipeline.training.evaluation.truth import TrueEntry


def true(number: str, page: int | None = None, row: int | None = None) -> TrueEntry:
    return TrueEntry({"so": number}, page, row)


def predicted(number: str, page: int | None = None, row: int | None = None) -> PredictedEntry:
    return PredictedEntry({"so": PredictedValue(number, FieldStatus.READ)}, page, row)


def test_entries_meet_by_number_and_year_whatever_the_zeros() -> None:
    found = align_entries(
        [true("7/2010"), true("8/2010")], [predicted("008/2010"), predicted("07/2010")], "so"
    )
    assert {(t.values["so"], p.values["so"].text) for t, p in found.pairs} == {
        ("7/2010", "07/2010"),
        ("8/2010", "008/2010"),
    }


def test_the_same_number_of_another_year_is_another_entry() -> None:
    found = align_entries([true("1/2010", 0, 0), true("1/2011", 1, 0)], [predicted("1/2011", 1, 0)], "so")
    assert [t.values["so"] for t, _ in found.pairs] == ["1/2011"]
    assert [t.values["so"] for t in found.missing] == ["1/2010"]


def test_an_entry_whose_number_was_misread_meets_by_its_place() -> None:
    found = align_entries(
        [true("1/2010", 0, 0), true("2/2010", 1, 0), true("3/2010", 2, 0)],
        [predicted("", 2, 0), predicted("1/2010", 0, 0)],
        "so",
    )
    assert {t.values["so"]: p.page for t, p in found.pairs} == {"1/2010": 0, "3/2010": 2}
    assert [t.values["so"] for t in found.missing] == ["2/2010"]


def test_a_repeated_number_is_paired_on_its_own_page_first() -> None:
    found = align_entries([true("1/2010", 0, 0), true("1/2010", 5, 0)], [predicted("1/2010", 5, 0)], "so")
    assert found.pairs[0][0].page == 5


def test_without_number_or_place_the_order_decides() -> None:
    found = align_entries([true("")], [predicted("?"), predicted("??")], "so")
    assert len(found.pairs) == 1
    assert len(found.extra) == 1


_numbers = st.sampled_from(["", "1/2010", "01/2010", "2/2010", "3", "x"])
_place = st.none() | st.integers(0, 3)


@given(
    st.lists(st.builds(true, _numbers, _place, _place), max_size=6),
    st.lists(st.builds(predicted, _numbers, _place, _place), max_size=6),
)
def test_every_entry_is_counted_once(truth: list[TrueEntry], predictions: list[PredictedEntry]) -> None:
    found = align_entries(truth, predictions, "so")
    assert len(found.pairs) + len(found.missing) == len(truth)
    assert len(found.pairs) + len(found.extra) == len(predictions)
    assert not (found.missing and found.extra)
    counted = [id(true) for true, _ in found.pairs] + [id(true) for true in found.missing]
    assert sorted(counted) == sorted(map(id, truth))
