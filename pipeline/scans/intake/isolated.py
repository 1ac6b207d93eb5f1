"""Decode pages of scans of unknown origin in a separate process that may hang, grow or die.

A page costs about 0.2 s more than ``page_of``. Programs that decode many pages in their own worker processes call
``limit_this_process`` there instead, enforce a time limit, and use ``page_of``.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np

from pipeline.base.child_processes import child_environment
from pipeline.base.errors import (
    AlteredScan,
    BrokenScan,
    EmptyScan,
    EncryptedScan,
    HotichError,
    OversizedScan,
    ScanCrash,
    ScanError,
    ScanOutOfMemory,
    ScanTimeout,
    SetupError,
    UnknownFileType,
)
from pipeline.base.model import PageImage, PageRef, Pixels
from pipeline.scans.intake.filetype import shown
from pipeline.scans.intake.folder import ScanFile
from pipeline.scans.intake.limits import DEFAULT_LIMITS, ScanLimits

HEADER_BYTES = 65_536
START_SECONDS = 10.0  # time for the child's start on a busy machine, in addition to the page's seconds
_ERRORS: tuple[type[ScanError], ...] = (
    ScanError, UnknownFileType, EmptyScan, BrokenScan, EncryptedScan, OversizedScan, ScanTimeout, ScanOutOfMemory,
    ScanCrash, AlteredScan,
)  # fmt: skip
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # threads reserve address space


def start_child(module: str, scratch: str) -> subprocess.Popen[bytes]:
    """Start a fresh interpreter that runs ``module`` in its own process group, with pipes at both ends.

    The caller removes files that it leaves in ``scratch`` when it is killed.
    """
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**child_environment(scratch), **_ONE_THREAD},
    )


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and every program that it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def end_child(child: subprocess.Popen[bytes]) -> None:
    """Kill, then reap: until it is reaped, the child's process id cannot be reused."""
    kill_group(child)
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    child.wait()


def answered_error(header: Mapping[str, Any]) -> HotichError:
    """Return the error reported by a child."""
    code = str(header["error"])
    if code == SetupError.code:
        return SetupError(str(header.get("message", "")))
    return scan_error(code, str(header.get("message", "")))


def scan_error(code: str, message: str) -> ScanError:
    """Return the error with a code."""
    return next((kind for kind in _ERRORS if kind.code == code), BrokenScan)(message)


def child_error(
    child: subprocess.Popen[bytes], late: bool, path: Path, page_no: int | None, limits: ScanLimits
) -> ScanError:
    """Return the error for a child process without an answer.

    Args:
        child: The process, which has ended.
        late: Whether it was killed for exceeding its time limit.
        page_no: The requested page, from 1; ``None`` for the scan as a whole.
    """
    what = f"Tệp «{shown(path)}»" if page_no is None else f"Trang {page_no} của «{shown(path)}»"
    end = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    status = 0 if end is None or end.si_code == os.CLD_EXITED else end.si_status
    if late or status == signal.SIGXCPU:
        return ScanTimeout(
            f"{what} giải mã quá {limits.seconds:.0f} giây nên đã bị dừng. Hãy quét lại, hoặc xuất lại tệp từ máy quét."
        )
    if status == signal.SIGKILL:  # not killed by this program: the kernel ran out of memory
        return ScanOutOfMemory(f"{what} cần quá nhiều bộ nhớ để giải mã. Hãy quét lại ở 300 dpi.")
    return ScanCrash(
        f"{what} làm chương trình giải mã dừng đột ngột. Hãy quét lại, hoặc xuất lại tệp từ máy quét."
    )


_Answer = TypeVar("_Answer")


def page_count_isolated(scan: ScanFile, limits: ScanLimits = DEFAULT_LIMITS) -> int:
    """Return ``page_count``, computed in a separate process.

    Raises:
        ScanError: The count fails, whatever happens in that process.
    """
    return _answer_of(scan, None, limits, lambda header, _: int(header["pages"]))


def page_of_isolated(scan: ScanFile, page_no: int, limits: ScanLimits = DEFAULT_LIMITS) -> PageImage:
    """Return ``page_of``, decoded in a separate process.

    Args:
        page_no: The page's number, from 1.

    Raises:
        ScanError: The decoding fails, whatever happens in that process.
    """

    def page(header: dict[str, Any], answer: IO[bytes]) -> PageImage:
        pixels = _received(answer, int(header["height"]), int(header["width"]), limits)
        return PageImage(PageRef(scan.sha256, page_no), pixels, float(header["dpi"]))

    return _answer_of(scan, page_no, limits, page)


def _answer_of(
    scan: ScanFile,
    page_no: int | None,
    limits: ScanLimits,
    read: Callable[[dict[str, Any], IO[bytes]], _Answer],
) -> _Answer:
    """Return the child's answer parsed by ``read``; without an answer, the child's end determines the error."""
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
            raise child_error(child, late.is_set(), scan.path, page_no, limits) from None
        raise answered_error(header)


@contextmanager
def _child(limits: ScanLimits, late: threading.Event, scratch: str) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a fresh interpreter in its own process group; the whole group is dead afterwards.

    The caller removes files that it leaves in ``scratch`` when it is killed.
    """
    child = start_child("pipeline.scans.intake.decoder_child", scratch)

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
        end_child(child)


def _received(answer: IO[bytes], height: int, width: int, limits: ScanLimits) -> Pixels:
    if height <= 0 or width <= 0 or height * width > limits.max_pixels:
        raise ValueError("a page of that size was not asked for")
    pixels: Pixels = np.empty((height, width, 3), dtype=np.uint8)
    wanted = pixels.reshape(-1).data
    while wanted:
        received = answer.readinto(wanted)  # type: ignore[attr-defined]
        if not received:
            raise EOFError
        wanted = wanted[received:]
    return pixels
