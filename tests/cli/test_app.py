"""What holds for every command: help, version, errors as messages and exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.main import get_command

import pipeline
from pipeline.cli import run as run_module
from pipeline.cli.app import app
from tests.cli.conftest import Hotich

COMMANDS = tuple(get_command(app).commands)  # type: ignore[attr-defined]


def test_the_version_is_told(hotich: Hotich) -> None:
    assert hotich("--version").stdout == f"hotich {pipeline.__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_vietnamese(hotich: Hotich, command: str) -> None:
    told = hotich(command, "--help")
    assert told.exit_code == 0
    assert any(letter in told.stdout for letter in "ạảấầậắằộớờựểễịọụ")
    assert "Show this message" not in told.stdout


def test_an_error_is_a_message_with_an_exit_code_and_no_traceback(hotich: Hotich, tmp_path: Path) -> None:
    failed = hotich("run", tmp_path / "nowhere")
    assert failed.exit_code == 5
    assert "Không thấy thư mục" in failed.stderr
    assert "Traceback" not in failed.output


def test_verbose_shows_the_traceback(hotich: Hotich, tmp_path: Path) -> None:
    assert "Traceback" in hotich("--verbose", "run", tmp_path / "nowhere").stderr


def test_a_bug_is_told_by_its_place_and_not_by_what_it_says(
    hotich: Hotich, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> None:
        raise ValueError("NGUYỄN VĂN A")

    monkeypatch.setattr(run_module, "book_folders", broken)
    failed = hotich("run", book)
    assert failed.exit_code == 1
    assert "ValueError" in failed.stderr
    assert "NGUYỄN" not in failed.output


def test_a_stop_by_the_user_is_no_error(hotich: Hotich, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(run_module, "book_folders", stopped)
    ended = hotich("run", book)
    assert ended.exit_code == 130
    assert "chạy lại" in ended.stderr


def test_a_setting_that_cannot_be_used_is_named(
    hotich: Hotich, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTICH_WORKERS", "none")
    failed = hotich("run", book)
    assert failed.exit_code == 3
    assert "HOTICH_WORKERS" in failed.stderr
