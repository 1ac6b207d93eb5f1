from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.reading.box_coverage import box_figures, ink_coverages, label_errors, straightened
from pipeline.base.model import Box, EntryResult, FieldReading, FieldStatus, PageResult, PlacedLabel
from pipeline.training.evaluation.truth import BookTruth, Quad, TrueEntry, TrueLabel, TruePage
from tests.training.evaluation.pages import page_result


def quad(box: Box) -> Quad:
    return box.left, box.top, box.right, box.top, box.right, box.bottom, box.left, box.bottom


def book(*ink: Box, labels: tuple[TrueLabel, ...] = ()) -> BookTruth:
    entry = TrueEntry({}, 0, 0, {"person": tuple(quad(box) for box in ink)})
    return BookTruth("trial", 2010, (entry,), (TruePage("a.pdf", 1, "entries", labels=labels),))


def cut(*lines: Box, box: Box | None = None) -> PageResult:
    reading = FieldReading("person", FieldStatus.READ, "x", box=box, lines=lines)
    return replace(page_result(), entries=(EntryResult(0, (reading,), ()),))


INK = Box(100, 100, 300, 140)


def coverage(page: PageResult | None, *ink: Box) -> list[float]:
    return [found.coverage for found in ink_coverages(book(*(ink or (INK,))), [page])]


def test_a_box_around_the_ink_holds_it() -> None:
    assert coverage(cut(INK.grown(5, 5))) == [1.0]
    assert coverage(cut(box=INK)) == [1.0]


def test_half_a_box_holds_half_the_ink() -> None:
    assert coverage(cut(Box(100, 100, 200, 140))) == [pytest.approx(0.5)]


def test_lines_that_overlap_are_not_counted_twice() -> None:
    halves = Box(100, 100, 220, 140), Box(180, 100, 300, 130)
    assert coverage(cut(*halves)) == [pytest.approx((120 * 40 + 80 * 30) / 8000)]
    assert coverage(cut(INK, INK)) == [1.0]


def test_each_line_of_ink_counts_by_itself() -> None:
    second = Box(20, 150, 120, 190)
    assert coverage(cut(INK), INK, second) == [1.0, 0.0]
    figures = box_figures(ink_coverages(book(INK, second), [cut(INK)]), [])
    assert (figures["lines_held"], figures["fields_held"]) == (0.5, 0.0)


def test_ink_on_a_page_that_failed_is_not_held() -> None:
    assert coverage(None) == [0.0]
    assert [found.coverage for found in ink_coverages(book(INK), [])] == [0.0]


def test_ink_is_carried_to_the_straightened_page() -> None:
    turned = np.array([[0.0, -1.0, 1400.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    carried = straightened(quad(INK), turned)
    assert carried == Box(1260, 100, 1300, 300)
    assert coverage(replace(cut(carried), matrix=turned)) == [1.0]


_edges = st.floats(0, 500)
_boxes = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h), _edges, _edges, st.floats(1, 300), st.floats(1, 300)
)


@given(_boxes, st.lists(_boxes, max_size=4), _boxes)
def test_more_boxes_never_hold_less(ink: Box, boxes: list[Box], one_more: Box) -> None:
    (fewer,) = coverage(cut(*boxes), ink) if boxes else [0.0]
    (more,) = coverage(cut(*boxes, one_more), ink)
    assert 0 <= fewer <= more + 1e-9
    assert more <= 1 + 1e-9


def test_labels_of_the_same_text_are_distinguished_by_their_order() -> None:
    upper, lower = Box(10, 10, 60, 30), Box(10, 200, 60, 220)
    truth = book(labels=(TrueLabel("Dân tộc:", quad(lower)), TrueLabel("Dân tộc:", quad(upper))))
    placed = (PlacedLabel("Dân tộc:", lower, 1.0), PlacedLabel("Dân tộc:", Box(12, 15, 62, 35), 0.0))
    errors = label_errors(truth, [replace(page_result(), labels=placed)])
    assert [(e.across, e.along) for e in errors] == [
        (pytest.approx(0.25), pytest.approx(0.1)),
        (0.0, 0.0),
    ]
    figures = box_figures([], errors)
    assert figures["labels_placed"] == 1.0
    assert figures["label_across_worst"] == pytest.approx(0.25)


def test_a_label_that_was_not_placed_is_counted() -> None:
    truth = book(labels=(TrueLabel("Số:", quad(INK)),))
    for page in (None, page_result()):
        (error,) = label_errors(truth, [page])
        assert error.across is None
        assert box_figures([], [error])["labels_placed"] == 0.0


def test_figures_of_nothing_are_nothing() -> None:
    assert box_figures([], [])["fields_held"] is None
