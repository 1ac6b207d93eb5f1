from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from pipeline.errors import RegistryError
from pipeline.model import Evidence, Hypothesis
from pipeline.registry import Registry
from pipeline.registry.audit.tables import audit
from pipeline.registry.database import Database
from pipeline.registry.desk.tables import DESK_APPEND_ONLY
from pipeline.registry.migration import configuration, upgrade
from pipeline.registry.tables import APPEND_ONLY, ONLY_ENDS, all_tables, record_table_name
from pipeline.schema import FieldSpec, RecordSpec, Schemas
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

FIRST_VERSION = """
INSERT INTO book VALUES (1, 'KS.2010.01', 'birth', 'birth-2006', '', '00000', '01/2010', '', '', NULL, NULL);
INSERT INTO scan VALUES (1, 1, 'aa', 'scan.pdf', 1, 1);
INSERT INTO page VALUES (1, 1, 1);
INSERT INTO page_run
    VALUES (1, 1, 'f1', 1, '2026-01-01', 'entries', 'birth-2006', '[9, 9]', '[]', 0, 0.0, '{}', '{}');
INSERT INTO entry VALUES (1, 1, 0, 'birth', 1, 1, 0, NULL, NULL, '');
INSERT INTO reading VALUES (1, 1, 1, 'notes', 'read', 'x', 'x', 0.5, 'hand', 'tesseract', NULL, '[]', 0);
"""
"""One page as the first version stored it."""


def with_field(record: str, name: str) -> Schemas:
    """The declarations with one more field in a record."""
    spec = SCHEMAS.record(record)
    extra = FieldSpec(name=name, column="thuNghiem", kind="text", label="Thử nghiệm")
    grown = RecordSpec(record=record, title=spec.title, prefix=spec.prefix, field=(*spec.fields, extra))
    return dataclasses.replace(SCHEMAS, records={**SCHEMAS.records, record: grown})


def test_the_frozen_steps_make_exactly_the_tables_that_are_declared(url: str) -> None:
    database = Database(url, 1.0)
    metadata = all_tables(SCHEMAS)
    with database.writing() as connection:
        upgrade(connection, metadata)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        assert {name for (name,) in triggers} == {
            f"{table.name}_no_{change}"
            for table in (*APPEND_ONLY, audit, *ONLY_ENDS, *DESK_APPEND_ONLY)
            for change in ("update", "delete", "replace")
        }
    database.close()


@pytest.mark.parametrize("record", sorted(SCHEMAS.records))
def test_a_record_table_has_one_column_a_declared_field_in_the_declared_order(
    registry: Registry, tmp_path: Path, record: str
) -> None:
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        columns = connection.execute(f"PRAGMA table_info({record_table_name(record)})").fetchall()
    assert [name for _, name, *_ in columns] == ["entry_id", *SCHEMAS.record(record).by_name]
    assert {kind for _, _, kind, *_ in columns[1:]} == {"TEXT"}


def test_what_is_in_force_stands_in_the_record_table(registry: Registry, book: int, tmp_path: Path) -> None:
    doubtful = read("child_name", "?", accepted=False)
    registry.save_page(book, page(entry(doubtful, read("entry_number", "7/2010", canonical="07/2010"))), "f1")
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        row = connection.execute("SELECT entry_number, child_name, notes FROM birth_record").fetchall()
        number = connection.execute("SELECT number, year FROM entry").fetchall()
    assert (row, number) == ([("07/2010", None, None)], [("07", 2010)])


def test_opening_again_keeps_everything(url: str) -> None:
    with Registry.open(url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 1)
        registry.save_page(book, page(entry(read("notes", "x"))), "f1")
        before = registry.summary()
    for _ in range(2):
        with Registry.open(url, SCHEMAS) as registry:
            assert registry.summary() == before


def test_a_database_of_the_first_version_keeps_its_readings_and_takes_new_ones(
    url: str, tmp_path: Path
) -> None:
    database = Database(url, 1.0)
    with database.writing() as connection:
        upgrade(connection, all_tables(SCHEMAS), "0001")
    database.close()
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        connection.executescript(FIRST_VERSION)
    told = (Hypothesis("y", 0.7), Hypothesis("x", 0.3))
    evidence = Evidence(0.7, 0.4, 0.9, 0.6, 1.0, 0.5)
    with Registry.open(url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
        (entry_id,) = registry.entries(book)
        (before,) = registry.entry(entry_id).readings
        assert (before.text, before.hypotheses, before.evidence) == ("x", (), None)
        again = dataclasses.replace(read("notes", "y"), hypotheses=told, evidence=evidence)
        assert registry.entry(entry_id).hand_reader is None
        again_read = dataclasses.replace(page(entry(again), scan="aa"), hand_reader="hand-x")
        registry.save_page(book, again_read, "f2")
        assert registry.entry(entry_id).hand_reader == "hand-x"
        (after,) = registry.entry(entry_id).readings
        assert (after.hypotheses, after.evidence) == (told, evidence)
        assert [past.reading.text for past in registry.past_readings(entry_id)] == ["x", "y"]
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        for change in ("UPDATE reading SET evidence = NULL", "DELETE FROM reading"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(change)


def test_a_field_that_is_declared_later_gets_its_column_on_opening(url: str) -> None:
    Registry.open(url, SCHEMAS).close()
    with Registry.open(url, with_field("birth", "extra_field")) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 1)
        registry.save_page(book, page(entry(read("extra_field", "x"))), "f1")
        assert registry.value_in_force(registry.entries(book)[0], "extra_field") == "x"


def test_a_field_that_is_no_longer_declared_keeps_its_column(url: str, tmp_path: Path) -> None:
    Registry.open(url, with_field("birth", "extra_field")).close()
    Registry.open(url, SCHEMAS).close()
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        assert connection.execute("SELECT extra_field FROM birth_record").fetchall() == []


def test_a_record_that_is_declared_later_gets_its_table_on_opening(url: str) -> None:
    adoption = SCHEMAS.record("birth").model_copy(update={"record": "adoption"})
    grown = dataclasses.replace(SCHEMAS, records={**SCHEMAS.records, "adoption": adoption})
    Registry.open(url, SCHEMAS).close()
    for _ in range(2):
        Registry.open(url, grown).close()


def test_a_database_of_a_newer_version_is_left_alone(url: str, tmp_path: Path) -> None:
    Registry.open(url, SCHEMAS).close()
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RegistryError, match="mới hơn"):
        Registry.open(url, SCHEMAS)


def test_a_database_of_another_program_is_left_alone(url: str, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        connection.execute("CREATE TABLE invoice (id INTEGER)")
    with pytest.raises(RegistryError, match="chương trình khác"):
        Registry.open(url, SCHEMAS)


def test_an_upgrade_that_fails_half_way_leaves_nothing_behind(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RegistryError("giữa chừng")

    monkeypatch.setattr("pipeline.registry.migration._add_declared", fail)
    with pytest.raises(RegistryError, match="giữa chừng"):
        Registry.open(url, SCHEMAS)
    monkeypatch.undo()
    with sqlite3.connect(tmp_path / "registry.db") as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
    Registry.open(url, SCHEMAS).close()


def test_the_steps_and_their_frozen_columns_lie_inside_the_package() -> None:
    folder = Path(configuration().get_main_option("script_location") or "")
    assert {"env.py", "script.py.mako"} <= {path.name for path in folder.iterdir()}
    assert (folder / "versions" / "v0001_records.json").is_file()
