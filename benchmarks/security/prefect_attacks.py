"""The server of the schedule as ``hotich server`` starts it, asked by a local user without the secret and a page."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.security.attack_log import AttackLog
from benchmarks.security.attacked_office import draw_page
from benchmarks.security.command import hotich
from benchmarks.servers.free_ports import free_port

GROUP = "Prefect"
START_SECONDS = 900.0
FOREIGN = "https://attacker.example"
STOP_SECONDS = 20.0

ASKED: tuple[tuple[str, str, Mapping[str, Any] | None], ...] = (
    ("GET", "/api/version", None),
    ("GET", "/api/admin/settings", None),
    ("GET", "/api/admin/version", None),
    ("GET", "/api/csrf-token?client=x", None),
    ("POST", "/api/flows/", {"name": "x"}),
    ("POST", "/api/flows/filter", {}),
    ("POST", "/api/flow_runs/filter", {}),
    ("POST", "/api/deployments/filter", {}),
    ("POST", "/api/work_pools/filter", {}),
    ("POST", "/api/logs/filter", {}),
    ("POST", "/api/artifacts/filter", {}),
    ("POST", "/api/variables/", {"name": "x", "value": "y"}),
    ("POST", "/api/block_documents/filter", {}),
    ("POST", "/api/admin/database/clear", {"confirm": True}),
    ("POST", "/api/ui/flows/count-deployments", {"flow_ids": []}),
)
"""Requests that show or change what the office runs."""


def attack_prefect(log: AttackLog, root: Path) -> None:
    """Start the office's server and try to look in, to run a command, and to find the secret."""
    with _served(root) as (port, workspace, output):
        for method, path, body in ASKED:
            status, _ = _ask(port, method, path, body)
            log.note(GROUP, f"không khóa: {method} {path}", held=status in {401, 403}, seen=status)
        for kind, value in {"Basic": "Basic aG90aWNoOng=", "Bearer": "Bearer x", "rỗng": ""}.items():
            status, _ = _ask(port, "POST", "/api/flows/filter", {}, {"Authorization": value})
            log.note(GROUP, f"khóa sai ({kind})", held=status in {401, 403}, seen=status)
        _attack_as_page(log, port)
        _attack_by_deployment(log, port, workspace)
        _attack_sockets(log, port)
        _look_around(log, port, workspace, output)
    _look_at_doctor(log, root)


def _attack_as_page(log: AttackLog, port: int) -> None:
    """A page of another site asks: nothing allows it to read, nor to send JSON."""
    for origin in (FOREIGN, "null", f"http://127.0.0.1.{FOREIGN.partition('//')[2]}", "http://localhost:1"):
        _, headers = _ask(port, "GET", "/api/health", None, {"Origin": origin})
        allowed = headers.get("access-control-allow-origin", "")
        log.note(GROUP, f"trang web {origin}: đọc", held=allowed not in {"*", origin}, seen=allowed)
        sent_headers = {
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        _, headers = _ask(port, "OPTIONS", "/api/deployments/", None, sent_headers)
        allowed = headers.get("access-control-allow-origin", "")
        log.note(GROUP, f"trang web {origin}: hỏi trước", held=allowed not in {"*", origin}, seen=allowed)
    status, _ = _ask(port, "POST", "/api/flows/filter", {}, {"Host": "attacker.example"})
    log.note(GROUP, "tên máy giả (DNS rebinding)", held=status in {400, 401, 403, 421}, seen=status)
    body = json.dumps({"name": "x"})
    status, _ = _ask(port, "POST", "/api/flows/", body, {"Content-Type": "text/plain", "Origin": FOREIGN})
    log.note(GROUP, "JSON gửi như chữ thường", held=status in {400, 401, 403, 415, 422}, seen=status)


def _attack_by_deployment(log: AttackLog, port: int, workspace: Path) -> None:
    """Make a deployment whose first step is a shell command, and have it run."""
    proof = workspace / "proof-of-command"
    _, flow = _asked(port, "POST", "/api/flows/", {"name": "attack"})
    step = {"prefect.deployments.steps.run_shell_script": {"script": f"touch {proof}"}}
    deployment = {
        "name": "attack", "flow_id": flow.get("id", "0" * 32), "work_pool_name": "hotich", "pull_steps": [step],
        "path": "/", "entrypoint": "x.py:x",
    }  # fmt: skip
    status, made = _asked(port, "POST", "/api/deployments/", deployment)
    if made.get("id"):
        _asked(
            port, "POST", f"/api/deployments/{made['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}}
        )
        end = time.monotonic() + 40
        while not proof.exists() and time.monotonic() < end:
            time.sleep(1)
    ran = "a command of the shell ran" if proof.exists() else f"a deployment was made ({status})"
    log.note(GROUP, "lệnh shell qua một deployment", held=not made.get("id") and not proof.exists(), seen=ran)


def _attack_sockets(log: AttackLog, port: int) -> None:
    """Web sockets open to nobody: no answer but a refusal, or a demand for the secret."""
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect
    from websockets.typing import Subprotocol

    for path in ("/api/events/in", "/api/events/out", "/api/logs/out", "/api/runs/subscriptions"):
        answer = ""
        for token in ("x", None):
            try:
                with connect(
                    f"ws://127.0.0.1:{port}{path}",
                    subprotocols=[Subprotocol("prefect")],
                    proxy=None,
                    open_timeout=10,
                ) as sock:
                    sock.send(json.dumps({"type": "auth", "token": token}))
                    answer += str(sock.recv(timeout=5))
            except (WebSocketException, OSError, TimeoutError):
                continue
        log.note(GROUP, f"web socket {path}", held="auth_success" not in answer, seen=answer)


def _look_around(log: AttackLog, port: int, workspace: Path, output: Path) -> None:
    """The secret is in a file for its owner only, in no command line and no log; the server listens here only."""
    keys = [
        path
        for path in workspace.rglob("*")
        if path.is_file() and "prefect" in path.name and path.suffix == ".key"
    ]
    private = bool(keys) and all(not path.stat().st_mode & 0o077 for path in keys)
    log.note(GROUP, "tệp khóa chỉ chủ đọc được", held=private, seen=[str(path) for path in keys] or "no file")
    secret = (
        keys[0].read_text(encoding="utf-8", errors="replace").strip().rpartition(":")[2]
        if keys
        else "no secret"
    )
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            lines.append(process.read_bytes().decode(errors="replace"))
    log.note(
        GROUP,
        "khóa không có trong dòng lệnh",
        held=bool(keys) and not any(secret in line for line in lines),
        seen="in /proc",
    )
    text = output.read_text(errors="replace")
    log.note(
        GROUP, "khóa không có trong nhật ký", held=bool(keys) and secret not in text, seen="in the output"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9)) if _has_route() else probe.connect(("127.0.0.1", 9))
        address = probe.getsockname()[0]
    if address != "127.0.0.1":
        with socket.socket() as other:
            other.settimeout(5)
            log.note(GROUP, "chỉ nghe ở máy này", held=other.connect_ex((address, port)) != 0, seen=address)


def _has_route() -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return probe.connect_ex(("192.0.2.1", 9)) == 0


class _OpenServer(BaseHTTPRequestHandler):
    """Answers everybody, from every page, as Prefect's server does without a secret."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(b"true")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the base class's)
        """Say nothing."""


def _look_at_doctor(log: AttackLog, root: Path) -> None:
    """A server that somebody started without a secret is not called healthy."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _OpenServer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/api"
        report = hotich("doctor", workspace=root / "workspace", environment={"PREFECT_API_URL": address})
        server.shutdown()
    line = next((line for line in report.out.splitlines() if "Prefect" in line), "")
    log.note(GROUP, "doctor nói máy chủ đang mở", held=bool(line) and report.code != 0, seen=report)


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "HOTICH_"))}


@contextmanager
def _served(root: Path) -> Iterator[tuple[int, Path, Path]]:
    """The port of Prefect's server, the workspace and what ``hotich server`` prints."""
    books, workspace, output = root / "books", root / "workspace", root / "server.log"
    draw_page(books / "KS.2010.01" / "1.png", 1)
    port = free_port()
    command = ["server", books, "--workspace", workspace, "--port", free_port(), "--prefect-port", port]
    environment = {**_clean(), "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "*"}
    with output.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *map(str, command)],
            env=environment,
            stdout=log,
            stderr=log,
            umask=0o022,
            start_new_session=True,
        )
    try:
        end = time.monotonic() + START_SECONDS
        while "Dừng tất cả" not in output.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the server did not start: {output.read_text(errors='replace')[-300:]}")
            time.sleep(0.5)
        yield port, workspace, output
    finally:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with suppress(ProcessLookupError):  # also what it started, if it was too slow to end that
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _ask(
    port: int, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, str]]:
    status, answer, _ = _request(port, method, path, body, headers)
    return status, answer


def _asked(port: int, method: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
    status, _, content = _request(port, method, path, body, None)
    try:
        value = json.loads(content)
    except ValueError:
        value = {}
    return status, value if isinstance(value, dict) else {}


def _request(
    port: int, method: str, path: str, body: Any, headers: Mapping[str, str] | None
) -> tuple[int, Mapping[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    sent = {"Content-Type": "application/json", **(headers or {})}
    try:
        connection.request(method, path, body if isinstance(body, str | None) else json.dumps(body), sent)
        response = connection.getresponse()
        return (
            response.status,
            {name.lower(): value for name, value in response.getheaders()},
            response.read(),
        )
    except (OSError, http.client.HTTPException):
        return 0, {}, b""
    finally:
        connection.close()
