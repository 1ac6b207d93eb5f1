"""A process that decodes bytes of unknown origin: how it is started, killed, and what its end says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pipeline
from pipeline.errors import (
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
from pipeline.intake.filetype import shown
from pipeline.intake.limits import ScanLimits

HEADER_BYTES = 65_536
START_SECONDS = 10.0  # for the child to start, on a busy machine, beside the seconds of the page
_ERRORS: tuple[type[ScanError], ...] = (
    ScanError, UnknownFileType, EmptyScan, BrokenScan, EncryptedScan, OversizedScan, ScanTimeout, ScanOutOfMemory,
    ScanCrash,
)  # fmt: skip
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # threads reserve address space


def started(module: str, scratch: str) -> subprocess.Popen[bytes]:
    """A fresh interpreter that runs ``module``, leading a process group of its own; pipes at both ends.

    What it leaves in ``scratch`` when it is killed is for the caller to remove.
    """
    root = os.fspath(Path(pipeline.__file__).parent.parent)
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": paths, "TMPDIR": scratch, **_ONE_THREAD},
    )


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and every program it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def ended(child: subprocess.Popen[bytes]) -> None:
    """Kill, then reap: before the child is reaped its number cannot belong to anybody else."""
    kill_group(child)
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    child.wait()


def named_error(header: Mapping[str, Any]) -> HotichError:
    """The error that a child told."""
    code = str(header["error"])
    if code == SetupError.code:
        return SetupError(str(header.get("message", "")))
    return error_of(code, str(header.get("message", "")))


def error_of(code: str, message: str) -> ScanError:
    """The error of that code."""
    return next((kind for kind in _ERRORS if kind.code == code), BrokenScan)(message)


def how_it_ended(
    child: subprocess.Popen[bytes], late: bool, path: Path, page_no: int | None, limits: ScanLimits
) -> ScanError:
    """What a child that gave no answer died of. ``late``: it was killed for its time."""
    what = f"Tệp «{shown(path)}»" if page_no is None else f"Trang {page_no} của «{shown(path)}»"
    end = os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    status = 0 if end is None or end.si_code == os.CLD_EXITED else end.si_status
    if late or status == signal.SIGXCPU:
        return ScanTimeout(
            f"{what} giải mã quá {limits.seconds:.0f} giây nên đã bị dừng. Hãy quét lại, hoặc xuất lại tệp từ máy quét."
        )
    if status == signal.SIGKILL:  # not by us: the kernel ran out of memory
        return ScanOutOfMemory(f"{what} cần quá nhiều bộ nhớ để giải mã. Hãy quét lại ở 300 dpi.")
    return ScanCrash(
        f"{what} làm chương trình giải mã dừng đột ngột. Hãy quét lại, hoặc xuất lại tệp từ máy quét."
    )
