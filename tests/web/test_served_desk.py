"""``hotich serve`` as a process of its own: its doors under load, and people who sign in through the provider."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from benchmarks.servers.free_ports import free_port
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Role
from pipeline.scans.workspace import Workspace
from tests.registry.pages import SCHEMAS
from tests.web.sign_in_provider.openid_provider import CLIENT, OpenIdProvider, running
from tests.web.test_connections import MANY, PATIENCE, half_sent, is_closed_now

SECRET = "bi-mat/cua-may:thu"


@dataclass(frozen=True)
class ServedDesk:
    """A desk that runs: where, its workspace, its log, and the provider that it asks."""

    address: str
    workspace: Path
    log: Path
    provider: OpenIdProvider


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedDesk]:
    """A desk that may open few files and whose office has a provider."""
    folder = tmp_path_factory.mktemp("served")
    workspace, log, port = folder / "w", folder / "log", free_port()
    workspace.mkdir()
    with running(lambda: datetime.now(UTC), SECRET) as provider:
        address = f"http://127.0.0.1:{port}"
        (workspace / "sign_in.key").touch(0o600)
        (workspace / "sign_in.key").write_text(f"{SECRET}\n", encoding="ascii")
        (workspace / "office.toml").write_text(
            f"""
[sign_in]
issuer = "{provider.issuer}"
client_id = "{CLIENT}"
address = "{address}"
[[sign_in.group]]
name = "ra-soat"
role = "reviewer"
places = ["00001"]
""",
            encoding="utf-8",
        )
        serve = [
            sys.executable,
            "-m",
            "pipeline.cli",
            "serve",
            "--workspace",
            str(workspace),
            "-p",
            str(port),
        ]
        with log.open("wb") as into:
            server = subprocess.Popen(
                ["bash", "-c", 'ulimit -n 1024; exec "$@"', "bash", *serve],
                stdout=into,
                stderr=into,
                env={**os.environ, "PYTHONUTF8": "1"},
            )
        try:
            wait_until_open(server, port)
            yield ServedDesk(address, workspace, log, provider)
        finally:
            server.terminate()
            try:
                server.wait(PATIENCE)
            finally:
                server.kill()


def test_with_few_files_the_desk_still_answers_and_its_log_stays_small(desk: ServedDesk) -> None:
    with half_sent(desk.address) as held:
        assert httpx.get(f"{desk.address}/healthz", timeout=PATIENCE).text == "ok"
        assert sum(map(is_closed_now, held)) > MANY - 1024
    assert desk.log.stat().st_size < 20_000


def test_people_sign_in_through_the_provider_that_office_toml_names(desk: ServedDesk) -> None:
    with httpx.Client(base_url=desk.address, timeout=PATIENCE) as browser:
        assert "/sign-in?next=" in browser.get("/login").text
        there = browser.get("/sign-in", params={"next": "/desk"}).headers["location"]
        assert there.startswith(f"{desk.provider.issuer}/auth?")
        back = httpx.get(there, timeout=PATIENCE).headers["location"]
        assert back.startswith(f"{desk.address}/sign-in/callback?")
        came = browser.get(back)
        assert (came.status_code, came.headers["location"]) == (303, "/desk")
        session = browser.get("/session").json()
    with Registry.open(Workspace(desk.workspace).registry_url, SCHEMAS) as registry:
        (made,) = [one for one in registry.accounts().list() if one.person.login == session["login"]]
        assert (made.person.role, made.person.places) == (Role.REVIEWER, frozenset({"00001"}))
        assert registry.audit().verify().flaws == ()
    desk.provider.person = {"sub": "p-2", "name": "Người Ngoài", "groups": ["khac"]}
    with httpx.Client(base_url=desk.address, timeout=PATIENCE) as stranger:
        there = stranger.get("/sign-in").headers["location"]
        refused = stranger.get(httpx.get(there, timeout=PATIENCE).headers["location"])
        assert refused.status_code == 401
        assert stranger.get("/session").headers["location"].startswith("/login")
    assert "bi-mat" not in desk.log.read_text(encoding="utf-8")


def wait_until_open(server: subprocess.Popen[bytes], port: int) -> None:
    while server.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(PATIENCE)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.1)
    raise AssertionError("the server ended")
