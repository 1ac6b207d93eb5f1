"""Whatever is changed behind the program's back is found, and named with its row."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pipeline.base.errors import RegistryError
from pipeline.registry import Registry
from pipeline.registry.audit.model import Flaw, FlawKind
from tests.registry.audit.intruder import Intruder

K = FlawKind


def flaws(registry: Registry) -> set[Flaw]:
    """All that is found, without the rows of the audit that say so."""
    found = registry.audit().verify()
    assert found.flaw_count == len(found.flaws)
    return {Flaw(f.kind, f.table, f.row_id, f.last_id, None, f.name) for f in found.flaws}


def rows(kind: FlawKind, table: str, *ids: int) -> set[Flaw]:
    return {Flaw(kind, table, one) for one in ids}


def test_what_nobody_touched_is_whole_and_proven(lived: Registry, intruder: Intruder) -> None:
    found = lived.audit().verify()
    assert found.flaws == ()
    assert found.passed
    assert found.audit_rows == len(intruder.audit())
    assert found.proven + found.unsigned == found.audit_rows
    assert found.proven > 10
    assert found.key_is_private


@dataclass(frozen=True)
class Harm:
    """Statements, and exactly what is found afterwards."""

    statements: tuple[str, ...]
    found: frozenset[Flaw]


def harm(statement: str, *found: set[Flaw]) -> Harm:
    return Harm(tuple(one for one in statement.split(";") if one.strip()), frozenset(set().union(*found)))


DECISION = (
    "book_id, scan_sha256, page_no, row, field, status, text, canonical, author, decided_at, reason, "
    "seen_fingerprint"
)

HARMS = {
    "text of a decision": harm(
        "UPDATE decision SET text = 'Thử Năm' WHERE id = 1", rows(K.ROW_ALTERED, "decision", 1)
    ),
    "author of a decision": harm(
        "UPDATE decision SET author = 'binh' WHERE id = 2", rows(K.ROW_ALTERED, "decision", 2)
    ),
    "time of a decision": harm(
        "UPDATE decision SET decided_at = '2020-01-01 00:00:00.000000' WHERE id = 2",
        rows(K.ROW_ALTERED, "decision", 2),
    ),
    "reason of a decision": harm(
        "UPDATE decision SET reason = '' WHERE id = 1", rows(K.ROW_ALTERED, "decision", 1)
    ),
    "what the author of a decision saw": harm(
        "UPDATE decision SET seen_text = NULL WHERE id = 1", rows(K.ROW_ALTERED, "decision", 1)
    ),
    "an inner space": harm(
        "UPDATE decision SET text = 'Thử  Ba' WHERE id = 1", rows(K.ROW_ALTERED, "decision", 1)
    ),
    "a decision is deleted": harm("DELETE FROM decision WHERE id = 2", rows(K.ROW_GONE, "decision", 2)),
    "all decisions are deleted": harm("DELETE FROM decision", rows(K.ROW_GONE, "decision", 1, 2)),
    "a decision is put in": harm(
        f"INSERT INTO decision (id, {DECISION}) SELECT 77, {DECISION} FROM decision WHERE id = 1",  # noqa: S608
        rows(K.ROW_UNKNOWN, "decision", 77),
    ),
    "two decisions change places": harm(
        "UPDATE decision SET id = 99 WHERE id = 1; UPDATE decision SET id = 1 WHERE id = 2; "
        "UPDATE decision SET id = 2 WHERE id = 99",
        rows(K.ROW_ALTERED, "decision", 1, 2),
    ),
    "a decision gets another id": harm(
        "UPDATE decision SET id = 3 WHERE id = 2",
        rows(K.ROW_GONE, "decision", 2),
        rows(K.ROW_UNKNOWN, "decision", 3),
    ),
    "text of a reading": harm(
        "UPDATE reading SET text = 'Thử Không' WHERE id = 4", rows(K.ROW_ALTERED, "reading", 4)
    ),
    "a reading of an earlier run": harm(
        "UPDATE reading SET confidence = 0.25 WHERE id = 1", rows(K.ROW_ALTERED, "reading", 1)
    ),
    "a reading is accepted": harm(
        "UPDATE reading SET accepted = (1 = 1) WHERE id = 4", rows(K.ROW_ALTERED, "reading", 4)
    ),
    "a reading is deleted": harm("DELETE FROM reading WHERE id = 5", rows(K.ROW_GONE, "reading", 5)),
    "a finding becomes harmless": harm(
        "UPDATE finding SET severity = 'info' WHERE id = 2", rows(K.ROW_ALTERED, "finding", 2)
    ),
    "JSON is spelled otherwise": harm(
        "UPDATE finding SET fields = '[ \"child_native_place\" ]' WHERE id = 1",
        rows(K.ROW_ALTERED, "finding", 1),
    ),
    "a finding of a check ends": harm(
        "UPDATE book_finding SET cleared_at = raised_at WHERE id = 2", rows(K.ROW_ALTERED, "book_finding", 2)
    ),
    "a finding of a check holds again": harm(
        "UPDATE book_finding SET cleared_at = NULL WHERE id = 1", rows(K.ROW_ALTERED, "book_finding", 1)
    ),
    "a suggestion is deleted": harm("DELETE FROM link", rows(K.ROW_GONE, "link", 1)),
    "a resolved place": harm(
        "UPDATE resolved_place SET unit = '2004:1' WHERE id = 1", rows(K.ROW_ALTERED, "resolved_place", 1)
    ),
    "a value in force": harm(
        "UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = 1",
        rows(K.ROW_ALTERED, "birth_record", 1),
    ),
    "a value in force is taken away": harm(
        "UPDATE birth_record SET child_name = NULL WHERE entry_id = 1", rows(K.ROW_ALTERED, "birth_record", 1)
    ),
    "a record is deleted": harm(
        "DELETE FROM birth_record WHERE entry_id = 1", rows(K.ROW_GONE, "birth_record", 1)
    ),
    "an entry is given a second record": harm(
        "INSERT INTO death_record (entry_id) VALUES (1)", rows(K.ROW_UNKNOWN, "death_record", 1)
    ),
    "an entry is hidden": harm(
        "UPDATE entry SET stands = (1 = 0) WHERE id = 2", rows(K.ROW_ALTERED, "entry", 2)
    ),
    "an earlier run counts again": harm(
        "UPDATE page_run SET latest = (1 = 0) WHERE id = 2; UPDATE page_run SET latest = (1 = 1) WHERE id = 1",
        rows(K.ROW_ALTERED, "page_run", 1, 2),
    ),
    "a scan is another one": harm(
        "UPDATE scan SET sha256 = 'b' WHERE id = 1", rows(K.ROW_ALTERED, "scan", 1)
    ),
    "a book is of another place": harm(
        "UPDATE book SET place_code = '00001' WHERE id = 1", rows(K.ROW_ALTERED, "book", 1)
    ),
    "a failure that is over is put back": harm(
        "INSERT INTO page_failure (id, book_id, scan_sha256, scan_name, page_no, code, message, failed_at) "
        "VALUES (1, 1, 'a', 'scan.pdf', 1, 'timeout', '', '2020-01-01 00:00:00.000000')",
        rows(K.ROW_UNKNOWN, "page_failure", 1),
    ),
    "who did it": harm("UPDATE audit SET actor = 'an' WHERE id = 5", rows(K.AUDIT_ALTERED, "audit", 5)),
    "when it was done": harm(
        "UPDATE audit SET at = '2020-01-01 00:00:00.000000' WHERE id = 5", rows(K.AUDIT_ALTERED, "audit", 5)
    ),
    "what was done": harm("UPDATE audit SET action = 'x' WHERE id = 5", rows(K.AUDIT_ALTERED, "audit", 5)),
    "to what it was done": harm(
        "UPDATE audit SET subject = 'entry:2' WHERE id = 7", rows(K.AUDIT_ALTERED, "audit", 7)
    ),
    "detail of the audit is spelled otherwise": harm(
        "UPDATE audit SET detail = detail || ' ' WHERE id = 5", rows(K.AUDIT_ALTERED, "audit", 5)
    ),
    "a hash": harm(
        "UPDATE audit SET hash = 'f' WHERE id = 12",
        rows(K.AUDIT_ALTERED, "audit", 12),
        rows(K.AUDIT_FORGED, "audit", 12),
        rows(K.AUDIT_BROKEN, "audit", 13),
    ),
    "a signature": harm("UPDATE audit SET signature = 'f' WHERE id = 12", rows(K.AUDIT_FORGED, "audit", 12)),
    "a signature is taken off": harm(
        "UPDATE audit SET signature = NULL WHERE id = 12", rows(K.AUDIT_FORGED, "audit", 12)
    ),
    "a view is deleted": harm("DELETE FROM audit WHERE id = 12", {Flaw(K.AUDIT_GONE, "audit", 12, 12)}),
    "the audit of a decision is deleted": harm(
        "DELETE FROM audit WHERE id = 8",
        {Flaw(K.AUDIT_GONE, "audit", 8, 8)},
        rows(K.ROW_UNKNOWN, "decision", 2),
        rows(K.ROW_UNKNOWN, "resolved_place", 2),
        rows(K.ROW_OVERWRITTEN, "birth_record", 1),
        {Flaw(K.DIGEST_ALTERED, "row_digest")},
    ),
    "the beginning is deleted": harm(
        "DELETE FROM audit WHERE id = 1",
        {Flaw(K.AUDIT_GONE, "audit", 1, 1)},
        rows(K.AUDIT_RESTARTED, "audit", 2),
    ),
    "the last row gets another number": harm(
        "UPDATE audit SET id = 20 WHERE id = 13",
        {Flaw(K.AUDIT_GONE, "audit", 13, 19)},
        rows(K.AUDIT_ALTERED, "audit", 20),
    ),
    "two rows of the audit change places": harm(
        "UPDATE audit SET id = 99 WHERE id = 12; UPDATE audit SET id = 12 WHERE id = 13; "
        "UPDATE audit SET id = 13 WHERE id = 99",
        rows(K.AUDIT_ALTERED, "audit", 12, 13),
        rows(K.AUDIT_BROKEN, "audit", 12, 13),
    ),
    "a row of the audit twice": harm(
        "INSERT INTO audit SELECT 14, at, actor, action, subject, detail, rows, previous, key, hash, signature "
        "FROM audit WHERE id = 13",
        rows(K.AUDIT_ALTERED, "audit", 14),
        rows(K.AUDIT_BROKEN, "audit", 14),
    ),
}


@pytest.mark.parametrize("name", HARMS)
def test_it_is_found_and_named(lived: Registry, intruder: Intruder, name: str) -> None:
    intruder.execute(*HARMS[name].statements)
    assert flaws(lived) == HARMS[name].found


@pytest.mark.parametrize("table", ["decision", "link", "audit"])
def test_a_trigger_that_was_dropped_is_named(lived: Registry, intruder: Intruder, table: str) -> None:
    on = f" ON {table}" if intruder.outsider.on_postgresql else ""
    intruder.outsider.execute(f"DROP TRIGGER {table}_no_update{on}")
    assert flaws(lived) == {Flaw(K.GUARD_GONE, table, name=f"{table}_no_update")}


def test_a_table_that_was_dropped_is_named(lived: Registry, intruder: Intruder) -> None:
    intruder.outsider.execute("DROP TABLE book_finding")
    assert {flaw.kind for flaw in flaws(lived)} == {K.TABLE_GONE, K.GUARD_GONE}
    assert {flaw.table for flaw in flaws(lived)} == {"book_finding"}


def test_an_audit_that_was_emptied_is_found_and_not_gone_on_with(lived: Registry, intruder: Intruder) -> None:
    intruder.execute("DELETE FROM audit")
    assert Flaw(K.AUDIT_EMPTY) in flaws(lived)
    with pytest.raises(RegistryError, match="trống không"):
        lived.save_checks([], ["K07"])
