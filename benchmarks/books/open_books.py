"""Books that lie open: two pages in one picture, falling away into the gutter, other leaves on both sides.

Paper that lies ``along`` pixels from the gutter is seen nearer to it, and its lines rise there::

      leaves |<------ page width seen ------>| gutter
      ||||   |  ________________________     |
      ||||   | |                        ``.  |   lost: how much narrower the page looks
      ||||   | |  text lines ---------...'   |   rise: how far lines rise at the gutter
      ||||   | |________________________.''  |   reach: how far from the gutter both are seen
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Pixels
from pipeline.training.synthetic_pages.scanning import ScannedPage, scan_sheet
from pipeline.training.synthetic_pages.synthesis_options import ScannerOptions

MM = 25.4


@dataclass(frozen=True, slots=True)
class Binding:
    """How an open book lies. Lengths in mm.

    Attributes:
        lost: How much narrower a page looks, since it falls away into the gutter.
        rise: How far its lines rise or fall there.
        reach: How far from the gutter that is seen.
        shadow: How much light the gutter takes, 0 to 1.
        wide: Over how much paper on each side it takes light.
        leaves: How much of other leaves is seen beside each page.
    """

    lost: float = 2.0
    rise: float = 1.2
    reach: float = 14.0
    shadow: float = 0.45
    wide: float = 7.0
    leaves: float = 3.0


FLAT = Binding(lost=0.0, rise=0.0, shadow=0.0, leaves=0.0)
"""Two sheets that lie flat side by side, without a shadow between them."""


@dataclass(frozen=True, slots=True)
class OpenBook:
    """The delivered picture of two pages of the same size.

    Attributes:
        page: Width and height of a flat page in pixels.
    """

    scan: ScannedPage
    page: tuple[int, int]
    binding: Binding
    dpi: float

    def places(self, points: NDArray[np.float64], right: bool) -> NDArray[np.float64]:
        """Return where points (n, 2) of a flat page lie on the picture; ``right`` means the right page."""
        flat = _bound(points, self.page, self.binding, self.dpi, right)
        places = cv2.perspectiveTransform(flat[None], self.scan.matrix)[0]
        return np.asarray(places, np.float64)

    def quad(self, box: Box, right: bool) -> NDArray[np.float64]:
        """Return the corners (4, 2) of a box of a flat page on the picture, clockwise from the text's top left."""
        corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
        return self.places(np.array(corners, np.float64), right)

    @property
    def gutter(self) -> NDArray[np.float64]:
        """Return both ends (2, 2) of the gutter on the picture, the upper end of the upright book first."""
        width, height = self.page
        return self.places(np.array([(width, 0.0), (width, height)], np.float64), right=False)


def open_book(
    left: Pixels,
    right: Pixels,
    dpi: float,
    options: ScannerOptions,
    rng: np.random.Generator,
    binding: Binding = Binding(),
) -> OpenBook:
    """Return two flat pages as one picture of an open book, delivered by a scanner.

    Args:
        left: (height, width, 3) RGB of the left page.
        right: The right page, of the same size.
    """
    height, width = left.shape[:2]
    flat = np.hstack([_half(left, binding, dpi, False), _half(right, binding, dpi, True)])
    flat = _with_leaves(flat, binding.leaves * dpi / MM, rng)
    return OpenBook(scan_sheet(flat, flat, dpi, options, rng), (width, height), binding, dpi)


def _narrowed(along: NDArray[np.float64], binding: Binding, dpi: float) -> NDArray[np.float64]:
    """Return how far from the gutter paper is seen that lies ``along`` pixels from it."""
    mm = dpi / MM
    result: NDArray[np.float64] = along - binding.lost * mm * (1 - np.exp(-along / (binding.reach * mm)))
    return result


def _bound(
    points: NDArray[np.float64], page: tuple[int, int], binding: Binding, dpi: float, right: bool
) -> NDArray[np.float64]:
    """Return points of a flat page on the open book before it is scanned."""
    width, mm = page[0], dpi / MM
    along = points[:, 0] if right else width - points[:, 0]
    seen = _narrowed(along, binding, dpi)
    gutter = round(binding.leaves * mm) + _seen_width(width, binding, dpi)
    y = points[:, 1] + binding.rise * mm * np.exp(-along / (binding.reach * mm))
    return np.column_stack([gutter + seen if right else gutter - seen, y])


def _seen_width(width: int, binding: Binding, dpi: float) -> int:
    return int(_narrowed(np.array([float(width)]), binding, dpi)[0])


def _half(page: Pixels, binding: Binding, dpi: float, right: bool) -> Pixels:
    height, width = page.shape[:2]
    mm = dpi / MM
    seen = np.arange(_seen_width(width, binding, dpi)) + 0.5
    known = np.arange(width, dtype=np.float64)
    along = np.interp(seen, _narrowed(known, binding, dpi), known)
    x = along if right else (width - along)[::-1]
    shift = binding.rise * mm * np.exp(-along / (binding.reach * mm))
    shift = shift if right else shift[::-1]
    y = np.arange(height, dtype=np.float32)[:, None] - shift[None].astype(np.float32)
    columns = np.broadcast_to(x.astype(np.float32), y.shape)
    bent = cv2.remap(
        page, np.ascontiguousarray(columns), y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    taken = binding.shadow * (
        0.6 * np.exp(-((seen / (0.5 * binding.wide * mm)) ** 2)) + 0.4 * np.exp(-seen / mm)
    )
    light = np.clip(1 - (taken if right else taken[::-1]), 0, 1)
    return np.asarray(np.clip(bent * light[None, :, None], 0, 255), np.uint8)


def _with_leaves(flat: Pixels, wide: float, rng: np.random.Generator) -> Pixels:
    """Return the open book with the edges of the leaves beneath it on both sides."""
    columns = round(wide)
    if not columns:
        return flat
    height = flat.shape[0]
    sides = []
    for _ in range(2):
        tones = rng.uniform(185, 245, columns)
        tones[rng.random(columns) < 0.2] -= 60
        sides.append(np.repeat(tones[None].astype(np.uint8), height, 0)[..., None].repeat(3, 2))
    return np.ascontiguousarray(np.hstack([sides[0], flat, sides[1]]))
