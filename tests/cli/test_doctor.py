"""``hotich doctor`` and ``hotich schemas check``."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.digitize.engines import HAND_NETWORK
from pipeline.recognition.ocr.models import default_folder, read_cards
from pipeline.recognition.ocr.tesseract import languages, tesseract_version
from tests.cli.conftest import Hotich
from tests.declarations.schema.declarations import OTHER_RECORDS


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


def hand_check(hotich: Hotich, models: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What ``doctor`` says of reading handwriting with the models of a folder."""
    monkeypatch.setenv("HOTICH_MODELS", str(models))
    checks = json.loads(hotich("doctor", "--json").stdout)["checks"]
    (found,) = [check for check in checks if check["name"] == "Đọc thử chữ viết tay"]
    return dict(found)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """The installed models without those that read handwriting."""
    folder = tmp_path / "models"
    for card in read_cards():
        if card.engine != HAND_NETWORK:
            shutil.copytree(default_folder() / card.name, folder / card.name)
    return folder


def test_no_reader_of_handwriting_is_a_warning_that_says_what_follows(
    hotich: Hotich, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = hand_check(hotich, models, monkeypatch)
    assert told["state"] == "warning"
    assert "chờ người xem" in told["advice"]


def test_a_reader_of_handwriting_that_cannot_be_loaded_is_told(
    hotich: Hotich, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (models / "hand-x").mkdir()
    (models / "hand-x" / "model.toml").write_text(
        'name = "hand-x"\nengine = "ctc-line"\nreads = ["handwriting"]\nletters = " ab"\n'
        'files = [["model.onnx", "00"]]\nlicence = "-"\ntraining_data = "-"\nmeasured = "-"\n',
        encoding="utf-8",
    )
    told = hand_check(hotich, models, monkeypatch)
    assert told["state"] == "warning"
    assert "model.onnx" in told["advice"]


def test_a_workspace_that_cannot_be_written_is_told(hotich: Hotich) -> None:
    told = json.loads(hotich("doctor", "--json", "--workspace", "/proc/hotich").stdout)
    assert {check["name"]: check["state"] for check in told["checks"]}["Thư mục làm việc"] == "missing"


def test_looking_makes_nothing(hotich: Hotich, workspace: Path) -> None:
    hotich("doctor")
    assert not workspace.exists()


def test_the_declarations_are_checked(hotich: Hotich) -> None:
    told = json.loads(hotich("schemas", "check", "--json").stdout)
    assert set(told["records"]) == {"birth", "marriage", "death", *OTHER_RECORDS}


def test_an_own_file_with_a_flaw_is_named_and_stops_neither_machine_nor_office(
    hotich: Hotich, workspace: Path
) -> None:
    (workspace / "schemas" / "forms").mkdir(parents=True)
    (workspace / "schemas" / "forms" / "rieng.toml").write_text("x", encoding="utf-8")
    told = json.loads(hotich("doctor", "--json").stdout)
    states = {one["name"]: one for one in told["checks"]}
    assert states["Khai báo (schemas)"]["state"] == "ok"
    own = states["Khai báo của cơ quan"]
    assert (own["state"], "schemas/forms/rieng.toml: không đọc được TOML" in own["advice"]) == (
        "missing",
        True,
    )
    assert hotich("registry", "upgrade").exit_code == 0
    for strict in (("schemas", "check"), ("registry", "role-sql", "hotich")):
        refused = hotich(*strict)
        assert (refused.exit_code, "rieng.toml" in refused.stderr) == (4, True)


def test_a_flaw_in_the_declarations_is_named(hotich: Hotich, tmp_path: Path) -> None:
    assert hotich("schemas", "check", tmp_path / "nowhere").exit_code == 4
