"""Specimen pages of form designs, opened and read in a separate process, as pages of a book are."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Self

import numpy as np
from PIL import Image

from pipeline.base.errors import ScanError
from pipeline.base.model import Box, Ledger, Matrix, PageImage, PageResult
from pipeline.declarations.schema import Form, Rectangle
from pipeline.digitize import digitize_page
from pipeline.form_design.specimen import straighten_page
from pipeline.form_design.specimen_files import (
    ReadField,
    Side,
    SpecimenFile,
    SpecimenReading,
    StraightSpecimen,
)
from pipeline.layout.imaging.geometry import warp
from pipeline.layout.imaging.geometry.gutter import find_gutter, split_at_gutter
from pipeline.layout.imaging.ink.binarization import ink_layer
from pipeline.run_context import RunContext
from pipeline.runs.single_worker import SingleWorker
from pipeline.runs.worker_process import allow_cpu
from pipeline.runs.workers import BookJob, own_setup, scan_error_as_value
from pipeline.scans.intake import ScanFile, page_of

SECONDS = 90.0
"""Wall time allowed for a page."""

PICTURE_SIDE = 1800
"""Longer side of a picture for the browser, in pixels."""

WIDE = 1.15
"""Aspect ratio (width over height) from which a picture shows two pages."""

SPREAD_MM = 420.0


def straighten_here(
    _book: BookJob, request: tuple[SpecimenFile, bool, int | None]
) -> tuple[StraightSpecimen, ...] | ScanError:
    """Return the rectified page or pages of a specimen, or the error; runs in a worker process."""
    file, splits, turn = request
    setup, engines = own_setup()
    allow_cpu(setup.context.page_seconds)

    def straight() -> tuple[StraightSpecimen, ...]:
        page = _page_of(file, setup.context)
        turns = (
            (0, 180, 90, 270)
            if turn is None
            else (turn, *(angle for angle in (0, 180, 90, 270) if angle != turn))
        )
        specimens = []
        for side, half in _halves(page, splits=splits):
            rectified = straighten_page(half, engines.labels, turns)
            picture, size = _picture(half, rectified.matrix, rectified.size)
            specimens.append(StraightSpecimen(side, rectified, picture, size))
        return tuple(specimens)

    return scan_error_as_value(straight)


def read_specimen_here(book: BookJob, file: SpecimenFile) -> PageResult | ScanError:
    """Return the reading of a specimen by the form of a design, or the error; runs in a worker process."""
    setup, engines = own_setup()
    context = setup.context
    allow_cpu(context.page_seconds)

    def read() -> PageResult:
        page = _side_of(_page_of(file, context), file.side)
        forms = {**context.schemas.forms, book.form.id: book.form}
        schemas = replace(context.schemas, forms=forms)
        return digitize_page(page, book.form, book.ledger, schemas, engines, context.options)

    return scan_error_as_value(read)


class SpecimenReader:
    """Rectifies and reads specimens in turn; a context manager.

    Args:
        seconds: Wall time allowed for a page.
    """

    def __init__(self, context: RunContext, seconds: float = SECONDS) -> None:
        self._context, self._worker = context, SingleWorker(context, seconds, patience=3 * seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.close()

    def straighten(
        self, specimen: SpecimenFile, *, splits: bool, turn: int | None
    ) -> tuple[StraightSpecimen, ...]:
        """Return the rectified page, or both pages of an open book if ``splits``.

        Raises:
            ScanError: The page cannot be opened in time.
            HotichError: The readers are not installed.
        """
        form = next(iter(self._context.schemas.forms.values()))
        return self._worker.answer(
            straighten_here, BookJob(form, _ledger(form, "")), (specimen, splits, turn)
        )

    def read(self, specimen: SpecimenFile, form: Form, place_code: str) -> SpecimenReading:
        """Return what a form reads on a page; places are shares of the page, or the half of it, as scanned.

        Raises:
            ScanError: The page cannot be read in time.
            HotichError: The readers are not installed.
        """
        result = self._worker.answer(read_specimen_here, BookJob(form, _ledger(form, place_code)), specimen)
        return reading_of(result)


def reading_of(result: PageResult) -> SpecimenReading:
    """Return the reading of a page with places in pixels of the page as scanned."""
    back = np.asarray(np.linalg.inv(result.matrix), np.float64)
    fields = tuple(
        ReadField(
            entry.row,
            reading.field,
            reading.text,
            reading.canonical,
            reading.confidence,
            tuple(_as_scanned(box, back) for box in reading.lines or ((reading.box,) if reading.box else ())),
        )
        for entry in result.entries
        for reading in entry.readings
    )
    other = next(
        (finding.details.get("form", "") for finding in result.findings if finding.code == "PAGE-FORM"), ""
    )
    labels = tuple(_as_scanned(label.box, back) for label in result.labels if label.score)
    return SpecimenReading(result.kind.value, other, fields, labels)


def _as_scanned(box: Box, matrix: Matrix) -> Rectangle:
    corners = np.array(
        [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    )
    moved = warp.transform_points(matrix, corners)
    (left, top), (right, bottom) = moved.min(axis=0), moved.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _ledger(form: Form, place_code: str) -> Ledger:
    return Ledger(form=form.id, place="", place_code=place_code, volume=f"01/{form.years[0]}")


def _page_of(file: SpecimenFile, context: RunContext) -> PageImage:
    return page_of(ScanFile(file.path, file.sha256, file.size), file.page_no, context.limits)


def _halves(page: PageImage, *, splits: bool) -> list[tuple[Side, PageImage]]:
    height, width = page.pixels.shape[:2]
    if not splits or width < WIDE * height:
        return [("", page)]
    return [("left", _side_of(page, "left")), ("right", _side_of(page, "right"))]


def _side_of(page: PageImage, side: Side) -> PageImage:
    """Return one side of an open book; a single page is returned unchanged."""
    if not side:
        return page
    gutter = find_gutter(ink_layer(page.pixels), SPREAD_MM)
    (left, _), (right, _) = split_at_gutter(page.pixels, gutter)
    return PageImage(page.ref, left if side == "left" else right, page.dpi)


def _picture(page: PageImage, matrix: Matrix, size: tuple[int, int]) -> tuple[bytes, tuple[int, int]]:
    """Return the colour canvas of a page as JPEG, and its size."""
    scale = min(1.0, PICTURE_SIDE / max(size))
    small = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    onto = np.asarray(np.diag([scale, scale, 1.0]) @ matrix, np.float64)
    out = io.BytesIO()
    Image.fromarray(warp.warp_image(page.pixels, onto, small)).save(out, "JPEG", quality=82)
    return out.getvalue(), small
