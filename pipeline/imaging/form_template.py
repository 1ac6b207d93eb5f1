"""The plate of a book: what all its pages were printed from, taught by the pages themselves.

Once pages lie on one frame, their per-pixel median is the blank form: what stands on every page is print, what stands
on one is ink. The plate then finds its labels on further pages by their picture, without reading them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.imaging.geometry import warp
from pipeline.model import FoundLabel, Matrix, Pixels, TemplateLabel, TemplateView

DPI = 100.0
"""Pixels an inch of a plate."""

BEFORE, ABOVE, BEYOND, BELOW = 0.03, 0.09, 0.03, 0.04
"""How far a plate reaches beyond the frame to the left, top, right and bottom, in shares of it."""

MIN_PAGES = 4
"""Pages that make a plate: with fewer, ink of one clerk stays in the median."""

COARSE_DPI = 25.0
"""At which the whole plate is laid over a page."""

SCALES = (1.0, 0.98, 1.02, 0.96, 1.04, 0.94, 1.06)
"""How much larger than told a page may be: cut-off margins and perspective deceive."""

REACHES = (6.0, 2.0)
"""How far, in mm, a label is looked for around where it should stand: first by the whole plate, then by its labels."""

ALIKE = 0.5
"""The least correlation of a label's picture with the place where it is found."""


@dataclass(frozen=True)
class TemplateGeometry:
    """Size of the printed frame: ``across`` and ``down`` in mm."""

    across: float
    down: float

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the plate in pixels."""
        x, y = self.to_pixels(1 + BEYOND, 1 + BELOW)
        return round(x), round(y)

    def to_pixels(self, u: float, v: float) -> tuple[float, float]:
        """Pixel of a share position."""
        return (u + BEFORE) * self.across / 25.4 * DPI, (v + ABOVE) * self.down / 25.4 * DPI

    def to_shares(self, x: float, y: float) -> tuple[float, float]:
        """Share position of a pixel."""
        return x * 25.4 / DPI / self.across - BEFORE, y * 25.4 / DPI / self.down - ABOVE


@dataclass(frozen=True)
class FormTemplate:
    """The blank form: ``picture`` (h, w) grey with 255 = paper, where its ``labels`` stand, and from how many ``pages``
    it was made."""

    shape: TemplateGeometry
    picture: Pixels
    labels: tuple[TemplateLabel, ...]
    pages: int

    def find_labels(self, page: Pixels, dpi: float) -> tuple[FoundLabel, ...]:
        """The labels on a levelled page (h, w) grey of about ``dpi`` pixels an inch; none where it does not fit."""
        return found_on(self, page, dpi)

    def to_bytes(self) -> bytes:
        """The plate as bytes (NumPy's, compressed): for a file, or another process."""
        rows = [(label.number, label.left, label.right, label.baseline, label.pages) for label in self.labels]
        shape = (self.shape.across, self.shape.down, float(self.pages))
        file = BytesIO()
        np.savez_compressed(file, picture=self.picture, labels=np.array(rows, float), shape=np.array(shape))
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> FormTemplate:
        """The plate of these bytes. Raises ``ValueError`` for bytes that are none."""
        try:
            with np.load(BytesIO(data), allow_pickle=False) as held:
                across, down, pages = held["shape"]
                labels = tuple(TemplateLabel(int(n), a, b, c, int(k)) for n, a, b, c, k in held["labels"])
                picture = np.asarray(held["picture"], np.uint8)
        except (OSError, EOFError, KeyError, TypeError, AttributeError, ValueError, BadZipFile) as error:
            raise ValueError("no plate") from error
        return cls(TemplateGeometry(float(across), float(down)), picture, labels, int(pages))


def template_view(
    normalized: Pixels, corners: Matrix, shape: TemplateGeometry, labels: Sequence[TemplateLabel]
) -> TemplateView:
    """A straight page as a plate sees it: the evened page with its frame (``corners`` (4, 2), clockwise) where that of
    the plate is, and its labels as they were read, in shares of the frame."""
    target = np.array([shape.to_pixels(u, v) for u, v in ((0, 0), (1, 0), (1, 1), (0, 1))], np.float64)
    matrix = warp.homography(np.asarray(corners, np.float64), target)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    soft = cv2.GaussianBlur(normalized, (0, 0), 0.45 / scale) if scale < 0.8 else normalized
    picture = cv2.warpPerspective(soft, matrix, shape.size, flags=cv2.INTER_LINEAR, borderValue=(255.0,))
    return TemplateView(np.asarray(picture, np.uint8), tuple(labels))


def learn_template(views: Sequence[TemplateView], shape: TemplateGeometry) -> FormTemplate | None:
    """The plate that pages of a book teach, ``None`` while there are fewer than ``MIN_PAGES``. A label counts that was
    read on a quarter of them, and stands where it stands on most."""
    views = [view for view in views if view.picture.shape[::-1] == shape.size]
    if len(views) < MIN_PAGES:
        return None
    picture = np.median(np.stack([view.picture for view in views]), axis=0).astype(np.uint8)
    places: dict[int, list[TemplateLabel]] = {}
    for view in views:
        for label in view.labels:
            places.setdefault(label.number, []).append(label)
    labels = tuple(
        TemplateLabel(
            number,
            float(np.median([label.left for label in found])),
            float(np.median([label.right for label in found])),
            float(np.median([label.baseline for label in found])),
            len(found),
        )
        for number, found in sorted(places.items())
        if len(found) >= max(2, len(views) / 4)
    )
    return FormTemplate(shape, picture, labels, len(views))


def found_on(template: FormTemplate, page: Pixels, dpi: float) -> tuple[FoundLabel, ...]:
    """The plate's labels on a levelled page (h, w) grey of about ``dpi`` pixels an inch; none where it does not fit.

    The whole plate is laid over the page by correlation at ``COARSE_DPI``; each label's picture is then looked for
    around its place, the affine map through those found says where the others should be, and all are looked for again.
    """
    scale = DPI / dpi
    picture = cv2.resize(page, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else page
    picture = np.asarray(picture, np.uint8)
    start = _laid(template.picture, picture)
    if start is None:
        return ()
    found: Mapping[int, FoundLabel] = {}
    move = start
    for reach in REACHES:
        found = {
            label.number: one
            for label in template.labels
            if (one := _looked_for(template, label, picture, move, reach * DPI / 25.4)) is not None
        }
        fitted = _through(template, found, move)
        if fitted is None:
            return ()
        move = fitted
    return tuple(
        FoundLabel(
            label.number, label.left / scale, label.right / scale, label.baseline / scale, label.likeness
        )
        for label in found.values()
    )


def _laid(template: Pixels, page: Pixels) -> Matrix | None:
    """The affine map (2, 3) from the plate to the page by which the whole of them are most alike."""
    factor = COARSE_DPI / DPI
    small = 255 - cv2.resize(page, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    pad = 30
    field = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0.0,))
    best: tuple[float, Matrix] | None = None
    for scale in SCALES:
        size = (round(template.shape[1] * factor * scale), round(template.shape[0] * factor * scale))
        patch = 255 - cv2.resize(template, size, interpolation=cv2.INTER_AREA)
        if patch.shape[0] > field.shape[0] or patch.shape[1] > field.shape[1]:
            continue
        likeness = cv2.matchTemplate(field, patch, cv2.TM_CCOEFF_NORMED)
        _, top, _, (x, y) = cv2.minMaxLoc(likeness)
        if best is None or top > best[0]:
            move = np.array([[scale, 0, (x - pad) / factor], [0, scale, (y - pad) / factor]], np.float64)
            best = float(top), move
    return best[1] if best is not None else None


def _looked_for(
    template: FormTemplate, label: TemplateLabel, page: Pixels, move: Matrix, reach: float
) -> FoundLabel | None:
    """The label where its picture is most like the page, within ``reach`` pixels of where ``move`` puts it."""
    left, base = template.shape.to_pixels(label.left, label.baseline)
    right, _ = template.shape.to_pixels(label.right, label.baseline)
    x0, y0, x1, y1 = round(left) - 2, round(base) - 15, round(right) + 2, round(base) + 5
    patch = template.picture[max(0, y0) : y1, max(0, x0) : x1]
    if patch.shape[0] < 12 or patch.shape[1] < 12 or float(patch.std()) < 12:
        return None
    x0, y0 = max(0, x0), max(0, y0)
    grown = float(np.sqrt(abs(np.linalg.det(move[:, :2]))))
    if abs(grown - 1) > 0.004:
        patch = np.asarray(
            cv2.resize(patch, None, fx=grown, fy=grown, interpolation=cv2.INTER_LINEAR), np.uint8
        )
    at = move[:, :2] @ np.array([x0, y0]) + move[:, 2]
    step = round(reach)
    first_x, first_y = round(at[0]) - step, round(at[1]) - step
    window = page[max(0, first_y) : first_y + patch.shape[0] + 2 * step, :]
    window = window[:, max(0, first_x) : max(0, first_x + patch.shape[1] + 2 * step)]
    if window.shape[0] < patch.shape[0] or window.shape[1] < patch.shape[1]:
        return None
    likeness = cv2.matchTemplate(window, patch, cv2.TM_CCOEFF_NORMED)
    _, top, _, (x, y) = cv2.minMaxLoc(likeness)
    if top < ALIKE:
        return None
    dx, dy = _finer(np.asarray(likeness, np.float32), x, y)
    x_found, y_found = max(0, first_x) + dx, max(0, first_y) + dy
    return FoundLabel(
        label.number,
        x_found + grown * (left - x0),
        x_found + grown * (right - x0),
        y_found + grown * (base - y0),
        float(min(1.0, top)),
    )


def _finer(likeness: NDArray[np.float32], x: int, y: int) -> tuple[float, float]:
    """The top of the parabola through a peak and its neighbours, across and down."""
    result = []
    for place, line in ((x, likeness[y]), (y, likeness[:, x])):
        shift = 0.0
        if 0 < place < len(line) - 1:
            before, here, after = (float(line[place + n]) for n in (-1, 0, 1))
            curve = before - 2 * here + after
            shift = 0.5 * (before - after) / curve if curve < 0 else 0.0
        result.append(place + shift)
    return result[0], result[1]


def _through(template: FormTemplate, found: Mapping[int, FoundLabel], before: Matrix) -> Matrix | None:
    """The affine map from the plate to the page through the labels that agree; ``None`` when hardly any do."""
    if len(found) < 4:
        return None
    places = {label.number: template.shape.to_pixels(label.left, label.baseline) for label in template.labels}
    source = np.array([places[number] for number in found], np.float32)
    target = np.array([(label.left, label.baseline) for label in found.values()], np.float32)
    if np.ptp(source[:, 0]) < 0.25 * template.picture.shape[1]:
        # all in one column: shape and size stay, the shift is theirs
        moved = source @ before[:, :2].T + before[:, 2]
        shift = np.median(target - moved, axis=0)
        return np.column_stack([before[:, :2], before[:, 2] + shift])
    move, agreeing = cv2.estimateAffine2D(source, target, method=cv2.LMEDS)
    if np.size(move) != 6 or int(np.sum(agreeing)) < 4:  # None where no map was found
        return None
    return np.asarray(move, np.float64)
