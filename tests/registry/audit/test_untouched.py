"""Whatever the program itself writes, in whatever order, is whole afterwards; and nothing goes by without a word."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import UpdateBase, column, delete, event, insert, table, true, update

from pipeline.base.model import FieldStatus
from pipeline.base.text.control_characters import control_characters
from pipeline.registry import CrossEntryFinding, Link, Registry, Verdict
from pipeline.registry.accounts.rows import login_session
from pipeline.registry.audit.audit_words import ACTIONS
from pipeline.registry.books.rows import book
from pipeline.registry.database.audit import MACHINE, add, note_use
from pipeline.registry.database.audit.baseline import begin
from pipeline.registry.database.columns import METADATA, cover
from pipeline.registry.database.database import Database
from pipeline.registry.database.migration import create
from pipeline.registry.database.record_tables import all_tables, record_tables
from pipeline.registry.search.rows import SEARCH_INDEX
from tests.registry.audit.history import NATIVE_PLACE, REVIEWER
from tests.registry.audit.intruder import Intruder
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entries, entry, finding, page, read, texts
from tests.registry.told_once import told_once

BOOK_TEXTS = ("folder_name", "record", "form", "place", "place_code", "volume", "opened_on", "closed_on")
typed_texts = texts.filter(lambda text: bool(text.strip()) and not control_characters(text))
"""Texts that a person may type; a reader may read any."""

Write = Callable[[st.DataObject, Registry, int], None]


def begun(registry: Registry) -> None:
    registry.store_scan(registry.book_id(LEDGER, "KS"), SCAN, "scan.pdf", 1, 3)


def noted(data: st.DataObject, registry: Registry, _: int) -> None:
    registry.book_id(LEDGER, data.draw(st.sampled_from(["KS", "KS.2"])))


def scanned(data: st.DataObject, registry: Registry, book_id: int) -> None:
    registry.store_scan(book_id, SCAN, data.draw(texts), 1, 3)


def saved(data: st.DataObject, registry: Registry, book_id: int) -> None:
    read_entries = [data.draw(entries(row=row)) for row in range(data.draw(st.integers(0, 2)))]
    number = data.draw(st.integers(1, 2))
    run = data.draw(st.sampled_from(["f1", "f2", "f3"]))
    registry.save_page(book_id, page(*read_entries, page_no=number, findings=[finding("READ-LOW")]), run)


def failed(data: st.DataObject, registry: Registry, book_id: int) -> None:
    registry.save_failure(
        book_id, SCAN, "scan.pdf", data.draw(st.none() | st.integers(1, 2)), "broken", "hỏng"
    )


def decided(data: st.DataObject, registry: Registry, book_id: int) -> None:
    for entry_id in registry.entries(book_id)[:1]:
        text = data.draw(typed_texts)
        registry.decide(entry_id, [Verdict(NATIVE_PLACE, FieldStatus.READ, text)], author="an")


def seen(_: st.DataObject, registry: Registry, book_id: int) -> None:
    for task in registry.queue(book_id):
        if task.entry_id is None:
            registry.settle_page(task.page_id, author="an")


def checked(data: st.DataObject, registry: Registry, book_id: int) -> None:
    wanted = data.draw(st.booleans())
    stored = [registry.entry(one) for one in registry.entries(book_id)[:2] if wanted]
    found = [
        CrossEntryFinding(book_id, task.page_id, one.entry_id, finding("K07", NATIVE_PLACE))
        for one in stored
        for task in registry.queue(book_id)
        if task.entry_id == one.entry_id
    ]
    registry.save_checks(found, ["K07"])


def linked(data: st.DataObject, registry: Registry, book_id: int) -> None:
    chance = data.draw(st.sampled_from([0.25, 0.5]))
    pairs = zip(registry.entries(book_id), registry.entries(book_id)[1:], strict=False)
    registry.save_links([Link("person", one, "child", two, "child", chance, {}) for one, two in pairs])


def viewed(_: st.DataObject, registry: Registry, __: int) -> None:
    registry.note_view(REVIEWER, "task-shown", "entry:1")


def resolved(_: st.DataObject, registry: Registry, book_id: int) -> None:
    for entry_id in registry.entries(book_id):
        registry.resolve_places(entry_id)


WRITES = (noted, scanned, saved, failed, decided, seen, checked, linked, viewed, resolved)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), steps=st.lists(st.sampled_from(WRITES), max_size=8))
def test_random_writes_leave_an_audit_without_a_flaw(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, steps: list[Write]
) -> None:
    folder = tmp_path_factory.mktemp("random")
    with told_once(begun, f"sqlite:///{folder}/r.db", folder / "audit.key") as registry:
        book_id = registry.book_id(LEDGER, "KS")
        for step in steps:
            step(data, registry, book_id)
        found = registry.audit().verify()
    assert found.flaws == ()
    assert found.proven == found.audit_rows


def test_every_table_is_covered_or_it_is_said_why_not() -> None:
    left_out = {name for name, table in METADATA.tables.items() if cover(table).uncovered}
    assert left_out == {
        "audit",
        "book_run",
        "lease",
        "paired_entry",
        "row_digest",
        "saved_filter",
        "stamped_field",
        *(table.name for table in SEARCH_INDEX),
    }


def test_rows_that_are_written_without_a_word_are_not_stored(registry: Registry, url: str) -> None:
    row = dict.fromkeys(BOOK_TEXTS, "")
    with closing(Database(url, 5.0)) as database:
        with pytest.raises(RuntimeError, match=rf"book \({__name__}:\d+\)"), database.writing() as connection:
            add(connection, book, [row])
        with database.reading() as connection:
            assert connection.execute(book.select()).all() == []


@pytest.mark.parametrize(
    "statement",
    [
        insert(book).values(dict.fromkeys(BOOK_TEXTS, "")),
        update(book).values(form="x"),
        delete(book),
        delete(next(iter(record_tables(all_tables(SCHEMAS), SCHEMAS).values()))),
    ],
)
def test_a_statement_past_the_audit_is_refused_before_it_reaches_the_database(
    registry: Registry, url: str, statement: UpdateBase
) -> None:
    with closing(Database(url, 5.0)) as database, database.writing() as connection:
        statements: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *sent: statements.append(sent[2]))
        with pytest.raises(RuntimeError, match="past the audit"):
            connection.execute(statement)
        assert statements == []


def test_only_columns_that_no_digest_covers_are_set_without_the_audit(registry: Registry, url: str) -> None:
    now = datetime.now(UTC)
    with closing(Database(url, 5.0)) as database, database.writing() as connection:
        note_use(connection, login_session, true(), seen_at=now)
        with pytest.raises(RuntimeError, match="started_at"):
            note_use(connection, login_session, true(), started_at=now)


def test_what_changes_nothing_leaves_no_row(lived: Registry, intruder: Intruder) -> None:
    before = intruder.audit()
    book_id = lived.book_id(LEDGER, "KS.2010.01")
    lived.store_scan(book_id, SCAN, "scan.pdf", 1000, 10)
    lived.save_page(book_id, page(), "run hai")
    assert intruder.audit() == before


def test_a_refused_write_leaves_no_row(lived: Registry, intruder: Intruder) -> None:
    before = intruder.audit()
    with pytest.raises(Exception, match="Thiếu tên"):
        lived.decide(1, [Verdict(NATIVE_PLACE, FieldStatus.BLANK)], author=" ")
    assert intruder.audit() == before


def test_many_who_write_at_once_make_one_chain(lived: Registry) -> None:
    before = lived.audit().verify().audit_rows
    ready = threading.Barrier(6)

    def work(number: int) -> None:
        ready.wait(60)
        for turn in range(3):
            lived.note_view(REVIEWER, "task-shown", f"entry:{number}")
            one = entry(read("child_name", f"Thử {number}"))
            lived.save_page(1, page(one, page_no=number + 2), f"{number} {turn}")

    threads = [threading.Thread(target=work, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = lived.audit().verify()
    assert found.flaws == ()
    assert found.audit_rows == before + 6 * 3 * 2


def test_what_was_there_before_the_audit_is_covered_when_it_begins(tmp_path: Path, key_path: Path) -> None:
    sqlite_url = f"sqlite:///{tmp_path}/new.db"
    database = Database(sqlite_url, 1.0, audit_key=key_path)
    with database.writing() as connection:
        create(connection, all_tables(SCHEMAS))
        row = dict.fromkeys(BOOK_TEXTS, "")
        there = table(book.name, *map(column, row))
        connection.execute(insert(there), [{**row, "volume": str(number)} for number in range(4100)])
        first_hash = begin(connection, database.key_file)
    assert database.key_file is not None
    database.key_file.note_chain(first_hash)
    database.close()
    with Registry.open(sqlite_url, SCHEMAS, audit_key=key_path) as registry:
        found = registry.audit().verify()
        assert found.flaws == ()
        assert found.rows == 4100
        assert [row.action for row in registry.audit().recent(10)] == ["found-at-begin"] * 3 + ["audit-begun"]
        assert {row.actor for row in registry.audit().recent(10)} == {MACHINE}
        with closing(sqlite3.connect(tmp_path / "new.db")) as connection_of_another:
            connection_of_another.execute("UPDATE book SET place_code = 'x' WHERE id = 4000")
            connection_of_another.commit()
        (flaw,) = registry.audit().verify().flaws
        assert (flaw.table, flaw.row_id) == ("book", 4000)


def test_every_action_has_words(lived: Registry) -> None:
    assert {row.action for row in lived.audit().recent(100)} <= set(ACTIONS)


def test_progress_goes_to_the_end(lived: Registry) -> None:
    told: list[tuple[int, int]] = []
    for _ in range(450):
        lived.note_view(REVIEWER, "task-shown", "entry:1")
    found = lived.audit().verify(progress=lambda done, all_rows: told.append((done, all_rows)))
    assert [done for done, _ in told] == [200, 400, found.audit_rows]
    assert {all_rows for _, all_rows in told} == {found.audit_rows}


def test_the_recent_actions_name_who_did_what_and_no_value(lived: Registry, outsider: Outsider) -> None:
    recent = lived.audit().recent(100)
    assert [row.id for row in recent] == sorted((row.id for row in recent), reverse=True)
    assert [row.subject for row in lived.audit().recent(100, actor="an")] == ["entry:1", "entry:1"]
    told = " ".join(f"{row.actor} {row.action} {row.subject}" for row in recent)
    details = " ".join(row[0] for row in outsider.execute("SELECT detail FROM audit"))
    for personal in ("Thử", "rõ nét"):
        assert personal not in told + details
