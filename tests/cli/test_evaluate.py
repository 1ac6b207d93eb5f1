"""``hotich evaluate`` scores what the registry holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Hotich
from tests.fake_pages import GOOD, draw

pytestmark = pytest.mark.usefixtures("fake_reading")

TRUTH = {"kind": "birth", "year": 2010, "entries": [{"so": "1/2010", "nksHoTen": "Lý Thử"}]}


def test_figures_go_to_the_screen_and_to_a_file(hotich: Hotich, book: Path, tmp_path: Path) -> None:
    draw(book / "a.png", GOOD)
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps(TRUTH), encoding="utf-8")
    told = hotich("evaluate", book, "--truth", truth, "--json", tmp_path / "out" / "figures.json")
    assert told.exit_code == 0, told.output
    figures = json.loads((tmp_path / "out" / "figures.json").read_text(encoding="utf-8"))
    assert figures["entries"] == {"matched": 1, "missing": 0, "extra": 0}
    assert figures["by_column"]["so"]["exact"] == 1.0
    assert figures["by_column"]["nksHoTen"]["exact"] == 0.0
    assert figures["pages_per_minute"] > 0
    assert {"hotich", "models", "rules", "options", "form"} <= set(figures["versions"])


def test_a_book_already_read_is_scored_without_reading_it_again(hotich: Hotich, book: Path) -> None:
    draw(book / "a.png", GOOD)
    (book / "truth.json").write_text(json.dumps(TRUTH), encoding="utf-8")
    hotich("run", book)
    told = hotich("evaluate", book)
    assert told.exit_code == 0
    assert "trang/phút" not in told.stdout


def test_a_missing_truth_is_an_error(hotich: Hotich, book: Path) -> None:
    assert hotich("evaluate", book).exit_code == 4
