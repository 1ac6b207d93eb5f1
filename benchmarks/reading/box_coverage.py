"""Whether the boxes that were cut hold the ink that was drawn, and how far labels were placed from where they
stand.

Truth speaks in pixels of the delivered image; each page's matrix carries it to the straightened page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

import numpy as np

from pipeline.base.model import Box, FieldReading, Matrix, PageResult
from pipeline.training.evaluation.truth import BookTruth, Quad, TruePage

HELD = 0.9
"""A line of ink is held when at least this share of its box lies in the boxes of its field."""


@dataclass(frozen=True, slots=True)
class InkCoverage:
    """One drawn line of a field, and the share 0..1 of its box that the field's boxes cover."""

    page: int
    row: int
    field: str
    coverage: float

    @property
    def held(self) -> bool:
        return self.coverage >= HELD


@dataclass(frozen=True, slots=True)
class LabelError:
    """How far a label was placed from where it was drawn, in heights of the label; ``None`` when it was not
    placed.
    """

    page: int
    text: str
    across: float | None
    along: float | None


def ink_coverages(truth: BookTruth, pages: Sequence[PageResult | None]) -> tuple[InkCoverage, ...]:
    """Every noted line of ink. ``pages`` go with ``truth.pages``; ink on a page that failed is not covered at
    all.
    """
    coverages = []
    for entry in truth.entries:
        if entry.page is None or entry.row is None:
            continue
        result = pages[entry.page] if entry.page < len(pages) else None
        readings = _readings(result, entry.row)
        for name, quads in entry.ink.items():
            boxes = _boxes(readings.get(name))
            for quad in quads:
                covered = 0.0 if result is None else covered_share(straightened(quad, result.matrix), boxes)
                coverages.append(InkCoverage(entry.page, entry.row, name, covered))
    return tuple(coverages)


def label_errors(truth: BookTruth, pages: Sequence[PageResult | None]) -> tuple[LabelError, ...]:
    """Return every noted label; labels with the same text are identified by their order on the page."""
    errors = []
    for number, page in enumerate(truth.pages):
        result = pages[number] if number < len(pages) else None
        errors += _label_errors(number, page, result)
    return tuple(errors)


def box_figures(coverages: Sequence[InkCoverage], errors: Sequence[LabelError]) -> dict[str, Any]:
    """The figures as JSON holds them. ``fields_held``: share of fields all of whose lines are held; shares of
    nothing: null.
    """
    fields: dict[tuple[int, int, str], bool] = defaultdict(lambda: True)
    for coverage in coverages:
        fields[coverage.page, coverage.row, coverage.field] &= coverage.held
    placed = [(abs(e.across), abs(e.along)) for e in errors if e.across is not None and e.along is not None]
    return {
        "lines": len(coverages),
        "lines_held": _mean([coverage.held for coverage in coverages]),
        "fields": len(fields),
        "fields_held": _mean(list(fields.values())),
        "labels": len(errors),
        "labels_placed": _mean([error.across is not None for error in errors]),
        "label_across_median": median(across for across, _ in placed) if placed else None,
        "label_along_median": median(along for _, along in placed) if placed else None,
        "label_across_worst": max((across for across, _ in placed), default=None),
        "label_along_worst": max((along for _, along in placed), default=None),
    }


def straightened(quad: Quad, matrix: Matrix) -> Box:
    """The upright box around a quad carried through a page's matrix (3, 3)."""
    points = np.asarray(quad, dtype=np.float64).reshape(4, 2)
    carried = np.column_stack([points, np.ones(4)]) @ np.asarray(matrix, dtype=np.float64).T
    x, y = carried[:, 0] / carried[:, 2], carried[:, 1] / carried[:, 2]
    return Box(float(x.min()), float(y.min()), float(x.max()), float(y.max()))


def covered_share(ink: Box, boxes: Iterable[Box]) -> float:
    """The share of the ink's box that lies in the union of the boxes."""
    parts = [part for part in (ink.intersection(box) for box in boxes) if part.width > 0 and part.height > 0]
    if ink.area <= 0 or not parts:
        return 0.0
    xs = sorted({edge for part in parts for edge in (part.left, part.right)})
    area = 0.0
    for left, right in pairwise(xs):
        strips = sorted((p.top, p.bottom) for p in parts if p.left <= left and p.right >= right)
        reached = float("-inf")
        for top, bottom in strips:
            area += (right - left) * max(0.0, bottom - max(top, reached))
            reached = max(reached, bottom)
    return area / ink.area


def _readings(result: PageResult | None, row: int) -> dict[str, FieldReading]:
    if result is None:
        return {}
    return {
        reading.field: reading for entry in result.entries if entry.row == row for reading in entry.readings
    }


def _boxes(reading: FieldReading | None) -> tuple[Box, ...]:
    if reading is None:
        return ()
    return reading.lines or ((reading.box,) if reading.box is not None else ())


def _label_errors(number: int, page: TruePage, result: PageResult | None) -> list[LabelError]:
    if result is None:
        return [LabelError(number, label.text, None, None) for label in page.labels]
    placed: dict[str, list[Box]] = defaultdict(list)
    for label in sorted(result.labels, key=lambda label: (label.box.top, label.box.left)):
        placed[label.text].append(label.box)
    errors = []
    drawn = [(label.text, straightened(label.quad, result.matrix)) for label in page.labels]
    for text, box in sorted(drawn, key=lambda item: (item[1].top, item[1].left)):
        near = placed[text].pop(0) if placed[text] else None
        height = max(box.height, 1.0)
        errors.append(
            LabelError(number, text, None, None)
            if near is None
            else LabelError(
                number, text, (near.centre[1] - box.centre[1]) / height, (near.left - box.left) / height
            )
        )
    return errors


def _mean(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None
