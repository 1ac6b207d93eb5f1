"""Settings of all tests, and databases for those that want one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests import postgresql

settings.register_profile("hotich", deadline=None)
"""No test fails because the machine was busy."""

settings.load_profile("hotich")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgresql.make_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgresql.remove_folder()


@pytest.fixture(scope="session")
def postgresql_cluster() -> postgresql.Cluster:
    """The PostgreSQL server of this run."""
    return postgresql.started()


@pytest.fixture
def postgresql_url(postgresql_cluster: postgresql.Cluster) -> Iterator[str]:
    """A PostgreSQL database of this test's own: all tables, no rows; with no more rights than the work takes."""
    with postgresql_cluster.database() as name:
        yield postgresql_cluster.url(name)
