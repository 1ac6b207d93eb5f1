"""The command as a user runs it, with faked pages so that no reader is needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from tests.fake_books import FakeSettings, make_book

Hotich = Callable[..., Any]  # a ``Result`` of the runner: exit_code, stdout, stderr, output


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where commands store things when they are not told."""
    folder = tmp_path / "workspace"
    monkeypatch.setenv("HOTICH_WORKSPACE", str(folder))
    return folder


@pytest.fixture
def hotich() -> Hotich:
    """Runs the command with those arguments."""

    def run(*arguments: object) -> Any:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def fake_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are read by ``fake_page`` in every command."""
    monkeypatch.setattr("pipeline.cli.context.read_settings", FakeSettings)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """An empty book."""
    return make_book(tmp_path / "books" / "book-1")
