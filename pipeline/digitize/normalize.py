"""Normalize: split a picture by colour into its ink without red stamps and its red alone."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.model import PageImage
from pipeline.digitize.page_context import PageContext
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink.binarization import ColourLayers, split_colour_layers
from pipeline.layout.imaging.ink.straddle_seals import find_straddle_seals, without_seals


@dataclass(frozen=True, slots=True)
class NormalizedImage:
    """A picture, or a part that may show a sheet, ready for matching with a form.

    Attributes:
        page: The picture, RGB (h, w, 3).
        layers: The ink layer and the red layer, each (h, w).
        dpi: Pixels an inch if the form's paper fills the longer side.
        picture: The pyramid of the pixels.
        ink: The pyramid of the ink layer.
    """

    page: PageImage
    layers: ColourLayers
    dpi: float
    picture: Pyramid
    ink: Pyramid

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.page.pixels.shape[1], self.page.pixels.shape[0]


def normalize(page: PageImage, context: PageContext, dpi: float | None = None) -> NormalizedImage:
    """Return a picture split by colour. A straddle seal at its edge goes to the red layer, however faint its red is.

    Args:
        page: The picture as decoded, or a part of it.
        dpi: Pixels an inch; by default they follow from the paper's size.
    """
    with context.clock.stage("spread"):
        dpi = dpi if dpi is not None else context.form.dpi_of(page.pixels.shape)
        layers = split_colour_layers(page.pixels)
        picture = Pyramid(page.pixels)
        layers = without_seals(layers, page.pixels, find_straddle_seals(picture, dpi), dpi)
    return NormalizedImage(page, layers, dpi, picture, Pyramid(layers.ink))
