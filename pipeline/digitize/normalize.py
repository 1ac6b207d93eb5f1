"""Normalize: a picture is split by colour once, into its ink without red stamps and its red alone."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.model import PageImage
from pipeline.digitize.page_context import PageContext
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink.binarization import ColourLayers, split_colour_layers
from pipeline.layout.imaging.ink.straddle_seals import find_straddle_seals, without_seals


@dataclass(frozen=True, slots=True)
class NormalizedImage:
    """A picture, or the part of one that shows a sheet, ready for its form to be matched.

    Attributes:
        page: The picture, RGB (h, w, 3).
        layers: Its ink layer and its red layer, each (h, w).
        dpi: Pixels an inch, if the form's paper fills the longer side.
        ink: The pyramid of its ink layer.
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
    """Split a picture by colour; the half of a straddle seal on its edge, whatever its red, is in the red layer.

    Args:
        page: The picture as it was decoded, or a part of it.
        dpi: Pixels an inch, where they are known; else they follow from the paper's size.
    """
    with context.clock.stage("spread"):
        dpi = dpi if dpi is not None else context.form.dpi_of(page.pixels.shape)
        layers = split_colour_layers(page.pixels)
        picture = Pyramid(page.pixels)
        layers = without_seals(layers, page.pixels, find_straddle_seals(picture, dpi), dpi)
    return NormalizedImage(page, layers, dpi, picture, Pyramid(layers.ink))
