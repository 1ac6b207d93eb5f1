"""Where the registry of a measurement lies: on either kind of database, filled anew, or a copy of one that was filled
before and is kept, so that every measurement begins with the same rows.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.desk.filled_registry import FilledRegistry, fill
from benchmarks.figures import say
from benchmarks.servers import postgresql

LOADED_FAST = {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "4GB"}
"""So that filling the registry needs no log; a commit is on the disk as ever."""

AT_WORK, FILLED = "bench", "filled_{}"
"""Databases of the PostgreSQL server: the database in use, and the kept database with that number of entries."""


@dataclass(frozen=True)
class RegistryLocation:
    """The address of a registry, for its owner and for its clients; ``key`` signs its audit."""

    owner_url: str
    url: str
    key: Path


@contextmanager
def sqlite_location(entries: int, keep: Path | None) -> Iterator[tuple[RegistryLocation, FilledRegistry]]:
    """Return a file with a registry of that many entries, deleted afterwards; ``keep``: a folder for the first file."""
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hotich-bench-", dir=keep) as folder:
        place = _file(Path(folder) / "registry.db", Path(folder) / "audit.key")
        if keep is None:
            yield place, filled(place, entries)
            return
        kept = _file(keep / f"{entries}.db", keep / f"{entries}.sqlite.key")
        shelf = _filled_once(kept, entries, keep / f"{entries}.sqlite.json")
        shutil.copyfile(keep / f"{entries}.db", Path(folder) / "registry.db")
        shutil.copy(kept.key, place.key)
        yield place, shelf


@contextmanager
def postgresql_location(entries: int, keep: Path | None) -> Iterator[tuple[RegistryLocation, FilledRegistry]]:
    """The same in a database of a server of its own; with ``keep`` the server's files lie there."""
    if keep is None:
        with postgresql.server(LOADED_FAST) as server, tempfile.TemporaryDirectory() as folder:
            server.execute("CREATE DATABASE {} TEMPLATE {}", AT_WORK, postgresql.TEMPLATE)
            place = _database(server, AT_WORK, Path(folder) / "audit.key")
            yield place, filled(place, entries)
        return
    with postgresql.kept_server(LOADED_FAST, keep / "postgresql") as server:
        name, key = FILLED.format(entries), keep / f"{entries}.postgresql.key"
        record = keep / f"{entries}.postgresql.json"
        if not record.exists():
            server.execute("DROP DATABASE IF EXISTS {}", name)
            server.execute("CREATE DATABASE {} TEMPLATE {}", name, postgresql.TEMPLATE)
        shelf = _filled_once(_database(server, name, key), entries, record)
        server.execute("DROP DATABASE IF EXISTS {}", AT_WORK)
        server.execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", AT_WORK, name)
        try:
            yield _database(server, AT_WORK, key), shelf
        finally:
            server.execute("DROP DATABASE {} WITH (FORCE)", AT_WORK)


def filled(place: RegistryLocation, entries: int) -> FilledRegistry:
    """Fill the empty registry there with about so many entries."""
    begun = time.perf_counter()
    shelf = fill(place.owner_url, place.key, entries)
    say(
        f"{shelf.entries} mục, {shelf.books} quyển, {len(shelf.places)} nơi: {time.perf_counter() - begun:.0f} giây"
    )
    return shelf


def _filled_once(place: RegistryLocation, entries: int, record: Path) -> FilledRegistry:
    """What was filled there, now or before; ``record`` says so when it is done."""
    with suppress(FileNotFoundError):
        known = json.loads(record.read_text(encoding="utf-8"))
        return FilledRegistry(known["entries"], known["books"], tuple(known["places"]), known["audit_rows"])
    place.key.unlink(missing_ok=True)
    shelf = filled(place, entries)
    record.write_text(json.dumps(asdict(shelf)), encoding="utf-8")
    return shelf


def _file(path: Path, key: Path) -> RegistryLocation:
    url = f"sqlite:///{path}"
    return RegistryLocation(url, url, key)


def _database(server: postgresql.Cluster, name: str, key: Path) -> RegistryLocation:
    return RegistryLocation(server.url(name, postgresql.OWNER), server.url(name), key)
