"""Pages of scans that nothing is known of, decoded in a process of their own that may hang, swell or die.

A page costs about 0.2 s more than ``page_of``. Programs that decode many pages in worker processes of their own
call ``limit_this_process`` there instead, watch the clock, and use ``page_of``.
"""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, TypeVar

import numpy as np

from pipeline.intake.decoder_process import (
    HEADER_BYTES,
    START_SECONDS,
    ended,
    how_it_ended,
    kill_group,
    named_error,
    started,
)
from pipeline.intake.folder import ScanFile
from pipeline.intake.limits import DEFAULT_LIMITS, ScanLimits
from pipeline.model import PageImage, PageRef, Pixels

_Answer = TypeVar("_Answer")


def page_count_isolated(scan: ScanFile, limits: ScanLimits = DEFAULT_LIMITS) -> int:
    """``page_count`` in a process of its own; raises ``ScanError`` whatever happens there."""
    return _asked(scan, None, limits, lambda header, _: int(header["pages"]))


def page_of_isolated(scan: ScanFile, page_no: int, limits: ScanLimits = DEFAULT_LIMITS) -> PageImage:
    """``page_of`` in a process of its own; raises ``ScanError`` whatever happens there."""

    def page(header: dict[str, Any], answer: IO[bytes]) -> PageImage:
        pixels = _received(answer, int(header["height"]), int(header["width"]), limits)
        return PageImage(PageRef(scan.sha256, page_no), pixels, float(header["dpi"]))

    return _asked(scan, page_no, limits, page)


def _asked(
    scan: ScanFile,
    page_no: int | None,
    limits: ScanLimits,
    read: Callable[[dict[str, Any], IO[bytes]], _Answer],
) -> _Answer:
    """What ``read`` makes of the child's answer; a child that gives none is told apart by how it ended."""
    request = {
        "path": os.fspath(scan.path.absolute()),
        "sha256": scan.sha256,
        "size": scan.size,
        "page_no": page_no,
        "limits": dataclasses.asdict(limits),
    }
    late = threading.Event()
    with tempfile.TemporaryDirectory(prefix="hotich-") as scratch, _child(limits, late, scratch) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps(request).encode())
            child.stdin.close()
            header = json.loads(child.stdout.readline(HEADER_BYTES))
            if "error" not in header:
                return read(header, child.stdout)
        except (OSError, ValueError, KeyError, TypeError, EOFError):
            raise how_it_ended(child, late.is_set(), scan.path, page_no, limits) from None
        raise named_error(header)


@contextmanager
def _child(limits: ScanLimits, late: threading.Event, scratch: str) -> Iterator[subprocess.Popen[bytes]]:
    """A fresh interpreter leading a process group of its own; the whole group is dead when this is left.

    What it leaves in ``scratch`` when it is killed is for the caller to remove.
    """
    child = started("pipeline.intake.child", scratch)

    def too_late() -> None:
        late.set()
        kill_group(child)

    clock = threading.Timer(limits.seconds + START_SECONDS, too_late)
    clock.daemon = True
    clock.start()
    try:
        yield child
    finally:
        clock.cancel()
        clock.join()
        ended(child)


def _received(answer: IO[bytes], height: int, width: int, limits: ScanLimits) -> Pixels:
    if height <= 0 or width <= 0 or height * width > limits.max_pixels:
        raise ValueError("a page of that size was not asked for")
    pixels: Pixels = np.empty((height, width, 3), dtype=np.uint8)
    wanted = pixels.reshape(-1).data
    while wanted:
        got = answer.readinto(wanted)  # type: ignore[attr-defined]
        if not got:
            raise EOFError
        wanted = wanted[got:]
    return pixels
