"""Reading of regions that people draw at the desk, by the flow's readers in a separate process."""

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
"""Wall time allowed for a region."""


def read_region_here(
    book: BookJob, scan_and_region: tuple[ScanFile, RegionToRead]
) -> RegionReading | ScanError:
    """Return the reading of a region or the error; runs in a worker process."""
    scan, region = scan_and_region
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
    """Reads drawn regions in turn; a context manager.

    Args:
        seconds: Wall time allowed for a region.
    """

    def __init__(self, context: RunContext, seconds: float = SECONDS) -> None:
        self._context, self._worker = context, SingleWorker(context, seconds, patience=seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.close()

    def __call__(self, request: RegionToRead) -> RegionReading:
        """Return the reading of a region.

        Raises:
            ScanError: The scan cannot be read in time; waiting for earlier regions has the same limit.
            HotichError: The readers are not installed.
        """
        path = Workspace(self._context.workspace).stored(request.ref.scan_sha256)
        if path is None:
            raise ScanError("Không tìm thấy bản quét của trang này trong kho.")
        scan = ScanFile(path, request.ref.scan_sha256, path.stat().st_size)
        book = BookJob(self._context.schemas.form(request.form), request.ledger)
        return self._worker.answer(read_region_here, book, (scan, request))
