"""Regions that people draw at the desk, read by the readers of the flow in a process of its own."""

from __future__ import annotations

from typing import Self

from pipeline.base.errors import ScanError
from pipeline.digitize.drawn_region import read_drawn_region
from pipeline.registry.tasks.model import RegionReading, RegionToRead
from pipeline.run_context import RunContext
from pipeline.runs.single_worker import SingleWorker
from pipeline.runs.worker_process import allow_cpu
from pipeline.runs.workers import BookJob, own_setup, scan_at_hand, scan_error_as_value
from pipeline.scans.intake import ScanFile, page_of
from pipeline.scans.workspace import Workspace

SECONDS = 15.0
"""Wall time that a region may take."""


def read_region_here(book: BookJob, asked: tuple[ScanFile, RegionToRead]) -> RegionReading | ScanError:
    """Return what is read in a region, in a worker process, or why it cannot be read."""
    scan, region = asked
    setup, engines = own_setup()
    context = setup.context
    allow_cpu(context.page_seconds)

    def read() -> RegionReading:
        page = page_of(scan_at_hand(scan), region.ref.page_no, context.limits)
        reading = read_drawn_region(
            page,
            region.shown.matrix,
            region.shown.size,
            region.drawn.box,
            region.drawn.field,
            region.writing,
            book.form,
            book.ledger,
            context.schemas,
            engines,
            context.options,
        )
        return RegionReading(reading, engines.fingerprint)

    return scan_error_as_value(read)


class RegionReader:
    """Reads drawn regions, one after another; use it as a context manager.

    Args:
        context: What the readers work with.
        seconds: Wall time that a region may take.
    """

    def __init__(self, context: RunContext, seconds: float = SECONDS) -> None:
        self._context, self._worker = context, SingleWorker(context, seconds, patience=seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.close()

    def __call__(self, asked: RegionToRead) -> RegionReading:
        """Return what is read in a region.

        Raises:
            ScanError: The scan cannot be read, or not in time; those before it are waited for as long again.
            HotichError: The readers are not installed.
        """
        path = Workspace(self._context.workspace).stored(asked.ref.scan_sha256)
        if path is None:
            raise ScanError("Không tìm thấy bản quét của trang này trong kho.")
        scan = ScanFile(path, asked.ref.scan_sha256, path.stat().st_size)
        book = BookJob(self._context.schemas.form(asked.form), asked.ledger)
        return self._worker.answer(read_region_here, book, (scan, asked))
