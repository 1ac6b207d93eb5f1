"""Which steps a database has seen: told without Alembic as Alembic tells it."""

from __future__ import annotations

import subprocess
import sys

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from pipeline.registry.database.database import Database
from pipeline.registry.database.migration import configuration, frozen_steps
from pipeline.registry.database.versions import current_step

LOADED = """
import sys
from pipeline.registry import Registry
Registry.open(sys.argv[1]).close()
print("alembic" in sys.modules)
"""


def test_the_files_of_the_steps_name_them_in_the_order_that_alembic_takes_them() -> None:
    taken = ScriptDirectory.from_config(configuration()).walk_revisions()
    assert frozen_steps() == tuple(reversed([step.revision for step in taken]))


def test_what_is_read_of_a_database_is_what_alembic_reads(url: str) -> None:
    database = Database(url, 5.0)
    with database.reading() as connection:
        said = MigrationContext.configure(connection).get_current_revision()
        assert current_step(connection) == said == frozen_steps()[-1]
    database.close()


def test_a_database_without_steps_has_seen_none_and_two_at_once_are_no_step(sqlite_url: str) -> None:
    database = Database(sqlite_url, 5.0)
    with database.writing() as connection:
        connection.execute(text("INSERT INTO alembic_version VALUES ('0000')"))
        assert current_step(connection) not in frozen_steps()
        connection.execute(text("DELETE FROM alembic_version"))
        assert current_step(connection) is None
        connection.execute(text("DROP TABLE alembic_version"))
        assert current_step(connection) is None
    database.close()


def test_a_registry_that_has_all_steps_is_opened_without_alembic(sqlite_url: str) -> None:
    asked = [sys.executable, "-c", LOADED, sqlite_url]
    told = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"
