"""``hotich calibrate`` learns from what people decided, and says what it can prove."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from pipeline.recognition import calibration
from pipeline.recognition.calibration import Calibration, fit_calibration
from pipeline.recognition.ocr import Engines
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from tests.cli.checked_book import store
from tests.cli.conftest import Hotich
from tests.fake_audit import save_own_calibration
from tests.fake_books import make_book
from tests.fake_pages import GOOD, FakeReader, draw, fake_engines
from tests.module_cache import module_cache
from tests.recognition.calibration.drawn_samples import drawn

pytestmark = pytest.mark.usefixtures("fake_reading")

REGISTRY = "hotich.db"


@cache
def known() -> Calibration:
    """A calibration that much was learnt for."""
    return fit_calibration(drawn(12_000, 5).samples)


@module_cache
def checked_registry() -> bytes:
    """A registry in which people have checked what was read of ``make_book``'s book."""
    with TemporaryDirectory() as folder:
        book = make_book(Path(folder, "book-1"))
        store(Path(folder), book, drawn(900, 1).samples)
        return Path(folder, REGISTRY).read_bytes()


def check_book(workspace: Path) -> None:
    workspace.mkdir()
    (workspace / REGISTRY).write_bytes(checked_registry())


def own(workspace: Path) -> Calibration:
    return calibration.read(Workspace(workspace).calibration)


@pytest.fixture
def no_shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of models that has no calibration."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("HOTICH_MODELS", str(folder))
    return folder


@pytest.mark.usefixtures("no_shipped")
def test_checked_books_make_a_calibration_and_the_figures_are_shown(
    hotich: Hotich, book: Path, workspace: Path
) -> None:
    check_book(workspace)
    told = hotich("calibrate", book)
    assert told.exit_code == 0, told.output
    made = own(workspace)
    assert made.samples + made.held == pytest.approx(600, abs=60)
    assert made.samples > 200
    assert "Sai số độ tin cậy" in told.stdout
    assert "chưa đủ chứng cứ" in told.stdout
    assert "575" in told.stdout
    assert "2302" in told.stdout


@pytest.mark.usefixtures("no_shipped")
def test_what_people_found_wrong_counts_as_wrong(hotich: Hotich, book: Path, workspace: Path) -> None:
    store(workspace, book, [replace(sample, right=False) for sample in drawn(700, 1).samples])
    assert hotich("calibrate", book).exit_code == 0
    features = [sample.features for sample in drawn(200, 2).samples]
    assert np.mean(own(workspace).chances_right(features)) < 0.1


@pytest.mark.usefixtures("no_shipped")
@pytest.mark.parametrize("checked", [True, False])
def test_too_little_checked_is_refused_and_nothing_is_written(
    checked: bool, hotich: Hotich, book: Path, workspace: Path
) -> None:
    store(workspace, book, drawn(120 if checked else 700, 1).samples, checked=checked)
    told = hotich("calibrate", book)
    assert told.exit_code == 9
    assert "cần ít nhất 400 ô" in told.stderr.replace("\n", " ")
    assert not Workspace(workspace).calibration.exists()


@pytest.mark.usefixtures("no_shipped")
def test_what_another_reader_read_says_nothing_of_this_one(
    hotich: Hotich, book: Path, workspace: Path
) -> None:
    store(workspace, book, drawn(700, 1).samples, reader="bản trước")
    told = hotich("calibrate", book)
    assert told.exit_code == 9
    assert "do bộ đọc khác bản đang cài đọc" in told.stderr.replace("\n", " ")
    assert not Workspace(workspace).calibration.exists()


@pytest.mark.usefixtures("no_shipped")
def test_a_trial_writes_nothing(hotich: Hotich, book: Path, workspace: Path) -> None:
    check_book(workspace)
    told = hotich("calibrate", book, "--dry-run", "--json")
    assert told.exit_code == 0
    figures = json.loads(told.stdout)
    assert (figures["written"], figures["before"]) == (False, None)
    assert set(figures["after"]["bounds"]) == {"critical", "other"}
    assert {"", "choice", "date", "entry_number", "name", "place"} == set(figures["after"]["errors"])
    assert not Workspace(workspace).calibration.exists()


def test_a_poorer_calibration_replaces_a_proven_one_only_when_told_to(
    hotich: Hotich, book: Path, workspace: Path, no_shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTICH_TOLERATED", "30")
    monkeypatch.setenv("HOTICH_TOLERATED_CRITICAL", "30")
    calibration.save(known(), no_shipped / "calibration" / calibration.FILE)
    check_book(workspace)
    told = hotich("calibrate", book)
    assert told.exit_code == 0
    assert "Giữ bản đang dùng" in told.stdout
    assert not Workspace(workspace).calibration.exists()
    for times in range(2):
        assert hotich("calibrate", book, "--replace").exit_code == 0
        names = sorted(path.name for path in Workspace(workspace).calibration.parent.iterdir())
        assert names == ["calibration.001.toml", "calibration.toml"][1 - times :]
    assert calibration.read(no_shipped / "calibration" / calibration.FILE) == known()


@pytest.mark.usefixtures("no_shipped")
def test_a_later_run_reads_pages_again_by_the_new_calibration(
    hotich: Hotich, book: Path, workspace: Path
) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book)
    save_own_calibration(fit_calibration(drawn(400, 1).samples), workspace)
    (report,) = json.loads(hotich("run", book, "--json").stdout)["books"]
    assert (report["read"], report["known"]) == (1, 0)
    (report,) = json.loads(hotich("run", book, "--json").stdout)["books"]
    assert (report["read"], report["known"]) == (0, 1)


def test_a_damaged_calibration_that_came_with_the_models_stops_every_command_that_would_use_it(
    hotich: Hotich, book: Path, no_shipped: Path
) -> None:
    path = no_shipped / "calibration" / calibration.FILE
    calibration.save(fit_calibration(drawn(400, 1).samples), path)
    path.write_text(path.read_text(encoding="utf-8").replace("thresholds = [0.", "thresholds = [0.1", 1))
    for command in ("run", "calibrate"):
        told = hotich(command, book)
        assert told.exit_code == 3
        assert "tệp hiệu chuẩn" in told.stderr


@pytest.mark.usefixtures("no_shipped")
def test_the_doctor_names_an_own_calibration_that_is_not_the_one_in_the_audit(
    hotich: Hotich, workspace: Path
) -> None:
    calibration.save(known(), Workspace(workspace).calibration)
    checks = json.loads(hotich("doctor", "--json").stdout)["checks"]
    (check,) = [check for check in checks if check["name"] == "Hiệu chuẩn của cơ quan"]
    assert (check["state"], "hotich calibrate" in check["advice"]) == ("missing", True)


class HandSettings(Settings):
    """Settings of a machine that reads handwriting."""

    def run_context(self, workspace: Path | None = None) -> RunContext:
        return replace(super().run_context(workspace), make_engines=hand_engines)


def hand_engines() -> Engines:
    return replace(fake_engines(), hand=FakeReader())


@pytest.mark.usefixtures("no_shipped")
@pytest.mark.parametrize(
    ("reader", "tolerated", "state", "found"),
    [
        ("", "30", "warning", "của bộ đọc khác"),
        ("fake-1", "30", "ok", "nhận 2 trong 2 nhóm"),
        ("fake-1", "0.01", "warning", "nhận 0 trong 2 nhóm"),
        ("other", "30", "warning", "của bộ đọc khác"),
        (None, "30", "warning", "chưa có"),
    ],
)
def test_doctor_says_whether_handwriting_may_be_accepted(
    reader: str | None,
    tolerated: str,
    state: str,
    found: str,
    hotich: Hotich,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.cli.context.read_settings", HandSettings)
    monkeypatch.setenv("HOTICH_TOLERATED", tolerated)
    monkeypatch.setenv("HOTICH_TOLERATED_CRITICAL", tolerated)
    if reader is not None:
        save_own_calibration(replace(known(), reader=reader), workspace)
    checks = json.loads(hotich("doctor", "--json").stdout)["checks"]
    (check,) = [check for check in checks if check["name"] == "Hiệu chuẩn chữ viết tay"]
    assert check["state"] == state
    assert found in check["found"]
