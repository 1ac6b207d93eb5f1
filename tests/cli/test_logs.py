"""The log of ``hotich run``, from the command and from the processes that read pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cli.conftest import Hotich
from tests.fake_books import WITHOUT_READERS, make_book
from tests.fake_pages import BREAK, GOOD, draw
from tests.module_cache import module_cache

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = f"""{WITHOUT_READERS}
from pipeline.cli import run
from pipeline.cli.app import app
from tests.fake_books import FakeSettings

run.read_settings = FakeSettings
app()
"""


@module_cache
def run_book(*options: str, log: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, whose standard error its workers share."""
    with TemporaryDirectory() as folder:
        book = make_book(Path(folder, "book-1"))
        draw(book / "Nguyễn Văn A.tiff", GOOD, BREAK)
        settings = {
            "PYTHONPATH": os.fspath(ROOT),
            "HOTICH_WORKSPACE": f"{folder}/workspace",
            "HOTICH_LOG": log,
        }
        command = [sys.executable, "-c", PROGRAM, *options, "run", os.fspath(book), "--workers", "1"]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, **settings}
        )


def test_without_the_option_nothing_is_logged() -> None:
    ran = run_book()
    assert ran.returncode == 8
    assert "pipeline." not in ran.stderr


@pytest.mark.parametrize(("options", "levels"), [(["-v"], {"INFO"}), (["-v", "-v"], {"INFO", "DEBUG"})])
def test_each_further_v_logs_more(options: list[str], levels: set[str]) -> None:
    lines = [line for line in run_book(*options).stderr.splitlines() if " pipeline." in line]
    assert {line.split()[2] for line in lines if line.split()[2] in ("INFO", "DEBUG")} == levels


def test_json_lines_come_from_the_command_and_from_its_workers() -> None:
    ran = run_book(log="debug,json")
    entries = [json.loads(line) for line in ran.stderr.splitlines() if line.startswith("{")]
    assert {"pipeline.scans.workspace", "pipeline.scans.intake.pages"} <= {
        entry["logger"] for entry in entries
    }
    stored = {entry["process"] for entry in entries if entry["logger"] == "pipeline.scans.workspace"}
    decoded = {entry["process"] for entry in entries if entry["logger"] == "pipeline.scans.intake.pages"}
    assert stored.isdisjoint(decoded)


@pytest.mark.parametrize("log", ["debug", "debug,json"])
def test_the_name_of_a_scan_is_not_logged(log: str) -> None:
    ran = run_book(log=log)
    lines = [line for line in ran.stderr.splitlines() if "pipeline." in line]
    assert lines
    assert not any("Nguyễn" in line or "Nguy\\u1ec5n" in line for line in lines)


def test_a_setting_that_cannot_be_understood_ends_the_command(
    hotich: Hotich, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTICH_LOG", "loud")
    failed = hotich("run", book)
    assert failed.exit_code == 3
    assert "HOTICH_LOG" in failed.stderr
