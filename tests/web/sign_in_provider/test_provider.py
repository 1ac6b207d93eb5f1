"""A provider is asked at its own address, within bounds; its keys are kept, and asked for again for an unknown one."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from pipeline.base.outbound import OutboundAddress
from pipeline.registry.accounts.model import Role
from pipeline.web.sign_in_provider import GroupDuties, Provider, SignInFailed
from pipeline.web.sign_in_provider.fetching import MOST_BYTES, fetch
from tests.web.clock import Clock
from tests.web.sign_in_provider.openid_provider import (
    SECRET,
    SHORT,
    OpenIdProvider,
    running,
    signed_in_there,
    signing_key,
)

VERIFIER = "v" * 43
REVIEWERS = GroupDuties(name="ra-soat", role=Role.REVIEWER, places=None)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[OpenIdProvider]:
    with running(clock) as started:
        yield started


@pytest.fixture
def provider(server: OpenIdProvider, clock: Clock) -> Provider:
    return Provider(server.policy(REVIEWERS), SECRET, clock, lambda: clock().timestamp())


def code_of(provider: Provider) -> str:
    back = signed_in_there(provider.authorization_url("state", "nonce", VERIFIER))
    return parse_qs(urlsplit(back).query)["code"][0]


def signed_in(provider: Provider) -> str:
    return provider.statement(code_of(provider), "nonce", VERIFIER).subject


def test_keys_are_kept_and_looked_for_again_when_one_is_unknown(
    provider: Provider, server: OpenIdProvider, clock: Clock
) -> None:
    assert [signed_in(provider), signed_in(provider)] == ["p-1", "p-1"]
    assert [server.asked.count(what) for what in ("openid-configuration", "keys")] == [1, 1]
    server.kid, server.published = "k2", ["k2", "k1"]
    with pytest.raises(SignInFailed):  # not again within half a minute
        signed_in(provider)
    assert server.asked.count("keys") == 1
    clock.pass_(seconds=31)
    assert signed_in(provider) == "p-1"
    assert server.asked.count("keys") == 2
    server.kid, server.published = "k1", ["k2"]
    assert signed_in(provider) == "p-1"
    clock.pass_(hours=1)
    with pytest.raises(SignInFailed):  # a key that was taken back counts no longer
        signed_in(provider)


@pytest.mark.filterwarnings("ignore:Key size")
@pytest.mark.parametrize("zeros", [0, 128])
def test_a_key_that_is_too_short_proves_nobody_and_leaves_the_others_in_use(
    provider: Provider, server: OpenIdProvider, zeros: int
) -> None:
    short, other = (signing_key(kid).as_dict(private=False) for kid in (SHORT, "k1"))
    number = bytes(zeros) + base64.urlsafe_b64decode(f"{short['n']}==")
    short["n"] = base64.urlsafe_b64encode(number).rstrip(b"=").decode()
    server.bodies["keys"] = json.dumps({"keys": [short, other]}).encode()
    assert signed_in(provider) == "p-1"
    server.kid = SHORT
    with pytest.raises(SignInFailed):
        signed_in(provider)


def test_a_proof_of_another_secret_and_another_secret_of_the_program_get_nothing(
    provider: Provider, server: OpenIdProvider, clock: Clock
) -> None:
    with pytest.raises(SignInFailed) as refused:
        provider.statement(code_of(provider), "nonce", "w" * 43)
    assert refused.value.reason == "code"
    stranger = Provider(server.policy(REVIEWERS), "khac", clock)
    with pytest.raises(SignInFailed) as refused:
        signed_in(stranger)
    assert refused.value.reason == "code"


@pytest.mark.parametrize(
    "value", ["http://127.0.0.1:1/x", "https://khac.test/x", "file:///etc/passwd", None, 7]
)
def test_what_leads_elsewhere_is_not_asked(server: OpenIdProvider, clock: Clock, value: object) -> None:
    for key in ("authorization_endpoint", "token_endpoint", "jwks_uri", "issuer"):
        server.discovery = {key: value}
        with pytest.raises(SignInFailed) as refused:
            Provider(server.policy(REVIEWERS), SECRET, clock).authorization_url("state", "nonce", VERIFIER)
        assert refused.value.reason == "away"
    assert set(server.asked) == {"openid-configuration"}


@pytest.mark.parametrize("path", ["token", "keys"])
def test_an_answer_that_is_none_lets_nobody_in(server: OpenIdProvider, clock: Clock, path: str) -> None:
    for body in (b"x" * (MOST_BYTES + 1), b"[" * 100_000, b"\xff", b"[]", b'{"keys": [7]}', b""):
        provider = Provider(server.policy(REVIEWERS), SECRET, clock)
        code = code_of(provider)
        server.bodies[path] = body
        with pytest.raises(SignInFailed) as refused:
            provider.statement(code, "nonce", VERIFIER)
        assert refused.value.reason in {"away", "code"}
        server.bodies.clear()


@pytest.mark.parametrize("path", ["openid-configuration", "token", "keys"])
def test_a_provider_that_is_away_is_told_so_and_asked_again(
    provider: Provider, server: OpenIdProvider, path: str
) -> None:
    server.lost.add(path)
    with pytest.raises(SignInFailed) as refused:
        signed_in(provider)
    assert refused.value.reason == "away"
    server.lost.clear()
    assert signed_in(provider) == "p-1"


def test_a_provider_that_nobody_reached_is_left_alone_for_a_while(
    provider: Provider, server: OpenIdProvider, clock: Clock
) -> None:
    server.bodies["openid-configuration"] = b"{"
    for _ in range(3):
        with pytest.raises(SignInFailed):
            provider.authorization_url("state", "nonce", VERIFIER)
    assert server.asked == ["openid-configuration"]
    server.bodies.clear()
    clock.pass_(seconds=16)
    assert signed_in(provider) == "p-1"


def test_nobody_there_and_an_answer_without_end_are_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = OutboundAddress(False, "127.0.0.1", listener.getsockname()[1], "/", is_local=True)
        over = threading.Event()

        def drip() -> None:
            taken, _ = listener.accept()
            with taken:
                taken.recv(1000)
                taken.sendall(b"HTTP/1.1 200 OK\r\n")
                while not over.wait(0.01):
                    try:
                        taken.sendall(b"X: y\r\n"[:1])
                    except OSError:
                        return

        worker = threading.Thread(target=drip, daemon=True)
        worker.start()
        with pytest.raises(SignInFailed):
            fetch(address, seconds=0.2)
        over.set()
        worker.join()
    with pytest.raises(SignInFailed):
        fetch(address)
