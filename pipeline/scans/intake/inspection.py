"""Inspect a whole scan before accepting it: whether every page decodes, its perceptual hashes, its QR codes.

A child process inspects many scans, page by page, within the limits of a scan; it is restarted when it grows, hangs or
dies, and the guilty page is named. Page results are short JSON, never pixels.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from pipeline.base.errors import ScanError
from pipeline.base.model import Pixels
from pipeline.scans.intake.filetype import check_complete, scan_type
from pipeline.scans.intake.folder import ScanFile
from pipeline.scans.intake.isolated import (
    HEADER_BYTES,
    START_SECONDS,
    answered_error,
    child_error,
    end_child,
    kill_group,
    start_child,
)
from pipeline.scans.intake.limits import DEFAULT_LIMITS, ScanLimits

FILES_A_PROCESS = 200
"""Number of scans before the process is replaced, so that leftovers do not add up."""

MOST_LOST_CHILDREN = 3
"""Number of processes lost on a scan after which its inspection stops."""

MINUTES_A_SCAN, SECONDS_A_PAGE = 10.0, 2.0
"""Time limit of a scan's pages: a fixed part, and a part per page."""


@dataclass(frozen=True, slots=True)
class InspectedPage:
    """The inspection result of a page.

    Attributes:
        page_no: The page's number in the scan, from 1.
        fault: The code of the ``ScanError`` that prevents decoding, ``""`` for a sound page.
        message: That error in Vietnamese.
        likeness: Its perceptual hash (``pipeline.layout.imaging.perceptual_hash``), ``""`` for an empty page.
        codes: The texts of the QR codes on it.
    """

    page_no: int
    fault: str = ""
    message: str = ""
    likeness: str = ""
    codes: tuple[str, ...] = ()


class Inspector:
    """Inspects scans; use it as a context manager. Its process starts with the first scan.

    Args:
        on_page: Called with the number of inspected pages of a scan and the number of its pages.
    """

    def __init__(
        self, limits: ScanLimits = DEFAULT_LIMITS, on_page: Callable[[int, int], None] = lambda *_: None
    ) -> None:
        self._limits, self._on_page = limits, on_page
        self._child: _Child | None = None

    def __enter__(self) -> Inspector:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def pages(self, scan: ScanFile) -> tuple[InspectedPage, ...]:
        """Return every page of the scan, including pages that cannot be decoded.

        A page on which the process ends is a faulty one, and a new process goes on with the next page.

        Raises:
            ScanError: The file is not a complete scan, or its pages cannot be counted.
        """
        check_complete(scan.path, scan_type(scan.path, self._limits))
        inspected: list[InspectedPage] = []
        started_at, lost_children, count = time.monotonic(), 0, 0
        while not count or len(inspected) < count:
            child = self._running()
            page_no = None
            try:
                child.ask(scan, len(inspected) + 1)
                count = child.count()
                self._on_page(len(inspected), count)
                while len(inspected) < count:
                    page_no = len(inspected) + 1
                    if time.monotonic() - started_at > 60 * MINUTES_A_SCAN + SECONDS_A_PAGE * count:
                        child.kill_late()
                    inspected.append(child.page())
                    self._on_page(len(inspected), count)
            except (OSError, ValueError, KeyError, TypeError, EOFError):
                error = child.died_of(scan, page_no)
                self._end()
                if page_no is None:
                    raise error from None
                lost_children += 1
                goes_on = lost_children < MOST_LOST_CHILDREN and not child.out_of_time
                last = page_no if goes_on else count  # else the remaining pages fail alike
                inspected += [
                    InspectedPage(number, error.code, error.message) for number in range(page_no, last + 1)
                ]
        return tuple(inspected)

    def split(self, scan: ScanFile, pages: Sequence[int], target: Path) -> None:
        """Write some pages of a scan to a new file (``pipeline.scans.intake.pages``).

        Args:
            pages: The numbers of the pages, from 1.

        Raises:
            ScanError: The pages cannot be extracted.
        """
        child = self._running()
        try:
            child.write(scan, pages, target)
        except (OSError, ValueError, KeyError, TypeError, EOFError):
            error = child.died_of(scan, None)
            self._end()
            raise error from None

    def thumbnail(self, scan: ScanFile, page_no: int, side: int, coarsest_dpi: float) -> Pixels:
        """Return a small RGB picture of a page.

        Args:
            page_no: The page's number, from 1.
            side: Largest length of its longer side, in pixels.
            coarsest_dpi: Sufficient dots per inch of the page from which it is drawn.

        Raises:
            ScanError: The page cannot be decoded.
        """
        child = self._running()
        try:
            return child.thumbnail(scan, page_no, side, coarsest_dpi)
        except (OSError, ValueError, KeyError, TypeError, EOFError):
            error = child.died_of(scan, page_no)
            self._end()
            raise error from None

    def _running(self) -> _Child:
        if self._child is not None and self._child.asked >= FILES_A_PROCESS:
            self._end()
        if self._child is None:
            self._child = _Child(self._limits)
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


class _Child:
    """The process of ``scans.intake.inspector_child`` and its output lines, under a time limit."""

    def __init__(self, limits: ScanLimits) -> None:
        self._limits = limits
        self._scratch = tempfile.TemporaryDirectory(prefix="hotich-")
        self._process: subprocess.Popen[bytes] = start_child(
            "pipeline.scans.intake.inspector_child", self._scratch.name
        )
        self._lines = self._read()
        self._late = False
        self.out_of_time = False
        self.asked = 0
        self._send({"limits": dataclasses.asdict(limits)})

    def ask(self, scan: ScanFile, first: int) -> None:
        """Request the pages of a scan from ``first`` on."""
        self.asked += 1
        self._send({
            "path": os.fspath(scan.path.absolute()), "sha256": scan.sha256, "size": scan.size, "first": first,
        })  # fmt: skip

    def write(self, scan: ScanFile, pages: Sequence[int], target: Path) -> None:
        """Have pages written; raise the ``ScanError`` that the process reports.

        The process changes nothing outside its folder, so the file is moved to its place here.
        """
        self.asked += 1
        part = Path(self._scratch.name) / f"part{target.suffix}"
        self._send({
            "path": os.fspath(scan.path.absolute()), "sha256": scan.sha256, "size": scan.size,
            "pages": list(pages), "target": os.fspath(part),
        })  # fmt: skip
        header = next(self._lines)
        if "error" in header:
            raise answered_error(header)
        shutil.move(part, target)

    def thumbnail(self, scan: ScanFile, page_no: int, side: int, coarsest_dpi: float) -> Pixels:
        """Return the picture of a page; raise the ``ScanError`` that the process reports."""
        self.asked += 1
        self._send({
            "path": os.fspath(scan.path.absolute()), "sha256": scan.sha256, "size": scan.size,
            "page_no": page_no, "side": side, "coarsest_dpi": coarsest_dpi,
        })  # fmt: skip
        header = next(self._lines)
        if "error" in header:
            raise answered_error(header)
        pixels = np.frombuffer(base64.b64decode(header["pixels"]), np.uint8)
        return pixels.reshape(int(header["height"]), int(header["width"]), 3)

    def count(self) -> int:
        """Return the number of pages; raise the ``ScanError`` that the process reports."""
        header = next(self._lines)
        if "error" in header:
            raise answered_error(header)
        return int(header["pages"])

    def page(self) -> InspectedPage:
        """Return the next page."""
        header = next(self._lines)
        if "error" in header:
            error = answered_error(header)
            if not isinstance(error, ScanError):
                raise error  # a missing program is not the page's fault
            return InspectedPage(int(header["page_no"]), error.code, error.message)
        return InspectedPage(
            int(header["page_no"]), likeness=str(header["likeness"]), codes=tuple(map(str, header["codes"]))
        )

    def kill_late(self) -> None:
        """Kill the process because the pages together took too long."""
        self.out_of_time = self._late = True
        kill_group(self._process)
        raise EOFError

    def died_of(self, scan: ScanFile, page_no: int | None) -> ScanError:
        """Return the error for a missing answer."""
        kill_group(self._process)
        return child_error(self._process, self._late, scan.path, page_no, self._limits)

    def end(self) -> None:
        end_child(self._process)
        self._scratch.cleanup()

    def _send(self, request: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()

    def _read(self) -> Iterator[dict[str, Any]]:
        """Yield an object per line; raise ``EOFError`` when the process died or was killed for its time."""
        assert self._process.stdout is not None
        source, kept = self._process.stdout.fileno(), b""
        while True:
            deadline = time.monotonic() + self._limits.seconds + START_SECONDS
            while b"\n" not in kept:
                left = deadline - time.monotonic()
                if left <= 0 or not select.select([source], [], [], left)[0]:
                    self._late = True
                    kill_group(self._process)
                    raise EOFError
                block = os.read(source, HEADER_BYTES)
                if not block or len(kept) > 16 * HEADER_BYTES:
                    raise EOFError
                kept += block
            line, _, kept = kept.partition(b"\n")
            yield json.loads(line)
