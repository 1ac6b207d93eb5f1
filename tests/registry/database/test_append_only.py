"""What was decided, read and found can be added to and nothing else, whoever tries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from pipeline.base.model import Box, FieldStatus
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.registry import Link, LinkVerdict, Registry, RegistryPart, Verdict
from pipeline.registry.accounts.model import Role
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.assignments.portions import Assignee
from pipeline.registry.database.columns import METADATA, RowLife, tables_of
from pipeline.registry.guidelines import GuidedField
from pipeline.registry.tasks.model import DrawnRegion, RegionReading
from tests.registry.offices import AN, PLACE, SINGLE, SUPERVISOR, taken
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, finding, page, read

FILLED_ELSEWHERE = (
    "account_act", "account_answer", "added_field", "book_correction", "amendment", "aside", "difference",
    "difference_answer", "keying", "known_address", "lot", "lot_closing", "lot_entry", "lot_witness",
    "reconciliation", "submission", "ticket", "ticket_closing", "workbook_import", "workbook_import_end",
)  # fmt: skip
"""Tables that the fixture below leaves empty; ``test_migration`` proves their triggers."""

TABLES = [table.name for table in tables_of(RowLife.KEPT) if table.name not in FILLED_ELSEWHERE]
EVERYWHERE = [
    "UPDATE {table} SET id = 99",
    "DELETE FROM {table}",
]
ON_SQLITE = [
    "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    "REPLACE INTO {table} SELECT * FROM {table}",
    "INSERT INTO {table} SELECT * FROM {table} WHERE true ON CONFLICT DO UPDATE SET id = 99",
]
ON_POSTGRESQL = [
    "TRUNCATE {table} CASCADE",
    "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT (id) DO UPDATE SET id = 99",
    "MERGE INTO {table} USING (SELECT 1) one ON true WHEN MATCHED THEN DELETE",
]

INTRODUCED = [
    (
        "INSERT INTO issued_extract VALUES (1, 1, 'a', 1, 1, 'birth', 'VP', 2020, 1, '1', 'Thử', '', 'xin', 1, '', '', "
        "'s', 't', 'p', 'x', 'u', 'an', '2020-01-02', '2020-01-02 03:04:05', NULL, NULL)"
    ),
    "INSERT INTO voided_extract VALUES (1, 1, 'in hỏng', 'an', '2020-01-02 03:04:05')",
    "INSERT INTO search_request VALUES (1, 'an', 'citizen', 'xin bản sao', '[]', '[]', '2020-01-02 03:04:05')",
    "INSERT INTO clear_value VALUES (1, 1, 1, 'f', 't', 't', false, 'm', '', '2020-01-02 03:04:05', NULL)",
    "INSERT INTO clear_value_witness VALUES (1, 1, 1)",
    "INSERT INTO sampled_value VALUES (1, 1, 1, 'f', 's', 't', 't', 'm', false, '', 0.1, 0.1, '2020-01-02 03:04:05')",
    "INSERT INTO teaching_entry VALUES (1, 1, 1, 0, 1, '2020-01-02 03:04:05')",
    (
        "INSERT INTO policy_change (id, policies, lines, loosened, seen, text, waits, author, asked_at) "
        "VALUES (1, '[]', '[]', '[]', '', '', true, 'an', '2020-01-02 03:04:05')"
    ),
    (
        "INSERT INTO policy_answer (id, change_id, answer, author, answered_at) "
        "VALUES (1, 1, 'seen', 'binh', '2020-01-02 03:04:05')"
    ),
    (
        "INSERT INTO chosen_way (id, task_id, book_id, field, stage, way, wrong, planted, chosen_at) "
        "VALUES (1, 1, 1, 'f', 'review', 'glance', 0.1, 'x', '2020-01-02 03:04:05')"
    ),
    (
        "INSERT INTO planted_answer (id, chosen_way_id, task_id, field, stage, text, missed, token, answered_at) "
        "VALUES (1, 1, 1, 'f', 'review', 'x', true, 't', '2020-01-02 03:04:05')"
    ),
    (
        "INSERT INTO page_arrangement (id, book_id, pages, replaces, author, arranged_at) "
        "VALUES (1, 1, '[]', false, 'an', '2020-01-02 03:04:05')"
    ),
    (
        "INSERT INTO physical_book VALUES (1, 'KS.2010.01', '00000', 'birth', '01/2010', '', '', '', 100, 'an', "
        "'2020-01-02 03:04:05')"
    ),
    (
        "INSERT INTO custody_note (id, place_code, direction, books, giver, receiver, handed_on, due_on, remark, "
        "author, made_at) VALUES (1, '00000', 'out', '[]', '{}', '{}', '2020-01-02', '', '', 'an', "
        "'2020-01-02 03:04:05')"
    ),
    "INSERT INTO custody_act VALUES (1, 1, 'cancelled', '', false, 'nhầm', 'an', '2020-01-02 03:04:05')",
    "INSERT INTO webhook_event VALUES (1, 'a', 1, true, 'ready', '{}', '2020-01-02 03:04:05')",
    "INSERT INTO webhook_attempt VALUES (1, 1, 204, '', '2020-01-02 03:04:05')",
]
"""Rows that only much work of other rooms would bring; every table takes new ones."""


@pytest.fixture(scope="module")
def shared(shared_url: str) -> Iterator[Outsider]:
    """Another program on a database that holds one reading, one finding, one decision, one place, one link that
    was decided, one withdrawal, one package, one confirmed delivery, one approval, one signature, one
    assigned book, one comment, one guideline, one team, one share, one redrawn region, one extract declared void, one
    search, one event that was sent, and their audit."""
    outsider = Outsider(shared_url)
    with Registry.open(shared_url, SCHEMAS) as registry:
        live(registry, outsider)
    yield outsider
    outsider.close()


def live(registry: Registry, outsider: Outsider) -> None:
    book = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book, SCAN, "scan.pdf", 1000, 10)
    box = Box(10.0, 20.0, 60.0, 40.0)
    doubtful = replace(read("child_native_place", "Thử Một", accepted=False), box=box, lines=(box,))
    registry.save_page(
        book, page(entry(doubtful, findings=[finding("READ-LOW", "child_native_place")])), "f1"
    )
    (entry_id,) = registry.entries(book)
    task = taken(registry.desk(SINGLE), AN)
    registry.desk(SINGLE).comment(SUPERVISOR, task.task_id, "Chữ mờ", "t1")
    shown = registry.rectification(book, task.ref)
    assert shown is not None
    redrawn = DrawnRegion("child_native_place", box, task.version, shown.mark)
    registry.desk(SINGLE).redraw_region(AN, task.task_id, redrawn, RegionReading(doubtful, "reader-1"))
    registry.desk(SINGLE).hand_back(AN, task.task_id)
    registry.decide(entry_id, [Verdict("child_native_place", FieldStatus.READ, "như trên")], author="an")
    registry.confirm_delivery(entry_id, "child_native_place", DeliveryPolicy(), author="an")
    order = AmendmentOrder("12/QĐ", "05.03.2020", "Điều 28")
    number = registry.amend(entry_id, "child_native_place", "Xã Thử", order, author="an")
    registry.sign_amendment(entry_id, number, author="binh")
    registry.approve_book(book, registry.value_digest(book)[0], author="chi")
    registry.save_links([Link("person", entry_id, "child", entry_id, "mother", 0.97, {})])
    registry.decide_link(1, LinkVerdict.CONFIRMED, author="an")
    registry.accounts().create("an", "Người Thử", Role.REVIEWER, [PLACE])
    registry.desk(SINGLE).assign_book(SUPERVISOR, book, "an", None)
    guided = GuidedField("birth", "child_name")
    registry.desk(SINGLE).write_guideline(SUPERVISOR, guided, "Viết hoa", without=(), seen=0, token="t1")
    registry.desk(SINGLE).set_team_member(SUPERVISOR, "Tổ 1", "an")
    registry.desk(SINGLE).assign_share(SUPERVISOR, book, Assignee("an"), None, None)
    registry.note_package(book, {entry_id: "01/2010"}, "d" * 64)
    for statement in INTRODUCED:
        outsider.execute(statement)
    registry.withdraw(RegistryPart(book), author="chi", reason="sổ ghi nhầm")


@pytest.fixture
def intruder(shared: Outsider) -> Iterator[Outsider]:
    """The same, and every row is there afterwards."""
    before = {table: shared.rows(table) for table in TABLES}
    assert [table for table, rows in before.items() if not rows] == []
    yield shared
    assert {table: shared.rows(table) for table in TABLES} == before


@pytest.mark.parametrize("table", TABLES)
def test_no_statement_changes_or_removes_a_row(intruder: Outsider, table: str) -> None:
    for statement in EVERYWHERE + (ON_POSTGRESQL if intruder.on_postgresql else ON_SQLITE):
        with pytest.raises(DBAPIError, match="append-only"):
            intruder.execute(statement.format(table=table))


def test_a_reading_cannot_be_replaced_under_another_id(intruder: Outsider) -> None:
    columns = ", ".join(column.name for column in METADATA.tables["reading"].columns if column.name != "id")
    if intruder.on_postgresql:
        statement = (
            f"INSERT INTO reading ({columns}) SELECT {columns} FROM reading "  # noqa: S608
            "ON CONFLICT (page_run_id, entry_id, field) DO UPDATE SET text = 'x'"
        )
    else:
        statement = f"INSERT OR REPLACE INTO reading ({columns}) SELECT {columns} FROM reading"  # noqa: S608
    with pytest.raises(DBAPIError, match="append-only"):
        intruder.execute(statement)
