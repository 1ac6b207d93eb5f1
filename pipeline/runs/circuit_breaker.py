"""A circuit breaker that stops a run when too many pages fail.

The fault is then not in the pages, but in a disk, a machine, a setting or a bad delivery.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Iterator, Sequence

from pipeline.base.errors import (
    BrokenScan,
    ReadingStopped,
    ScanCrash,
    ScanError,
    ScanOutOfMemory,
    ScanTimeout,
)
from pipeline.run_context import FaultOptions

LOOK_AT = {
    ScanTimeout.code: "máy có đang bận việc khác, ổ đĩa có chậm không",
    ScanOutOfMemory.code: "máy còn đủ bộ nhớ không, bản quét có độ phân giải quá lớn không",
    ScanCrash.code: "máy có báo lỗi bộ nhớ hay lỗi ổ đĩa không",
    BrokenScan.code: "máy quét, đường truyền hay ổ chứa bản quét có làm hỏng tệp không",
    ScanError.code: "ổ chứa bản quét có còn nối vào máy và cho đọc không",
}
_logger = logging.getLogger(__name__)

OTHERWISE = "chương trình và các mô hình có đủ không (hotich doctor)"


class CircuitBreaker:
    """Counts failures over all books of a run.

    Too many failures among the last pages stop the current book; if the following pages fail too, they stop the whole
    run (``final``).
    """

    def __init__(self, options: FaultOptions) -> None:
        self._options = options
        self._last: deque[str | None] = deque(maxlen=options.pages)
        self._stops = 0

    def note(self, code: str | None) -> None:
        """Count a page: ``None`` for a success, else the failure code.

        Raises:
            ReadingStopped: Too many pages have failed.
        """
        if not self._options.pages:
            return
        self._last.append(code)
        if len(self._last) < self._options.pages:
            return
        failed = Counter(code for code in self._last if code is not None)
        if failed.total() > self._options.share * len(self._last):
            self._stops += 1
            _logger.warning("circuit breaker open: %s of %d pages failed", dict(failed), len(self._last))
            error = ReadingStopped(_message(failed, len(self._last)), final=self._stops > 1)
            self._last.clear()
            raise error
        self._stops = 0

    def note_book(self, read: int, failed: Sequence[str], *, was_stopped: bool) -> None:
        """Count a book that another process read with its own breaker.

        Args:
            read: Number of pages read.
            failed: Failure codes of the other pages.

        Raises:
            ReadingStopped: The whole run is to stop: several books in a row were stopped, or should have been.
        """
        if not self._options.pages:
            return
        if was_stopped:
            self._stops += 1
            self._last.clear()
            if self._stops > 1:
                raise ReadingStopped(
                    "Dừng đọc vì hết quyển này đến quyển khác có quá nhiều trang không đọc được. Hãy xem "
                    f"{OTHERWISE}, xem các trang ấy bằng “hotich queue”, rồi chạy lại; những trang đã đọc đã được "
                    "lưu. Mức dừng: HOTICH_STOP_SHARE, HOTICH_STOP_PAGES.",
                    final=True,
                )
            return
        for code in _mingled(read, failed):
            try:
                self.note(code)
            except ReadingStopped as error:
                if error.final:
                    raise


def _mingled(read: int, failed: Sequence[str]) -> Iterator[str | None]:
    """Spread the failures evenly among the pages, since their order is unknown."""
    whole = read + len(failed)
    for place in range(whole):
        before, after = (step * len(failed) // whole for step in (place, place + 1))
        yield failed[before] if after > before else None


def _message(failed: Counter[str], pages: int) -> str:
    ((most, times),) = failed.most_common(1)
    return (
        f"Dừng đọc vì {failed.total()} trong {pages} trang vừa qua không đọc được (nhiều nhất là “{most}”: {times}). "
        f"Hãy xem {LOOK_AT.get(most, OTHERWISE)}, xem các trang ấy bằng “hotich queue”, rồi chạy lại; những trang đã "
        "đọc đã được lưu. Mức dừng: HOTICH_STOP_SHARE, HOTICH_STOP_PAGES."
    )
