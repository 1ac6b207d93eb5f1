"""Printed labels are found among words that were read badly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.base.model import Box, PlacedLabel, Word
from pipeline.declarations.schema import Form, Label
from pipeline.layout.locate.label_matching import (
    extend_to_word_ends,
    find_label_candidates,
    fold_label,
    group_text_lines,
)
from tests.layout.locate.field_lines import FORM_IDS
from tests.layout.locate.forms import PAGE_FORMS, at, placing, words_of


def labels(*texts: str) -> tuple[Label, ...]:
    return tuple(Label(text, "regular", 0.0, 0.2, 0.1 * number) for number, text in enumerate(texts))


LABELS = labels("Họ và tên:", "Quốc tịch:", "Dân tộc:", "Quan hệ với người được khai sinh:")


@pytest.mark.parametrize(
    ("read", "label"),
    [
        ("Họ và tên:", 0),
        ("Ho va ten", 0),
        ("Hợ và tén:", 0),
        ("Quéc tịch:", 1),
        ("Quốc tịoh .", 1),
        ("Dân tộc", 2),
        ("Quan he vởi ngưởi đưc khai sinh:", 3),
        ("Quan hệvới người được khaisinh:", 3),
    ],
)
def test_a_misread_label_is_still_found(read: str, label: int) -> None:
    found = find_label_candidates(LABELS, words_of(read, 100, 300, 30))
    assert {c.label for c in found} == {label}
    assert max(found, key=lambda c: c.score).box.left == pytest.approx(100)


@pytest.mark.parametrize(
    "read", ["Nguyễn Văn Đức", "xã Tân Lợi, huyện Châu Thành", "12 / 3 / 1985", "Họ", "|||"]
)
def test_values_are_no_labels(read: str) -> None:
    assert not find_label_candidates(LABELS, words_of(read, 100, 300, 30))


def test_a_value_behind_a_label_does_not_hide_it() -> None:
    (found,) = find_label_candidates(LABELS, words_of("Quốc tịch: Việt Nam", 100, 300, 30))
    assert found.label == 1
    assert found.box.right < 420


def test_tall_handwriting_across_two_lines_does_not_hide_their_labels() -> None:
    upper = words_of("Quốc tịch:", 100, 300, 30)
    lower = words_of("Dân tộc:", 100, 345, 30)
    scrawl = [Word("(27.2", Box(130, 250, 138, 360), 0.3), Word("4", Box(140, 262, 146, 350), 0.2)]
    found = find_label_candidates(LABELS, [*scrawl, *upper, *lower])
    assert {c.label: c.baseline for c in found} == {
        c.label: c.baseline for words in (upper, lower) for c in find_label_candidates(LABELS, words)
    }


def test_a_label_printed_twice_has_a_candidate_for_each() -> None:
    words = words_of("Dân tộc: Quốc tịch:", 100, 300, 30) + words_of("Dân tộc: Quốc tịch:", 100, 380, 30)
    found = find_label_candidates(LABELS, words)
    assert sorted((c.label, round(c.baseline, -1)) for c in found) == [(1, 290), (1, 370), (2, 300), (2, 380)]


def test_a_label_declared_twice_may_be_at_either_place() -> None:
    words = words_of("Họ và tên:", 100, 300, 30) + words_of("Họ và tên:", 100, 500, 30)
    found = find_label_candidates(labels("Họ và tên:", "Họ và tên:"), words)
    assert sorted((c.label, round(c.baseline)) for c in found) == [(0, 300), (0, 500), (1, 300), (1, 500)]


def test_a_label_may_begin_in_the_middle_of_a_line() -> None:
    words = words_of("Nguyễn Văn An", 100, 300, 30) + words_of("Quốc tịch:", 700, 302, 30)
    (found,) = find_label_candidates(LABELS, words)
    assert (found.label, found.box.left) == (1, 700)


def test_a_worse_reading_scores_less() -> None:
    good, bad = (
        max(c.score for c in find_label_candidates(LABELS, words_of(read, 100, 300, 30)))
        for read in ("Quan hệ với người được khai sinh:", "Quan be với ngrời đuợc khai sính")
    )
    assert good > bad > 0.7


def test_the_baseline_of_words_with_tails_is_above_their_box() -> None:
    tail = Word("Quyển", Box(100, 270, 200, 306), 0.9)
    (found,) = find_label_candidates(labels("Quyển"), [tail])
    assert 296 <= found.baseline <= 301


def test_words_of_a_slightly_sloping_line_belong_together() -> None:
    words = [Word(str(n) + "a", Box(100 * n, 300 + n, 100 * n + 80, 330 + n), 0.9) for n in range(8)]
    assert [len(line) for line in group_text_lines(words)] == [8]
    assert [word.box.left for word in group_text_lines(words[::-1])[0]] == [100.0 * n for n in range(8)]


@given(st.text(max_size=40))
def test_no_word_is_too_strange_to_look_for_labels_in(text: str) -> None:
    assert isinstance(find_label_candidates(LABELS, [Word(text, Box(0, 0, 30, 10), 0.5)]), tuple)
    assert fold_label(text).isascii()


def placed(form: Form) -> tuple[tuple[PlacedLabel, ...], float]:
    """The labels where the geometry puts them, and the height of a letter."""
    matrix = placing(form)
    letter = form.text_size * (at(matrix, 0, 1)[1] - at(matrix, 0, 0)[1])
    labels = []
    for label in filter(lambda one: one.text, form.labels):
        (left, baseline), (right, _) = at(matrix, label.u0, label.v), at(matrix, label.u1, label.v)
        labels.append(
            PlacedLabel(label.text, Box(left, baseline - 0.95 * letter, right, baseline + 0.3 * letter), 0.0)
        )
    return tuple(labels), letter


def heading(form: Form) -> int:
    """The number of a bold label that announces no blank."""
    declared = [label for label in form.labels if label.text]
    return next(n for n, label in enumerate(declared) if label.style == "bold" and not label.slot)


def letter_at(label: Box, letter: float, left: float, wide: float, high: float = 0.7) -> list[float]:
    base = label.bottom - 0.3 * letter
    return [label.right + left * letter, base - high * letter, label.right + (left + wide) * letter, base]


def ends(form: Form, number: int, *components: list[float]) -> tuple[float, float]:
    """How far beyond its estimated end a label goes with those marks behind it, in heights of a letter; and a pixel."""
    labels, letter = placed(form)
    boxes = np.array(components).round().astype(np.int32)
    box = extend_to_word_ends(labels, form, boxes, letter)[number].box
    return (box.right - labels[number].box.right) / letter, 1 / letter


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_a_letter_that_the_estimate_leaves_out_belongs_to_the_label(form: Form) -> None:
    number, (labels, letter) = heading(form), placed(form)
    box = labels[number].box
    cut, behind = letter_at(box, letter, -0.2, 0.45), letter_at(box, letter, 0.3, 0.4, high=0.45)
    assert ends(form, number, cut, behind)[0] == pytest.approx(0.7, abs=0.03)


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_a_letter_a_space_behind_the_label_or_not_of_print_does_not(form: Form) -> None:
    number, (labels, letter) = heading(form), placed(form)
    box = labels[number].box
    apart = letter_at(box, letter, 0.3, 0.4)
    stroke = letter_at(box, letter, 0.0, 1.6)
    low = [box.right - 2, box.bottom - 0.2 * letter, box.right + 0.4 * letter, box.bottom + 0.5 * letter]
    speck = letter_at(box, letter, 0.0, 0.2, high=0.2)
    for mark in (apart, stroke, low, speck):
        assert ends(form, number, mark)[0] == 0.0


@pytest.mark.parametrize("form", PAGE_FORMS, ids=FORM_IDS)
def test_a_label_before_a_blank_ends_where_the_form_says(form: Form) -> None:
    labels, letter = placed(form)
    blanks = {(piece.v, piece.u0) for slot in form.slots for piece in slot.pieces}
    declared = [label for label in form.labels if label.text]
    number = next(n for n, label in enumerate(declared) if (label.v, label.u1) in blanks)
    assert ends(form, number, letter_at(labels[number].box, letter, -0.1, 0.4))[0] == 0.0


@pytest.mark.parametrize(
    ("read", "glued", "loose"),
    [("Dân tộc:", False, False), ("Dân tộc:1", True, True), ("Dân tộcl", True, False)],
)
def test_more_read_together_with_a_label_is_noted(read: str, glued: bool, loose: bool) -> None:
    found = max(find_label_candidates(LABELS, words_of(read, 100, 300, 30)), key=lambda one: one.box.width)
    assert found.label == 2
    assert (found.glued, found.loose) == (glued, loose)


def test_a_label_in_capitals_is_known_to_be_wider() -> None:
    (small,) = find_label_candidates(LABELS, words_of("Quốc tịch:", 100, 300, 30))
    (large,) = find_label_candidates(LABELS, words_of("QUỐC TỊCH:", 100, 300, 30))
    assert (small.capitals, large.capitals) == (False, True)
