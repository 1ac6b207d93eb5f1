"""A figure in a black pen over print whose letters stand elsewhere on the page."""

from __future__ import annotations

import cv2
import numpy as np

from pipeline.base.model import Box, Pixels
from pipeline.layout.imaging.ink.cleanup import overwriting
from pipeline.layout.imaging.ink.connected_components import find_components
from pipeline.layout.imaging.ink.print_shapes import PrintShapes
from tests.layout.imaging.drawings import ink_of, paper, typed

FACE, EM = "LiberationSerif-Regular.ttf", 30
LETTER = 30.0
WORDS = "Nơi sinh, ghi bằng chữ: đã có"
PRINTED, OVER = Box(30, 20, 420, 62), Box(30, 120, 420, 162)


def page() -> tuple[Pixels, Pixels, Pixels]:
    """A page with the same words twice, the mask of a pen over the second ones, and what of it lies beside print."""
    picture = paper(560, 220)
    line = typed(WORDS, FACE, EM)[14:60]
    picture[18 : 18 + len(line), 0 : line.shape[1]] = line[:, : picture.shape[1]]
    picture[118 : 118 + len(line), 0 : line.shape[1]] = line[:, : picture.shape[1]]
    print_alone = picture < 140
    pen = np.zeros_like(picture)
    cv2.ellipse(pen, (60, 132), (11, 24), 12, 0, 360, 255, 4, cv2.LINE_AA)
    picture = np.minimum(picture, (255 - 0.68 * pen).astype(np.uint8))
    return picture, pen, np.asarray((pen > 127) & ~print_alone)


def test_what_no_letter_of_the_page_explains_is_the_pens() -> None:
    picture, pen, beside = page()
    components = find_components(ink_of(picture))
    shapes = PrintShapes(components, picture, [PRINTED], LETTER)
    assert shapes.is_known
    zone = Box(0, 100, 300, 190)
    mixed = overwriting(components, OVER, 300)
    assert mixed.any()
    baseline = 118 + 1.4 * EM - 14
    found = shapes.pen_in(zone, mixed, 25, baseline) > 0
    there = (slice(100, 190), slice(0, 300))
    assert (found & beside[there]).sum() > 0.75 * beside[there].sum()
    apart = cv2.dilate(pen, np.ones((5, 5), np.uint8))[there] == 0
    assert (found & apart).sum() < 0.15 * found.sum()


def test_without_letters_that_were_read_nothing_is_known() -> None:
    picture, _, _ = page()
    assert not PrintShapes(find_components(ink_of(picture)), picture, [], LETTER).is_known
