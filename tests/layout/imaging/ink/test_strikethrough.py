"""Strokes that strike writing out, and strokes that do not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline.base.model import Box, Pixels
from pipeline.layout.imaging.ink.connected_components import find_components
from pipeline.layout.imaging.ink.strikethrough import find_strikethrough
from pipeline.training.synthetic_pages.pen_fonts import PEN_FOLDER, PENS, load_font
from tests.layout.imaging.drawings import ink_of, paper, rule, typed

PITCH, BASE, LEFT = 60, 120, 40
TEXTS = ("Nguyễn Thị Hương Trần Văn Bình", "Đỗ Hữu Phước Lê Thị Tuyết", "thôn Đông Hồ, xã Song Hồ")
LEVEL = (BASE - 0.55 * PITCH, BASE - 0.14 * PITCH)
HANDS = [pen.file for pen in PENS]


@pytest.mark.parametrize(
    ("stroke", "struck"),
    [
        (None, False),
        (((90, 62), (520, 66)), True),
        (((90, 88), (520, 88)), False),
        (((230, 60), (340, 60)), True),
        (((90, 60), (130, 60)), False),
    ],
)
def test_only_a_stroke_through_the_letters_strikes_a_line_out(
    stroke: tuple[tuple[int, int], tuple[int, int]] | None, struck: bool
) -> None:
    text = typed("Nguyen Van Duc", "LiberationSerif-Italic.ttf", 54)
    picture = paper(600, 130)
    picture[: text.shape[0], 40 : 40 + text.shape[1]] = text
    if stroke:
        rule(picture, *stroke, 30, 3)
    components = find_components(ink_of(picture))
    numbers = np.arange(len(components.area))
    left, top = components.boxes[:, :2].min(axis=0)
    right, bottom = components.boxes[:, 2:].max(axis=0)
    box = Box(float(left), float(top), float(right), float(bottom))
    assert (find_strikethrough(components, numbers, box, (52, 74)) is not None) is struck


def test_a_strikethrough_reaches_from_end_to_end_of_its_stroke() -> None:
    picture = paper(900, 130)
    for left, text in ((40, "Nguyen Van Duc"), (600, "Le An")):
        word = typed(text, "LiberationSerif-Italic.ttf", 54)
        picture[: word.shape[0], left : left + word.shape[1]] = word[:, : 900 - left]
    rule(picture, (50, 62), (580, 66), 30, 3)
    components = find_components(ink_of(picture))
    box = Box(40, 20, 760, 100)
    strike = find_strikethrough(components, np.arange(len(components.area)), box, (52, 74))
    assert strike is not None
    assert abs(strike[0] - 50) < 12
    assert abs(strike[1] - 580) < 12


def handwritten(file: str, text: str) -> tuple[Pixels, float]:
    """A line in a pen font, and the x of the end of its first two words."""
    trial = -load_font(PEN_FOLDER / file, 40).getbbox("x", anchor="ls")[1]
    font = load_font(PEN_FOLDER / file, max(8, round(40 * 0.29 * PITCH / max(1, trial))))
    image = Image.new("L", (int(font.getlength(text)) + 6 * LEFT, 3 * PITCH), 255)
    ImageDraw.Draw(image).text((LEFT, BASE), text, font=font, fill=40, anchor="ls")
    return np.array(image), LEFT + font.getlength(" ".join(text.split(" ")[:2]))


def struck_by(shape: str, picture: Pixels, end: float) -> None:
    """The first two words struck out, or a stroke that strikes nothing out."""
    start, middle = LEFT - 4, BASE - 0.3 * PITCH
    lines: list[list[tuple[float, float]]] = {
        "none": [],
        "underlined": [[(start, BASE + 0.22 * PITCH), (end, BASE + 0.2 * PITCH)]],
        "followed by a dash": [[(picture.shape[1] - 4 * LEFT, middle), (picture.shape[1] - 8, middle)]],
        "single": [[(start, middle - 3), (end, middle + 3)]],
        "double": [[(start, middle - 4), (end, middle - 2)], [(start, middle + 4), (end, middle + 5)]],
        "crosswise": [
            [(start, BASE - 0.75 * PITCH), (end, BASE + 0.15 * PITCH)],
            [(start, BASE + 0.15 * PITCH), (end, BASE - 0.75 * PITCH)],
        ],
    }[shape]
    for points in lines:
        path = np.rint(np.array(points) * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(picture, [path], False, 40, 4, cv2.LINE_AA, 4)


def strike_of(picture: Pixels) -> tuple[float, float] | None:
    """What is seen of a stroke in a picture of one line."""
    components = find_components(ink_of(picture))
    left, top = (float(n) for n in components.boxes[:, :2].min(axis=0))
    right, bottom = (float(n) for n in components.boxes[:, 2:].max(axis=0))
    box = Box(left, top, right, bottom)
    return find_strikethrough(components, np.arange(len(components.area)), box, LEVEL)


def seen(shape: str) -> list[tuple[float, tuple[float, float] | None]]:
    """For every hand and text the end of what was struck, and what is seen of it."""
    found = []
    for file in HANDS:
        for text in TEXTS:
            picture, end = handwritten(file, text)
            struck_by(shape, picture, end)
            found.append((end, strike_of(picture)))
    return found


@pytest.mark.parametrize(("shape", "least"), [("single", 0.95), ("double", 0.95), ("crosswise", 0.95)])
def test_two_words_struck_out_of_a_line_are_found(shape: str, least: float) -> None:
    found = seen(shape)
    assert sum(strike is not None for _, strike in found) >= least * len(found)


def test_what_follows_two_struck_words_is_not_struck() -> None:
    ends = [(end, strike[1]) for end, strike in seen("single") if strike is not None]
    assert sum(abs(end - last) < PITCH for end, last in ends) >= 0.9 * len(ends)


@pytest.mark.parametrize("shape", ["none", "underlined", "followed by a dash"])
def test_writing_an_underline_and_a_dash_strike_nothing_out(shape: str) -> None:
    found = seen(shape)
    assert sum(strike is not None for _, strike in found) <= 0.03 * len(found)


@pytest.mark.parametrize("text", ["7", "16", "17", "71"])
def test_figures_of_one_stroke_are_no_strikethrough(text: str) -> None:
    assert [file for file in HANDS if strike_of(handwritten(file, text)[0]) is not None] == []
