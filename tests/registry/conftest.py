from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from benchmarks.servers import postgresql
from pipeline.registry import Registry
from pipeline.registry.accounts import passwords
from tests.registry.offices import Clock
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, SCHEMAS


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes of passwords that cost next to nothing."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A database of this test's own, on each kind: one without rows. Whether it has tables already does not matter."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_url(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A database that the tests of a module share, on each kind, for what none of them changes."""
    if request.param == "sqlite":
        path = shutil.copyfile(sqlite_template, tmp_path_factory.mktemp("shared") / "registry.db")
        yield f"sqlite:///{path}"
        return
    cluster: postgresql.Cluster = request.getfixturevalue("postgresql_cluster")
    with cluster.empty_database() as name:
        yield cluster.url(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/registry.db"
        return
    cluster: postgresql.Cluster = request.getfixturevalue("postgresql_cluster")
    with cluster.database("template0") as name:
        yield cluster.url(name, postgresql.OWNER)


@pytest.fixture
def registry(url: str) -> Iterator[Registry]:
    with Registry.open(url, SCHEMAS) as opened:
        yield opened


@pytest.fixture
def book(registry: Registry) -> int:
    """A book with one scan of ten pages."""
    book_id = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book_id, SCAN, "scan.pdf", 1000, 10)
    return book_id


@pytest.fixture
def outsider(url: str) -> Iterator[Outsider]:
    """Another program on the database of ``url``."""
    other = Outsider(url)
    yield other
    other.close()
