"""The form template of a book: what all its pages were printed from, learnt from the pages themselves.

Once pages lie on one frame, their per-pixel median is the blank form: what is on every page is print, what is on one is
ink. The template then finds its labels on further pages by correlation, without reading them:

    pages on one frame        median = template      on a further page
    Họ tên: ..An...           Họ tên: ......         1 whole template at 25 dpi: rough map
    Họ tên: ..Bình.    --->   Quê:    ......   --->  2 each label within 6 mm: affine map
    Họ tên: ..Chi..                                  3 each label within 2 mm: its place
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO
from zipfile import BadZipFile

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.base.model import FoundLabel, Matrix, Pixels, TemplateLabel, TemplateView
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.pyramid import Pyramid

log = logging.getLogger(__name__)

DPI = 100.0
"""Pixels an inch of a template."""

LEFT_MARGIN, TOP_MARGIN, RIGHT_MARGIN, BOTTOM_MARGIN = 0.03, 0.09, 0.03, 0.04
"""How far a template reaches beyond the frame to the left, top, right and bottom, in shares of it."""

MIN_PAGES = 4
"""Pages that make a template: with fewer, ink of one clerk stays in the median."""

COARSE_DPI = 25.0
"""Pixels an inch at which the whole template is laid over a page."""

SCALES = (0.94, 0.96, 0.98, 1.0, 1.02, 1.04, 1.06)
"""How much larger than expected a page may be: cut-off margins and perspective deceive."""

SEARCH_MM = (6.0, 2.0)
"""How far, in mm, a label is sought around its expected place: first by the whole template, then by its labels."""

MIN_CORRELATION = 0.5
"""The least correlation of a label's picture with the place where it is found."""


@dataclass(frozen=True)
class TemplateGeometry:
    """The size of the printed frame, and with it of the template.

    Attributes:
        across: Width of the frame in mm.
        down: Height of the frame in mm.
    """

    across: float
    down: float

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the template in pixels."""
        x, y = self.to_pixels(1 + RIGHT_MARGIN, 1 + BOTTOM_MARGIN)
        return round(x), round(y)

    def to_pixels(self, u: float, v: float) -> tuple[float, float]:
        """Return the pixel of a position in shares of the frame."""
        return (u + LEFT_MARGIN) * self.across / 25.4 * DPI, (v + TOP_MARGIN) * self.down / 25.4 * DPI

    def to_shares(self, x: float, y: float) -> tuple[float, float]:
        """Return the position in shares of the frame of a pixel."""
        return x * 25.4 / DPI / self.across - LEFT_MARGIN, y * 25.4 / DPI / self.down - TOP_MARGIN


@dataclass(frozen=True, slots=True)
class LabelPatch:
    """The picture of a label on a template.

    Attributes:
        picture: The part of the template that shows it.
        left: Its first x there.
        top: Its first y there.
    """

    picture: Pixels
    left: int
    top: int


@dataclass(frozen=True)
class FormTemplate:
    """The blank form of a book.

    Attributes:
        shape: Its geometry.
        picture: (h, w) grey, 255 = paper.
        labels: Where its labels are, in shares of the frame.
        pages: From how many pages it was learnt.
    """

    shape: TemplateGeometry
    picture: Pixels
    labels: tuple[TemplateLabel, ...]
    pages: int

    def find_labels(self, page: Pixels, dpi: float) -> tuple[FoundLabel, ...]:
        """Return the labels found on a levelled page; none where the template does not fit.

        The whole template is laid over the page by correlation at ``COARSE_DPI``. Each label's picture is then sought
        around its place, the affine map through those found says where the others should be, and all are sought again.

        Args:
            page: (h, w) grey.
            dpi: About its pixels an inch.
        """
        scale = DPI / dpi
        picture = Pyramid(page).at(scale)
        move = _place_by_correlation(self.coarse, picture)
        if move is None:
            log.debug("template of %d pages refused: the page is smaller than it", self.pages)
            return ()
        found: Mapping[int, FoundLabel] = {}
        for reach in SEARCH_MM:
            places = (
                _find_label(self, label, patch, picture, move, reach * DPI / 25.4)
                for label, patch in zip(self.labels, self.patches, strict=True)
            )
            found = {place.number: place for place in places if place is not None}
            fitted = _fit_affine(self, found, move)
            if fitted is None:
                log.debug(
                    "template refused: %d of %d labels found and not in place", len(found), len(self.labels)
                )
                return ()
            move = fitted
        log.debug("template fits: %d of %d labels found", len(found), len(self.labels))
        return tuple(
            FoundLabel(
                label.number, label.left / scale, label.right / scale, label.baseline / scale, label.likeness
            )
            for label in found.values()
        )

    @cached_property
    def coarse(self) -> Mapping[float, Pixels]:
        """The whole template at ``COARSE_DPI``, ink light, by how much larger than expected it is."""
        height, width = self.picture.shape
        factor = COARSE_DPI / DPI
        sizes = {scale: (round(width * factor * scale), round(height * factor * scale)) for scale in SCALES}
        return {
            scale: np.asarray(255 - cv2.resize(self.picture, size, interpolation=cv2.INTER_AREA), np.uint8)
            for scale, size in sizes.items()
        }

    @cached_property
    def patches(self) -> tuple[LabelPatch | None, ...]:
        """The picture of each label; ``None`` of one that is too small or too faint to be found."""
        return tuple(_label_patch(self, label) for label in self.labels)

    def to_bytes(self) -> bytes:
        """Return the template as bytes (NumPy's, compressed): for a file, or another process."""
        rows = [(label.number, label.left, label.right, label.baseline, label.pages) for label in self.labels]
        shape = (self.shape.across, self.shape.down, float(self.pages))
        file = BytesIO()
        np.savez_compressed(file, picture=self.picture, labels=np.array(rows, float), shape=np.array(shape))
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> FormTemplate:
        """Return the template of these bytes.

        Raises:
            ValueError: The bytes are no template.
        """
        try:
            with np.load(BytesIO(data), allow_pickle=False) as held:
                across, down, pages = held["shape"]
                labels = tuple(TemplateLabel(int(n), a, b, c, int(k)) for n, a, b, c, k in held["labels"])
                picture = np.asarray(held["picture"], np.uint8)
        except (OSError, EOFError, KeyError, TypeError, AttributeError, ValueError, BadZipFile) as error:
            raise ValueError("no form template") from error
        return cls(TemplateGeometry(float(across), float(down)), picture, labels, int(pages))


def template_view(
    normalized: Pixels, corners: Matrix, shape: TemplateGeometry, labels: Sequence[TemplateLabel]
) -> TemplateView:
    """Return a rectified page as a template sees it: laid on the template's frame, with its labels as they were read.

    Args:
        normalized: The page (h, w), paper 255.
        corners: (4, 2) its frame in pixels, clockwise from the top left.
        shape: Geometry of the template.
        labels: Labels that were read, in shares of the frame.
    """
    target = np.array([shape.to_pixels(u, v) for u, v in ((0, 0), (1, 0), (1, 1), (0, 1))], np.float64)
    matrix = warp.homography(np.asarray(corners, np.float64), target)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    soft = cv2.GaussianBlur(normalized, (0, 0), 0.45 / scale) if scale < 0.8 else normalized
    picture = cv2.warpPerspective(soft, matrix, shape.size, flags=cv2.INTER_LINEAR, borderValue=(255.0,))
    return TemplateView(np.asarray(picture, np.uint8), tuple(labels))


def learn_template(views: Sequence[TemplateView], shape: TemplateGeometry) -> FormTemplate | None:
    """Return the template that pages of a book teach, or ``None`` with fewer than ``MIN_PAGES`` of them.

    A label counts when it was read on a quarter of the pages, and has its median place on them.
    """
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
    log.info("template learnt from %d pages: %d of %d labels", len(views), len(labels), len(places))
    return FormTemplate(shape, picture, labels, len(views))


def _place_by_correlation(patches: Mapping[float, Pixels], page: Pixels) -> Matrix | None:
    """Return the affine map (2, 3) from the template to the page with the highest correlation, or ``None``.

    Args:
        patches: The whole template by scale (``FormTemplate.coarse``).
        page: The page at ``DPI``.
    """
    factor = COARSE_DPI / DPI
    small = 255 - Pyramid(page).at(factor)
    pad = 30
    field = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0.0,))

    @cache
    def best_place(scale: float) -> tuple[float, int, int]:
        patch = patches[scale]
        if patch.shape[0] > field.shape[0] or patch.shape[1] > field.shape[1]:
            return -np.inf, 0, 0
        likeness = cv2.matchTemplate(field, patch, cv2.TM_CCOEFF_NORMED)
        _, top, _, (x, y) = cv2.minMaxLoc(likeness)
        return float(top), int(x), int(y)

    # from the expected size on as long as the next one is more alike; where it does not fit, smaller
    at, before = SCALES.index(1.0), -1
    while at != before:
        near = range(max(0, at - 1), min(len(SCALES), at + 2))
        at, before = max(near, key=lambda n: best_place(SCALES[n])[0]), at
    top, x, y = best_place(SCALES[at])
    if top == -np.inf:
        return None
    scale = SCALES[at]
    return np.array([[scale, 0, (x - pad) / factor], [0, scale, (y - pad) / factor]], np.float64)


def _label_patch(template: FormTemplate, label: TemplateLabel) -> LabelPatch | None:
    left, base = template.shape.to_pixels(label.left, label.baseline)
    right, _ = template.shape.to_pixels(label.right, label.baseline)
    x0, y0, x1, y1 = max(0, round(left) - 2), max(0, round(base) - 15), round(right) + 2, round(base) + 5
    patch = template.picture[y0:y1, x0:x1]
    if patch.shape[0] < 12 or patch.shape[1] < 12 or float(patch.std()) < 12:
        return None
    return LabelPatch(patch, x0, y0)


def _find_label(
    template: FormTemplate,
    label: TemplateLabel,
    seen: LabelPatch | None,
    page: Pixels,
    move: Matrix,
    reach: float,
) -> FoundLabel | None:
    """Return the label where its picture is most like the page, or ``None``.

    Args:
        template: The template.
        label: The label sought.
        seen: Its picture, if it can be found.
        page: The page at ``DPI``.
        move: (2, 3) from the template to the page.
        reach: How far in pixels around the expected place it is sought.
    """
    if seen is None:
        return None
    left, base = template.shape.to_pixels(label.left, label.baseline)
    right, _ = template.shape.to_pixels(label.right, label.baseline)
    patch, x0, y0 = seen.picture, seen.left, seen.top
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
    if top < MIN_CORRELATION:
        return None
    dx, dy = _subpixel_peak(np.asarray(likeness, np.float32), x, y)
    x_found, y_found = max(0, first_x) + dx, max(0, first_y) + dy
    return FoundLabel(
        label.number,
        x_found + grown * (left - x0),
        x_found + grown * (right - x0),
        y_found + grown * (base - y0),
        float(min(1.0, top)),
    )


def _subpixel_peak(likeness: NDArray[np.float32], x: int, y: int) -> tuple[float, float]:
    """Return the top of the parabola through a peak and its neighbours, across and down."""
    result = []
    for place, line in ((x, likeness[y]), (y, likeness[:, x])):
        shift = 0.0
        if 0 < place < len(line) - 1:
            before, here, after = (float(line[place + n]) for n in (-1, 0, 1))
            curve = before - 2 * here + after
            shift = 0.5 * (before - after) / curve if curve < 0 else 0.0
        result.append(place + shift)
    return result[0], result[1]


def _fit_affine(template: FormTemplate, found: Mapping[int, FoundLabel], before: Matrix) -> Matrix | None:
    """Return the affine map (2, 3) from the template to the page through the labels that agree.

    It is ``None`` where hardly any agree.
    """
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
