"""A whole scan looked through before it is believed: does every page decode, how does it look, which codes are on it.

One process does it for many scans, one page after the other, under the limits of a scan; it is started again when it
swells, hangs or dies, and the page that did it is named. Pages come back as a few words of JSON, never as pixels.
"""

from __future__ import annotations

import dataclasses
import json
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from pipeline.base.errors import ScanError
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
"""After so many scans the process is replaced, so that nothing one of them left behind adds up."""

ENDS_A_SCAN = 3
"""A scan whose pages end the process that often is not looked through any further."""

MINUTES_A_SCAN, SECONDS_A_PAGE = 10.0, 2.0
"""What the pages of a scan may take together: so much, and so much more a page."""


@dataclass(frozen=True, slots=True)
class InspectedPage:
    """What an inspection found out about one page of a scan.

    Attributes:
        page_no: The page's number in the scan, from 1.
        fault: The code of the ``ScanError`` that prevents its decoding, ``""`` if it can be decoded.
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
    """Looks through scans; use it as a context manager. Its process starts with the first scan."""

    def __init__(self, limits: ScanLimits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._child: _Child | None = None

    def __enter__(self) -> Inspector:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def pages(self, scan: ScanFile) -> tuple[InspectedPage, ...]:
        """Return every page of the scan, those that cannot be decoded included.

        Raises:
            ScanError: The file is no scan or not whole, or its pages cannot be counted.
        """
        check_complete(scan.path, scan_type(scan.path, self._limits))
        seen: list[InspectedPage] = []
        began, ends, count = time.monotonic(), 0, 0
        while not count or len(seen) < count:
            child = self._running()
            page_no = None
            try:
                child.ask(scan, len(seen) + 1)
                count = child.count()
                while len(seen) < count:
                    page_no = len(seen) + 1
                    if time.monotonic() - began > 60 * MINUTES_A_SCAN + SECONDS_A_PAGE * count:
                        child.kill_late()
                    seen.append(child.page())
            except (OSError, ValueError, KeyError, TypeError, EOFError):
                error = child.died_of(scan, page_no)
                self._end()
                if page_no is None:
                    raise error from None
                ends += 1
                last = page_no if ends < ENDS_A_SCAN and not child.out_of_time else count
                seen += [
                    InspectedPage(number, error.code, error.message) for number in range(page_no, last + 1)
                ]
        return tuple(seen)

    def split(self, scan: ScanFile, pages: Sequence[int], target: Path) -> None:
        """Write some pages of a scan to a file of their own (``pipeline.scans.intake.pages``).

        Args:
            scan: The scan.
            pages: The numbers of the pages, from 1.
            target: The file to write.

        Raises:
            ScanError: The pages cannot be taken out.
        """
        child = self._running()
        try:
            child.write(scan, pages, target)
        except (OSError, ValueError, KeyError, TypeError, EOFError):
            error = child.died_of(scan, None)
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
    """The process of ``scans.intake.inspector_child`` and what it says, a line at a time, watched by the clock."""

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
        """Ask for the pages of a scan from ``first`` on."""
        self.asked += 1
        self._send({
            "path": os.fspath(scan.path.absolute()), "sha256": scan.sha256, "size": scan.size, "first": first,
        })  # fmt: skip

    def write(self, scan: ScanFile, pages: Sequence[int], target: Path) -> None:
        """Have pages written; raise the ``ScanError`` that the process reports."""
        self.asked += 1
        self._send({
            "path": os.fspath(scan.path.absolute()), "sha256": scan.sha256, "size": scan.size,
            "pages": list(pages), "target": os.fspath(target.absolute()),
        })  # fmt: skip
        header = next(self._lines)
        if "error" in header:
            raise answered_error(header)

    def count(self) -> int:
        """Return the number of pages; raise the ``ScanError`` that the process reports."""
        header = next(self._lines)
        if "error" in header:
            raise answered_error(header)
        return int(header["pages"])

    def page(self) -> InspectedPage:
        """The next page."""
        header = next(self._lines)
        if "error" in header:
            error = answered_error(header)
            if not isinstance(error, ScanError):
                raise error  # a program is missing: that is no fault of the page
            return InspectedPage(int(header["page_no"]), error.code, error.message)
        return InspectedPage(
            int(header["page_no"]), likeness=str(header["likeness"]), codes=tuple(map(str, header["codes"]))
        )

    def kill_late(self) -> None:
        """All pages together took too long."""
        self.out_of_time = self._late = True
        kill_group(self._process)
        raise EOFError

    def died_of(self, scan: ScanFile, page_no: int | None) -> ScanError:
        """Why no answer came."""
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
        """Objects, one a line; raises ``EOFError`` when the process is dead or was killed for its time."""
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
