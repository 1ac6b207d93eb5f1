"""The processes that read pages: their start, and the end of processes whose run is gone or whose page hangs."""

from __future__ import annotations

import math
import multiprocessing
import os
import resource
import select
import signal
import threading
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext


def reader_context() -> ForkServerContext:
    """Return a context whose processes have the readers loaded and use one thread each.

    A server process loads the readers and forks. A fork of the leading process would copy the locks of its threads; a
    fresh start of each reader would load OpenCV again after every crash.
    """
    os.environ["OMP_THREAD_LIMIT"] = os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pipeline.runs.reader_preload"])
    return context


def load_readers_ahead() -> None:
    """Let the server process load the readers now, in the background.

    A program that will read pages calls this first, so that the readers are ready when its registry is open and its
    scans are stored.
    """
    reader_context()
    forkserver.ensure_running()


SPARE_SECONDS = 5
"""CPU seconds that a page gets on top of twice its wall time."""


def end_with(run: int) -> None:
    """End this process and its children when the process ``run`` ends in any way."""
    try:
        handle = os.pidfd_open(run)
    except OSError:  # the process is gone, or the kernel is too old: the CPU limit must suffice
        return

    def watch() -> None:
        select.select([handle], [], [])
        os.killpg(os.getpgid(0), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def allow_cpu(seconds: float) -> None:
    """Limit this process to twice ``seconds`` of CPU time from now on, and a few seconds.

    The kernel then ends it even if native code blocks all its threads.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(used.ru_utime + used.ru_stime + 2 * seconds) + SPARE_SECONDS
    resource.setrlimit(
        resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard)
    )
