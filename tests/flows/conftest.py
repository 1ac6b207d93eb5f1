"""A Prefect server for the tests of flows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

STARTS = 4
"""How often a server is started before the test gives up."""

_running: list[ExitStack] = []
"""Ends the running server, if any."""


@pytest.fixture(scope="module")
def prefect_server() -> None:
    """A temporary server, which has the time of ``flows.OFFLINE`` to come up. Prefect drops one that is up and leaves
    the first question unanswered for five seconds, as happens on a busy machine: then another one is started. It ends
    with the last flow: no other test runs, or forks, beside its threads."""
    if _running:
        return
    with ExitStack() as stack:
        _start(stack)
        _running.append(stack.pop_all())


def _start(stack: ExitStack) -> None:
    from prefect.testing.utilities import prefect_test_harness

    for start in range(STARTS):
        try:
            stack.enter_context(prefect_test_harness(server_startup_timeout=None))
            return
        except httpx.TimeoutException:
            if start == STARTS - 1:
                raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """End the server when what comes next is no flow."""
    try:
        yield
    finally:
        if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
            while _running:
                _running.pop().close()
