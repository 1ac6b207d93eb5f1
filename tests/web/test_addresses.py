"""Who counts as one client: a machine with IPv6 has more addresses than there are tries, and gains nothing by it."""

from __future__ import annotations

from typing import cast

import httpx
import pytest
from fastapi import FastAPI

from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.logins import csrf_of
from pipeline.registry.accounts.model import Role
from pipeline.web.security.addresses import client_of
from pipeline.web.security.connections import ConnectionGuard, ConnectionLimits, GuardedProtocol
from tests.web.conftest import PASSWORD, join
from tests.web.serving import served


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("-", "-"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_of_ipv6_counts_with_its_network(address: str, client: str) -> None:
    assert client_of(address) == client


class HeldConnection:
    """A connection that waits for its client, and knows whether it was closed."""

    def __init__(self, guard: ConnectionGuard, address: str) -> None:
        self._guard = guard
        self.dropped = False
        guard.admit(cast(GuardedProtocol, self), address)
        guard.note_waiting(cast(GuardedProtocol, self))

    def drop(self) -> None:
        self.dropped = True
        self._guard.forget(cast(GuardedProtocol, self))


def test_connections_of_a_network_are_counted_together() -> None:
    guard = ConnectionGuard(ConnectionLimits(by_address=3))
    other = HeldConnection(guard, "2001:db8:0:2::1")
    mine = [HeldConnection(guard, f"2001:db8:0:1::{number:x}") for number in range(1, 9)]
    assert [one.dropped for one in mine] == [True] * 5 + [False] * 3
    assert not other.dropped


def test_the_trusted_proxy_may_have_an_address_of_ipv6() -> None:
    guard = ConnectionGuard(ConnectionLimits(by_address=1), proxy="2001:db8::1")
    held = [HeldConnection(guard, "2001:db8::1") for _ in range(4)]
    assert [one.dropped for one in held] == [False] * 4


def test_who_guesses_from_many_addresses_of_a_network_is_locked_like_one(
    app: FastAPI, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(accounts, "ba.mang", Role.REVIEWER)

    def log_in(source: str, password: str) -> int:
        with httpx.Client(base_url=address, headers={"X-Forwarded-For": source}, timeout=60) as client:
            client.get("/login")
            form = {"csrf": csrf_of(client.cookies["hotich-form"]), "login": "ba.mang", "password": password}
            return client.post("/login", data=form).status_code

    with served(app, monkeypatch, "127.0.0.1") as address:
        for number in range(1, 6):
            assert log_in(f"2001:db8:0:1::{number:x}", "đoán mò") == 401
        assert log_in("2001:db8:0:1::99", PASSWORD) == 401
        assert log_in("2001:db8:0:2::1", PASSWORD) == 303
