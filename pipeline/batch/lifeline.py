"""What ends a process that reads pages when its run is gone, or when a page never ends and nobody can stop it."""

from __future__ import annotations

import math
import os
import resource
import select
import signal
import threading

SPARE_SECONDS = 5


def end_with(run: int) -> None:
    """End this process and all it started when the process ``run`` ends, however it does."""
    try:
        handle = os.pidfd_open(run)
    except OSError:  # it is gone, or the kernel is too old: the limit on CPU time has to do
        return

    def watch() -> None:
        select.select([handle], [], [])
        os.killpg(os.getpgid(0), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def allow_cpu(seconds: float) -> None:
    """From now on twice so many seconds of CPU time and a few; then the kernel ends this process, even when native code
    lets no thread of it run."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(used.ru_utime + used.ru_stime + 2 * seconds) + SPARE_SECONDS
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )
