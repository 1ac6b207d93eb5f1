"""What a reader sees while others write, and that it cannot write itself."""

from __future__ import annotations

import importlib.util

import pytest
from sqlalchemy import column, func, insert, select, table

from pipeline.base.errors import RegistryError, StorageError
from pipeline.registry import Registry
from pipeline.registry.books.rows import book
from pipeline.registry.database import sqlite
from pipeline.registry.database.database import Database
from tests.registry.pages import LEDGER, SCHEMAS

BOOKS = select(func.count()).select_from(book)
COLUMNS = ("folder_name", "record", "form", "place", "place_code", "volume", "opened_on", "closed_on")
ADD = insert(table(book.name, *map(column, ("id", *COLUMNS)))).values(dict.fromkeys(COLUMNS, "") | {"id": 1})
"""A book that there can be only once, added past the audit."""


def test_a_reader_sees_one_state_of_the_database_throughout(registry: Registry, url: str) -> None:
    database = Database(url, 5.0)
    with database.reading() as connection:
        before = connection.scalar(BOOKS)
        registry.book_id(LEDGER, "written meanwhile")
        assert connection.scalar(BOOKS) == before == 0
    with database.reading() as connection:
        assert connection.scalar(BOOKS) == 1
    database.close()


def test_what_is_committed_to_sqlite_is_on_the_disk(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """All other tests run without (``tests/durability.py``), so that what is installed is loaded once more."""
    spec = importlib.util.find_spec(sqlite.__name__)
    assert spec is not None
    assert spec.loader is not None
    installed = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(installed)
    monkeypatch.setattr(sqlite, "SYNCHRONOUS", installed.SYNCHRONOUS)
    with Database(sqlite_url, 1.0).reading() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL


def test_a_connection_to_sqlite_gives_a_large_cache_back(sqlite_url: str) -> None:
    def cache() -> int:
        return int(connection.exec_driver_sql("PRAGMA cache_size").scalar_one())

    with Database(sqlite_url, 1.0).reading() as connection:
        before = cache()
        with sqlite.large_cache(connection):
            assert cache() == -sqlite.LARGE_CACHE_KB != before
        assert cache() == before
        with pytest.raises(ZeroDivisionError), sqlite.large_cache(connection):
            _ = 1 / 0
        assert cache() == before


def test_a_writer_on_postgresql_sees_what_others_have_stored_since(postgresql_url: str) -> None:
    database = Database(postgresql_url, 5.0)
    with Registry.open(postgresql_url, SCHEMAS) as registry, database.writing() as connection:
        assert connection.scalar(BOOKS) == 0
        registry.book_id(LEDGER, "written meanwhile")
        assert connection.scalar(BOOKS) == 1
    database.close()


def test_a_reader_on_postgresql_cannot_write(postgresql_url: str) -> None:
    database = Database(postgresql_url, 5.0)
    with pytest.raises(StorageError, match="chỉ cho đọc"), database.reading() as connection:
        connection.execute(ADD)
    with database.writing() as connection:
        connection.execute(ADD)
    database.close()


def test_nothing_of_a_transaction_that_failed_is_stored(registry: Registry, url: str) -> None:
    def add_twice() -> None:
        with database.writing() as connection:
            connection.execute(ADD)
            connection.execute(ADD)

    database = Database(url, 5.0)
    with pytest.raises(RegistryError):
        add_twice()
    assert registry.summary().books == 0
    database.close()
