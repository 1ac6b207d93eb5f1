"""A Prefect server for the tests of flows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

STARTS = 4
"""How often a server is started before the test gives up."""


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A temporary server, which has the time of ``flows.OFFLINE`` to come up. Prefect drops one that is up and leaves
    the first question unanswered for five seconds, as happens on a busy machine: then another one is started."""
    from prefect.testing.utilities import prefect_test_harness

    with ExitStack() as stack:
        for start in range(STARTS):
            try:
                stack.enter_context(prefect_test_harness(server_startup_timeout=None))
                break
            except httpx.TimeoutException:
                if start == STARTS - 1:
                    raise
        yield
