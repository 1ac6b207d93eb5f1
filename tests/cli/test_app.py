"""What holds for every command: help, version, errors as messages and exit codes."""

from __future__ import annotations

import subprocess
import sys
from inspect import cleandoc
from pathlib import Path

import pytest
from typer.main import get_command

import pipeline
from pipeline.cli import run as run_module
from pipeline.cli.app import COMMANDS, app
from pipeline.cli.lazy_commands import load_command
from tests.cli.conftest import Hotich


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


def test_the_list_of_commands_loads_none_of_the_rooms_behind_them() -> None:
    asked = (
        "import sys; from pipeline.cli import main; sys.argv = ['hotich', '--help']\n"
        "try: main()\n"
        "except SystemExit: print([name for name in ('cv2', 'numpy', 'onnxruntime', 'prefect', 'pydantic', "
        "'sqlalchemy') if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True).stdout
    assert "reconcile" in told
    assert told.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_it_says_of_itself(name: str) -> None:
    command, listed = load_command(name, COMMANDS[name]), get_command(app).get_command(None, name)  # type: ignore[attr-defined]
    assert (listed.name, cleandoc(listed.help)) == (command.name, command.help)


def test_a_mistyped_command_is_refused_with_the_one_that_may_be_meant(hotich: Hotich) -> None:
    refused = hotich("exprt")
    assert refused.exit_code == 2
    assert "'export'" in refused.stderr
