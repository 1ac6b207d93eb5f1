"""Small pictures of lines that may be stamped, and how far two of them are the same picture.

A rubber stamp leaves the same picture on every page, turned by a few degrees, with other spots bare of ink. Two
pictures are compared at every shift and a few turns by the correlation of their softened ink. Handwriting of one name
by one person never correlates as far.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Pixels

DPI = 150.0
"""Resolution of a kept picture; all pictures have it, so that a stamp has one size."""

LEVELS = 15
"""Grey levels of a kept picture, from paper (0) to the darkest ink."""

WIDEST, HIGHEST = 900, 150
"""Largest size of a kept picture in pixels: six inches by one."""

COARSE = 0.6
"""Scale at which pictures are compared: 90 dots an inch keep letters and lose the grain of the ink."""

TURNS = (-3.0, -1.5, 0.0, 1.5, 3.0)
"""The turns in degrees at which a picture is compared with another."""

SOFT = 0.8
"""Blur in coarse pixels: strokes that lie a fraction of their width apart still overlap."""

WIDE = 2.5
"""A wider blur in coarse pixels, which is subtracted: what counts is strokes, not how much ink lies about them."""

LEAST_LENGTH = 0.7
"""Least share of the longer picture's length that the shorter one has; a signature may run on behind a name."""

SAME = 0.75
"""Share of strokes from which two pictures are the same stamp. Of 120 drawn stamps of 20 names,
97 of 100 clean pairs of one name have it, 86 of 100 of which a
signature crosses one, and none of 6,588 pairs of other names; names that differ in a mark or a letter cannot be told
apart by their pictures."""

PROFILE = (24, 4)
"""Columns and rows of the rough picture by which the pictures worth comparing are chosen."""

DARK = 0.3
"""Darkness that counts as full ink: a signature's dark strokes weigh no more than the pale stamp below it."""

_HEAD = struct.Struct("<HH")

Ink = NDArray[np.float32]


def pack_picture(pixels: Pixels, dpi: float) -> bytes:
    """Return a grey crop (255 = paper) as the bytes of a small picture, a few hundred to 3,000 bytes."""
    scale = min(DPI / dpi, WIDEST / pixels.shape[1], HIGHEST / pixels.shape[0])
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    levels = np.round((255.0 - small) * (LEVELS / 255.0)).astype(np.uint8).ravel()
    levels = np.append(levels, np.zeros(len(levels) % 2, np.uint8))
    return zlib.compress(_HEAD.pack(size[1], size[0]) + (levels[::2] << 4 | levels[1::2]).tobytes(), 9)


def unpack_picture(packed: bytes) -> Pixels:
    """Return the grey picture (255 = paper) of ``pack_picture``.

    Raises:
        ValueError: The bytes are no picture.
    """
    try:
        unpacked = zlib.decompressobj().decompress(packed, _HEAD.size + WIDEST * HIGHEST)
        height, width = _HEAD.unpack_from(unpacked)
        pairs = np.frombuffer(unpacked, np.uint8, offset=_HEAD.size)
        levels = np.stack((pairs >> 4, pairs & LEVELS), axis=1).ravel()[: height * width]
        return np.asarray(255 - levels.reshape(height, width) * (255 // LEVELS), np.uint8)
    except (zlib.error, struct.error, ValueError) as error:
        raise ValueError("these bytes are no picture") from error


class StampPicture:
    """A picture prepared for comparison.

    Args:
        pixels: Grey picture (255 = paper) at ``DPI``.

    Attributes:
        strength: How much there is of its strokes.
        profile: Where its strokes are, roughly, as a vector of length 1.
        turns: Its turned pictures, kept while it is compared.
    """

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels
        ink = np.minimum((255.0 - pixels.astype(np.float32)) / 255.0, DARK) / DARK
        coarse = cv2.resize(ink, None, fx=COARSE, fy=COARSE, interpolation=cv2.INTER_AREA)
        self.ink: Ink = cv2.GaussianBlur(coarse, (0, 0), SOFT) - cv2.GaussianBlur(coarse, (0, 0), WIDE)
        self.strength = float((self.ink**2).sum())
        small = cv2.resize(np.maximum(self.ink, 0.0), PROFILE, interpolation=cv2.INTER_AREA).ravel()
        self.profile: Ink = np.asarray(small / max(1e-6, float(np.linalg.norm(small))), np.float32)
        self.turns: dict[float, Ink] = {}

    def turned(self, degrees: float) -> Ink:
        """Return the coarse ink turned about its middle."""
        if degrees not in self.turns:
            height, width = self.ink.shape
            matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
            self.turns[degrees] = np.asarray(cv2.warpAffine(self.ink, matrix, (width, height)), np.float32)
        return self.turns[degrees]


def place_on(picture: StampPicture, other: StampPicture) -> tuple[float, float, tuple[int, int]]:
    """Return how far a picture is the same as another, at its best place on it.

    Returns:
        The share of the strokes of the one with less ink that the other has too (1: all, 0: unrelated), so that a
        signature across one of them counts little; the turn in degrees; and the shift (x, y) in coarse pixels.
        Pictures of which one is far longer are not compared.
    """
    first, second = picture.ink.shape[1], other.ink.shape[1]
    if min(first, second) < LEAST_LENGTH * max(first, second):
        return 0.0, 0.0, (0, 0)
    margin_x, margin_y = max(first, second) // 4, max(picture.ink.shape[0], other.ink.shape[0]) // 2
    field = cv2.copyMakeBorder(
        other.ink, margin_y, margin_y, margin_x, margin_x, cv2.BORDER_CONSTANT, value=0.0
    )
    best = (-1.0, 0.0, (0, 0))
    for degrees in TURNS:
        turned = picture.turned(degrees)
        if turned.shape[0] > field.shape[0] or turned.shape[1] > field.shape[1]:
            continue
        overlaps = cv2.matchTemplate(field, turned, cv2.TM_CCORR)
        _, overlap, _, (x, y) = cv2.minMaxLoc(overlaps)
        likeness = overlap / max(1e-6, min(other.strength, picture.strength))
        if likeness > best[0]:
            best = (float(likeness), degrees, (x - margin_x, y - margin_y))
    return best


def merged_picture(leader: StampPicture, others: Sequence[StampPicture]) -> Pixels:
    """Return the median picture of the same stamp on several pages: what crosses it on one page is gone."""
    height, width = leader.pixels.shape
    layers = [leader.pixels]
    for other in others:
        _, degrees, (x, y) = place_on(other, leader)
        own_height, own_width = other.pixels.shape
        matrix = cv2.getRotationMatrix2D(((own_width - 1) / 2, (own_height - 1) / 2), degrees, 1.0)
        matrix[:, 2] += np.array((x / COARSE, y / COARSE))
        layers.append(
            np.asarray(cv2.warpAffine(other.pixels, matrix, (width, height), borderValue=255.0), np.uint8)
        )
    return np.asarray(np.median(np.stack(layers), axis=0), np.uint8)
