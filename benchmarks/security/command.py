"""The command line as an office uses it, in a process of its own, with its memory measured."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SECONDS = 90.0
"""Of processor time that a command may take."""

LATE = 15
"""How many times as long it may take by the clock: other attacks run beside it."""

LAST_CODE = 63
"""The exit codes of the program (``docs/reference/exit-codes.md``) are below; 1 is a fault of its own."""


@dataclass(frozen=True)
class Finished:
    """A command that ended.

    Attributes:
        code: Its exit code; negative when a signal ended it.
        megabytes: The most memory that it held.
        in_time: Whether it ended by itself, within its processor time.
    """

    code: int
    out: str
    err: str
    megabytes: float
    in_time: bool

    @property
    def told(self) -> str:
        return self.out + self.err

    @property
    def orderly(self) -> bool:
        """Whether it ended by itself, as commands of the program end, and not with a trace of the interpreter."""
        return (
            self.in_time
            and 0 <= self.code <= LAST_CODE
            and self.code != 1
            and "Traceback (most" not in self.told
        )

    def __str__(self) -> str:
        last = self.told.strip().splitlines()[-1:] or [""]
        return f"exit {self.code}, {self.megabytes:.0f} MB{'' if self.in_time else ', not in time'}: {last[0][:160]}"


def hotich(
    *arguments: object,
    workspace: Path,
    environment: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
    umask: int = -1,
) -> Finished:
    """Run ``hotich`` with those arguments and wait for its end, or end it; ``seconds``: of processor time."""
    variables = {**os.environ, "HOTICH_WORKSPACE": str(workspace), "NO_COLOR": "1", **(environment or {})}
    command = [sys.executable, "-m", "pipeline.cli", *map(str, arguments)]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            command, env=variables, stdin=subprocess.DEVNULL, stdout=out, stderr=err, umask=umask
        )
        late = threading.Event()
        watch = threading.Timer(LATE * seconds, _end, (process.pid, late))
        watch.start()
        _, status, usage = os.wait4(process.pid, 0)
        watch.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        texts = (out.read().decode(errors="replace"), err.read().decode(errors="replace"))
    in_time = not late.is_set() and usage.ru_utime + usage.ru_stime <= seconds
    return Finished(process.returncode, *texts, usage.ru_maxrss / 1024, in_time)


def _end(process: int, late: threading.Event) -> None:
    late.set()
    os.kill(process, 9)
