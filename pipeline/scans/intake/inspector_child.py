"""The child process of ``pipeline.scans.intake.inspection``.

It reads a request for a scan per line on standard input; the answer is a line with the number of pages, then a line per
page; or a line with a small picture of a page. It is never a pickle: this process reads bytes of unknown origin.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from pipeline.base.child_processes import confine_this_process
from pipeline.base.errors import HotichError, ScanOutOfMemory
from pipeline.layout.imaging.ink.binarization import small_ink_layer
from pipeline.layout.imaging.perceptual_hash import perceptual_hash
from pipeline.layout.imaging.qr_codes import read_qr_codes
from pipeline.scans.intake.decoder_child import MEMORY_MESSAGE
from pipeline.scans.intake.folder import ScanFile
from pipeline.scans.intake.limits import ScanLimits, limit_this_process
from pipeline.scans.intake.pages import page_count, page_of, split

MOST_CODES, LONGEST_CODE = 20, 2_000
"""Bounds on a page's codes; a separator sheet is far below both."""

LONGEST_SIDE = 2_600
"""Pixels: an A4 page at 220 dpi. Codes and perceptual hash need no more."""


def main() -> None:
    """Answer requests until the input ends, within the limits given first."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # decoders may print
    confine_this_process(os.environ["TMPDIR"])
    limits = ScanLimits(**json.loads(sys.stdin.buffer.readline())["limits"])
    limit_this_process(limits)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        scan = ScanFile(Path(request["path"]), request["sha256"], request["size"])
        answers_to = _split if "target" in request else _thumbnail if "side" in request else _inspected
        for message in answers_to(scan, request, limits):
            answer.write(json.dumps(message).encode() + b"\n")
            answer.flush()


def _split(scan: ScanFile, request: dict[str, Any], limits: ScanLimits) -> Iterator[dict[str, Any]]:
    """Write the requested pages to their file, and yield whether this succeeded."""
    try:
        split(scan, request["pages"], Path(request["target"]), limits)
        yield {"written": True}
    except (HotichError, MemoryError) as error:
        yield _error(error)


def _thumbnail(scan: ScanFile, request: dict[str, Any], limits: ScanLimits) -> Iterator[dict[str, Any]]:
    """Yield a small picture of the requested page as raw RGB pixels."""
    try:
        page = page_of(scan, request["page_no"], limits, request["coarsest_dpi"])
        small = Image.fromarray(page.pixels)
        small.thumbnail((request["side"], request["side"]), Image.Resampling.BOX)
        pixels = base64.b64encode(small.tobytes()).decode("ascii")
        yield {"width": small.width, "height": small.height, "pixels": pixels}
    except (HotichError, MemoryError) as error:
        yield _error(error)


def _inspected(scan: ScanFile, request: dict[str, Any], limits: ScanLimits) -> Iterator[dict[str, Any]]:
    """Yield the number of pages, then each page from the requested page on.

    If the pages cannot be counted, yield only that error.
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
