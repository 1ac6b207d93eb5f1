"""What a reader sees while others write, and that it cannot write itself."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select

from pipeline.errors import HotichError
from pipeline.registry import Registry
from pipeline.registry.database import Database
from pipeline.registry.tables import book
from tests.registry.pages import LEDGER, SCHEMAS

BOOKS = select(func.count()).select_from(book)


def test_a_reader_sees_one_state_of_the_database_throughout(registry: Registry, url: str) -> None:
    database = Database(url, 5.0)
    with database.reading() as connection:
        before = connection.scalar(BOOKS)
        registry.book_id(LEDGER, "written meanwhile")
        assert connection.scalar(BOOKS) == before == 0
    with database.reading() as connection:
        assert connection.scalar(BOOKS) == 1
    database.close()


def test_a_writer_sees_what_others_have_stored_since(postgresql_url: str) -> None:
    database = Database(postgresql_url, 5.0)
    with Registry.open(postgresql_url, SCHEMAS) as registry, database.writing() as connection:
        assert connection.scalar(BOOKS) == 0
        registry.book_id(LEDGER, "written meanwhile")
        assert connection.scalar(BOOKS) == 1
    database.close()


def test_a_reader_on_postgresql_cannot_write(postgresql_url: str) -> None:
    database = Database(postgresql_url, 5.0)
    row = {
        name: ""
        for name in (
            "folder_name",
            "record",
            "form",
            "place",
            "place_code",
            "volume",
            "opened_on",
            "closed_on",
        )
    }
    with pytest.raises(HotichError, match="chỉ cho đọc"), database.reading() as connection:
        connection.execute(insert(book).values(row))
    with database.writing() as connection:
        connection.execute(insert(book).values(row))
    database.close()


def test_nothing_of_a_transaction_that_failed_is_stored(registry: Registry, url: str) -> None:
    database = Database(url, 5.0)
    with pytest.raises(HotichError), database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO book (folder_name, record, form, place, place_code, volume, opened_on, closed_on) "
            "VALUES ('', '', '', '', '', '', '', '')"
        )
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (1)")
    assert registry.summary().books == 0
    database.close()
