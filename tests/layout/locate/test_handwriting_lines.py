"""Marks of ink make values, lines and stamps; dust makes nothing."""

from __future__ import annotations

import numpy as np

from pipeline.base.model import Box
from pipeline.layout.locate.handwriting_lines import (
    MIN_LINE_DISTANCE,
    cluster_boxes,
    find_handwriting_lines,
    find_signed_names,
    is_under_signature,
    writing_box,
)
from tests.layout.locate.field_lines import NO_DOTS


def test_a_blank_with_dust_only_is_not_written_on() -> None:
    boxes = np.array([[10, 10, 13, 13], [40, 12, 42, 15]], np.int32)
    area = np.array([6, 5], np.int32)
    found, kept = writing_box(boxes, area, np.array([0, 1]), 50)
    assert found is None
    assert len(kept) == 0
    assert writing_box(boxes, area, np.array([], int), 50)[0] is None


def test_dust_far_from_the_letters_is_left_out_of_their_box() -> None:
    boxes = np.array([[100, 10, 120, 40], [125, 12, 140, 40], [142, 5, 146, 9], [300, 20, 303, 22]], np.int32)
    area = np.array([300, 250, 14, 5], np.int32)
    found, kept = writing_box(boxes, area, np.arange(4), 50)
    assert found == Box(100, 5, 146, 40)
    assert kept.tolist() == [0, 1, 2]


def test_a_dash_is_writing() -> None:
    boxes, area = np.array([[100, 30, 130, 34]], np.int32), np.array([110], np.int32)
    assert writing_box(boxes, area, np.array([0]), 50)[0] == Box(100, 30, 130, 34)


def test_the_lines_of_a_free_area_come_from_top_to_bottom() -> None:
    letter = 30.0
    rows = [
        [[100 + 40 * n, y, 130 + 40 * n, y + 30] for n in range(5)] + [[110, y - 14, 118, y - 6]]
        for y in (300, 180, 240)
    ]
    boxes = np.array([box for row in rows for box in row], np.int32)
    mass = ((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).astype(np.int32)
    area = Box(80, 150, 400, 360)
    found = list(find_handwriting_lines(area, boxes, mass, np.arange(len(boxes)), letter))
    assert [line[1].bottom for line in found] == [210, 270, 330]
    assert [sorted(line[2].tolist()) for line in found] == [
        list(range(6, 12)), list(range(12, 18)), list(range(6)),
    ]  # fmt: skip


def test_a_signature_that_touches_the_name_below_it_is_found_by_the_letters_that_touch_nothing() -> None:
    letter = 30.0
    words = [[100, 220, 140, 260], [150, 230, 190, 260], [330, 230, 370, 275]]
    through, above = [200, 130, 320, 262], [210, 130, 320, 215]
    area = Box(80, 100, 400, 300)
    (cut,) = find_signed_names(area, np.array([*words, through], np.int32), letter)
    assert cut[0] == 3
    assert 200 < cut[1] < cut[2] < 240
    assert not list(find_signed_names(area, np.array([*words, above], np.int32), letter))
    assert not list(find_signed_names(area, np.array([through], np.int32), letter))
    assert not list(find_signed_names(Box(80, 500, 400, 700), np.array([*words, through], np.int32), letter))
    tall_word, fragment = [200, 200, 320, 262], [120, 140, 150, 160]
    assert not list(find_signed_names(area, np.array([*words, tall_word], np.int32), letter))
    assert not list(find_signed_names(area, np.array([*words, above, fragment], np.int32), letter))


def test_a_tall_component_over_a_line_may_hold_letters_of_it() -> None:
    letter, area, line = 30.0, Box(80, 100, 400, 300), Box(100, 220, 380, 275)
    words = [[100, 220, 140, 260], [330, 230, 370, 275]]
    for tall, over in (
        ([200, 130, 320, 232], True),
        ([200, 10, 320, 232], True),
        ([200, 130, 320, 210], False),
        ([200, 200, 320, 240], False),
    ):
        boxes = np.array([*words, tall], np.int32)
        assert is_under_signature(area, boxes, line, np.array([0, 1]), letter) is over
    assert not is_under_signature(
        area, np.array([[200, 130, 320, 232]], np.int32), line, np.array([0]), letter
    )


def test_words_with_tails_and_words_without_are_of_one_line_below_a_signature() -> None:
    letter = 30.0
    boxes = np.array([[100, 230, 140, 260], [150, 228, 190, 260], [200, 243, 240, 290]], np.int32)
    mass = np.array([600, 600, 900], np.int32)
    asked = Box(80, 100, 400, 320), boxes, mass, np.arange(3), letter
    assert [line[2].tolist() for line in find_handwriting_lines(*asked)] == [[0, 1], [2]]
    assert [line[2].tolist() for line in find_handwriting_lines(*asked, MIN_LINE_DISTANCE)] == [[0, 1, 2]]


def test_components_that_only_reach_into_an_area_and_its_rules_are_left_out() -> None:
    boxes = np.array([[20, 180, 60, 210], [100, 180, 130, 210], [200, 100, 210, 400]], np.int32)
    mass = np.array([600, 600, 2000], np.int32)
    found = list(find_handwriting_lines(Box(80, 150, 400, 360), boxes, mass, np.arange(3), 30))
    assert [line[2].tolist() for line in found] == [[1]]


def test_an_area_without_writing_has_no_lines() -> None:
    nothing = np.array([], int)
    assert not list(find_handwriting_lines(Box(0, 0, 100, 100), NO_DOTS, np.array([], np.int32), nothing, 30))
    specks = np.array([[10, 10, 12, 12]], np.int32)
    assert not list(
        find_handwriting_lines(Box(0, 0, 100, 100), specks, np.array([4], np.int32), np.array([0]), 30)
    )


def test_clusters_are_chains_of_near_boxes() -> None:
    boxes = np.array([[0, 0, 10, 10], [100, 0, 110, 10], [14, 0, 24, 10], [28, 4, 38, 14]], np.int32)
    assert [group.tolist() for group in cluster_boxes(boxes, 5)] == [[0, 2, 3], [1]]
    assert cluster_boxes(NO_DOTS, 5) == []
