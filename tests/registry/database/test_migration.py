from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from pipeline.base.errors import RegistryError
from pipeline.base.model import Evidence, Hypothesis
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.declarations.schema import FieldSpec, RecordSpec, Schemas
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.database.audit.baseline import answer_for_all
from pipeline.registry.database.audit.chain import head
from pipeline.registry.database.columns import RowLife, tables_of
from pipeline.registry.database.database import Database
from pipeline.registry.database.migration import configuration, upgrade
from pipeline.registry.database.record_tables import all_tables, record_table_name
from pipeline.registry.search.rows import FULL_TEXT, FULL_TEXT_INDEXES
from tests import new_databases
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

FIRST_VERSION = """
INSERT INTO book (folder_name, record, form, place, place_code, volume, opened_on, closed_on)
    VALUES ('KS.2010.01', 'birth', 'birth-2006', '', '00000', '01/2010', '', '');
INSERT INTO scan (book_id, sha256, name, size, pages) VALUES (1, 'aa', 'scan.pdf', 1, 1);
INSERT INTO page (scan_id, page_no) VALUES (1, 1);
INSERT INTO page_run (page_id, fingerprint, latest, saved_at, kind, form, size, matrix, turn, skew, quality, timings)
    VALUES (1, 'f1', true, '2026-01-01', 'entries', 'birth-2006', '[9, 9]', '[]', 0, 0.0, '{}', '{}');
INSERT INTO entry (page_id, row, record, found, stands, accepted, number_text)
    VALUES (1, 0, 'birth', true, true, false, '');
INSERT INTO reading
    (page_run_id, entry_id, field, status, text, canonical, confidence, writing, engine, lines, accepted)
    VALUES (1, 1, 'notes', 'read', 'x', 'y', 0.5, 'hand', 'tesseract', '[]', false);
"""
"""One page as the first step of the migrations stores it: without what later steps may add."""

TASK_OF_FIRST_VERSION = """
INSERT INTO review_task (page_id, row, entry_id, state, reasons, fields, reopened, version, opened_at, stage, book_id,
    place_code, question, first_keyer)
    VALUES (1, 0, 1, 'open', '["READ-NONE"]', '["notes"]', false, 3, '2026-01-01', 'check', 1, '00000', '', 7)
"""
"""A task that somebody has keyed once, as the first step stores it."""


TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


def with_field(record: str, name: str) -> Schemas:
    """The declarations with one more field in a record."""
    spec = SCHEMAS.record(record)
    extra = FieldSpec(name=name, column="thuNghiem", kind="text", label="Thử nghiệm")
    grown = RecordSpec(record=record, title=spec.title, prefix=spec.prefix, field=(*spec.fields, extra))
    return dataclasses.replace(SCHEMAS, records={**SCHEMAS.records, record: grown})


def is_declared(_one: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """Leaves out what only one kind of database has for looking for words."""
    told = name or ""
    return not (
        reflected
        and (
            (kind == "table" and told.startswith(FULL_TEXT))
            or (kind == "index" and told in FULL_TEXT_INDEXES)
        )
    )


def answer(url: str) -> None:
    """The audit answers for what is there now."""
    with closing(Database(url, 5.0)) as database, database.writing() as connection:
        last = head(connection)
        assert last is not None
        answer_for_all(connection, last, None)


@pytest.fixture
def outside(empty_url: str) -> Iterator[Outsider]:
    """Another program on the database that starts empty."""
    with closing(Outsider(empty_url)) as other:
        yield other


def test_the_frozen_steps_make_exactly_the_tables_that_are_declared(empty_url: str) -> None:
    database = Database(empty_url, 1.0)
    metadata = all_tables(SCHEMAS)
    with database.writing() as connection:
        upgrade(connection, metadata)
    with database.reading() as connection:
        opts = {"compare_type": True, "include_object": is_declared}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []
        on_postgresql = connection.dialect.name == "postgresql"
        found = inspect(connection)
        full_text = {
            one["name"]
            for table in ("search_name", "search_entry", "search_unreviewed")
            for one in found.get_indexes(table)
        }
        assert (
            set(FULL_TEXT_INDEXES) <= full_text
            if on_postgresql
            else set(FULL_TEXT) <= {*found.get_table_names()}
        )
        triggers = connection.exec_driver_sql(TRIGGERS["postgresql" if on_postgresql else "sqlite"])
        assert {name for (name,) in triggers} == {
            f"{table.name}_no_{change}"
            for table in tables_of(RowLife.KEPT, RowLife.ENDS_ONCE)
            for change in ("update", "delete", "truncate" if on_postgresql else "replace")
        }
    database.close()


@pytest.mark.parametrize("record", sorted(SCHEMAS.records))
def test_a_record_table_has_one_column_a_declared_field(
    registry: Registry, outsider: Outsider, record: str
) -> None:
    columns = outsider.columns(record_table_name(record))
    assert sorted(name for name, _ in columns) == sorted(["entry_id", *SCHEMAS.record(record).by_name])
    assert {kind for _, kind in columns[1:]} == {"TEXT"}


def test_what_is_in_force_stands_in_the_record_table(
    registry: Registry, book: int, outsider: Outsider
) -> None:
    doubtful = read("child_name", "?", accepted=False)
    registry.save_page(book, page(entry(doubtful, read("entry_number", "7/2010", canonical="07/2010"))), "f1")
    row = outsider.execute("SELECT entry_number, child_name, notes FROM birth_record")
    number = outsider.execute("SELECT number, year FROM entry")
    assert (row, number) == ([("07/2010", None, None)], [("07", 2010)])


def test_opening_again_keeps_everything(empty_url: str) -> None:
    with Registry.open(empty_url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 1)
        registry.save_page(book, page(entry(read("notes", "x"))), "f1")
        before = registry.summary()
    for _ in range(2):
        with Registry.open(empty_url, SCHEMAS) as registry:
            assert registry.summary() == before


def test_a_database_of_the_first_version_keeps_its_readings_and_takes_new_ones(
    empty_url: str, outside: Outsider
) -> None:
    Registry.open(empty_url, SCHEMAS).close()
    for statement in FIRST_VERSION.strip().split(";\n"):
        outside.execute(statement)
    answer(empty_url)
    told = (Hypothesis("y", 0.7), Hypothesis("x", 0.3))
    evidence = Evidence(0.7, 0.4, 0.9, 0.6, 1.0, 0.5)
    with Registry.open(empty_url, SCHEMAS) as registry:
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
    for change in ("UPDATE reading SET evidence = NULL", "DELETE FROM reading"):
        with pytest.raises(DBAPIError, match="append-only"):
            outside.execute(change)


def test_a_database_of_the_first_version_keeps_its_tasks_at_the_desk(
    empty_url: str, outside: Outsider
) -> None:
    Registry.open(empty_url, SCHEMAS).close()
    for statement in FIRST_VERSION.strip().split(";\n"):
        outside.execute(statement)
    outside.execute(TASK_OF_FIRST_VERSION)
    answer(empty_url)
    named = "stage, place_code, book_id, first_keyer, second_keyer, version"
    (before,) = outside.execute(f"SELECT {named} FROM review_task")  # noqa: S608 (the test's own names)
    with Registry.open(empty_url, SCHEMAS) as registry:
        (after,) = outside.execute(f"SELECT {named}, kept_from FROM review_task")  # noqa: S608
        assert after == (*before, None)
        desk = registry.desk(ReviewPolicy(check="all", blind="critical"))
        assert desk.counts(Person(7, "an", "Người Thử", Role.CHECKER, None)) == ()
        (waiting,) = desk.counts(Person(8, "binh", "Người Thử", Role.CHECKER, None))
        assert (waiting.stage, waiting.waiting) == (Stage.CHECK, 1)


def test_a_field_that_is_declared_later_gets_its_column_on_opening(empty_url: str) -> None:
    Registry.open(empty_url, SCHEMAS).close()
    with Registry.open(empty_url, with_field("birth", "extra_field")) as registry:
        book = registry.book_id(LEDGER, "book")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 1)
        registry.save_page(book, page(entry(read("extra_field", "x"))), "f1")
        assert registry.effective_value(registry.entries(book)[0], "extra_field") == "x"


def test_a_field_that_is_no_longer_declared_keeps_its_column(empty_url: str, outside: Outsider) -> None:
    Registry.open(empty_url, with_field("birth", "extra_field")).close()
    Registry.open(empty_url, SCHEMAS).close()
    assert outside.execute("SELECT extra_field FROM birth_record") == []


def test_a_record_that_is_declared_later_gets_its_table_on_opening(empty_url: str) -> None:
    divorce = SCHEMAS.record("birth").model_copy(update={"record": "divorce"})
    grown = dataclasses.replace(SCHEMAS, records={**SCHEMAS.records, "divorce": divorce})
    Registry.open(empty_url, SCHEMAS).close()
    for _ in range(2):
        Registry.open(empty_url, grown).close()


def test_a_database_of_a_newer_version_is_left_alone(empty_url: str, outside: Outsider) -> None:
    Registry.open(empty_url, SCHEMAS).close()
    outside.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(RegistryError, match="mới hơn"):
        Registry.open(empty_url, SCHEMAS)


def test_a_database_of_another_program_is_left_alone(empty_url: str, outside: Outsider) -> None:
    outside.execute("CREATE TABLE invoice (id INTEGER)")
    with pytest.raises(RegistryError, match="chương trình khác"):
        Registry.open(empty_url, SCHEMAS)


def test_an_upgrade_that_fails_half_way_leaves_nothing_behind(
    empty_url: str, outside: Outsider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RegistryError("giữa chừng")

    monkeypatch.setattr("pipeline.registry.database.migration._upgrade_with_declared", new_databases.steps)
    monkeypatch.setattr("pipeline.registry.database.migration._add_declared", fail)
    with pytest.raises(RegistryError, match="giữa chừng"):
        Registry.open(empty_url, SCHEMAS)
    monkeypatch.undo()
    assert outside.tables() == []
    Registry.open(empty_url, SCHEMAS).close()


def test_the_steps_and_their_frozen_columns_lie_inside_the_package() -> None:
    folder = Path(configuration().get_main_option("script_location") or "")
    assert {"env.py", "script.py.mako"} <= {path.name for path in folder.iterdir()}
    assert (folder / "versions" / "v0001_records.json").is_file()
    assert (folder / "versions" / "v0001_tables.toml").is_file()
