"""The real server on a real port and a real socket: what a proxy says counts only when it is trusted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pipeline.base.errors import SetupError
from pipeline.web import server
from pipeline.web.security.authentication import address_of
from pipeline.web.security.connections import BEHIND_SOCKET
from tests.competing import WAIT_SECONDS
from tests.web.serving import served


@pytest.mark.parametrize(("proxy", "believed"), [(None, False), ("127.0.0.1", True), ("10.9.9.9", False)])
def test_a_proxy_is_believed_about_tls_only_when_it_is_the_named_one(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, proxy: str | None, believed: bool
) -> None:
    with served(app, monkeypatch, proxy) as address:
        answer = httpx.get(f"{address}/login", headers={"X-Forwarded-Proto": "https"}, timeout=WAIT_SECONDS)
    assert answer.status_code == 200
    assert ("__Host-hotich-form" in answer.headers["set-cookie"]) == believed
    assert "server" not in answer.headers


def test_an_address_that_is_not_of_this_machine_cannot_be_listened_on() -> None:
    with pytest.raises(SetupError, match="--port"):
        server.listen("192.0.2.1", 8000)


def folder_of_socket(tmp_path: Path, mode: int = 0o750) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    folder.chmod(mode)
    return folder / "desk.sock"


def address_and_scheme(request: Request) -> JSONResponse:
    return JSONResponse({"address": address_of(request), "scheme": request.url.scheme})


def test_behind_a_socket_the_proxy_says_who_asks_and_no_client_chooses_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = Starlette(routes=[Route("/", address_and_scheme)])
    socket = folder_of_socket(tmp_path)
    forwarded = {"X-Forwarded-For": "10.9.9.9, 192.0.2.7", "X-Forwarded-Proto": "https"}
    with (
        served(asking, monkeypatch, BEHIND_SOCKET, socket=socket) as address,
        httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), base_url=address) as client,
    ):
        answers = [
            client.get("/", headers=headers, timeout=WAIT_SECONDS).json() for headers in (forwarded, {})
        ]
    assert answers == [{"address": "192.0.2.7", "scheme": "https"}, {"address": "unix", "scheme": "http"}]


@pytest.mark.parametrize("mode", [0o755, 0o751, 0o770, 0o777])
def test_a_socket_is_not_opened_where_another_account_could_come_or_stand_in(
    tmp_path: Path, mode: int
) -> None:
    with pytest.raises(SetupError, match="0750"):
        server.listen_at(folder_of_socket(tmp_path, mode))


def test_a_socket_that_a_killed_desk_left_is_taken_and_that_of_a_running_one_is_not(tmp_path: Path) -> None:
    socket = folder_of_socket(tmp_path)
    server.listen_at(socket).close()
    with server.listen_at(socket), pytest.raises(SetupError, match="đang trả lời"):
        server.listen_at(socket)
    socket.unlink()
    socket.write_text("a file of somebody")
    with pytest.raises(SetupError, match="Không mở được"):
        server.listen_at(socket)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another account")
def test_another_account_neither_asks_at_the_socket_nor_takes_its_place(tmp_path: Path) -> None:
    """The way down to the folder is open, so that only the folder itself keeps the account out."""
    socket = folder_of_socket(tmp_path)
    for folder in [tmp_path, *tmp_path.parents[:3]]:
        folder.chmod(0o755)
    tries = (
        "import os, socket, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "for act in ('connect', 'bind'):\n"
        "    try: getattr(socket.socket(socket.AF_UNIX), act)(sys.argv[1]); print(act)\n"
        "    except PermissionError: print('kept out')"
    )
    with server.listen_at(socket):
        command = [sys.executable, "-c", tries, str(socket)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["kept out", "kept out"]
