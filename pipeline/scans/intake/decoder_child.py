"""The child process of ``pipeline.scans.intake.isolated``: a request on standard input, an answer on standard output.

The answer is a line of JSON; for a page its raw pixels follow. It is never a pickle: the writer has read bytes of
unknown origin.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

from pipeline.base.child_processes import confine_this_process
from pipeline.base.errors import HotichError, ScanOutOfMemory
from pipeline.scans.intake.folder import ScanFile
from pipeline.scans.intake.limits import ScanLimits, limit_this_process
from pipeline.scans.intake.pages import page_count, page_of

MEMORY_MESSAGE = "Giải mã cần quá nhiều bộ nhớ. Hãy quét lại ở 300 dpi."


def main() -> None:
    """Answer the single request within its limits."""
    request = json.loads(sys.stdin.buffer.read())
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # decoders may print
    confine_this_process(os.environ["TMPDIR"])
    limits = ScanLimits(**request["limits"])
    scan = ScanFile(Path(request["path"]), request["sha256"], request["size"])
    limit_this_process(limits, cpu_seconds=limits.seconds + 1)
    try:
        _answer(answer, scan, request["page_no"], limits)
    except HotichError as error:
        _write(answer, {"error": error.code, "message": error.message})
    except MemoryError:
        _write(answer, {"error": ScanOutOfMemory.code, "message": MEMORY_MESSAGE})
    answer.flush()


def _answer(answer: BinaryIO, scan: ScanFile, page_no: int | None, limits: ScanLimits) -> None:
    if page_no is None:
        _write(answer, {"pages": page_count(scan, limits)})
        return
    page = page_of(scan, page_no, limits)
    height, width, _ = page.pixels.shape
    _write(answer, {"height": height, "width": width, "dpi": page.dpi})
    answer.write(page.pixels.data)


def _write(answer: BinaryIO, header: dict[str, Any]) -> None:
    answer.write(json.dumps(header).encode() + b"\n")


if __name__ == "__main__":
    main()
