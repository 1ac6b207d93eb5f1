"""The secret of Prefect's server: drawn once, refused when it is none any more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.base.errors import SecurityError
from pipeline.runs.prefect_access import (
    closed_server,
    is_loopback,
    known_prefect_secret,
    prefect_secret,
    server_access,
)

DRAW = """
import sys; from pathlib import Path; from pipeline.runs.prefect_access import prefect_secret
sys.stdin.readline(); sys.stdout.write(prefect_secret(Path(sys.argv[1])))
"""


def test_a_secret_is_drawn_once_and_is_private_whatever_the_mask(tmp_path: Path) -> None:
    path = tmp_path / "workspace" / "prefect.key"
    assert known_prefect_secret(path) is None
    assert not path.parent.exists()
    before = os.umask(0)
    try:
        drawn = prefect_secret(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert prefect_secret(path) == known_prefect_secret(path) == drawn
    assert drawn.startswith("hotich:")
    assert prefect_secret(tmp_path / "other.key") != drawn


def test_processes_that_need_it_at_once_get_the_same_secret(tmp_path: Path) -> None:
    path = tmp_path / "prefect.key"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", DRAW, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    assert {process.communicate()[0] for process in running} == {prefect_secret(path)}
    assert [left.name for left in tmp_path.iterdir()] == ["prefect.key"]


def test_a_secret_that_others_could_read_is_refused_by_who_would_use_it(tmp_path: Path) -> None:
    path = tmp_path / "prefect.key"
    prefect_secret(path)
    path.chmod(0o644)
    with pytest.raises(SecurityError, match="để người khác đọc"):
        prefect_secret(path)


@pytest.mark.parametrize(
    "text", ["", "\n", "hotich:", "hotich:short", "admin:" + "a" * 43, "hotich:" + "a" * 42 + "é"]
)
def test_what_is_no_secret_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prefect.key"
    path.touch(0o600)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SecurityError, match="không phải khóa"):
        prefect_secret(path)
    assert path.read_text(encoding="utf-8") == text


def test_only_the_servers_own_page_may_ask_it() -> None:
    told = closed_server("hotich:x", "http://127.0.0.1:4321/api")
    assert told["PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS"] == "http://127.0.0.1:4321"
    assert told["PREFECT_SERVER_API_AUTH_STRING"] == told["PREFECT_API_AUTH_STRING"] == "hotich:x"


def test_where_nothing_answers_there_is_no_server() -> None:
    assert server_access("http://127.0.0.1:9/api") is None
    assert server_access("http://[nonsense/api") is None


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("::1", True), ("[::1]", True), ("localhost", True), ("0.0.0.0", False)],
)
def test_what_only_this_machine_reaches(host: str, alone: bool) -> None:
    assert is_loopback(host) is alone


IMPOSTOR = """
import encodings.idna, os, sys; from http.server import BaseHTTPRequestHandler, HTTPServer
class Impostor(BaseHTTPRequestHandler):
    def do_GET(self):
        sys.stdout.write(f"{self.path} {self.headers.get('Authorization')}\\n"); sys.stdout.flush()
        self.send_response(200 if self.path.endswith("health") else 401); self.end_headers(); self.wfile.write(b"true")
    def log_message(self, *told): pass
os.setuid(65534)
server = HTTPServer(("127.0.0.1", 0), Impostor)
sys.stdout.write(f"{server.server_port}\\n"); sys.stdout.flush(); server.serve_forever()
"""
"""A program of another account that says it is Prefect's server, and that it is closed."""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another account")
def test_no_secret_is_shown_to_a_server_of_another_account() -> None:
    with subprocess.Popen([sys.executable, "-c", IMPOSTOR], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        access = server_access(f"http://127.0.0.1:{int(process.stdout.readline())}/api", "hotich:secret")
        process.kill()
        asked = process.stdout.read()
    assert access is not None
    assert (access.is_foreign, access.is_open, access.knows_secret) == (True, True, None)
    assert "/api/health None" in asked
    assert "Basic" not in asked
