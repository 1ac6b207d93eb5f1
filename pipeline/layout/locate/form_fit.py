"""Fit the form's geometry to the page through the read labels.

A form declares its labels and blanks in shares (u, v) of its printed frame. Four steps map them to pixels:

    form (u, v)                    page (x, y)
    0,0 +--------------+           +--------------+      1 every pair of labels proposes scale and
        | Họ tên: .... |   pairs   |  Ho tén .... |        shift; the proposal with the most
        | Quê: ....... |  ------>  | Qué: ....... |        agreeing labels wins
        | Số: ........ |           |   So ....... |      2 least-squares affine map through these
        +--------------+ 1,1       +--------------+      3 homography of the visible frame

    4 drift: printings move single lines against the declaration; each line has the median offset of its labels,
      interpolated between lines:   v ---o----o------o---->   offset  0  +.01  +.01  -.005
      (``pipeline.layout.locate.label_chain`` chooses the labels)

Source:
    Step 1 is RANSAC in the spirit of Fischler and Bolles (1981), but over all pairs, so that it is deterministic.
"""

from __future__ import annotations

import logging
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import Box, Matrix
from pipeline.declarations.schema import Form, Label
from pipeline.layout.locate.label_chain import LabelChain, find_chain
from pipeline.layout.locate.label_matching import LabelCandidate

log = logging.getLogger(__name__)

Values = NDArray[np.float64]

MAX_RESIDUAL = 0.012
"""Largest distance of an agreeing label from its fitted place, as a share of the frame's height."""

MOST_STRETCH = 0.1
"""Largest log ratio of the frame's width by all labels to its width in the winning proposal."""

FRAME_FOOT = 0.985
"""The v from which a place follows the frame and not its printed lines."""

TALL_BOX = 1.5
"""Height, in usual heights, from which a label's box also holds ink of another line."""


@dataclass(frozen=True, slots=True)
class FormFit:
    """A form fitted to a page.

    Attributes:
        matrix: (3, 3) from shares (u, v) to pixels.
        drift: (v, offset in v) of the printed lines, in order.
        labels: The agreeing label candidates.
        share: The read share of the form's print, by letters, 0..1.
        spread: (u, offset in u) of the frame's vertical rules, if known.
        ends: (number of a label, x) of labels without a sure reading, by the leaders behind them.
    """

    matrix: Matrix
    drift: tuple[tuple[float, float], ...]
    labels: tuple[LabelCandidate, ...]
    share: float
    spread: tuple[tuple[float, float], ...] = ()
    ends: tuple[tuple[int, float], ...] = ()

    def to_pixels(self, u: float, v: float) -> tuple[float, float]:
        """Return the pixel of a position in shares, with the drift of its line; the frame's edges do not drift."""
        u = _shifted(self.spread, u)
        lines = _lines_by_zone(self.drift).get(_zone(v))
        if lines is not None and not (v == 0 or FRAME_FOOT <= v <= 1):
            v = v + _interpolated(v, *lines)
        return _position(self.matrix, u, v)

    def area_box(self, area: tuple[float, float, float, float]) -> Box:
        """Return a rectangle given in shares of the frame (u0, v0, u1, v1), in pixels."""
        return Box(*self.to_pixels(*area[:2]), *self.to_pixels(*area[2:]))

    @property
    def corners(self) -> Matrix:
        """The corners (4, 2) of the printed frame in pixels, clockwise from its top left."""
        return np.array([self.to_pixels(u, v) for u, v in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))])

    @property
    def height(self) -> float:
        """Height of the frame in pixels."""
        (_, top), (_, bottom) = self.to_pixels(0.5, 0.0), self.to_pixels(0.5, 1.0)
        return bottom - top


def _zone(v: float) -> int:
    """Return the zone of a place: above the frame (-1), in it (0) or below (1). Each zone drifts separately."""
    return -1 if v < 0 else int(v > 1)


@lru_cache(maxsize=64)
def _lines_by_zone(
    drift: tuple[tuple[float, float], ...],
) -> Mapping[int, tuple[Sequence[float], Sequence[float]]]:
    """Return the v of the printed lines of each zone, and their offsets."""
    lines: dict[int, tuple[list[float], list[float]]] = {}
    for v, offset in drift:
        places, offsets = lines.setdefault(_zone(v), ([], []))
        places.append(float(v))
        offsets.append(float(offset))
    return lines


def _interpolated(x: float, known: Sequence[float], values: Sequence[float]) -> float:
    """Return the value at x, interpolated as ``np.interp`` does, which is slow for a single place."""
    after = bisect_right(known, x)
    if after == 0:
        return values[0]
    if after == len(known):
        return values[-1]
    start, low = known[after - 1], values[after - 1]
    return (values[after] - low) / (known[after] - start) * (x - start) + low


def frame_aspect(form: Form) -> float:
    """Return width over height of the form's printed frame."""
    left, top, right, bottom = form.frame
    return (right - left) * form.paper_mm[0] / ((bottom - top) * form.paper_mm[1])


def fit_form(form: Form, candidates: Sequence[LabelCandidate], size: tuple[int, int]) -> FormFit | None:
    """Return the fit with the most agreeing labels, ``None`` with too few.

    Args:
        candidates: Possible places of its labels.
        size: (width, height) of the page in pixels.
    """
    labels = form.labels
    strong = [c for c in candidates if c.score >= 0.8] or list(candidates)
    if len(strong) < 3:
        return None
    u = np.array([labels[c.label].u0 for c in strong])
    v = np.array([labels[c.label].v for c in strong])
    x = np.array([c.box.left for c in strong])
    y = np.array([c.baseline for c in strong])
    weight = np.array([c.score * min(1.0, len(labels[c.label].text) / 12) for c in strong])
    number = np.array([c.label for c in strong])
    by_label = np.argsort(number, kind="stable")
    first_of_label = np.flatnonzero(np.diff(number[by_label], prepend=-1))
    best: tuple[float, Matrix] | None = None
    ratio = frame_aspect(form)
    for i in range(len(strong) - 1):
        later = slice(i + 1, None)
        dv = v[later] - v[i]
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(np.abs(dv) > 0.1, (y[later] - y[i]) / dv, np.nan)
        there = np.isfinite(scale) & (scale > 0.35 * size[1]) & (scale < 1.5 * size[1])
        if not there.any():
            continue
        across, shares = (x[later] - x[i])[there], (u[later] - u[i])[there]
        wide, high = _proposed_sizes(scale[there], ratio, across, shares)
        left, top = x[i] - wide * u[i], y[i] - high * v[i]
        off = np.maximum(np.abs(left + wide * u - x) / wide * ratio, np.abs(top + high * v - y) / high)
        gain = np.where(off < 1.6 * MAX_RESIDUAL, weight * (1 - off / (4 * MAX_RESIDUAL)), 0.0)
        # each label counts once, however many candidates it has
        scores = np.maximum.reduceat(gain[:, by_label], first_of_label, axis=1).sum(axis=1)
        at = int(scores.argmax())
        if best is None or scores[at] > best[0]:
            placed = [[wide[at, 0], 0, left[at, 0]], [0, high[at, 0], top[at, 0]], [0, 0, 1]]
            best = float(scores[at]), np.array(placed, np.float64)
    if best is None:
        return None
    matrix = _refined(labels, candidates, best[1])
    if matrix is None:
        log.debug("form %s refused: too few of its labels agree", form.id)
        return None
    fit = _fit_lines(form, candidates, matrix)
    log.debug("form %s fits: %d labels, %.2f of its print", form.id, len(fit.labels), fit.share)
    return fit


def _refined(
    labels: Sequence[Label], candidates: Sequence[LabelCandidate], proposed: Matrix
) -> Matrix | None:
    """Return a proposal refined by its agreeing labels, ``None`` with too few.

    If nearly all labels begin at a common edge, a single foreign candidate could determine the width of the frame.
    """
    matrix = proposed
    for _ in range(3):
        chosen = _select_agreeing(labels, candidates, matrix, 1.6 * MAX_RESIDUAL)
        if len(chosen) < 3:
            return None
        refined = _refine_affine(labels, chosen, matrix)
        if abs(math.log(_width(refined) / _width(proposed))) > MOST_STRETCH:
            break
        matrix = refined
    return matrix


def _width(matrix: Matrix) -> float:
    """Return the width in pixels that a matrix gives the frame."""
    return float(np.hypot(matrix[0, 0], matrix[1, 0]))


def _proposed_sizes(high: Values, ratio: float, across: Values, shares: Values) -> tuple[Values, Values]:
    """Return the widths and the heights (m, 1) of the frame that pairs of labels propose.

    Each pair proposes the width that follows from its height. Two labels that lie far apart also propose the width that
    follows from their distance, if it is another and a plausible one.

    Args:
        high: (n,) the height by each pair.
        ratio: Width over height of the frame.
        across: (n,) the distance of the labels in pixels.
        shares: (n,) their declared distance, as a share of the width.
    """
    usual = high * ratio
    far = np.abs(shares) >= 0.25
    wide = np.divide(across, shares, out=np.zeros_like(usual), where=far)
    other = far & (0.65 * usual < wide) & (wide < 1.55 * usual) & (np.abs(wide - usual) > 0.05 * usual)
    chosen = np.column_stack([np.ones(len(usual), bool), other])
    return np.column_stack([usual, wide])[chosen][:, None], np.column_stack([high, high])[chosen][:, None]


def fit_to_frame(
    form: Form,
    candidates: Sequence[LabelCandidate],
    matrix: Matrix,
    rules: Sequence[float] = (),
) -> FormFit:
    """Return the fit through the printed frame.

    Args:
        candidates: Possible places of its labels.
        matrix: (3, 3) from the unit square to the frame on the page.
        rules: The places of its inner vertical rules as shares of the frame's width; empty if unknown.
    """
    spread = tuple((declared, seen - declared) for declared, seen in zip(form.rules, rules, strict=False))
    return _fit_lines(form, candidates, matrix, ((0.0, 0.0), *spread, (1.0, 0.0)) if spread else ())


def transform_candidates(candidates: Sequence[LabelCandidate], matrix: Matrix) -> tuple[LabelCandidate, ...]:
    """Return the candidates on another picture of the page; ``matrix`` (3, 3) maps the old pixels to the new."""
    result = []
    for c in candidates:
        points = np.array(
            [
                [c.box.left, c.baseline],
                [c.box.right, c.baseline],
                [c.box.left, c.box.top],
                [c.box.left, c.box.bottom],
            ]
        )
        new = np.column_stack([points, np.ones(4)]) @ matrix.T
        new = new[:, :2] / new[:, 2:]
        box = Box(new[0, 0], new[2, 1], new[1, 0], new[3, 1])
        result.append(replace(c, box=box, baseline=float(new[:2, 1].mean())))
    return tuple(result)


def median_residual(form: Form, fit: FormFit) -> float:
    """Return the median distance of labels from their places by the matrix alone, as a share of the frame's height."""
    off = []
    for c in fit.labels:
        label = form.labels[c.label]
        x, y = _position(fit.matrix, label.u0, label.v)
        off.append(max(abs(c.box.left - x), abs(c.baseline - y)) / fit.height)
    return float(np.median(off)) if off else 1.0


def median_offset(form: Form, fit: FormFit) -> float:
    """Return the median distance of labels' beginnings from their columns, as a share of the frame's height."""
    off = [
        abs(c.box.left - fit.to_pixels(form.labels[c.label].u0, form.labels[c.label].v)[0]) / fit.height
        for c in fit.labels
    ]
    return float(np.median(off)) if off else 1.0


def _position(matrix: Matrix, u: float, v: float) -> tuple[float, float]:
    (a, b, c), (d, e, f), (g, h, i) = matrix.tolist()
    w = g * u + h * v + i
    return (a * u + b * v + c) / w, (d * u + e * v + f) / w


def _select_agreeing(
    labels: Sequence[Label], candidates: Sequence[LabelCandidate], matrix: Matrix, near: float
) -> tuple[LabelCandidate, ...]:
    """Return for each label its best candidate near its place by the matrix."""
    high = abs(_position(matrix, 0.5, 1.0)[1] - _position(matrix, 0.5, 0.0)[1])
    chosen: dict[int, tuple[float, LabelCandidate]] = {}
    for candidate in candidates:
        label = labels[candidate.label]
        x, y = _position(matrix, label.u0, label.v)
        off = max(abs(candidate.box.left - x), abs(candidate.baseline - y)) / high
        if off < near:
            merit = candidate.score - off / near * 0.2
            if candidate.label not in chosen or merit > chosen[candidate.label][0]:
                chosen[candidate.label] = merit, candidate
    return tuple(candidate for _, candidate in chosen.values())


def _refine_affine(labels: Sequence[Label], chosen: Sequence[LabelCandidate], before: Matrix) -> Matrix:
    """Return the least-squares affine map through the labels' left ends and sure right ends."""
    source, target, weights = [], [], []
    for c in chosen:
        label = labels[c.label]
        source.append((label.u0, label.v))
        target.append((c.box.left, c.baseline))
        weights.append(c.score)
        if not c.loose and label.slot and c.score > 0.9:
            source.append((label.u1, label.v))
            target.append((c.box.right, c.baseline))
            weights.append(0.5 * c.score)
    # the shape of the sheet is weak evidence if all labels are in one column
    for u, v in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)):
        source.append((u, v))
        target.append(_position(before, u, v))
        weights.append(0.15)
    w = np.sqrt(np.array(weights))[:, None]
    rows = np.column_stack([np.array(source), np.ones(len(source))])
    solution, *_ = np.linalg.lstsq(rows * w, np.array(target) * w, rcond=None)
    return np.vstack([solution.T, [0, 0, 1]])


def _fit_lines(
    form: Form,
    candidates: Sequence[LabelCandidate],
    matrix: Matrix,
    spread: tuple[tuple[float, float], ...] = (),
) -> FormFit:
    """Return the fit with the labels of a single chain from top to bottom, and the drift of their lines."""
    labels = form.labels
    back: Matrix = np.linalg.inv(matrix).astype(np.float64)
    u, v = _unmapped(
        back, np.array([(c.box.left, c.baseline) for c in candidates], np.float64).reshape(-1, 2)
    ).T
    wide_by_high = frame_aspect(form)
    across = np.array([_shifted(spread, labels[c.label].u0) for c in candidates])
    chosen = np.flatnonzero(np.abs(u - across) * wide_by_high < 2 * MAX_RESIDUAL)
    chain = find_chain(form, [candidates[n] for n in chosen.tolist()], v[chosen])
    agreeing = chain.labels
    high = abs(_position(matrix, 0.5, 1.0)[1] - _position(matrix, 0.5, 0.0)[1])
    share = sum(len(labels[c.label].text) for c in agreeing) / max(
        1, sum(len(label.text) for label in labels)
    )
    drift = _line_drift(labels, with_usual_height(agreeing), matrix, high)
    return FormFit(matrix, _with_unlabelled(form, drift, chain), agreeing, share, spread)


def _with_unlabelled(
    form: Form, drift: tuple[tuple[float, float], ...], chain: LabelChain
) -> tuple[tuple[float, float], ...]:
    """Return the drift with interpolated drifts of lines without a read label.

    Such a line follows the course of the lines around it, or of the nearer ones if these differ (the foot of the page
    moved as a whole).
    """
    if len(drift) < 2:
        return drift
    known = np.array([v for v, _ in drift])
    aside = np.array([v + offset - chain.course(v) for v, offset in drift])
    lines = dict(drift)
    for v in sorted({line.at for line in form.lines}):
        after = int(np.searchsorted(known, v))
        if v in lines or not 0 < after < len(known):
            continue
        near = slice(after - 1, after + 1)
        at = float(np.interp(v, known[near], aside[near]))
        if np.ptp(aside[near]) > MAX_RESIDUAL:
            at = float(aside[near][np.abs(known[near] - v).argmin()])
        lines[v] = chain.course(v) + at - v
    return tuple(sorted(lines.items()))


def _unmapped(back: Matrix, points: Matrix) -> Matrix:
    """Return points (n, 2) of the page in shares; ``back``: from pixels to shares."""
    mapped = np.column_stack([points, np.ones(len(points))]) @ back.T
    return np.asarray(mapped[:, :2] / mapped[:, 2:], np.float64)


def _shifted(spread: Sequence[tuple[float, float]], u: float) -> float:
    """Return the printed u of a declared u; there is no shift outside the frame."""
    if not spread or not 0 <= u <= 1:
        return u
    return u + _interpolated(u, [s[0] for s in spread], [s[1] for s in spread])


def with_usual_height(candidates: Sequence[LabelCandidate]) -> tuple[LabelCandidate, ...]:
    """Return the candidates with a box of usual height, which locates their level."""
    usual = float(median(c.box.height for c in candidates)) if candidates else 0.0
    return tuple(c for c in candidates if c.box.height <= TALL_BOX * usual)


def same_words(first: LabelCandidate, second: LabelCandidate) -> bool:
    """Return whether two candidates are the same words on the page; a text cannot be two labels."""
    shared = first.box.intersection(second.box)
    return shared.area > 0.5 * min(first.box.area, second.box.area)


def _line_drift(
    labels: Sequence[Label], candidates: Sequence[LabelCandidate], matrix: Matrix, high: float
) -> tuple[tuple[float, float], ...]:
    """Return the median offset of each printed line's labels from the declaration, in v; lines keep their order."""
    lines: dict[float, list[float]] = {}
    for candidate in candidates:
        label = labels[candidate.label]
        _, y = _position(matrix, label.u0, label.v)
        lines.setdefault(label.v, []).append((candidate.baseline - y) / high)
    drift = [(v, float(median(offsets))) for v, offsets in sorted(lines.items())]
    kept: list[tuple[float, float]] = []
    for v, offset in drift:
        if kept and v + offset <= kept[-1][0] + kept[-1][1]:
            continue
        kept.append((v, offset))
    return tuple(kept)


def paper_corners(form: Form, fit: FormFit) -> Matrix:
    """Return the corners (4, 2) of the form's paper in pixels, extrapolated from its printed frame."""
    left, top, right, bottom = form.frame
    u = [-left / (right - left), (1 - left) / (right - left)]
    v = [-top / (bottom - top), (1 - top) / (bottom - top)]
    corners = np.array([(u[0], v[0], 1), (u[1], v[0], 1), (u[1], v[1], 1), (u[0], v[1], 1)]) @ fit.matrix.T
    return np.asarray(corners[:, :2] / corners[:, 2:], np.float64)
