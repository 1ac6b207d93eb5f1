"""Slow clients over real sockets: half a request holds nobody up and no connection for long."""

from __future__ import annotations

import logging
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.logins import csrf_of
from pipeline.registry.accounts.model import Role
from pipeline.web.security.connections import ConnectionLimits, LogThrottle
from tests.web.conftest import PASSWORD, join
from tests.web.serving import served

MANY = 1300
HALF = b"GET /login HTTP/1.1\r\nHost: desk.test\r\nX-More: "
REST = b"1\r\n\r\n"
HALF_BODY = (
    b"POST /login HTTP/1.1\r\nHost: desk.test\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 1000\r\n\r\nlogin="
)
PATIENCE = 60.0
"""Seconds after which a test gives up on what never comes."""

LONG, SHORT = 3600.0, 0.2
SOME = 2.0
"""Seconds in which a whole request comes in even on a busy machine."""


def opened(address: str, start: bytes = HALF, source: str = "127.0.0.1") -> socket.socket:
    """A connection on which a request was begun."""
    parts = urlsplit(address)
    made = socket.create_connection((parts.hostname or "", parts.port or 0), PATIENCE, (source, 0))
    made.sendall(start)
    return made


@contextmanager
def half_sent(address: str, number: int = MANY, start: bytes = HALF) -> Iterator[list[socket.socket]]:
    held: list[socket.socket] = []
    try:
        held.extend(opened(address, start) for _ in range(number))
        yield held
    finally:
        for one in held:
            one.close()


def is_closed(one: socket.socket) -> bool:
    """Whether the server has closed the connection, or does within the time-out of the socket."""
    try:
        return one.recv(1) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


def is_closed_now(one: socket.socket) -> bool:
    return is_readable(one) and is_closed(one)


def is_readable(one: socket.socket, seconds: float = 0.0) -> bool:
    """Whether something comes, or the end, within that time."""
    poll = select.poll()
    poll.register(one, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


@pytest.fixture
def token(accounts: Accounts) -> str:
    """The session of a reviewer."""
    if not any(one.person.login == "ra.soat" for one in accounts.list()):
        join(accounts, "ra.soat", Role.REVIEWER)
    return accounts.authenticate("ra.soat", PASSWORD, "test").token


def saved(address: str, token: str, number: int) -> list[int]:
    """What a reviewer is told who takes a task and saves it, over a new connection for each request."""
    told = []
    options: dict[str, Any] = {
        "cookies": {"hotich": token},
        "headers": {"X-CSRF-Token": csrf_of(token)},
        "timeout": PATIENCE,
    }
    with httpx.Client(
        base_url=address, limits=httpx.Limits(max_keepalive_connections=0), **options
    ) as client:
        page = client.post("/desk/next", json={})
        told.append(page.status_code)
        task, version = (page.text.split(f'data-{name}="')[1].split('"')[0] for name in ("task", "version"))
        word = {"field": "child_name", "status": "read", "text": "Thử Một"}
        body = {"version": int(version), "token": f"{number:032x}", "words": [word]}
        told.append(client.post(f"/desk/tasks/{task}/words", json=body).status_code)
    return told


@pytest.mark.parametrize("start", [HALF, HALF_BODY], ids=["headers", "body"])
def test_a_reviewer_saves_while_more_than_a_thousand_requests_are_half_sent(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, token: str, start: bytes
) -> None:
    limits = ConnectionLimits(header_seconds=LONG, body_seconds=LONG)
    with served(app, monkeypatch, limits=limits) as address, half_sent(address, start=start) as held:
        assert saved(address, token, len(start)) == [200, 200]
        over = held[: MANY - limits.by_address]
        assert all(map(is_closed, over))
        assert not any(map(is_closed_now, held[-limits.by_address // 2 :]))


@pytest.mark.parametrize("start", [b"", HALF, HALF_BODY], ids=["nothing", "headers", "body"])
def test_a_request_that_never_ends_is_dropped(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    limits = ConnectionLimits(header_seconds=SHORT, body_seconds=SHORT)
    with served(app, monkeypatch, limits=limits) as address, opened(address, start) as one:
        assert is_closed(one)


@pytest.mark.parametrize("start", [HALF, HALF_BODY], ids=["headers", "body"])
def test_bytes_that_drip_in_do_not_buy_more_time(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    limits = ConnectionLimits(header_seconds=SHORT, body_seconds=SHORT)
    with served(app, monkeypatch, limits=limits) as address, opened(address, start) as one:
        for _ in range(600):
            if is_readable(one, SHORT / 10):
                break
            one.sendall(b"x")
        assert is_closed(one)


def test_a_second_request_on_a_kept_connection_has_no_longer(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = ConnectionLimits(header_seconds=SOME)
    with served(app, monkeypatch, limits=limits) as address, opened(address, HALF + REST) as one:
        whole = b""
        while not whole.rstrip().endswith(b"</html>"):
            piece = one.recv(65536)
            assert piece, "the connection was closed before the answer was whole"
            whole += piece
        assert whole.startswith(b"HTTP/1.1 200")
        one.sendall(HALF)
        assert is_closed(one)


def test_an_answer_that_nobody_takes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    size, done = 64 * 2**20, threading.Event()

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(64):
            await send({"type": "http.response.body", "body": bytes(2**20), "more_body": True})
        await send({"type": "http.response.body"})
        done.set()

    with (
        served(large, monkeypatch, limits=ConnectionLimits(stall_seconds=SHORT)) as address,
        opened(address, HALF + REST) as one,
    ):
        assert done.wait(PATIENCE)
        taken = 0
        try:
            while more := one.recv(2**20):
                taken += len(more)
        except ConnectionError:
            pass
        assert taken < size


def test_those_who_take_no_answer_keep_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is stuck in its answer waits for its client too; a newcomer takes its place."""
    stuck = threading.Semaphore(0)

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if scope["path"] == "/large":
            await send({"type": "http.response.body", "body": bytes(50_000_000), "more_body": True})
            stuck.release()  # the next piece waits until the client has taken this one
        await send({"type": "http.response.body", "body": b"ok"})

    limits = ConnectionLimits(connections=2, stall_seconds=LONG)
    with served(large, monkeypatch, limits=limits) as address:
        held = [opened(address, b"GET /large HTTP/1.1\r\nHost: desk.test\r\n\r\n") for _ in range(2)]
        for _ in held:
            assert stuck.acquire(timeout=PATIENCE)
        assert httpx.get(f"{address}/small", timeout=PATIENCE).text == "ok"
        for one in held:
            one.close()


def test_an_address_takes_no_connection_from_another(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = ConnectionLimits(by_address=4, header_seconds=LONG)
    with served(app, monkeypatch, limits=limits) as address, opened(address) as mine:
        others = [opened(address, source="127.0.0.2") for _ in range(12)]
        assert all(map(is_closed, others[:8]))
        mine.sendall(REST)
        assert mine.recv(12) == b"HTTP/1.1 200"
        others[-1].sendall(REST)
        assert others[-1].recv(12) == b"HTTP/1.1 200"
        for one in others:
            one.close()


def test_a_proxy_has_as_many_connections_as_there_are(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = ConnectionLimits(by_address=2, connections=6, header_seconds=LONG)
    with served(app, monkeypatch, "127.0.0.1", limits) as address:
        held = [opened(address) for _ in range(8)]
        assert all(map(is_closed, held[:2]))
        for one in held[2:]:
            one.sendall(REST)
            assert one.recv(12) == b"HTTP/1.1 200"
        for one in held:
            one.close()


def test_the_log_holds_the_same_line_only_a_few_times_and_says_how_many_more_there_were() -> None:
    now = [0.0]
    throttle = LogThrottle(most=2, seconds=60, clock=lambda: now[0])

    def passed(text: str) -> str | None:
        record = logging.LogRecord("asyncio", logging.ERROR, "", 0, text, (), None)
        return record.getMessage() if throttle.filter(record) else None

    lines = [passed(f"socket.accept() out of system resource\nsocket: {number}") for number in range(10)]
    assert [line is not None for line in lines] == [True, True] + [False] * 8
    assert passed("another line")
    now[0] = 61.0
    after = passed("socket.accept() out of system resource\nsocket: 11")
    assert after is not None
    assert "8 more like it" in after
