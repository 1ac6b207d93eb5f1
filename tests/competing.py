"""Processes of tests that compete for one registry.

They come from a server process that has loaded the registry and has one thread. A process forked from that of the tests
itself would copy the locks of its threads (of a browser, of Prefect, of an upload) as they are in that moment, and
could wait for one of them for ever; a process started afresh loads the program for longer than it competes.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess

WAIT_SECONDS = 300.0
"""So long at most for a process that competes: one that hangs fails its test."""


def competing_context() -> ForkServerContext:
    """Return the context of such processes.

    What the server process has loaded is that of its first user in this process: readers, or the registry.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.competing_preload"])
    return context


def started_and_ended(processes: Sequence[BaseProcess]) -> list[int | None]:
    """Start all processes, wait for them and return how each ended; one that hangs is killed."""
    for process in processes:
        process.start()
    for process in processes:
        process.join(WAIT_SECONDS)
        if process.exitcode is None:
            process.kill()
            process.join()
    return [process.exitcode for process in processes]
