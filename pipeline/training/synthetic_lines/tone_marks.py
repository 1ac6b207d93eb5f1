"""Draw Vietnamese marks as pen strokes, with the carelessness of people.

A mark consists of curves, points (n, 2) in pixels, y down. Sizes are in x-heights (``unit``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.base.text.tones import ACUTE, BAR, BREVE, CIRCUMFLEX, DOT, GRAVE, HORN, TILDE, TONES
from pipeline.training.synthetic_pages.people import happens, pick

Curve = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ToneMarkStyle:
    """A writer's style of marks. Lengths in x-heights.

    Attributes:
        hook: Shape of the hook above.
        dot: Shape of the dot below.
        roof: Shape of the circumflex.
        wave: Shape of the tilde.
        size: Size; 1 is usual.
        rise: Distance of marks from the letter.
        shift: Shift of marks to the right.
        lean: Slant of marks, dx/dy.
        unsteady: Unevenness.
        joined: Share of tones joined to the circumflex in a stroke.
        beside: Share of tones beside the circumflex, not above it.
    """

    hook: str
    dot: str
    roof: str
    wave: str
    horn: str
    size: float
    rise: float
    shift: float
    lean: float
    unsteady: float
    joined: float
    beside: float

    @classmethod
    def draw(cls, rng: np.random.Generator) -> ToneMarkStyle:
        return cls(
            hook=pick(rng, ("hook", "hook", "arc", "comma")),
            dot=pick(rng, ("dot", "dot", "dash", "slash", "blot")),
            roof=pick(rng, ("peak", "peak", "round", "flat")),
            wave=pick(rng, ("wave", "wave", "flat", "bump")),
            horn=pick(rng, ("curl", "curl", "tick", "comma", "apart")),
            size=float(rng.uniform(0.75, 1.55)),
            rise=float(rng.uniform(0.04, 0.45)),
            shift=float(rng.normal(0.15, 0.2)) if happens(rng, 0.75) else float(rng.uniform(0.3, 0.75)),
            lean=float(rng.normal(0.1, 0.15)),
            unsteady=float(rng.uniform(0.05, 0.28)),
            joined=float(pick(rng, (0.0, 0.1, 0.5, 0.9))),
            beside=float(pick(rng, (0.1, 0.5, 0.9))),
        )


@dataclass(frozen=True, slots=True)
class GlyphBox:
    """The ink box of a letter, in pixels; ``unit`` is the writer's x-height."""

    left: float
    right: float
    top: float
    base: float
    unit: float


def mark_curves(
    letter: str, marks: str, place: GlyphBox, habits: ToneMarkStyle, rng: np.random.Generator
) -> list[Curve]:
    """Return the curves of all marks of a letter.

    Args:
        letter: The letter without its marks.
        marks: Combining characters of the marks.
        place: The ink box of the letter.
    """
    unit, curves = place.unit, []
    centre = (place.left + place.right) / 2
    if BAR in marks:
        curves.append(_bar(letter, place, rng))
    if HORN in marks:
        curves.append(_horn(place, habits, rng))
    wander = rng.normal(0, habits.unsteady, 2) * unit
    x = centre + habits.shift * unit + wander[0]
    if letter == "i":
        x = max(x, centre)
    y = place.top - max(0.03, habits.rise) * unit - abs(wander[1])
    roof = next((mark for mark in marks if mark in (CIRCUMFLEX, BREVE)), "")
    tone = next((mark for mark in marks if mark in TONES), "")
    if roof:
        curves.append(_roof(roof, habits, rng) * unit + (x, y))
    if tone == DOT:
        curves.append(_dot(habits, rng) * unit + _below(place, habits, rng))
    elif tone:
        _put_tone(curves, tone, (x, y), bool(roof), HORN in marks, place, habits, rng)
    return curves


def _put_tone(
    curves: list[Curve],
    tone: str,
    at: tuple[float, float],
    roofed: bool,
    horned: bool,
    place: GlyphBox,
    habits: ToneMarkStyle,
    rng: np.random.Generator,
) -> None:
    """Add the tone's curve above the letter, above its circumflex or beside it."""
    unit, stroke = place.unit, _tone_above(tone, habits, rng)
    x, y = at
    if not roofed:
        if horned and tone == ACUTE and happens(rng, 0.3):
            x = place.right + 0.15 * unit
        curves.append(stroke * unit + (x, y))
        return
    roof = curves[-1]
    if tone == ACUTE and happens(rng, habits.joined):
        curves[-1] = np.concatenate([roof, roof[-1] + (stroke - stroke[0]) * unit])
        return
    right, top = float(roof[:, 0].max()), float(roof[:, 1].min())
    if happens(rng, habits.beside):
        side = -1.0 if tone == GRAVE and happens(rng, 0.3) else 1.0
        edge = right if side > 0 else float(roof[:, 0].min())
        curves.append(
            stroke * unit + (edge + side * rng.uniform(0.1, 0.3) * unit, y - rng.uniform(0, 0.25) * unit)
        )
    else:
        lift = rng.uniform(0.06, 0.2) * unit
        curves.append(stroke * unit + (x + rng.normal(0.08, 0.12) * unit, top - lift))


def _tone_above(tone: str, habits: ToneMarkStyle, rng: np.random.Generator) -> Curve:
    """Return the curve of a tone above a letter, in x-heights: its lower edge near y = 0, its middle near x = 0.

    Args:
        tone: ``ACUTE``, ``GRAVE``, ``TILDE`` or the hook; the dot below has ``_dot``.
    """
    size = habits.size * float(rng.lognormal(0, 0.15))
    if tone in (ACUTE, GRAVE):
        angle = float(np.clip(rng.normal(0.85, 0.22), 0.35, 1.35))
        dx, dy = np.cos(angle) * 0.42 * size, np.sin(angle) * 0.42 * size
        bend = rng.normal(0, 0.04)
        if tone == ACUTE:
            return smooth_curve([(-dx / 2, 0), (bend, -dy / 2), (dx / 2, -dy)])
        return smooth_curve([(-dx / 2, -dy), (bend, -dy / 2 - bend), (dx / 2, 0)])
    if tone == TILDE:
        return _tilde(habits, size, rng)
    shapes: dict[str, list[tuple[float, float]]] = {
        "hook": [(-0.16, -0.34), (-0.02, -0.5), (0.17, -0.42), (0.14, -0.22), (0.0, -0.14), (0.0, 0.0)],
        "arc": [(-0.1, -0.42), (0.12, -0.44), (0.17, -0.22), (0.0, 0.0)],
        "comma": [(-0.06, -0.36), (0.1, -0.38), (0.12, -0.2), (-0.06, 0.0)],
    }
    return _wobbly(shapes[habits.hook], size, habits, rng)


def _tilde(habits: ToneMarkStyle, size: float, rng: np.random.Generator) -> Curve:
    wide, tall = 0.34 * size * rng.uniform(0.8, 1.3), 0.13 * size * rng.uniform(0.7, 1.4)
    shapes: dict[str, list[tuple[float, float]]] = {
        "wave": [(-1, 0.3), (-0.6, -1.2), (-0.1, -0.6), (0.3, 0.4), (0.7, 0.2), (1, -1.2)],
        "flat": [(-1, 0.2), (-0.5, -0.7), (0.2, 0.1), (1, -0.6)],
        "bump": [(-1, 0.6), (-0.7, -0.8), (-0.2, -0.8), (0.2, 0.5), (0.6, 0.3), (1.1, -1.6)],
    }
    points = [(x * wide, y * tall - tall) for x, y in shapes[habits.wave]]
    return _wobbly(points, 1.0, habits, rng)


def _roof(mark: str, habits: ToneMarkStyle, rng: np.random.Generator) -> Curve:
    """Return a circumflex or breve with its feet at y = 0."""
    size = habits.size * float(rng.lognormal(0, 0.12))
    wide, tall = 0.3 * size * rng.uniform(0.8, 1.25), 0.3 * size * rng.uniform(0.75, 1.3)
    if mark == BREVE:
        side = rng.uniform(0.7, 1.2)
        return _wobbly(
            [(-wide, -tall), (-0.6 * wide, 0), (0.5 * wide, 0), (wide, -tall * side)], 1, habits, rng
        )
    if habits.roof == "peak":
        tip = rng.normal(0.0, 0.2) * wide
        return _wobbly([(-wide, 0), (tip, -tall), (tip, -tall), (wide, 0)], 1, habits, rng)
    tall *= 0.75 if habits.roof == "flat" else 1.0
    return _wobbly([(-wide, 0), (-0.3 * wide, -tall), (0.3 * wide, -tall), (wide, 0)], 1, habits, rng)


def _dot(habits: ToneMarkStyle, rng: np.random.Generator) -> Curve:
    length = {"dot": 0.03, "blot": 0.08, "dash": 0.2, "slash": 0.17}[habits.dot] * rng.uniform(0.6, 1.4)
    angle = {"dash": 0.0, "slash": 1.1}.get(habits.dot, 0.6) + rng.normal(0, 0.25)
    return smooth_curve([(0, 0), (np.cos(angle) * length, np.sin(angle) * length)])


def _below(place: GlyphBox, habits: ToneMarkStyle, rng: np.random.Generator) -> tuple[float, float]:
    """Return the place of the dot below: under the letter, or next to a tail."""
    unit = place.unit
    x = (place.left + place.right) / 2 + rng.normal(0.5 * habits.shift, habits.unsteady) * unit
    return x, place.base + float(rng.uniform(0.14, 0.5)) * unit


def _horn(place: GlyphBox, habits: ToneMarkStyle, rng: np.random.Generator) -> Curve:
    unit, size = place.unit, habits.size * float(rng.uniform(0.8, 1.25))
    shapes: dict[str, list[tuple[float, float]]] = {
        "curl": [(-0.08, 0.12), (0.12, 0.06), (0.2, -0.08), (0.12, -0.28)],
        "tick": [(-0.03, 0.08), (0.1, -0.06), (0.2, -0.24)],
        "comma": [(0.06, -0.26), (0.2, -0.2), (0.16, -0.04), (0.0, 0.1)],
        "apart": [(0.08, -0.02), (0.18, -0.12), (0.26, -0.3)],
    }
    x = place.right + rng.normal(0.0, 0.05) * unit
    y = place.top + rng.uniform(-0.02, 0.14) * unit
    return _wobbly(shapes[habits.horn], size, habits, rng) * unit + (x, y)


def _bar(letter: str, place: GlyphBox, rng: np.random.Generator) -> Curve:
    """Return the stroke through đ (its ascender) or Đ (its stem)."""
    unit = place.unit
    tilt = rng.normal(-0.04, 0.05) * unit
    if letter == "D":
        y = (place.top + place.base) / 2 + rng.normal(0, 0.15) * unit
        left, right = place.left - rng.uniform(0.15, 0.35) * unit, place.left + rng.uniform(0.25, 0.6) * unit
    else:
        ascender = place.base - unit - place.top
        y = place.top + ascender * rng.uniform(0.15, 0.7)
        left = place.right - rng.uniform(0.35, 0.65) * unit
        right = place.right + rng.uniform(0.1, 0.4) * unit
    return np.array([(left, y - tilt), (right, y + tilt)], np.float32)


def _wobbly(
    points: list[tuple[float, float]], size: float, habits: ToneMarkStyle, rng: np.random.Generator
) -> Curve:
    shaken = np.array(points) + rng.normal(0, 0.12 * habits.unsteady, (len(points), 2))
    shaken[:, 0] -= habits.lean * shaken[:, 1]
    return smooth_curve(shaken * size)


def smooth_curve(points: list[tuple[float, float]] | NDArray[np.float64]) -> Curve:
    """Return a smooth curve from the first to the last point: corners cut twice (Chaikin)."""
    curve = np.asarray(points, np.float32)
    for _ in range(2 if len(curve) > 2 else 0):
        near, far = 0.75 * curve[:-1] + 0.25 * curve[1:], 0.25 * curve[:-1] + 0.75 * curve[1:]
        middle = np.stack([near, far], axis=1).reshape(-1, 2)
        curve = np.concatenate([curve[:1], middle[1:-1], curve[-1:]])
    return curve
