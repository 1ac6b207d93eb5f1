"""Settings of all tests, and databases for those that want one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from hypothesis import settings

from benchmarks.servers import postgresql

settings.register_profile("hotich", deadline=None)
"""No test fails because the machine was busy."""

settings.load_profile("hotich")


def pytest_configure(config: pytest.Config) -> None:
    """The process that starts the run names the folder of its PostgreSQL server and sees to its end."""
    if not hasattr(config, "workerinput"):
        end = ExitStack()
        config.add_cleanup(end.close)
        os.environ[postgresql.FOLDER] = str(end.enter_context(postgresql.new_folder()))


@pytest.fixture(scope="session")
def postgresql_cluster() -> postgresql.Cluster:
    """The PostgreSQL server of this run."""
    return postgresql.started()


@pytest.fixture
def postgresql_url(postgresql_cluster: postgresql.Cluster) -> Iterator[str]:
    """A PostgreSQL database of this test's own: all tables, no rows; with no more rights than the work takes."""
    with postgresql_cluster.database() as name:
        yield postgresql_cluster.url(name)
