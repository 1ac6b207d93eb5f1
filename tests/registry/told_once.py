"""A history that is told to the first database of each kind; the further ones get the rows that came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from benchmarks.servers import postgresql
from benchmarks.servers.reused_databases import NewDatabase
from pipeline.registry import Registry
from tests.registry.pages import SCHEMAS

History = Callable[[Registry], None]


@dataclass(frozen=True)
class KeptRegistry:
    """The key of the audit, and what the database holds: the file of SQLite or the rows of PostgreSQL."""

    key: bytes
    contents: bytes | NewDatabase

    @classmethod
    def of(cls, url: str, key_path: Path) -> KeptRegistry:
        """What is there, where nobody has the database open."""
        if (path := _file(url)) is not None:
            return cls(key_path.read_bytes(), path.read_bytes())
        with postgresql.started().connect(_name(url)) as connection:
            return cls(key_path.read_bytes(), NewDatabase.of(connection))

    def put(self, url: str, key_path: Path) -> None:
        """Have the same in another database, which nobody has open and which has the same tables."""
        key_path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key_path.touch(0o600)
        key_path.write_bytes(self.key)
        if isinstance(self.contents, bytes):
            Path(_name(url)).write_bytes(self.contents)
            return
        with postgresql.started().connect(_name(url)) as connection:
            self.contents.fill(connection)


_told: dict[tuple[History, bool], KeptRegistry] = {}


@contextmanager
def told_once(history: History, url: str, key_path: Path) -> Iterator[Registry]:
    """Open a database that nobody has open and that has no rows yet, with the history in it, signed."""
    at = history, _file(url) is None
    if (told := _told.get(at)) is not None:
        told.put(url, key_path)
    else:
        with Registry.open(url, SCHEMAS, audit_key=key_path) as registry:
            history(registry)
        _told[at] = KeptRegistry.of(url, key_path)
    with Registry.open(url, SCHEMAS, audit_key=key_path) as registry:
        yield registry


def _file(url: str) -> Path | None:
    return Path(_name(url)) if url.startswith("sqlite") else None


def _name(url: str) -> str:
    return str(make_url(url).database)
