"""An emptied database is like a new one; a database with another structure is not used again."""

from __future__ import annotations

import psycopg
import pytest

from benchmarks.servers import postgresql
from benchmarks.servers.reused_databases import NewDatabase
from pipeline.registry import Registry
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read


def test_an_emptied_database_is_as_a_new_one(postgresql_cluster: postgresql.Cluster) -> None:
    with postgresql_cluster.database() as name:
        with postgresql_cluster.connect(name) as connection:
            new = NewDatabase.of(connection)
        for _ in range(2):
            lingering = postgresql_cluster.connect(name)
            with Registry.open(postgresql_cluster.url(name), SCHEMAS) as registry:
                assert registry.book_id(LEDGER, "KS.2010.01") == 1
                registry.store_scan(1, SCAN, "scan.pdf", 1000, 1)
                registry.save_page(1, page(entry(read("child_name", "Thử Một", accepted=False))), "f1")
            with postgresql_cluster.connect(name) as connection:
                assert new.restore(connection)
                assert NewDatabase.of(connection) == new
            with pytest.raises(psycopg.OperationalError):
                lingering.execute("SELECT 1")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE book ADD COLUMN another text",
        "ALTER TABLE decision DISABLE TRIGGER decision_no_update",
        "GRANT DELETE ON decision TO PUBLIC",
        "ALTER DATABASE {} SET work_mem = '1MB'",
    ],
)
def test_a_database_that_was_changed_is_not_used_again(
    postgresql_cluster: postgresql.Cluster, statement: str
) -> None:
    with postgresql_cluster.empty_database() as changed, postgresql_cluster.connect(changed) as connection:
        connection.execute(statement.format(changed).encode())
    with postgresql_cluster.empty_database() as another:
        assert another != changed
