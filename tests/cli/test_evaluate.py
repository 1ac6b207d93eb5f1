"""``hotich evaluate`` scores what the registry holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

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


def test_a_report_shows_the_ink_of_what_was_read_wrong(hotich: Hotich, book: Path, tmp_path: Path) -> None:
    draw(book / "a.png", GOOD)
    other = tmp_path / "books" / "book-2"
    shutil.copytree(book, other)
    draw(other / "a.png", GOOD, mark=90)
    for folder, number in ((book, "1/2010"), (other, "7/2010")):
        truth = {"kind": "birth", "year": 2010, "entries": [{"so": number}]}
        (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    told = hotich("evaluate", book, other, "--report", tmp_path / "report")
    assert told.exit_code == 0, told.output
    page = (tmp_path / "report" / "bao-cao.html").read_text(encoding="utf-8")
    assert "book-1, book-2" in page
    assert "sổ book-2, a.png trang 1" in page
    assert "sổ book-1, a.png" not in page
    with Image.open(next((tmp_path / "report" / "anh").iterdir())) as ink:
        assert ink.getpixel((0, 0)) == pytest.approx((GOOD,) * 3, abs=4)
        assert ink.getpixel((ink.width - 1, 0)) == pytest.approx((90,) * 3, abs=4)


def test_one_truth_cannot_speak_of_two_books(hotich: Hotich, book: Path) -> None:
    told = hotich("evaluate", book, book, "--truth", book / "truth.json")
    assert told.exit_code == 2
    assert "một sổ" in told.stderr
