"""Accounts, sessions and the reviewers' desk are in the audit: what is done, what is seen, and whoever changes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.registry import Registry
from pipeline.registry.accounts.model import Role
from pipeline.registry.audit.audit_words import ACTIONS
from pipeline.registry.audit.model import Flaw, FlawKind
from tests.registry.audit.intruder import Intruder
from tests.registry.offices import AN, BINH, CHECKED, OPERATOR, Clock, doubtful, keyed, said, taken
from tests.registry.pages import LEDGER, SCAN, page
from tests.registry.told_once import told_once

PASSWORD = "một mật khẩu dài"


def work(registry: Registry) -> None:
    """An administrator made, a reviewer made, who came in; at the desk every table has rows."""
    clock = Clock()
    accounts = registry.accounts(clock)
    accounts.first_administrator()
    once = accounts.create("cuc", "Người Thử", Role.REVIEWER, ["00000"], by="admin")
    session = accounts.authenticate("cuc", once, "127.0.0.1")
    accounts.change_password(session, once, PASSWORD, "127.0.0.1")
    book = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book, SCAN, "scan.pdf", 1, 2)
    registry.save_page(book, page(doubtful("notes")), "f1")
    registry.save_page(book, page(doubtful("notes"), page_no=2), "f1")
    desk = registry.desk(CHECKED, now=clock)
    keyed(desk, AN, said("notes"))
    desk.undo(AN)
    desk.skip(AN, desk.held(AN)[0].task_id, "khó")
    taken(desk, AN)
    clock.pass_minutes(16)
    taken(desk, BINH)
    ticket = desk.request_rescan(BINH, taken(desk, BINH).task_id, "mờ")
    desk.close_ticket(OPERATOR, ticket.id, "xong")


@pytest.fixture
def office(url: str, key_path: Path) -> Iterator[Registry]:
    """Where people worked."""
    with told_once(work, url, key_path) as opened:
        yield opened


def test_all_that_people_did_is_there_and_whole(office: Registry) -> None:
    found = office.audit().verify()
    assert found.flaws == ()
    actions = [row.action for row in office.audit().recent(100)]
    assert {
        "account-created", "logged-in", "password-changed", "task-shown", "keyed", "lease-ended", "undone",
        "task-skipped", "lease-taken-over", "rescan-asked", "rescan-closed",
    } <= set(actions)  # fmt: skip
    assert [row.subject for row in office.audit().recent(100, actor=AN.login)].count("task:1") >= 4


def test_every_action_has_words(office: Registry) -> None:
    assert {row.action for row in office.audit().recent(200)} <= set(ACTIONS)


def test_coming_and_going_leaves_the_sessions_whole(office: Registry) -> None:
    accounts = office.accounts(Clock())
    session = accounts.authenticate("cuc", PASSWORD, "127.0.0.1")
    assert office.audit().verify().passed
    accounts.end(session.token)
    accounts.deactivate("cuc", by="admin")
    assert office.audit().verify().passed
    assert [row.action for row in office.audit().recent(2)] == ["account-deactivated", "logged-out"]


def test_no_name_password_or_word_gets_into_it(office: Registry, intruder: Intruder) -> None:
    told = " ".join(f"{row['actor']} {row['subject']} {row['detail']}" for row in intruder.audit())
    for personal in ("Thử", "mật khẩu", "khó", "mờ", "xong", "127.0.0.1"):
        assert personal not in told


HARMS = {
    "role of an account": (
        "UPDATE account SET role = 'supervisor' WHERE id = 2",
        Flaw(FlawKind.ROW_ALTERED, "account", 2),
    ),
    "places of an account": (
        "UPDATE account SET places = NULL WHERE id = 2",
        Flaw(FlawKind.ROW_ALTERED, "account", 2),
    ),
    "password of an account": (
        "UPDATE account SET password_hash = 'x' WHERE id = 1",
        Flaw(FlawKind.ROW_ALTERED, "account", 1),
    ),
    "a session of another's making": (
        "INSERT INTO login_session SELECT 77, 'x', 1, started_at, seen_at FROM login_session",
        Flaw(FlawKind.ROW_UNKNOWN, "login_session", 77),
    ),
    "a task counts as settled": (
        "UPDATE review_task SET stage = 'settled', state = 'done' WHERE id = 1",
        Flaw(FlawKind.ROW_ALTERED, "review_task", 1),
    ),
    "who keyed first is forgotten": (
        "UPDATE review_task SET first_keyer = NULL, second_keyer = 4 WHERE id = 1",
        Flaw(FlawKind.ROW_ALTERED, "review_task", 1),
    ),
    "whose word it is": (
        "UPDATE keying SET login = 'x', account_id = 9 WHERE id = 1",
        Flaw(FlawKind.ROW_ALTERED, "keying", 1),
    ),
    "text of a word": (
        "UPDATE keying SET text = 'Thử Hai' WHERE id = 1",
        Flaw(FlawKind.ROW_ALTERED, "keying", 1),
    ),
    "a word is deleted": ("DELETE FROM keying WHERE id = 2", Flaw(FlawKind.ROW_GONE, "keying", 2)),
    "a submission is deleted": ("DELETE FROM submission", Flaw(FlawKind.ROW_GONE, "submission", 1)),
    "a reason": ("UPDATE aside SET words = '' WHERE id = 1", Flaw(FlawKind.ROW_ALTERED, "aside", 1)),
    "a ticket": ("UPDATE ticket SET reason = ''", Flaw(FlawKind.ROW_ALTERED, "ticket", 1)),
    "a ticket is open again": (
        "DELETE FROM ticket_closing",
        Flaw(FlawKind.ROW_GONE, "ticket_closing", 1),
    ),
}


@pytest.mark.parametrize("name", HARMS)
def test_it_is_found_and_named(office: Registry, intruder: Intruder, name: str) -> None:
    statement, expected = HARMS[name]
    intruder.execute(statement)
    found, *replayed = office.audit().verify().flaws
    assert {flaw.kind for flaw in replayed} == (
        {FlawKind.ACCOUNT_DIFFERS} if "account SET" in statement else set()
    )
    assert (found.kind, found.table, found.row_id) == (expected.kind, expected.table, expected.row_id)


def test_a_session_turned_into_another_accounts_is_found(office: Registry, intruder: Intruder) -> None:
    intruder.execute("UPDATE login_session SET account_id = 1")
    ((row_id,),) = intruder.outsider.execute("SELECT id FROM login_session")
    (found,) = office.audit().verify().flaws
    assert (found.kind, found.table, found.row_id) == (FlawKind.ROW_ALTERED, "login_session", row_id)


def test_a_session_in_use_is_no_change(office: Registry, intruder: Intruder) -> None:
    intruder.execute("UPDATE login_session SET seen_at = '2026-03-02 09:00:00.000000'")
    assert office.audit().verify().passed
