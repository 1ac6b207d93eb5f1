"""Stamps in the red layer of a page: round seals, seals that straddle two pages, boxed stamps, name stamps."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from pipeline.base.model import Box, Matrix, Pixels, Stamp, StampKind
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.pyramid import Pyramid
from pipeline.layout.imaging.ink import binarization
from pipeline.layout.imaging.ink.connected_components import ConnectedComponents, no_components

STAMP_DPI = 50.0
"""Pixels an inch at which stamps are looked for."""

RADII_MM = (15.0, 21.0)
"""Radii of the round seals of offices (36 mm wide), worn or smeared."""

MIN_RIM_SHARE = 0.5
"""The least share of a circle's rim, as far as it lies on the picture, that is red."""

REFINED = 4
"""How far around a circle that was found a better one is looked for, in pixels at ``STAMP_DPI``."""

MAX_GAP_MM = 2.2
"""Red components so near one another belong to one stamp: the letters of a word."""


RED_BAND = 256
"""Rows of the original in which red ink is resampled at a time: between a seal and a stamp there is only paper."""

MARGIN_MM = 3.0
"""How far around red ink the red layer is resampled."""


def rectify_red_layer(
    red: Pixels, matrix: Matrix, size: tuple[int, int], dpi: float
) -> tuple[Pixels, Pixels, ConnectedComponents]:
    """Resample the red layer of the original onto the rectified page.

    Pixels are moved only where there is any red; elsewhere the result is paper.

    Args:
        red: Red layer (h, w) of the original.
        matrix: (3, 3) from the original to the rectified page.
        size: (width, height) of the rectified page.
        dpi: Pixels an inch of the rectified page.

    Returns:
        The red layer, its ink mask (0/255) and the mask's components.
    """
    width, height = size
    straight = np.full((height, width), 255, np.uint8)
    mask = np.zeros_like(straight)
    nothing = straight, mask, no_components((height, width))
    reddish = cv2.threshold(red, int(255 * binarization.WEAK_INK), 1, cv2.THRESH_BINARY_INV)[1]
    places = list(_red_places(np.asarray(reddish, np.uint8), matrix, size, MARGIN_MM / 25.4 * dpi))
    if not places:
        return nothing
    for left, top, right, bottom in places:
        shift = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], float)
        straight[top:bottom, left:right] = warp.warp_image(red, shift @ matrix, (right - left, bottom - top))
    left, top = np.min(places, axis=0)[:2].tolist()
    right, bottom = np.max(places, axis=0)[2:].tolist()
    mask[top:bottom, left:right], components = binarization.binarize(
        np.ascontiguousarray(straight[top:bottom, left:right])
    )
    return straight, mask, components.placed_on(left, top, (height, width))


def _red_places(
    reddish: Pixels, matrix: Matrix, size: tuple[int, int], margin: float
) -> Iterator[tuple[int, int, int, int]]:
    """Yield where on the rectified page what is red in each band of the original lies: left, top, right, bottom."""
    for first in range(0, len(reddish), RED_BAND):
        left, top, wide, high = cv2.boundingRect(reddish[first : first + RED_BAND])
        if not wide:
            continue
        seen = Box(left, first + top, left + wide, first + top + high)
        corners = [
            (seen.left, seen.top),
            (seen.right, seen.top),
            (seen.right, seen.bottom),
            (seen.left, seen.bottom),
        ]
        outline = warp.transform_points(matrix, np.array(corners, float))
        (x0, y0), (x1, y1) = outline.min(axis=0), outline.max(axis=0)
        place = Box(x0, y0, x1, y1).grown(margin, margin).within(*size)
        sides = (round(place.left), round(place.top), round(place.right), round(place.bottom))
        if sides[2] > sides[0] and sides[3] > sides[1]:
            yield sides


def find_stamps(red_ink: Pixels, dpi: float) -> tuple[Stamp, ...]:
    """Return the stamps in the ink mask of a red layer, boxes in its pixels, without specks.

    Seals are circles of their size (Hough transform), straddling where the picture's edge cuts them. Of the rest, what
    is low and wide is a boxed stamp (between two long level lines) or a name stamp; anything else is ``OTHER``.

    Args:
        red_ink: Mask (h, w), 0/255.
        dpi: Its pixels an inch.
    """
    if not cv2.hasNonZero(red_ink):
        return ()
    scale = min(1.0, STAMP_DPI / dpi)
    mask = (Pyramid(red_ink).at(scale) > 50).astype(np.uint8)
    if not mask.any():
        return ()
    mm = dpi * scale / 25.4
    height, width = mask.shape
    seals = [
        (kind, Box(x - radius, y - radius, x + radius, y + radius).within(width, height))
        for kind, x, y, radius in find_seal_circles(mask, mm)
    ]
    found = [*seals, *_find_low_stamps(mask, mm)]
    return tuple(
        Stamp(kind, Box(box.left / scale, box.top / scale, box.right / scale, box.bottom / scale))
        for kind, box in found
    )


SealCircle = tuple[StampKind, float, float, float]
"""What a seal is, x and y of its centre, and its radius in pixels."""


def find_seal_circles(mask: Pixels, mm: float) -> Iterator[SealCircle]:
    """Yield the round seals and take their red off the mask.

    Args:
        mask: Where there is red (0/1); changed in place.
        mm: Its pixels a millimetre.
    """
    height, width = mask.shape
    low, most = (round(radius * mm) for radius in RADII_MM)
    pad = most + 2
    field = cv2.copyMakeBorder(mask * 255, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0.0,))
    circles = cv2.HoughCircles(
        field, cv2.HOUGH_GRADIENT, 1.5, 1.6 * low, param1=120, param2=18, minRadius=low, maxRadius=most
    )
    if circles is None:
        return
    near = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    for centre_x, centre_y, about in np.reshape(circles, (-1, 3)) - np.array([pad, pad, 0]):
        x, y, radius = _refined_circle(mask, float(centre_x), float(centre_y), float(about))
        turn = np.linspace(0, 2 * np.pi, 180, endpoint=False)
        rim_x, rim_y = (
            np.rint(x + radius * np.cos(turn)).astype(int),
            np.rint(y + radius * np.sin(turn)).astype(int),
        )
        inside = (rim_x >= 0) & (rim_x < width) & (rim_y >= 0) & (rim_y < height)
        # the paper may end before the picture does: the rim is asked for as far as there is red
        rows = slice(max(0, round(float(y - radius))), max(0, round(float(y + radius)) + 1))
        red = np.flatnonzero(mask[rows].any(axis=0))
        red = red[np.abs(red - x) <= radius + 1]
        if not len(red):
            continue
        inside &= (rim_x >= red[0] - 1) & (rim_x <= red[-1] + 1)
        if inside.mean() < 0.2 or near[rim_y[inside], rim_x[inside]].mean() < MIN_RIM_SHARE:
            continue
        cv2.circle(mask, (round(float(x)), round(float(y))), round(float(radius) + 2.8 * mm), 0, -1)
        kind = StampKind.SEAL if inside.mean() > 0.9 else StampKind.STRADDLE
        yield kind, float(x), float(y), float(radius)


def _refined_circle(mask: Pixels, x: float, y: float, radius: float) -> tuple[float, float, float]:
    """Return the circle close to one that the Hough transform found whose rim is reddest; of half a seal it is off."""
    steps = np.arange(-REFINED, REFINED + 1)
    shift_x, shift_y, grown = (
        n.ravel()[:, None] for n in np.meshgrid(steps, steps, steps / 2, indexing="ij")
    )
    turn = np.linspace(0, 2 * np.pi, 120, endpoint=False)[None, :]
    rim_x = np.rint(x + shift_x + (radius + grown) * np.cos(turn)).astype(int)
    rim_y = np.rint(y + shift_y + (radius + grown) * np.sin(turn)).astype(int)
    height, width = mask.shape
    inside = (rim_x >= 0) & (rim_x < width) & (rim_y >= 0) & (rim_y < height)
    red = inside & (mask[rim_y.clip(0, height - 1), rim_x.clip(0, width - 1)] > 0)
    share = red.sum(axis=1) / np.maximum(1, inside.sum(axis=1))
    away = np.abs(shift_x[:, 0]) + np.abs(shift_y[:, 0]) + np.abs(grown[:, 0])
    best = int((share - 0.002 * away).argmax())
    return x + float(shift_x[best, 0]), y + float(shift_y[best, 0]), radius + float(grown[best, 0])


def _find_low_stamps(mask: Pixels, mm: float) -> Iterator[tuple[StampKind, Box]]:
    """Yield the name stamps, boxed stamps and other red spots."""
    reach = max(1, round(MAX_GAP_MM * mm)) | 1
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((max(1, reach // 2) | 1, reach), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    for number in range(1, count):
        left, top, wide, high, _ = (int(n) for n in stats[number])
        place = slice(top, top + high), slice(left, left + wide)
        part = ((mask[place] > 0) & (labels[place] == number)).astype(np.uint8)
        if max(wide, high) < 5 * mm or int(part.sum()) < 3 * mm**2:
            continue
        kind = StampKind.OTHER
        if wide >= 2.0 * high and 2.5 * mm <= high <= 18 * mm:
            kind = StampKind.BOXED if _is_boxed(part, mm) else StampKind.NAME
        yield kind, Box(left, top, left + wide, top + high)


def _is_boxed(part: Pixels, mm: float) -> bool:
    """Return whether long nearly level lines run along the top and along the bottom."""
    high, wide = part.shape
    thick = cv2.dilate(part, np.ones((3, 1), np.uint8))
    runs = np.asarray(
        cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, max(5, round(0.3 * wide))), np.uint8))
    )
    rows = np.flatnonzero(runs.any(axis=1))
    part_high = max(1, high // 3)
    ends = len(rows) > 0 and rows[0] < part_high and rows[-1] >= high - part_high
    return bool(ends and high > 5 * mm)
