"""Tokens of other systems: shown once, stored hashed, over at once; what is read and told, on each database."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.model import PageRef
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.registry import Registry
from pipeline.registry.publishing.model import ApiScope, ApiTokenError, PublishedEntry, UnknownApiToken
from pipeline.registry.publishing.publishing import Publishing
from tests.registry.audit.intruder import Intruder
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read
from tests.web.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def publishing(registry: Registry, clock: Clock) -> Publishing:
    return registry.publishing(clock)


def test_a_secret_is_stored_nowhere_and_opens_until_it_is_over(
    publishing: Publishing, registry: Registry, outsider: Outsider, clock: Clock
) -> None:
    made = publishing.create_token("so-tu-phap", [ApiScope.BOOKS], ["00000"], 30, author="quan.tri")
    assert made.secret not in repr(made)
    assert made.secret not in str([outsider.rows(name) for name in ("api_token", "audit")])
    assert publishing.token_in_force(made.secret) == made.token
    assert publishing.token_in_force(made.secret[:-1]) is None
    assert publishing.token_in_force("x" * 100_000) is None
    clock.pass_(days=30)
    assert publishing.token_in_force(made.secret) is None
    assert registry.audit().recent(1)[0].action == "api-token-created"


def test_a_revoked_token_opens_nothing_more_and_its_name_is_never_given_again(
    publishing: Publishing, registry: Registry
) -> None:
    made = publishing.create_token("so-tu-phap", list(ApiScope), None, 1, author="quan.tri")
    publishing.revoke_token("so-tu-phap", author="binh")
    assert publishing.token_in_force(made.secret) is None
    (told,) = publishing.tokens()
    assert told.revoked_by == "binh"
    with pytest.raises(ApiTokenError, match="đã bị thu hồi"):
        publishing.revoke_token("so-tu-phap", author="binh")
    with pytest.raises(ApiTokenError, match="không dùng lại"):
        publishing.create_token("so-tu-phap", list(ApiScope), None, 1, author="quan.tri")
    with pytest.raises(UnknownApiToken):
        publishing.revoke_token("x" * 10_000, author="binh")


def test_a_revoked_token_opens_nothing_though_its_row_comes_back_with_its_digest(
    publishing: Publishing, outsider: Outsider, url: str
) -> None:
    intruder = Intruder(outsider, url)
    made = publishing.create_token("so-tu-phap", list(ApiScope), None, 1, author="quan.tri")
    intruder.keep("api_token", "name = 'so-tu-phap'")
    publishing.revoke_token("so-tu-phap", author="binh")
    intruder.put_back("api_token", "name = 'so-tu-phap'")
    assert publishing.token_in_force(made.secret) is None


@pytest.mark.parametrize(
    ("name", "scopes", "places", "days", "words"),
    [
        ("Sở Tư pháp", [ApiScope.BOOKS], None, 1, "chữ cái không dấu"),
        ("a" * 41, [ApiScope.BOOKS], None, 1, "2 đến 40"),
        ("so\x00", [ApiScope.BOOKS], None, 1, "chữ cái không dấu"),
        ("so", [], None, 1, "phạm vi"),
        ("so", [ApiScope.BOOKS], None, 367, "ngày"),
        ("so", [ApiScope.BOOKS], None, 0, "ngày"),
        ("so", [ApiScope.BOOKS], [], 1, "nơi"),
        ("so", [ApiScope.BOOKS], ["a\nb"], 1, "nơi"),
    ],
)
def test_a_token_that_cannot_be_is_refused_in_words(
    publishing: Publishing, name: str, scopes: list[ApiScope], places: list[str] | None, days: int, words: str
) -> None:
    with pytest.raises(ApiTokenError, match=words):
        publishing.create_token(name, scopes, places, days, author="quan.tri")
    assert publishing.tokens() == ()


def test_a_token_that_was_changed_behind_the_program_opens_nothing(
    publishing: Publishing, outsider: Outsider
) -> None:
    made = publishing.create_token("so", [ApiScope.BOOKS], ["00000"], 9, author="quan.tri")
    publishing.note_read(made.token, "/api/v1/books", "registry")
    assert publishing.token_in_force(made.secret) is not None  # its last use is no change
    outsider.execute("UPDATE api_token SET places = NULL")
    assert publishing.token_in_force(made.secret) is None


def test_entries_go_on_after_a_place_although_the_entry_there_is_gone(
    publishing: Publishing, registry: Registry, book: int
) -> None:
    for number in (1, 2, 3):
        registry.save_page(book, page(entry(read("child_name", f"Thử {number}")), page_no=number), "f1")
    policies = DeliveryPolicy(), ApprovalPolicy()
    first = publishing.entries(["00000"], book, "", 2, *policies)
    gone = first.entries[-1].entry_id
    registry.withdraw(registry.part_of_entry(gone), author="chi", reason="nhầm")
    rest = publishing.entries(["00000"], book, first.after, 2, *policies)
    assert [one.ref.page_no for one in (*first.entries, *rest.entries)] == [1, 2, 3]
    assert rest.after == ""
    assert publishing.books(["00000"], 0, 9).books[0].entries == 2
    assert publishing.books([], 0, 9).books == ()


def test_an_entry_of_a_page_that_was_scanned_again_comes_where_the_old_page_lay(
    publishing: Publishing, registry: Registry, book: int
) -> None:
    for number in (1, 2, 3):
        rows = [entry(read("child_name", f"Thử {number} {row}"), row=row) for row in range(2)]
        registry.save_page(book, page(*rows, page_no=number), "f1")
    again = "d" * 64
    registry.store_scan(book, again, "lai.jpg", 1000, 1)
    rows = [entry(read("child_name", f"Thử 2 {row}"), row=row) for row in range(2)]
    registry.save_page(book, page(*rows, scan=again), "f1")
    registry.replace_page(book, PageRef(SCAN, 2), PageRef(again, 1), author="chi", reason="trang cũ mờ")
    told: list[PublishedEntry] = []
    after = ""
    while True:
        part = publishing.entries(None, book, after, 2, DeliveryPolicy(), ApprovalPolicy())
        told += part.entries
        if not (after := part.after):
            break
    assert [one.entry_id for one in told] == list(registry.entries(book))
    assert [one.ref.page_no for one in told] == [1, 1, 1, 1, 3, 3]


def test_a_book_that_became_ready_waits_until_it_was_received(
    publishing: Publishing, registry: Registry, book: int, clock: Clock
) -> None:
    registry.save_page(book, page(entry(read("child_name", "Thử"))), "f1")
    registry.store_scan(book, SCAN, "scan.pdf", 1000, 1)
    assert publishing.note_book_events(ApprovalPolicy()) == 1
    assert publishing.note_book_events(ApprovalPolicy()) == 0
    (event,) = publishing.events_to_send()
    publishing.note_attempt(event, 0, "timeout")
    assert publishing.events_to_send() == ()
    clock.pass_(minutes=1)
    (again,) = publishing.events_to_send()
    assert (again.event_id, again.attempts) == (event.event_id, 1)
    publishing.note_attempt(again, 204, "")
    clock.pass_(days=1)
    assert publishing.events_to_send() == ()


def test_an_attempt_that_somebody_inserted_keeps_no_notice_back_and_is_named(
    url: str, tmp_path: Path, clock: Clock, outsider: Outsider
) -> None:
    key = tmp_path / "audit.key"
    with Registry.open(url, SCHEMAS, audit_key=key) as registry:
        publishing = registry.publishing(clock)
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1000, 1)
        registry.save_page(book, page(entry(read("child_name", "Thử"))), "f1")
        publishing.note_book_events(ApprovalPolicy())
        (event,) = publishing.events_to_send()
        for row_id, status in ((7, 204), (8, 0)):
            values = f"{row_id}, {event.number}, {status}, '', '2026-01-02 03:04:05'"
            outsider.execute(f"INSERT INTO webhook_attempt VALUES ({values})")  # noqa: S608 (the test's own)
        assert publishing.events_to_send() == (event,)
        forged = [(one.table, one.row_id, one.book_id) for one in publishing.forged_notices()]
        assert forged == [("webhook_attempt", 7, book), ("webhook_attempt", 8, book)]
        publishing.note_attempt(event, 204, "")
        clock.pass_(days=1)
        assert publishing.events_to_send() == ()
        settled = registry.audit().verify().flaws
        registry.settle_flaws(settled, document="BB-1/2026", by="quan.tri")
        assert publishing.forged_notices() == (), "an administrator has settled them"
    key.unlink()
    with Registry.open(url, SCHEMAS, audit_key=key) as registry:
        registry.audit().renew_key("quan.tri")
        assert registry.publishing(clock).forged_notices() == (), "lines of a lost key count"
