"""Where the processes that read pages come from: a server process that has all they need loaded, and forks.

Forking the process that leads would copy its threads' locks; starting each reader afresh would load OpenCV anew after
every crash.
"""

from __future__ import annotations

import multiprocessing
import os
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext


def reader_context() -> ForkServerContext:
    """A context whose processes have the readers loaded and use one thread each."""
    os.environ["OMP_THREAD_LIMIT"] = os.environ["OMP_NUM_THREADS"] = "1"
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pipeline.batch.reader_loaded"])
    return context


def load_readers_ahead() -> None:
    """Let the server process load them now, in the background: whoever will read pages asks for it as its first deed,
    and they are there when its registry is open and its scans are stored."""
    reader_context()
    forkserver.ensure_running()
