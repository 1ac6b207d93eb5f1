"""All dots of a leader are found, and nothing that only looks like one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.base.model import Pixels
from pipeline.layout.imaging.ink.connected_components import find_components
from pipeline.layout.imaging.ruling.leaders import DotLeaders, dot_spacing, find_leaders, find_missed_dots
from tests.layout.imaging.drawings import dot, ink_of, paper, typed

LETTER = 40.0
"""Height of the printed letters in pixels: about 300 dpi."""

FACE, TYPEWRITER = "LiberationSerif-Regular.ttf", "FreeMono.ttf"


def leader(
    picture: Pixels, y: float, pace: float = 11.0, left: float = 30, right: float = 970, radius: float = 2.2
) -> list[tuple[float, float]]:
    """A row of dots; returns where they are."""
    spots = [(float(x), y) for x in np.arange(left, right, pace)]
    for x, y in spots:
        dot(picture, x, y, radius)
    return spots


def share_found(found: DotLeaders, spots: list[tuple[float, float]]) -> float:
    return float(np.mean([found.mask[round(y), round(x)] > 0 for x, y in spots]))


@settings(max_examples=25, deadline=None)
@given(pace=st.floats(9, 16), radius=st.floats(1.6, 2.8), tilt=st.floats(-0.004, 0.004))
def test_every_dot_of_a_leader_is_found(pace: float, radius: float, tilt: float) -> None:
    picture = paper(1000, 120)
    spots = [(float(x), 60 + tilt * x) for x in np.arange(30, 970, pace)]
    for x, y in spots:
        dot(picture, x, y, radius)
    found = find_leaders(find_components(ink_of(picture)), LETTER)
    assert share_found(found, spots) == 1.0
    assert len(found.boxes) == len(spots)


def test_leaders_of_several_lines_are_different_runs() -> None:
    picture = paper(1000, 300)
    for y in (60.0, 130.0, 200.0):
        leader(picture, y)
    found = find_leaders(find_components(ink_of(picture)), LETTER)
    levels = {int(row): set(np.round(found.boxes[found.run_ids == row][:, 1] / 70)) for row in found.run_ids}
    assert len(levels) == 3
    assert all(len(level) == 1 for level in levels.values())


def test_a_short_leader_counts_from_six_dots_on() -> None:
    for count in (5, 6):
        picture = paper(400, 120)
        for number in range(count):
            dot(picture, 60 + 11 * number, 60, 2.2)
        assert len(find_leaders(find_components(ink_of(picture)), LETTER).boxes) == (
            count if count >= 6 else 0
        )


@pytest.mark.parametrize("step", [3, 4, 5])
def test_a_leader_cut_into_ones_and_twos_by_writing_is_found(step: int) -> None:
    picture = paper(1000, 160)
    spots = leader(picture, 100)
    covered = [spot for number, spot in enumerate(spots) if number % step == 0 or number % 11 < 3]
    for x, y in covered:
        picture[int(y) - 70 : int(y) + 6, int(x) - 3 : int(x) + 4] = 30
    free = [spot for spot in spots if spot not in covered]
    found = find_leaders(find_components(ink_of(picture)), LETTER)
    assert share_found(found, free) > 0.97
    assert not found.mask[:90].any()


@pytest.mark.parametrize(
    "text",
    ["Nguyễn Thị Bích Diệp, sinh ngày 12.3.1985.", "Thị trấn Kế Sách, tỉnh Sóc Trăng", "i. i. i. i. i."],
)
def test_dots_of_letters_and_full_stops_are_no_leader(text: str) -> None:
    picture = typed(text, FACE, 54)
    assert not find_leaders(find_components(ink_of(picture)), LETTER).mask.any()


@pytest.mark.parametrize(
    "text", ["Nguyen Van An sinh ngay 1.2.1985", "- - - - - - - -", "oooooooooooo", "12/3/1985, 14/5/1990"]
)
@pytest.mark.parametrize("em", [42, 54])
def test_evenly_spaced_typewriter_letters_are_no_leader(text: str, em: int) -> None:
    picture = typed(text, TYPEWRITER, em)
    assert not find_leaders(find_components(ink_of(picture)), LETTER).mask.any()


@pytest.mark.parametrize("phase", [0.35, 0.5, 0.65])
def test_a_dot_below_a_vowel_out_of_step_with_the_leader_is_none_of_it(phase: float) -> None:
    picture = paper(1000, 160)
    spots = leader(picture, 100, pace=14)
    gone = [spot for spot in spots if 480 < spot[0] < 530]
    for x, y in gone:
        picture[int(y) - 5 : int(y) + 6, int(x) - 5 : int(x) + 6] = 255
    components = [(gone[0][0] + 14 * phase, 100.0), (gone[0][0] + 14 * (phase + 2), 100.0)]
    for x, y in components:
        dot(picture, x, y, 2.4)
    found = find_leaders(find_components(ink_of(picture)), LETTER)
    assert share_found(found, components) == 0.0
    assert share_found(found, [spot for spot in spots if spot not in gone]) > 0.97


@pytest.mark.parametrize("off", [(0.5, -1.5), (1.0, -2.0), (0.0, -2.5)])
def test_a_dot_below_a_vowel_that_runs_into_a_dot_of_the_leader_stays(off: tuple[float, float]) -> None:
    picture = paper(1000, 160)
    spots = leader(picture, 100, radius=1.6)
    x, y = spots[40]
    dot(picture, x + off[0], y + off[1], 1.6)
    found = find_leaders(find_components(ink_of(picture)), LETTER)
    assert share_found(found, [(x, y)]) == 0.0
    assert share_found(found, spots[:40] + spots[41:]) == 1.0


@pytest.mark.parametrize(
    ("first", "last", "y", "told"),
    [
        (40, 40, 60.0, True),
        (40, 41, 60.0, True),
        (40.45, 40.45, 60.0, False),
        (40, 40.5, 60.0, False),
        (40, 40, 55.0, False),
        (40, 42, 60.0, False),
    ],
    ids=["a dot", "two run together", "out of step", "one end out of step", "above the level", "a dash"],
)
def test_a_large_dot_or_two_run_together_are_recognised_by_the_leader_around_them(
    first: float, last: float, y: float, told: bool
) -> None:
    pace, radius, left = 11.0, 2.0, 30.0
    spots = [(left + n * pace, 60.0) for n in range(85) if not 38 < n < 43]
    dots = np.array([[x - radius, v - radius, x + radius, v + radius] for x, v in spots]).round()
    mark = [left + first * pace - 3, y - 3, left + last * pace + 3, y + 3]
    found = find_missed_dots(np.array([mark]).round().astype(np.int32), dots.astype(np.int32), LETTER)
    assert found.tolist() == [told]


def test_without_a_leader_no_component_is_a_dot_of_it() -> None:
    few = np.array([[n * 11, 58, n * 11 + 4, 62] for n in range(5)], np.int32)
    assert not find_missed_dots(np.array([[55, 57, 60, 62]], np.int32), few, LETTER).any()


def test_two_components_left_in_step_are_no_leader() -> None:
    picture = paper(1000, 120)
    for x in np.cumsum(np.random.default_rng(9).uniform(11, 36, 12)):
        dot(picture, float(x), 60, 2.2)
    assert not find_leaders(find_components(ink_of(picture)), LETTER).mask.any()


def test_tone_marks_above_a_leader_stay() -> None:
    picture = paper(1000, 160)
    spots = leader(picture, 110)
    components = [(100.0 + 83 * number, 40.0 + 3 * (number % 4)) for number in range(10)]
    for x, y in components:
        dot(picture, x, y, 2.4)
    found = find_leaders(find_components(ink_of(picture)), LETTER)
    assert share_found(found, components) == 0.0
    assert share_found(found, spots) == 1.0


def test_a_page_without_dots_has_no_leader() -> None:
    found = find_leaders(find_components(ink_of(paper(300, 200))), LETTER)
    assert len(found.boxes) == len(found.run_ids) == 0
    assert not found.mask.any()


def test_the_spacing_of_a_leader_is_a_single_step_where_writing_hides_every_other_dot() -> None:
    assert dot_spacing(np.array([11.2, 11.8, 46, 23.2, 34.8, 23, 12, 23, 11.8, 34.2])) == pytest.approx(
        11.6, abs=0.2
    )
    assert dot_spacing(np.array([23.0, 23.1, 22.9, 46.0, 11.5, 11.5, 23.0, 23.0, 22.8])) == pytest.approx(
        23, abs=0.1
    )


def spacing_by_all_pairs(steps: NDArray[np.float64]) -> float:
    """The spacing as it is defined, by the quotient of every gap and every other one."""
    times = steps[None, :] / steps[:, None]
    whole = np.rint(times)
    fits = (np.abs(times - whole) < 0.15) & (whole >= 1) & (whole <= 4)
    once = (fits & (whole == 1)).sum(axis=1)
    agreeing = np.where(once >= 0.25 * len(steps), fits.sum(axis=1), 0)
    best = max(np.flatnonzero(agreeing == agreeing.max()), key=lambda number: steps[number])
    if not agreeing[best]:
        return float(np.median(steps))
    return float((steps[fits[best]] / whole[best, fits[best]]).mean())


@pytest.mark.parametrize("grid", [0, 2, 8, 20])
def test_the_spacing_is_that_of_all_pairs_of_gaps_to_the_last_bit(grid: int) -> None:
    """On a grid many quotients lie right on the limit."""
    rng = np.random.default_rng(grid)
    for count in range(1, 60):
        steps = rng.uniform(2.1, 9, count) * rng.integers(1, 5, count)
        if grid:
            steps = np.maximum(1, np.rint(steps * grid)) / grid
        assert dot_spacing(steps) == spacing_by_all_pairs(steps)


def test_dots_between_the_letters_of_dense_writing_are_found() -> None:
    picture = paper(900, 120)
    shown = [n for n in range(70) if n % 8 in (0, 1, 5, 7)]
    for n in shown:
        dot(picture, 30 + 11.6 * n, 80, 2.4)
    assert len(find_leaders(find_components(ink_of(picture)), 52).boxes) == len(shown)
