"""``hotich account`` and ``hotich serve`` from the command line."""

from __future__ import annotations

import json
import re
import socket
import stat
from pathlib import Path

import pytest

from benchmarks.servers.free_ports import free_port
from pipeline import settings
from pipeline.registry import Registry
from pipeline.scans.workspace import Workspace
from pipeline.web import server
from tests.cli.conftest import Hotich


def password_in(text: str) -> str:
    found = re.search(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", text)
    assert found
    return found[0]


@pytest.fixture
def opened(workspace: Path) -> Registry:
    return settings.read_settings().run_context(workspace).open_registry()


@pytest.mark.parametrize("place", ["all", "99999x", "Xã Thử"])
def test_a_place_that_does_not_exist_is_refused(hotich: Hotich, opened: Registry, place: str) -> None:
    with opened:
        told = hotich("account", "add", "an.tran", "--name", "Thử", "--role", "checker", "--place", place)
        assert (told.exit_code, f"“{place}”" in told.stderr) == (6, True)
        assert opened.accounts().list() == ()


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A server that is stopped as soon as it would answer; what it was told."""
    told: list[object] = []

    def stop(*arguments: object) -> None:
        told.extend(arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(server, "serve", stop)
    return told


def test_an_account_without_a_place_is_told_to_see_no_book(hotich: Hotich, opened: Registry) -> None:
    with opened:
        add = ("account", "add", "--name", "Thử", "--role")
        assert "chưa được giao nơi" in hotich(*add, "reviewer", "an.tran").stdout
        assert "chưa được giao nơi" not in hotich(*add, "reviewer", "binh.le", "--everywhere").stdout
        assert "chưa được giao nơi" not in hotich(*add, "administrator", "quan.tri").stdout


def test_an_account_is_made_listed_reset_and_put_out_of_use(hotich: Hotich, opened: Registry) -> None:
    with opened:
        accounts = opened.accounts()
        made = hotich(
            "account", "add", "an.tran", "--name", "Người Thử", "--role", "checker", "--place", "00004"
        )
        assert made.exit_code == 0
        assert accounts.authenticate("an.tran", password_in(made.stdout), "test").must_change
        again = hotich("account", "reset", "an.tran")
        assert accounts.authenticate("an.tran", password_in(again.stdout), "test")
        assert "Người kiểm tra" in hotich("account", "list").stdout
        assert hotich("account", "deactivate", "an.tran").exit_code == 0
        (told,) = json.loads(hotich("account", "list", "--json").stdout)
        assert told == {
            "login": "an.tran",
            "name": "Người Thử",
            "role": "checker",
            "places": ["00004"],
            "active": False,
            "must_change": True,
        }
        assert hotich("account", "activate", "an.tran").exit_code == 0
        assert accounts.list()[0].active


def test_an_account_without_places_sees_none(hotich: Hotich) -> None:
    hotich("account", "add", "an.tran", "--name", "Người Thử", "--role", "reviewer")
    hotich("account", "add", "binh.le", "--name", "Người Thử", "--role", "reviewer", "--everywhere")
    assert [one["places"] for one in json.loads(hotich("account", "list", "--json").stdout)] == [[], None]


def test_places_and_everywhere_do_not_go_together(hotich: Hotich) -> None:
    asked = ("account", "add", "an", "--name", "x", "--role", "reviewer", "--place", "00004", "--everywhere")
    assert hotich(*asked).exit_code == 2


def test_what_cannot_be_done_is_a_message(hotich: Hotich) -> None:
    refused = hotich("account", "reset", "khong.co")
    assert (refused.exit_code, "Không có tài khoản" in refused.stderr) == (6, True)


def test_the_first_start_keeps_the_password_in_a_file_until_it_is_changed(
    hotich: Hotich, opened: Registry, stopped: list[object], caplog: pytest.LogCaptureFixture, workspace: Path
) -> None:
    """What the desk prints goes into the journal of the machine."""
    file = Workspace(workspace).first_password
    first = hotich("serve", "--port", free_port())
    password = password_in(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert str(file) in first.stdout
    assert password not in first.stdout + first.stderr + caplog.text
    second = hotich("serve", "--port", free_port())
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert str(file) in second.stdout
    with opened:
        session = opened.accounts().authenticate("admin", password, "test")
        assert session.must_change
        opened.accounts().change_password(session, password, "con mèo mà trèo cây cau", "test")
    third = hotich("serve", "--port", free_port())
    assert not file.exists()
    assert "mật khẩu" not in third.stdout


def test_only_a_proxy_that_is_named_is_believed(hotich: Hotich, stopped: list[object]) -> None:
    hotich("serve", "--port", free_port())
    assert stopped.pop() is None
    hotich("serve", "--port", free_port(), "--proxy", "127.0.0.1")
    assert stopped.pop() == "127.0.0.1"


def test_a_desk_that_others_reach_without_tls_is_warned_of(hotich: Hotich, stopped: list[object]) -> None:
    assert "TLS" in hotich("serve", "--host", "0.0.0.0", "--port", free_port()).stderr
    assert "TLS" not in hotich("serve", "--port", free_port()).stderr


def test_a_port_that_is_taken_is_told(hotich: Hotich) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = hotich("serve", "--port", taken.getsockname()[1])
    assert (refused.exit_code, "--port" in refused.stderr) == (3, True)
