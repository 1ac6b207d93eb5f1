"""Events at a real receiver on this machine: signed, sent until they are received, no redirect followed."""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pytest

from pipeline.base.errors import SecurityError
from pipeline.base.model import FieldStatus
from pipeline.base.outbound import OutboundAddress
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.registry import Registry, RegistryPart, Verdict
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.runs.webhooks import WebhookSender, send_events, sending, signature_of, signing_secret
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read
from tests.web.clock import Clock

SECRET = b"0123456789abcdef"
NO_APPROVAL = ApprovalPolicy()


class Receiver(ThreadingHTTPServer):
    """Answers with what ``statuses`` says, the last one again and again; keeps what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses = [204]
        self.came: list[tuple[str, dict[str, str], bytes]] = []
        self.arrived = threading.Event()

    @property
    def policy(self) -> OutboundAddress:
        return OutboundAddress(False, "127.0.0.1", self.server_port, "/nhan?x=1", is_local=True)


class _Receiver6(Receiver):
    address_family = socket.AF_INET6

    def server_bind(self) -> None:
        self.server_address = ("::1", 0)
        super().server_bind()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = cast(Receiver, self.server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        receiver.came.append((self.path, dict(self.headers), body))
        self.send_response(receiver.statuses.pop(0) if len(receiver.statuses) > 1 else receiver.statuses[0])
        self.send_header("Location", f"http://127.0.0.1:{receiver.server_port}/khac")
        self.end_headers()
        receiver.arrived.set()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def registry(sqlite_url: str) -> Iterator[Registry]:
    """One book, of which everything is settled."""
    with Registry.open(sqlite_url, SCHEMAS) as opened:
        book_id = opened.book_id(LEDGER, "KS.2010.01")
        opened.store_scan(book_id, SCAN, "scan.pdf", 1000, 1)
        opened.save_page(book_id, page(entry(read("child_name", "Thử Kín"))), "f1")
        yield opened


def test_a_ready_book_is_told_once_signed_and_without_a_name(
    registry: Registry, receiver: Receiver, clock: Clock
) -> None:
    assert send_events(registry, receiver.policy, SECRET, NO_APPROVAL, clock) == (1, 1)
    assert send_events(registry, receiver.policy, SECRET, NO_APPROVAL, clock) == (0, 0)
    ((path, headers, body),) = receiver.came
    assert path == "/nhan?x=1"
    at, signature = (part.partition("=")[2] for part in headers["Hotich-Signature"].split(","))
    assert int(at) == int(clock().timestamp())
    assert signature == signature_of(SECRET, int(at), body)
    assert signature != signature_of(b"another", int(at), body)
    said = json.loads(body)
    assert (said["book_id"], said["state"], said["counts"]["entries"]) == (1, "ready", 1)
    assert said["id"] == headers["Hotich-Event"]
    assert "Thử" not in json.dumps(said, ensure_ascii=False)


def test_what_was_not_received_is_sent_again_ever_later_with_the_same_id(
    registry: Registry, receiver: Receiver, clock: Clock
) -> None:
    receiver.statuses = [500, 500, 302, 200]
    sent = []
    for minutes in (0, 0.5, 0.5, 1, 1, 3, 1, 60):
        clock.pass_(minutes=minutes)
        sent.append(send_events(registry, receiver.policy, SECRET, NO_APPROVAL, clock))
    assert sent == [(0, 1), (0, 0), (0, 1), (0, 0), (0, 1), (0, 0), (1, 1), (0, 0)]
    assert len({headers["Hotich-Event"] for _, headers, _ in receiver.came}) == 1
    assert {path for path, _, _ in receiver.came} == {"/nhan?x=1"}  # the redirect was not followed


def test_nothing_is_lost_while_nobody_listens(registry: Registry, receiver: Receiver, clock: Clock) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        nobody = OutboundAddress(False, "127.0.0.1", bound.getsockname()[1], "/", is_local=True)
        assert send_events(registry, nobody, SECRET, NO_APPROVAL, clock) == (0, 1)
    clock.pass_(hours=7)
    assert send_events(registry, receiver.policy, SECRET, NO_APPROVAL, clock) == (1, 1)


def test_a_book_that_waits_again_or_is_withdrawn_is_told_too(
    registry: Registry, receiver: Receiver, clock: Clock
) -> None:
    def look() -> None:
        send_events(registry, receiver.policy, SECRET, NO_APPROVAL, clock)

    look()
    registry.save_page(1, page(entry(read("child_name", "Thử Khác", accepted=False))), "f2")
    look()
    (entry_id,) = registry.entries(1)
    registry.decide(entry_id, [Verdict("child_name", FieldStatus.READ, "Thử Ba")], author="an")
    look()
    registry.withdraw(RegistryPart(1), author="chi", reason="nhầm")
    look()
    told = [json.loads(body)["type"] for _, _, body in receiver.came]
    assert told == ["book.ready", "book.reopened", "book.ready", "book.reopened"]
    assert json.loads(receiver.came[-1][2])["state"] == "withdrawn"


def test_an_office_that_approves_its_books_tells_of_approved_ones(
    registry: Registry, receiver: Receiver, clock: Clock
) -> None:
    approval = ApprovalPolicy(book=True)
    assert send_events(registry, receiver.policy, SECRET, approval, clock) == (0, 0)
    registry.approve_book(1, registry.value_digest(1)[0], author="chi")
    for _ in range(2):
        send_events(registry, receiver.policy, SECRET, approval, clock)
    registry.withdraw_approval(1, author="chi", reason="xem lại")
    send_events(registry, receiver.policy, SECRET, approval, clock)
    registry.approve_book(1, registry.value_digest(1)[0], author="chi")
    send_events(registry, receiver.policy, SECRET, approval, clock)
    registry.amend(1, "child_name", "Thử Sửa", AmendmentOrder("12/QĐ", "05.03.2020", "Điều 28"), author="an")
    for _ in range(2):
        send_events(registry, receiver.policy, SECRET, approval, clock)
    told = [json.loads(body)["type"] for _, _, body in receiver.came]
    assert told == ["book.ready", "book.reopened", "book.ready", "book.reopened"]


def _forge(sqlite_url: str, statement: str) -> None:
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as database, database:
        database.execute(statement)


def test_an_event_that_somebody_put_in_is_not_sent_and_silences_none(
    registry: Registry, receiver: Receiver, clock: Clock, sqlite_url: str
) -> None:
    _forge(
        sqlite_url,
        "INSERT INTO webhook_event VALUES (7, 'e7', 1, 1, 'ready', '{}', '2026-01-02 03:04:05.000000')",
    )
    assert send_events(registry, receiver.policy, SECRET, NO_APPROVAL, clock) == (1, 1)
    ((_, _, body),) = receiver.came
    assert (json.loads(body)["type"], json.loads(body)["sequence"]) == ("book.ready", 8)
    assert send_events(registry, receiver.policy, SECRET, NO_APPROVAL, clock) == (0, 0)


def test_an_approval_that_somebody_put_in_makes_no_book_ready(
    registry: Registry, receiver: Receiver, clock: Clock, sqlite_url: str
) -> None:
    registry.approve_book(1, registry.value_digest(1)[0], author="chi")
    registry.withdraw_approval(1, author="chi", reason="xem lại")
    _forge(
        sqlite_url,
        "INSERT INTO book_approval SELECT 9, book_id, kind, state, entries, note, author, approved_at "
        "FROM book_approval WHERE id = 1",
    )
    assert send_events(registry, receiver.policy, SECRET, ApprovalPolicy(book=True), clock) == (0, 0)


def test_who_looks_and_finds_no_change_waits_for_nobody(
    registry: Registry, receiver: Receiver, clock: Clock, sqlite_url: str
) -> None:
    approval = ApprovalPolicy(book=True)
    registry.approve_book(1, registry.value_digest(1)[0], author="chi")
    assert send_events(registry, receiver.policy, SECRET, approval, clock) == (1, 1)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert send_events(registry, receiver.policy, SECRET, approval, clock) == (0, 0)


def test_a_receiver_under_the_address_of_this_machine_is_one(registry: Registry, clock: Clock) -> None:
    with _Receiver6() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        policy = OutboundAddress(False, "::1", server.server_port, "/", is_local=True)
        assert send_events(registry, policy, SECRET, NO_APPROVAL, clock) == (1, 1)
        server.shutdown()


def test_a_receiver_that_never_comes_to_the_answer_is_left(
    registry: Registry, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LONGEST", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                while True:
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

        threading.Thread(target=drip, daemon=True).start()
        policy = OutboundAddress(False, "127.0.0.1", server.getsockname()[1], "/", is_local=True)
        assert send_events(registry, policy, SECRET, NO_APPROVAL, clock) == (0, 1)


@pytest.mark.parametrize(("secure", "is_local"), [(False, False), (True, True)], ids=["misled", "no TLS"])
def test_a_receiver_that_is_not_the_declared_one_gets_nothing(
    registry: Registry, receiver: Receiver, clock: Clock, secure: bool, is_local: bool
) -> None:
    """A name that leads to this machine though it is not its own; a receiver that has no certificate."""
    wrong = OutboundAddress(secure, "127.0.0.1", receiver.server_port, "/", is_local)
    assert send_events(registry, wrong, SECRET, NO_APPROVAL, clock) == (0, 1)
    assert receiver.came == []


def test_the_sender_goes_on_after_a_fault(receiver: Receiver, registry: Registry) -> None:
    faults = iter([OSError("hỏng")])

    def look() -> None:
        if (fault := next(faults, None)) is not None:
            raise fault
        send_events(registry, receiver.policy, SECRET, NO_APPROVAL)

    with WebhookSender(look, every=0.01):
        assert receiver.arrived.wait(60)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "webhook.key"
    first = signing_secret(path)
    assert len(first) == 64
    assert signing_secret(path) == first
    assert path.stat().st_mode & 0o077 == 0
    path.chmod(0o640)
    with pytest.raises(SecurityError, match="không còn kín"):
        signing_secret(path)
    path.chmod(0o600)
    path.write_text("\n")
    with pytest.raises(SecurityError, match="không có bí mật"):
        signing_secret(path)
