"""What is read in order to leave the office is compared with the audit: each row that it follows from, at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.model import FieldStatus, PageRef, Severity
from pipeline.registry import CrossEntryFinding, Link, LinkVerdict, Registry, Verdict
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.withdrawals.model import RegistryPart
from tests.registry.audit.history import NATIVE_PLACE
from tests.registry.audit.intruder import Intruder
from tests.registry.offices import OPERATOR, SINGLE
from tests.registry.pages import SCAN, SCHEMAS, finding

ORDER = AmendmentOrder("12/QĐ", "05.03.2026", "Điều 28")
AT = "'2026-01-01 00:00:00.000000'"
PUT_IN = {
    "amendment": "'{scan}', 1, 0, 'child_name', '{kind}', 'a', 'b', 'b', '1', '', 'x', '', '', 'an', {at}",
    "decision": "'{scan}', 1, 0, 'child_name', '{kind}', 'x', 'x', 'an', {at}, '', ''",
    "confirmed_delivery": "'{scan}', 1, 1, 'child_name', 'x', 'y', '', 'z', 'an', {at}",
    "withdrawal": "'{scan}', 1, 1, '{kind}', 'x', 'chi', {at}",
    "book_approval": "'{kind}', 'x', 2, '', 'chi', {at}",
}
COLUMNS = {
    "amendment": (
        "scan_sha256, page_no, row, field, kind, old, text, canonical, decision_number, decided_on, authority, "
        "legal_basis, reason, author, noted_at"
    ),
    "decision": (
        "scan_sha256, page_no, row, field, status, text, canonical, author, decided_at, reason, seen_fingerprint"
    ),
    "confirmed_delivery": "scan_sha256, page_no, row, field, written, value, note, rule, author, confirmed_at",
    "withdrawal": "scan_sha256, page_no, row, kind, reason, author, noted_at",
    "book_approval": "kind, state, entries, note, author, approved_at",
}


def put_in(table: str, kind: str = "") -> str:
    """A row that somebody without the key adds."""
    values = PUT_IN[table].format(scan=SCAN, at=AT, kind=kind)
    return f"INSERT INTO {table} (id, book_id, {COLUMNS[table]}) VALUES (9, 1, {values})"  # noqa: S608


OF_BOOK = "INSERT INTO withdrawal (id, book_id, kind, reason, author, noted_at) VALUES (9, 1, 'withdrawn', 'x', 'chi', "
HARMS = {
    "a value": (
        "UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = 1",
        {1: ("birth_record",)},
    ),
    "a value deleted": ("DELETE FROM birth_record WHERE entry_id = 1", {1: ("birth_record",)}),
    "an entry out of sight": ("UPDATE entry SET stands = (1 = 0) WHERE id = 2", {2: ("entry",)}),
    "a task": ("UPDATE review_task SET question = 'x' WHERE id = 1", {1: ("review_task",)}),
    "the form": ("UPDATE page_run SET form = 'x' WHERE latest", {1: ("page_run",), 2: ("page_run",)}),
    "the picture": ("UPDATE page SET page_no = 2 WHERE id = 1", {1: ("page",), 2: ("page",)}),
    "the scan": ("UPDATE scan SET name = 'other.pdf' WHERE id = 1", {1: ("scan",), 2: ("scan",)}),
    "an amendment put in": (put_in("amendment", "correction"), {1: ("amendment",)}),
    "an amendment of an unknown kind": (put_in("amendment", "x"), {1: ("amendment",)}),
    "a decision put in": (put_in("decision", "read"), {1: ("decision",)}),
    "a decision of an unknown status": (put_in("decision", "x"), {1: ("decision",)}),
    "a decision changed": ("UPDATE decision SET text = 'x' WHERE id = 2", {1: ("decision",)}),
    "a confirmation put in": (put_in("confirmed_delivery"), {2: ("confirmed_delivery",)}),
    "a withdrawal of an entry put in": (put_in("withdrawal", "withdrawn"), {2: ("withdrawal",)}),
    "a withdrawal of an unknown kind": (put_in("withdrawal", "x"), {2: ("withdrawal",)}),
    "a withdrawal of the book put in": (f"{OF_BOOK}{AT})", {1: ("withdrawal",), 2: ("withdrawal",)}),
    "an approval put in": (
        put_in("book_approval", "approved"),
        {1: ("book_approval",), 2: ("book_approval",)},
    ),
    "an order of pages put in": (
        f"INSERT INTO page_arrangement VALUES (9, 1, '[]', NULL, NULL, (1 = 0), 'an', {AT})",  # noqa: S608
        {1: ("page_arrangement",), 2: ("page_arrangement",)},
    ),
    "a finding that was ended": (
        f"UPDATE book_finding SET cleared_at = {AT} WHERE id = 2",  # noqa: S608
        {2: ("book_finding",)},
    ),
    "the book": ("UPDATE book SET place_code = '00001' WHERE id = 1", {1: ("book",), 2: ("book",)}),
}


def tables_by_entry(registry: Registry) -> dict[int, tuple[str, ...]]:
    (book_id,) = {registry.entry(entry_id).book_id for entry_id in registry.entries()}
    return {one.entry_id: tables for one, tables in registry.compared_entries(book_id)}


def test_nothing_is_told_of_a_book_that_nobody_touched(lived: Registry) -> None:
    assert tables_by_entry(lived) == {1: (), 2: ()}


@pytest.mark.parametrize("harm", HARMS)
def test_each_row_that_an_entry_follows_from_is_compared(
    lived: Registry, intruder: Intruder, harm: str
) -> None:
    statement, told = HARMS[harm]
    intruder.execute(statement)
    assert tables_by_entry(lived) == {1: (), 2: ()} | told


LINK_COLUMNS = "(id, link_id, verdict, reason, author, decided_at)"
HARMS_OF_LINKS = {
    "a decision on a link put in": (
        f"INSERT INTO link_decision {LINK_COLUMNS} VALUES (9, 1, 'confirmed', '', 'chi', {AT})",  # noqa: S608
        ("link_decision",),
    ),
    "a decision on a link of an unknown verdict": (
        f"INSERT INTO link_decision {LINK_COLUMNS} VALUES (9, 1, 'x', '', 'chi', {AT})",  # noqa: S608
        ("link_decision",),
    ),
    "a decision on a link changed": (
        "UPDATE link_decision SET verdict = 'confirmed' WHERE id = 2",
        ("link_decision",),
    ),
    "the last decision on a link deleted": ("DELETE FROM link_decision WHERE id = 2", ("link_decision",)),
    "both decisions on a link deleted": ("DELETE FROM link_decision", ("link_decision",)),
    "a decision moved to another link": ("UPDATE link_decision SET link_id = 2", ("link_decision",)),
    "the evidence of a decided link": ("UPDATE link SET evidence = '{}' WHERE id = 1", ("link",)),
    "the entries of a decided link": ("UPDATE link SET first_entry_id = 2 WHERE id = 1", ("link",)),
}


@pytest.fixture
def decided(lived: Registry) -> Registry:
    """A link that was confirmed and then rejected, beside one that nobody decided on."""
    first, two = lived.entries()
    others = [Link(kind, first, "child", two, "child", 0.5, {"name": "same"}) for kind in ("person", "again")]
    lived.save_links(others)
    lived.decide_link(1, LinkVerdict.CONFIRMED, author="chi")
    lived.decide_link(1, LinkVerdict.REJECTED, author="chi", reason="hai người")
    return lived


@pytest.mark.parametrize("harm", HARMS_OF_LINKS)
def test_what_people_said_of_links_is_compared(decided: Registry, intruder: Intruder, harm: str) -> None:
    assert tables_by_entry(decided) == {1: (), 2: ()}
    statement, told = HARMS_OF_LINKS[harm]
    intruder.execute(statement)
    assert tables_by_entry(decided) == {1: told, 2: told}
    assert all(one.decision is None or one.decision.author == "chi" for one in decided.links(rejected=True))
    held = {one.entry_id: one.tables for one in decided.unproven_entries()}
    assert held == {1: told, 2: told}
    assert {flaw.table for flaw in decided.audit().verify().flaws} == set(told)


def test_a_decision_that_is_deleted_with_its_link_and_all_digests_is_missed(
    decided: Registry, intruder: Intruder
) -> None:
    intruder.execute(
        "DELETE FROM link_decision", "DELETE FROM link", "DELETE FROM row_digest WHERE table_name = 'link'"
    )
    assert tables_by_entry(decided) == {1: ("link_decision",), 2: ("link_decision",)}


def test_a_decision_of_which_the_link_is_deleted_with_its_digest_is_missed(
    decided: Registry, intruder: Intruder
) -> None:
    intruder.execute("DELETE FROM link", "DELETE FROM row_digest WHERE table_name = 'link'")
    assert tables_by_entry(decided) == {1: ("link",), 2: ("link",)}


def test_a_suggestion_that_nobody_decided_on_holds_nothing_back(
    decided: Registry, intruder: Intruder
) -> None:
    intruder.execute("UPDATE link SET evidence = '{}' WHERE id = 2")
    assert tables_by_entry(decided) == {1: (), 2: ()}


def test_a_forged_decision_on_a_link_that_was_settled_holds_nothing_back(
    decided: Registry, intruder: Intruder
) -> None:
    intruder.execute("DELETE FROM link_decision WHERE id = 2")
    decided.settle_flaws(decided.audit().verify().flaws, document="BB-1/2026", by="console")
    assert tables_by_entry(decided) == {1: (), 2: ()}


def test_a_second_signature_that_somebody_put_in_holds_its_entry_back(
    lived: Registry, intruder: Intruder
) -> None:
    amended = lived.amend(1, "child_name", "Người Thử Ba", ORDER, author="an")
    intruder.execute(
        f"INSERT INTO amendment_signature (id, amendment_id, author, signed_at) VALUES (9, {amended}, 'chi', {AT})"  # noqa: S608
    )
    assert tables_by_entry(lived) == {1: ("amendment_signature",), 2: ()}


def test_rows_that_only_the_chain_knew_have_their_digests_after_the_upgrade(
    lived: Registry, intruder: Intruder, url: str, key_path: Path
) -> None:
    if intruder.outsider.on_postgresql:
        pytest.skip("the owner of the tables upgrades, not the program's account")
    lived.amend(1, "child_name", "Người Thử Ba", ORDER, author="an")
    intruder.execute(
        "DELETE FROM row_digest WHERE table_name IN ('decision', 'amendment')",
        "UPDATE alembic_version SET version_num = '0001'",
    )
    for later in (
        "DROP TABLE paired_entry",
        "ALTER TABLE book DROP copy_of",
        "DROP TABLE saved_filter",
        "DROP TABLE search_unreviewed",
        "DROP TABLE search_unreviewed_fts",
        "DROP TABLE custody_act",
        "DROP TABLE custody_note",
        "DROP TABLE physical_book",
        "DROP TABLE known_address",
        "DROP TABLE page_arrangement",
        "DROP TABLE stamped_field",
        "DROP TABLE planted_answer",
        "DROP TABLE chosen_way",
        "DROP TABLE policy_answer",
        "DROP TABLE policy_change",
        "ALTER TABLE issued_extract DROP held",
    ):
        intruder.outsider.execute(later)
    with Registry.open(url, SCHEMAS, audit_key=key_path) as upgraded:
        assert tables_by_entry(upgraded) == {1: (), 2: ()}
        assert upgraded.audit().verify().passed


def test_a_digest_that_was_changed_along_with_the_row_lacks_the_signature(
    lived: Registry, intruder: Intruder
) -> None:
    intruder.execute("UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = 1")
    digest = intruder.digest("birth_record", 1).hex()
    spelled = f"decode('{digest}', 'hex')" if intruder.outsider.on_postgresql else f"X'{digest}'"
    intruder.execute(
        f"UPDATE row_digest SET digest = {spelled} WHERE table_name = 'birth_record' AND row_id = 1"  # noqa: S608
    )
    assert tables_by_entry(lived)[1] == ("birth_record",)


@pytest.mark.parametrize(("table", "key"), [("birth_record", "entry_id"), ("review_task", "id")])
def test_an_older_state_with_its_own_digest_is_not_delivered(
    lived: Registry, intruder: Intruder, table: str, key: str
) -> None:
    """A value that was decided anew, or a task that was done before a check opened it again."""
    intruder.keep(table, f"{key} = 1")
    lived.decide(1, [Verdict(NATIVE_PLACE, FieldStatus.READ, "Thử Năm")], author="binh")
    book_id = lived.entry(1).book_id
    lived.save_checks([CrossEntryFinding(book_id, 1, 1, finding("K07", "child_name"))], ["K07"])
    assert tables_by_entry(lived) == {1: (), 2: ()}
    intruder.put_back(table, f"{key} = 1")
    assert tables_by_entry(lived) == {1: (table,), 2: ()}


def test_an_older_cover_of_a_book_with_its_own_digest_is_not_delivered(
    lived: Registry, intruder: Intruder
) -> None:
    book_id = lived.entry(1).book_id
    known = lived.known_book(book_id)
    intruder.keep("book", f"id = {book_id}")
    other = replace(known.ledger, closed_on="30.12.2010")
    lived.correct_book(book_id, other, known.folder_name, author="an", reason="bìa ghi khác")
    assert tables_by_entry(lived) == {1: (), 2: ()}
    intruder.put_back("book", f"id = {book_id}")
    assert tables_by_entry(lived) == {1: ("book",), 2: ("book",)}


def test_what_was_settled_is_delivered_again(lived: Registry, intruder: Intruder) -> None:
    intruder.execute("UPDATE birth_record SET child_name = 'Người Khác' WHERE entry_id = 1")
    lived.settle_flaws(lived.audit().verify().flaws, document="BB-1/2026", by="console")
    assert tables_by_entry(lived) == {1: (), 2: ()}


@pytest.fixture
def changed(lived: Registry) -> Registry:
    """An amendment, signed, of the first entry; the second withdrawn and reinstated; the book approved, its pages put
    in order; a finding that keeps the first entry back."""
    book_id = lived.entry(1).book_id
    amended = lived.amend(1, "child_name", "Người Thử Ba", ORDER, author="an")
    lived.sign_amendment(1, amended, author="chi")
    withdrawn = lived.withdraw(RegistryPart(book_id, SCAN, 1, 1), author="chi", reason="thử")
    lived.reinstate(withdrawn, author="chi", reason="thử")
    lived.approve_book(book_id, lived.value_digest(book_id)[0], author="chi")
    lived.desk(SINGLE).move_pages(OPERATOR, book_id, [PageRef(SCAN, 2)], PageRef(SCAN, 1))
    blocking = finding("K07", "child_name", severity=Severity.BLOCK)
    lived.save_checks([CrossEntryFinding(book_id, 1, 1, blocking)], ["K07"])
    return lived


DELETED = {
    "amendment": {1: ("amendment",)},
    "amendment_signature": {1: ("amendment_signature",)},
    "withdrawal": {2: ("withdrawal",)},
    "book_approval": {1: ("book_approval",), 2: ("book_approval",)},
    "page_arrangement": {1: ("page_arrangement",), 2: ("page_arrangement",)},
    "book_finding": {1: ("book_finding",)},
}


@pytest.mark.parametrize("table", DELETED)
def test_a_row_that_is_deleted_with_its_digest_is_missed(
    changed: Registry, intruder: Intruder, table: str
) -> None:
    assert tables_by_entry(changed) == {1: (), 2: ()}
    intruder.execute(f"DELETE FROM {table}", f"DELETE FROM row_digest WHERE table_name = '{table}'")  # noqa: S608
    found = tables_by_entry(changed)
    assert {entry_id: tables for entry_id, tables in found.items() if table in tables} == DELETED[table]


UNHEARD_OF = {
    "a reading of an unknown status": ("UPDATE reading SET status = 'x' WHERE entry_id = 1", 1),
    "a reading of unknown writing": ("UPDATE reading SET writing = 'x' WHERE entry_id = 1", 1),
    "a reading without a shape": ("UPDATE reading SET box = '[1]' WHERE entry_id = 1", 1),
    "a finding of an unknown severity": ("UPDATE finding SET severity = 'x'", 1),
    "details of a finding that are none": ("UPDATE finding SET details = '[1]'", 1),
    "a finding across entries of an unknown severity": (
        "UPDATE book_finding SET severity = 'x' WHERE id = 2",
        2,
    ),
}
"""What is done, and the one entry that it is about."""


@pytest.mark.parametrize("harm", UNHEARD_OF)
def test_a_row_that_the_program_never_writes_holds_its_entry_alone(
    lived: Registry, intruder: Intruder, harm: str
) -> None:
    statement, about = UNHEARD_OF[harm]
    intruder.execute(statement)
    assert [entry_id for entry_id, tables in tables_by_entry(lived).items() if tables] == [about]
    assert [lived.entry(entry_id).entry_id for entry_id in lived.entries()] == [1, 2]
    assert not lived.audit().verify().passed


def test_a_blocking_finding_about_a_page_holds_its_entries_when_it_is_deleted(
    lived: Registry, intruder: Intruder
) -> None:
    book_id = lived.entry(1).book_id
    blocking = finding("K10", severity=Severity.BLOCK)
    lived.save_checks([CrossEntryFinding(book_id, 1, None, blocking)], ["K10"])
    assert tables_by_entry(lived) == {1: (), 2: ()}
    intruder.execute(
        "DELETE FROM book_finding WHERE code = 'K10'",
        "DELETE FROM row_digest WHERE table_name = 'book_finding'",
    )
    found = tables_by_entry(lived)
    assert [entry_id for entry_id in found if "book_finding" in found[entry_id]] == [1, 2]


def test_a_blocking_finding_that_ended_holds_nothing_back(lived: Registry) -> None:
    book_id = lived.entry(1).book_id
    blocking = finding("K08", "child_name", severity=Severity.BLOCK)
    lived.save_checks([CrossEntryFinding(book_id, 1, 1, blocking)], ["K08"])
    lived.save_checks([], ["K08"])
    assert tables_by_entry(lived) == {1: (), 2: ()}
