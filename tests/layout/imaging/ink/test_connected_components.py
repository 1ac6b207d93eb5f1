"""Marks held as runs are the marks of the picture, also after some of their ink was taken away."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pipeline.base.model import Pixels
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents, find_components, relabel
from tests.layout.imaging.drawings import ink_of, painted, paper

MASKS = arrays(
    np.uint8, st.tuples(st.integers(1, 12), st.integers(1, 17)), elements=st.sampled_from([0, 255])
)


def shapes(components: ConnectedComponents) -> set[frozenset[int]]:
    """Each mark as the set of its pixels."""
    count = len(components.area)
    return {
        frozenset(components.pixel_indices(np.arange(count) == number).tolist()) for number in range(count)
    }


def test_each_component_has_its_box_and_area() -> None:
    picture = paper(200, 100)
    picture[20:30, 40:60] = 0
    picture[50:80, 100:103] = 0
    components = find_components(ink_of(picture))
    assert sorted(components.boxes.tolist()) == [[40, 20, 60, 30], [100, 50, 103, 80]]
    assert sorted(components.area.tolist()) == [90, 200]
    for number, (left, top, right, bottom) in enumerate(components.boxes.tolist()):
        assert (components.label_image(left, top, right, bottom) == number + 1).all()


@given(MASKS)
def test_numbers_boxes_areas_and_centroids_are_those_of_opencv(ink: Pixels) -> None:
    count, labels, stats, centroids = cv2.connectedComponentsWithStats(ink, connectivity=8)
    components = find_components(ink)
    assert (components.label_image(0, 0, ink.shape[1], ink.shape[0]) == labels).all()
    corners = np.column_stack([stats[1:, :2], stats[1:, :2] + stats[1:, 2:4]])
    assert (components.boxes == corners).all()
    assert (components.area == stats[1:, 4]).all()
    assert components.centroids == pytest.approx(centroids[1:])
    assert len(components.area) == count - 1


@given(MASKS, st.data())
def test_a_part_of_the_page_shows_the_same_numbers(ink: Pixels, data: st.DataObject) -> None:
    components = find_components(ink)
    whole = components.label_image(0, 0, ink.shape[1], ink.shape[0])
    top, bottom = sorted(data.draw(st.tuples(*[st.integers(0, ink.shape[0])] * 2)))
    left, right = sorted(data.draw(st.tuples(*[st.integers(0, ink.shape[1])] * 2)))
    assert (components.label_image(left, top, right, bottom) == whole[top:bottom, left:right]).all()


@given(MASKS, st.data())
def test_a_part_of_the_page_shows_the_chosen_components(ink: Pixels, data: st.DataObject) -> None:
    components = find_components(ink)
    count = len(components.area)
    chosen = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool)
    top, bottom = sorted(data.draw(st.tuples(*[st.integers(0, ink.shape[0])] * 2)))
    left, right = sorted(data.draw(st.tuples(*[st.integers(0, ink.shape[1])] * 2)))
    shown = np.concatenate([[False], chosen])[components.label_image(left, top, right, bottom)]
    assert (components.mask_in(chosen, left, top, right, bottom) == np.where(shown, 255, 0)).all()


@given(MASKS, st.data())
def test_without_some_components_the_others_are_what_they_were(ink: Pixels, data: st.DataObject) -> None:
    components = find_components(ink)
    count = len(components.area)
    gone = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool)
    rest = ink.copy()
    rest.ravel()[components.pixel_indices(gone)] = 0
    left = components.without(gone)
    assert (painted(left) == rest).all()
    assert shapes(left) == shapes(find_components(rest))


@given(MASKS, st.data())
def test_components_that_lose_ink_are_those_of_the_picture_without_it(
    ink: Pixels, data: st.DataObject
) -> None:
    components = find_components(ink)
    runs = components.runs
    size = runs.shape[1]
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), bool)
    rest = np.zeros_like(ink)
    for y, first, end, _ in runs[:, kept].T:
        rest[y, first:end] = 255
    found = relabel(components, runs[:, kept], np.unique(runs[3, ~kept]))
    assert shapes(found) == shapes(find_components(rest))
    for number, (left, top, right, bottom) in enumerate(found.boxes.tolist()):
        assert (found.label_image(left, top, right, bottom) == number + 1).sum() == found.area[number]


@given(MASKS, st.data())
def test_components_restricted_to_a_mask_are_those_of_the_mask(ink: Pixels, data: st.DataObject) -> None:
    held = data.draw(arrays(np.uint8, ink.shape, elements=st.sampled_from([0, 255])))
    found = find_components(ink).restricted_to(ink & held)
    assert shapes(found) == shapes(find_components(ink & held))
    assert (painted(found) == ink & held).all()


def test_a_long_winding_component_falls_into_as_many_pieces_as_it_is_cut() -> None:
    ink = np.zeros((200, 41), np.uint8)
    ink[:, ::4] = 255
    ink[0, 2::8] = ink[-1, 6::8] = 255
    ink[0, 1:40:8] = ink[0, 3:40:8] = ink[-1, 5:40:8] = ink[-1, 7:40:8] = 255
    whole = find_components(ink)
    assert len(whole.area) == 1
    cut = ink.copy()
    cut[100] = 0
    assert shapes(whole.restricted_to(cut)) == shapes(find_components(cut))
    assert len(whole.restricted_to(cut).area) == 12


@given(MASKS)
def test_components_of_a_part_are_placed_where_the_part_is(ink: Pixels) -> None:
    page = np.zeros((30, 40), np.uint8)
    page[5 : 5 + ink.shape[0], 9 : 9 + ink.shape[1]] = ink
    laid = find_components(ink).placed_on(9, 5, (30, 40))
    assert (painted(laid) == page).all()
    assert sorted(laid.boxes.tolist()) == sorted(find_components(page).boxes.tolist())


def test_a_page_of_more_specks_than_16_bits_count_is_measured_too() -> None:
    ink = np.zeros((600, 600), np.uint8)
    ink[::2, ::2] = 255
    components = find_components(ink)
    assert len(components.area) == 300 * 300
    assert (components.area == 1).all()
