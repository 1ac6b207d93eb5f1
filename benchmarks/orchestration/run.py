"""One run over all books, as the nightly run is: the process that chaos kills. Tells each page on a line of its own.

Signals: SIGUSR1 moves its clock three hours on, SIGUSR2 three hours back; both also as often as they come. The file
``unplugged`` in the workspace makes every read from the folder of books fail, as that of a share that is gone does.
"""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from types import FrameType

from benchmarks.orchestration.quick_reader import bench_of
from pipeline.base.errors import HotichError, ScanError
from pipeline.registry.books import book_locks, pages
from pipeline.registry.books import failures as failed_pages
from pipeline.registry.database import clock
from pipeline.registry.entries import places
from pipeline.registry.tasks import stored_tasks
from pipeline.runs import book_reading as batch_book
from pipeline.runs.book_reading import Progress, digitize_books
from pipeline.scans import workspace

JUMP = timedelta(hours=3)
SILENCE_SECONDS = 4.0
RETRY_SECONDS = 2.0
"""Between two tries of a task of the flow; a night has more time."""
UNPLUGGED = "unplugged"


class JumpingClock(datetime):
    """The time as a machine with a wrong clock gives it."""

    shift = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.shift


def jump(number: int, _frame: FrameType | None) -> None:
    JumpingClock.shift += JUMP if number == signal.SIGUSR1 else -JUMP


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def told(page: Progress) -> None:
    say("page", page.page.scan_sha256, page.page.page_no)


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("books", "workspace"):
        parser.add_argument(name, type=Path)
    parser.add_argument("url")
    parser.add_argument("generation", type=int)
    parser.add_argument(
        "--prefect", action="store_true", help="as the flow, under the server of the environment"
    )
    chosen = parser.parse_args()
    for number in (signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, jump)
    for module in (clock, failed_pages, pages, places, stored_tasks):
        module.datetime = JumpingClock  # type: ignore[attr-defined]
    batch_book.silence_seconds = lambda context: SILENCE_SECONDS  # noqa: ARG005
    book_locks.BEAT_SECONDS = 0.5
    _fail_reading_when(chosen.workspace / UNPLUGGED)
    context = bench_of(chosen.workspace, chosen.url, chosen.generation)
    try:
        if chosen.prefect:
            return _as_flow(chosen)
        failures = {
            failure.code
            for report in digitize_books(chosen.books, context, workers=2, on_progress=told)
            for failure in report.failures
        }
    except HotichError as error:
        say("error", error.code, error.message)
        return error.exit_code
    say("done", *sorted(failures))
    return 0


def _as_flow(chosen: argparse.Namespace) -> int:
    """Run the flow itself with another run context."""
    from flows import nightly, order
    from pipeline.settings import Settings

    class ChaosSettings(Settings):
        def run_context(self, workspace: Path | None = None):  # type: ignore[no-untyped-def]
            return bench_of(workspace or chosen.workspace, chosen.url, chosen.generation)

    class ToldBar(nightly.ProgressBar):
        def of_book(self, number: int):  # type: ignore[no-untyped-def]
            show = super().of_book(number)

            def both(page: Progress) -> None:
                told(page)
                show(page)

            return both

    vars(nightly)["read_settings"] = vars(order)["read_settings"] = ChaosSettings
    vars(nightly)["ProgressBar"] = ToldBar
    for name in ("list_books", "order_books", "read_book", "check_people"):
        vars(nightly)[name] = vars(nightly)[name].with_options(retry_delay_seconds=RETRY_SECONDS)
    summaries = nightly.nightly(str(chosen.books), str(chosen.workspace), 2)
    say(
        "done",
        *sorted({failure.partition(":")[0] for summary in summaries for failure in summary["failures"]}),
    )
    return 0


def _fail_reading_when(mark: Path) -> None:
    """Reading a scan stops after its first block with an error of the disk, as long as ``mark`` is there."""
    read = workspace._read

    def failing(descriptor: int, path: Path) -> bytes:
        if mark.exists() and os.lseek(descriptor, 0, os.SEEK_CUR):
            raise ScanError(workspace._unreadable(path, OSError(errno.EIO, "")))
        return read(descriptor, path)

    workspace._read = failing


if __name__ == "__main__":
    sys.exit(main())
