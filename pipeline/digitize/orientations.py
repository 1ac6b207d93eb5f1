"""Deskew: the picture in its likeliest orientations, as only its print tells which of them is upright."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from pipeline.digitize.normalize import NormalizedImage
from pipeline.digitize.page_context import PageContext
from pipeline.layout.imaging.geometry.deskew import DeskewedPage, deskew

log = logging.getLogger(__name__)


def deskewed_orientations(
    image: NormalizedImage, context: PageContext, turns: Sequence[int] = ()
) -> Iterator[DeskewedPage]:
    """Yield the picture deskewed in each orientation, at the resolution of label recognition.

    Args:
        turns: Quarter turns clockwise in degrees, in the order of trial. By default all four; those in which the
            form's paper fits the picture come first.
    """
    form, options, clock = context.form, context.options, context.clock
    width, height = image.size
    fits = (width > height) == (form.paper_mm[0] > form.paper_mm[1])
    scale = min(1.0, options.label_dpi / image.dpi)
    dpi = image.dpi * scale
    with clock.stage("deskew"):
        grey = image.ink.at(scale)
    for turn in turns or ((0, 180, 90, 270) if fits else (90, 270, 0, 180)):
        with clock.stage("deskew"):
            letter = form.letter_height(dpi)
            level = deskew(grey, scale, turn, letter, dpi, rough=context.engines.template is not None)
        log.debug("orientation %d°: skew %+.2f°", level.turn, level.skew)
        yield level
