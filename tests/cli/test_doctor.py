"""``hotich doctor`` and ``hotich schemas check``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.ocr.tesseract import languages, tesseract_version
from tests.cli.conftest import Hotich


@pytest.fixture
def no_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """A machine on which nothing is installed."""
    monkeypatch.setenv("PATH", str(tmp_path))
    tesseract_version.cache_clear()
    languages.cache_clear()
    yield
    tesseract_version.cache_clear()
    languages.cache_clear()


@pytest.mark.usefixtures("no_programs")
def test_what_is_missing_is_named_with_how_to_get_it(hotich: Hotich) -> None:
    told = hotich("doctor")
    assert told.exit_code == 3
    assert "tesseract-ocr" in told.stdout
    assert "sudo apt-get install poppler-utils" in told.stdout


def test_every_check_is_in_the_json(hotich: Hotich) -> None:
    checks = {check["name"]: check for check in json.loads(hotich("doctor", "--json").stdout)["checks"]}
    assert {"Tesseract", "Poppler (pdftoppm)", "Thư mục làm việc", "Mô hình tesseract-vie"} <= set(checks)
    assert checks["Khai báo (schemas)"]["state"] == "ok"


def test_a_workspace_that_cannot_be_written_is_told(hotich: Hotich) -> None:
    told = json.loads(hotich("doctor", "--json", "--workspace", "/proc/hotich").stdout)
    assert {check["name"]: check["state"] for check in told["checks"]}["Thư mục làm việc"] == "missing"


def test_looking_makes_nothing(hotich: Hotich, workspace: Path) -> None:
    hotich("doctor")
    assert not workspace.exists()


def test_the_declarations_are_checked(hotich: Hotich) -> None:
    told = json.loads(hotich("schemas", "check", "--json").stdout)
    assert set(told["records"]) == {"birth", "marriage", "death"}


def test_a_flaw_in_the_declarations_is_named(hotich: Hotich, tmp_path: Path) -> None:
    assert hotich("schemas", "check", tmp_path / "nowhere").exit_code == 4
