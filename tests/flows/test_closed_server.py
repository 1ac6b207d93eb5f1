"""A real ``hotich server``, started as an office starts it: it answers who has the secret, and nobody else."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from benchmarks.servers.free_ports import free_port
from benchmarks.servers.prefect_server import PrefectServer
from pipeline.runs import prefect_access, prefect_runs
from pipeline.runs.prefect_access import FOREIGN_ORIGIN, basic_authorization, prefect_secret, server_access
from pipeline.runs.prefect_runs import FOREIGN, NO_ANSWER, NOT_STARTED, PrefectRuns, RunRefused, RunState
from tests.fake_books import make_book

pytestmark = [pytest.mark.slow, pytest.mark.flows]

READY = "Dừng tất cả"
PATIENCE = 60.0
"""Seconds after which a question to a busy server is given up."""
LONGEST = 400.0
"""Seconds after which nobody waits for a worker or a book any longer."""
WRONG = {
    "nothing": {},
    "another secret": {"Authorization": basic_authorization("hotich:" + "a" * 43)},
    "no password": {"Authorization": basic_authorization("hotich:")},
    "a bearer token": {"Authorization": "Bearer x"},
    "nonsense": {"Authorization": "Basic %%%"},
}
"""What somebody without the secret may show."""

ATTACK = {
    "name": "attack",
    "flow_id": "00000000-0000-0000-0000-000000000000",
    "work_pool_name": "hotich",
    "pull_steps": [{"prefect.deployments.steps.run_shell_script": {"script": "cat audit.key"}}],
    "path": "/",
    "entrypoint": "x.py:x",
}
"""A deployment whose first step is a command of the shell: what the worker runs as the office's account."""

REQUESTS = [
    ("GET", "/version", None),
    ("GET", "/csrf-token?client=x", None),
    ("GET", "/admin/settings", None),
    ("POST", "/flows/", {"name": "attack"}),
    ("POST", "/deployments/", ATTACK),
    ("POST", "/deployments/filter", {}),
    ("POST", "/flow_runs/filter", {}),
    ("POST", "/work_pools/filter", {}),
    ("POST", "/work_pools/", {"name": "attack"}),
    ("POST", "/variables/", {"name": "attack", "value": "x"}),
    ("POST", "/automations/filter", {}),
    ("POST", "/block_documents/filter", {}),
    ("POST", "/admin/database/clear", {"confirm": True}),
]


@dataclass(frozen=True)
class Office:
    """A running ``hotich server`` and its folders."""

    workspace: Path
    vault: Path
    address: str
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[str]

    @property
    def secret(self) -> str:
        return prefect_secret(self.workspace / "prefect.key")

    def work_on(self, until: float) -> None:
        """Leave the processors to it for a moment, but not after ``until``."""
        try:
            if time.monotonic() > until:
                pytest.fail(f"nothing happens: {self.log.read_text(encoding='utf-8')}")
            self.process.wait(0.2)
        except subprocess.TimeoutExpired:
            return
        pytest.fail(self.log.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Started under a mask that lets everybody read, and with variables that would open the server."""
    folder = tmp_path_factory.mktemp("office")
    make_book(folder / "books" / "book-1")
    key = folder / "backup.key"
    key.touch(0o600)
    key.write_text(secrets.token_hex(32), encoding="ascii")
    port, workspace, vault = free_port(), folder / "workspace", folder / "vault"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HOTICH_", "PREFECT_"))
    }
    environment["PREFECT_SERVER_CORS_ALLOWED_ORIGINS"] = "*"
    log = folder / "log"
    command = [
        "server",
        folder / "books",
        "--workspace",
        workspace,
        "--backup",
        vault,
        "--backup-key-file",
        key,
    ]
    ports = ["--port", free_port(), "--prefect-port", port]
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *map(str, [*command, *ports])],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            umask=0o022,
        )
        try:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if READY in line:
                    break
            else:
                raise RuntimeError(f"hotich server did not start: {''.join(lines)} {log.read_text()}")
            yield Office(workspace, vault, f"http://127.0.0.1:{port}/api", log, environment, process)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def hotich(office: Office, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *map(str, arguments)],
        env=office.environment | {"HOTICH_WORKSPACE": str(office.workspace)} | environment,
        capture_output=True,
        text=True,
        check=False,
        umask=0o022,
    )


def allowed(office: Office) -> dict[str, str]:
    """The headers of a request that has everything."""
    shown = {"Authorization": basic_authorization(office.secret)}
    client = secrets.token_hex(4)
    token = httpx.get(
        f"{office.address}/csrf-token", params={"client": client}, headers=shown, timeout=PATIENCE
    ).json()["token"]
    return shown | {"Prefect-Csrf-Client": client, "Prefect-Csrf-Token": token}


@pytest.mark.parametrize("shown", WRONG)
def test_nobody_without_the_secret_is_answered(office: Office, shown: str) -> None:
    """Above all nobody makes a deployment that runs a command."""
    with httpx.Client(headers=WRONG[shown], timeout=PATIENCE) as client:
        for method, path, body in REQUESTS:
            answer = client.request(method, f"{office.address}{path}", json=body)
            refused = (401,) if method == "GET" else (401, 403)
            assert answer.status_code in refused, (method, path)
            assert "attack" not in answer.text


def test_even_the_secret_alone_changes_nothing_without_a_token_of_the_server(office: Office) -> None:
    """A browser that was given the secret shows it to the server whoever asks; a page elsewhere has no token."""
    shown = {"Authorization": basic_authorization(office.secret)}
    refused = httpx.post(f"{office.address}/flows/", json={"name": "attack"}, headers=shown, timeout=PATIENCE)
    assert (refused.status_code, "CSRF" in refused.text) == (403, True)
    taken = httpx.post(
        f"{office.address}/flows/", json={"name": "not-an-attack"}, headers=allowed(office), timeout=PATIENCE
    )
    assert taken.status_code == 201
    flows = httpx.post(
        f"{office.address}/flows/filter", json={}, headers=allowed(office), timeout=PATIENCE
    ).json()
    assert "not-an-attack" in {flow["name"] for flow in flows}
    assert "attack" not in {flow["name"] for flow in flows}


def test_a_web_page_of_another_site_reads_no_answer(office: Office) -> None:
    own = office.address.removesuffix("/api")
    shown = allowed(office)
    for origin, granted in ((FOREIGN_ORIGIN, None), ("null", None), (own, own)):
        plain = httpx.get(f"{office.address}/version", headers=shown | {"Origin": origin}, timeout=PATIENCE)
        assert (plain.status_code, plain.headers.get("access-control-allow-origin")) == (200, granted)
        asked = httpx.options(
            f"{office.address}/deployments/",
            headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
            timeout=PATIENCE,
        )
        assert asked.headers.get("access-control-allow-origin") == granted


@pytest.mark.parametrize("path", ["/events/in", "/events/out", "/logs/out"])
def test_a_socket_wants_the_secret_too(office: Office, path: str) -> None:
    url = f"{office.address}{path}".replace("http", "ws", 1)
    told = {}
    for name, secret in (("wrong", "hotich:x"), ("right", office.secret)):
        with connect(url, subprotocols=[Subprotocol("prefect")], proxy=None, open_timeout=PATIENCE) as asking:
            asking.send(json.dumps({"type": "auth", "token": secret}))
            try:
                told[name] = json.loads(asking.recv(PATIENCE))["type"]
            except ConnectionClosed:
                told[name] = "closed"
    assert told == {"wrong": "closed", "right": "auth_success"}


def runs_of(office: Office) -> PrefectRuns:
    """What the pages of the desk ask, as soon as a worker is there."""
    runs, until = PrefectRuns(lambda: (office.address, office.secret)), time.monotonic() + LONGEST
    while runs.engine().problem:
        office.work_on(until)
    return runs


def test_the_desk_has_one_book_read_and_learns_how_it_went(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (prefect_runs, prefect_access):
        monkeypatch.setattr(module, "ASK_SECONDS", PATIENCE)  # the server reads a book meanwhile
    runs, book = runs_of(office), office.workspace.parent / "books" / "book-1"
    assert runs.engine().next_night is not None
    run_id = runs.start_book(book)

    def told() -> RunState:
        return next(one for one in runs.recent() if one.run_id == run_id)

    until = time.monotonic() + LONGEST
    while (now := told()).is_waiting or now.is_at_work:
        office.work_on(until)
    assert (told().flow, told().folder, told().state) == ("book", str(book), "COMPLETED")
    assert all(one.run_id == run_id or one.flow == "nightly" for one in runs.recent())


def test_the_desk_says_what_is_missing_and_shows_the_secret_to_its_own_server_only(office: Office) -> None:
    nobody = f"http://127.0.0.1:{free_port()}/api"
    for place, why in (
        (("", ""), NOT_STARTED),
        ((nobody, office.secret), NO_ANSWER),
        ((office.address, "hotich:" + "a" * 43), FOREIGN),
    ):
        runs = PrefectRuns(partial(tuple[str, str], place))
        assert runs.engine().problem == why
        with pytest.raises(RunRefused, match=why[:20]):
            runs.start_night()


def test_a_night_runs_with_the_secret_and_the_secret_is_nowhere(office: Office) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "deployment", "run", "nightly/nightly", "--watch"],
        env=office.environment
        | {
            "PREFECT_API_URL": office.address,
            "PREFECT_API_AUTH_STRING": office.secret,
            "PREFECT_HOME": str(office.workspace / "prefect"),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    artifacts = httpx.post(
        f"{office.address}/artifacts/filter", json={}, headers=allowed(office), timeout=PATIENCE
    ).json()
    assert "nightly-morning" in {artifact["key"] for artifact in artifacts}
    password = office.secret.partition(":")[2].encode()
    files = [path for path in office.workspace.rglob("*") if path.is_file() and path.name != "prefect.key"]
    assert any(path.name.startswith("prefect.db") for path in files)
    assert [path for path in (*files, office.log) if password in path.read_bytes()] == []


def test_a_second_server_and_a_squatter_on_the_port_are_noticed(office: Office, tmp_path: Path) -> None:
    """The secret is not shown to a program that was there before."""
    port = office.address.rpartition(":")[2].removesuffix("/api")
    told = hotich(office, "server", office.workspace.parent / "books", "--prefect-port", port)
    assert (told.returncode, f"cổng {port}" in told.stderr) == (3, True)


def test_all_that_was_made_belongs_to_the_account_alone(office: Office) -> None:
    """Though the mask that it was started under lets everybody read: registry, Prefect's database, backups."""
    made = hotich(office, "backup", office.vault, "--key-file", office.workspace.parent / "backup.key")
    assert made.returncode == 0, made.stderr
    for root in (office.workspace, office.vault):
        paths = [root, *root.rglob("*")]
        assert len(paths) > 5
        modes = {str(path): path.stat().st_mode & 0o777 for path in paths if not path.is_symlink()}
        assert {path: f"{mode:o}" for path, mode in modes.items() if mode & 0o077} == {}


def doctor_says(told: subprocess.CompletedProcess[str]) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in json.loads(told.stdout)["checks"]}


def test_the_doctor_calls_a_closed_server_closed(office: Office) -> None:
    told = hotich(office, "doctor", "--json")
    assert told.returncode != 17
    found = doctor_says(told)
    assert {
        found[name]["state"] for name in ("Máy chủ Prefect", "Khóa của máy chủ Prefect", "Quyền của tệp")
    } == {"ok"}
    assert office.address in found["Máy chủ Prefect"]["found"]
    access = server_access(office.address, office.secret)
    assert access is not None
    assert (access.is_open, access.knows_secret, access.reachable) == (False, True, ())


def test_the_doctor_refuses_a_secret_that_others_can_read(office: Office) -> None:
    key = office.workspace / "prefect.key"
    key.chmod(0o640)
    try:
        told = hotich(office, "doctor", "--json")
        assert told.returncode == 17
        assert doctor_says(told)["Khóa của máy chủ Prefect"]["state"] == "open"
        refused = hotich(office, "server", office.workspace.parent / "books")
        assert (refused.returncode, "prefect.key" in refused.stderr) == (17, True)
    finally:
        key.chmod(0o600)


def test_a_server_as_prefect_starts_it_is_open_and_nobody_works_for_it(
    office: Office, tmp_path: Path
) -> None:
    """Without a secret, and with every web page welcome: so it was, and a doctor does not call that healthy."""
    with PrefectServer(tmp_path, closed=False) as server:
        access = server_access(server.address)
        assert access is not None
        assert (access.anonymous, access.foreign_pages) == (True, True)
        told = hotich(office, "doctor", "--json", PREFECT_API_URL=server.address)
        assert (told.returncode, json.loads(told.stdout)["ok"]) == (17, False)
        found = doctor_says(told)["Máy chủ Prefect"]
        assert (found["state"], "người không có khóa" in found["advice"]) == ("open", True)
        refused = hotich(office, "worker", PREFECT_API_URL=server.address)
        assert (refused.returncode, "để ngỏ" in refused.stderr) == (17, True)
