"""The other side of ``pipeline.scans.intake.inspection``.

Scans are asked for on standard input, one a line; the answer is a line with their number of pages and a line
a page. Never a pickle: this process reads bytes of unknown origin.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.base.errors import HotichError, ScanOutOfMemory
from pipeline.layout.imaging.ink.binarization import small_ink_layer
from pipeline.layout.imaging.perceptual_hash import perceptual_hash
from pipeline.layout.imaging.qr_codes import read_qr_codes
from pipeline.scans.intake.decoder_child import MEMORY_MESSAGE
from pipeline.scans.intake.folder import ScanFile
from pipeline.scans.intake.limits import ScanLimits, limit_this_process
from pipeline.scans.intake.pages import page_count, page_of, split

MOST_CODES, LONGEST_CODE = 20, 2_000
"""Bounds on what a page may tell; a separator sheet is far below both."""

LONGEST_SIDE = 2_600
"""Pixels: an A4 page at 220 dpi. Codes and likeness need no more."""


def main() -> None:
    """Answer until there are no more questions, bound to the limits that come first."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # decoders may print
    limits = ScanLimits(**json.loads(sys.stdin.buffer.readline())["limits"])
    limit_this_process(limits)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        scan = ScanFile(Path(request["path"]), request["sha256"], request["size"])
        told_of = _split if "target" in request else _seen
        for told in told_of(scan, request, limits):
            answer.write(json.dumps(told).encode() + b"\n")
            answer.flush()


def _split(scan: ScanFile, request: dict[str, Any], limits: ScanLimits) -> Iterator[dict[str, Any]]:
    """Whether those pages were written to their file."""
    try:
        split(scan, request["pages"], Path(request["target"]), limits)
        yield {"written": True}
    except (HotichError, MemoryError) as error:
        yield _error(error)


def _seen(scan: ScanFile, request: dict[str, Any], limits: ScanLimits) -> Iterator[dict[str, Any]]:
    """Yield the number of pages, then each of them from the first that is asked for.

    Where the pages cannot be counted, yield that error alone.
    """
    try:
        pages = page_count(scan, limits)
    except (HotichError, MemoryError) as error:
        yield _error(error)
        return
    yield {"pages": pages}
    for number in range(int(request["first"]), pages + 1):
        try:
            yield {"page_no": number, **_page(scan, number, limits)}
        except (HotichError, MemoryError) as error:
            yield {"page_no": number, **_error(error)}


def _page(scan: ScanFile, number: int, limits: ScanLimits) -> dict[str, Any]:
    pixels = page_of(scan, number, limits).pixels
    grey = small_ink_layer(pixels, min(1.0, LONGEST_SIDE / max(pixels.shape)))
    codes = [text[:LONGEST_CODE] for text in read_qr_codes(grey)[:MOST_CODES]]
    return {"likeness": perceptual_hash(grey), "codes": codes}


def _error(error: HotichError | MemoryError) -> dict[str, Any]:
    if isinstance(error, MemoryError):
        return {"error": ScanOutOfMemory.code, "message": MEMORY_MESSAGE}
    return {"error": error.code, "message": error.message}


if __name__ == "__main__":
    main()
