"""Whole files to each process, as ``--dist loadfile``, but a process that dies costs one test and nothing else.

pytest-xdist gives the test at which a process died to the next process, and waits for ever for a process that took the
place of another and was given a single test: a process begins a test when it knows what comes after it.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling, Scheduling
from xdist.workermanage import WorkerController

NEEDED = 2
"""Tests that a process must have to begin one, unless it knows that there are no more."""


class FileScheduling(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives files to processes."""

    def remove_node(self, node: WorkerController) -> str | None:
        """Forget a process; return the test at which it died, which nobody runs again."""
        files = self.assigned_work.pop(node)
        left = (test for tests in files.values() for test, is_done in tests.items() if not is_done)
        died_at: str | None = next(left, None)
        if died_at is None:
            return None
        for name, tests in files.items():
            if died_at in tests:
                tests[died_at] = True
            if not all(tests.values()):
                self.workqueue[name] = tests
        for other in self.assigned_work:
            self._reschedule(other)
        return died_at

    def _reschedule(self, node: WorkerController) -> None:
        if node not in self.registered_collections:
            return  # it took the place of another and has not found its tests yet; then it is asked again
        super()._reschedule(node)
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) < NEEDED:
            super()._reschedule(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Take the place of ``--dist loadfile``."""
    return FileScheduling(config, log) if config.getoption("dist") == "loadfile" else None
