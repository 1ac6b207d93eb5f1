"""Settings of all tests, and databases for those that want one."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from benchmarks.servers import postgresql
from pipeline.registry import Registry
from tests import durability, longest_files, module_cache, shared_sql
from tests.file_scheduling import pytest_xdist_make_scheduler  # noqa: F401

settings.register_profile("hotich", deadline=None, max_examples=50, derandomize=True)
"""No test fails because the machine was busy, or by chance: every run tries the same examples. A test that needs more
of them than usual says so."""
settings.register_profile("explore", deadline=None, max_examples=500)
"""Other examples each time (``pytest --hypothesis-profile explore``): for whoever looks for what nobody thought of."""

settings.load_profile("hotich")
gc.disable()  # until all tests are collected: what is imported stays
shared_sql.share()
durability.leave_to_the_system()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files begin."""
    longest_files.first(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The longest files are named."""
    longest_files.tell(terminalreporter)


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not look through it again and again."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(10_000, 20, 20)


def pytest_configure(config: pytest.Config) -> None:
    """The process that starts the run names the folder of its PostgreSQL server and sees to its end."""
    if config.getoption("dist", "no") != "no":
        gc.enable()  # the process that leads collects no tests
    if not hasattr(config, "workerinput"):
        end = ExitStack()
        config.add_cleanup(end.close)
        os.environ[postgresql.FOLDER] = str(end.enter_context(postgresql.new_folder()))


@pytest.fixture(scope="module", autouse=True)
def _caches_of_the_module() -> Iterator[None]:
    """Ends the caches of ``module_cache`` with the module."""
    yield
    module_cache.forget()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all tables and no rows, which the databases of single tests are copies of."""
    path = tmp_path_factory.mktemp("template") / "registry.db"
    Registry.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite database of this test's own: all tables, no rows."""
    shutil.copyfile(sqlite_template, tmp_path / "registry.db")
    return f"sqlite:///{tmp_path}/registry.db"


@pytest.fixture(scope="session")
def postgresql_cluster() -> postgresql.Cluster:
    """The PostgreSQL server of this run."""
    return postgresql.started()


@pytest.fixture
def postgresql_url(postgresql_cluster: postgresql.Cluster) -> Iterator[str]:
    """A PostgreSQL database of this test's own: all tables, no rows; with no more rights than the work takes."""
    with postgresql_cluster.empty_database() as name:
        yield postgresql_cluster.url(name)
