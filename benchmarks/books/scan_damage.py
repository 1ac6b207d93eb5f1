"""Damage done while a page is scanned or photographed, planted on a delivered page for tests and measurements."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from pipeline.base.model import Pixels

SKINS = ((236, 188, 155), (205, 150, 115), (168, 112, 80), (120, 78, 55))
"""Colours of fingers, from fair to dark."""


def blurred(pixels: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
    """Blur the page or smear it by 0.3 to 0.6 mm, where a pen stroke is 0.4 mm wide."""
    size = float(rng.uniform(0.3, 0.6)) * dpi / 25.4
    if rng.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), size * 0.75), np.uint8)
    length = max(3, round(2.6 * size)) | 1
    path = np.zeros((length, length), np.uint8)
    angle = float(rng.uniform(0, np.pi))
    reach = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    middle = np.array([length // 2, length // 2])
    ends = np.round(middle - reach).astype(int), np.round(middle + reach).astype(int)
    cv2.line(path, [int(n) for n in ends[0]], [int(n) for n in ends[1]], 1)
    moved = cv2.filter2D(pixels, -1, path.astype(np.float32) / max(1, int(path.sum())))
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), 0.35 * size), np.uint8)


def darkened(pixels: Pixels, _dpi: float, rng: np.random.Generator) -> Pixels:
    """Darken the whole page, or lay a deep shadow over a part."""
    height, width = pixels.shape[:2]
    level = float(rng.uniform(0.18, 0.38))
    veil = np.full((height // 16 + 1, width // 16 + 1), level, np.float32)
    if rng.random() < 0.5:
        y, x = np.mgrid[0 : veil.shape[0], 0 : veil.shape[1]].astype(np.float32)
        angle = float(rng.uniform(0, 2 * np.pi))
        across = (x / veil.shape[1] - 0.5) * np.cos(angle) + (y / veil.shape[0] - 0.5) * np.sin(angle)
        lit = 1 / (1 + np.exp(-(across - float(rng.uniform(-0.1, 0.15))) * 30))
        veil = (level + (1 - level) * lit).astype(np.float32)
    shade = cv2.resize(veil, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(pixels * shade[..., None], 0, 255), np.uint8)


def cut_off(pixels: Pixels, _dpi: float, rng: np.random.Generator) -> Pixels:
    """Cut off a side of the page, with the writing on it."""
    height, width = pixels.shape[:2]
    share = float(rng.uniform(0.08, 0.2))
    side = int(rng.integers(4))
    x, y = round(share * width), round(share * height)
    parts = (pixels[y:], pixels[: height - y], pixels[:, x:], pixels[:, : width - x])
    return np.ascontiguousarray(parts[side])


def coarse(pixels: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
    """Return the page at 70 to 120 pixels an inch."""
    scale = float(rng.uniform(70, 120)) / dpi
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def fingered(pixels: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
    """Lay a finger that holds the page down, reaching in from an edge, with its shadow."""
    height, width = pixels.shape[:2]
    mm = dpi / 25.4
    wide, long = float(rng.uniform(15, 22)) * mm, float(rng.uniform(16, 45)) * mm
    side = int(rng.integers(3))
    at = float(rng.uniform(0.2, 0.8))
    base = {0: (at * width, height), 1: (0, at * height), 2: (width, at * height)}[side]
    inwards = {0: (0, -1), 1: (1, 0), 2: (-1, 0)}[side]
    lean = float(rng.normal(0, 0.3))
    turn = np.array([[np.cos(lean), -np.sin(lean)], [np.sin(lean), np.cos(lean)]])
    direction = turn @ np.array(inwards, float)
    tip = np.array(base) + direction * (long - wide / 2)
    mask = np.zeros((height, width), np.uint8)
    start = np.array(base) - direction * wide
    cv2.line(mask, _point(start), _point(tip), 255, max(3, round(wide)), cv2.LINE_AA)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.5 * mm).astype(np.float32) / 255
    shadow = cv2.GaussianBlur(mask, (0, 0), 2.5 * mm).astype(np.float32) / 255
    skin = np.array(SKINS[int(rng.integers(len(SKINS)))], np.float32) * float(rng.uniform(0.75, 1.0))
    rounded = cv2.GaussianBlur(mask, (0, 0), 0.25 * wide).astype(np.float32)[..., None] / 255
    lit = pixels * (1 - 0.45 * shadow[..., None])
    return np.clip(
        lit * (1 - soft[..., None]) + skin * (0.7 + 0.35 * rounded) * soft[..., None], 0, 255
    ).astype(np.uint8)


def folded(pixels: Pixels, dpi: float, rng: np.random.Generator) -> Pixels:
    """Fold a corner over: the scanner's bed shows where it was, its back lies on the page."""
    height, width = pixels.shape[:2]
    mm = dpi / 25.4
    a, b = float(rng.uniform(22, 55)) * mm, float(rng.uniform(22, 55)) * mm
    right, low = bool(rng.integers(2)), bool(rng.integers(2))
    corner = np.array([width * right, height * low], float)
    x = corner + np.array([-a if right else a, 0])
    y = corner + np.array([0, -b if low else b])
    along = (y - x) / np.linalg.norm(y - x)
    flap = x + along * np.dot(corner - x, along) * 2 - (corner - x)
    result = pixels.astype(np.float32)
    paper = np.median(pixels.reshape(-1, 3)[::97], axis=0)
    bed = float(rng.choice([rng.uniform(15, 70), rng.uniform(225, 250)]))
    over = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(over, np.round([x, y, flap]).astype(np.int32), 255, cv2.LINE_AA)
    shadow = cv2.GaussianBlur(over, (0, 0), 1.2 * mm).astype(np.float32)[..., None] / 255
    result *= 1 - 0.35 * shadow
    _filled(result, over, paper * 0.96)
    gone = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(gone, np.round([x, y, corner]).astype(np.int32), 255, cv2.LINE_AA)
    _filled(result, gone, np.array([bed, bed, bed]))
    crease = np.zeros((height, width), np.uint8)
    cv2.line(crease, _point(x), _point(y), 90, max(1, round(0.35 * mm)), cv2.LINE_AA)
    _filled(result, crease, paper * 0.6)
    return np.clip(result, 0, 255).astype(np.uint8)


def _filled(picture: np.ndarray, mask: Pixels, colour: np.ndarray) -> None:
    share = mask[..., None].astype(np.float32) / 255
    picture *= 1 - share
    picture += share * colour.astype(np.float32)


def _point(place: np.ndarray) -> tuple[int, int]:
    return round(float(place[0])), round(float(place[1]))


Damage = Callable[[Pixels, float, np.random.Generator], Pixels]

DAMAGES: Mapping[str, Damage] = {
    "blur": blurred,
    "dark": darkened,
    "cut": cut_off,
    "coarse": coarse,
    "finger": fingered,
    "fold": folded,
}
"""By the sign of ``pipeline.layout.imaging.scan_quality`` that should show them: (pixels RGB, pixels an inch, chance) →
pixels."""
