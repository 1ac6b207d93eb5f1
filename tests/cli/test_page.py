"""``hotich page`` and ``hotich synth`` on a page that was really drawn and is really read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Hotich
from tests.fake_pages import GOOD, draw


def test_a_page_without_ledger_and_form_asks_for_the_form(hotich: Hotich, tmp_path: Path) -> None:
    draw(tmp_path / "a.png", GOOD)
    failed = hotich("page", tmp_path / "a.png")
    assert failed.exit_code == 5
    assert "birth-2006" in failed.stderr


@pytest.mark.usefixtures("fake_reading")
def test_the_ledger_beside_a_page_tells_its_form(hotich: Hotich, book: Path) -> None:
    draw(book / "a.png", GOOD)
    assert json.loads(hotich("page", book / "a.png", "--json").stdout)["form"] == "birth-2006"


@pytest.mark.usefixtures("fake_reading")
def test_a_page_shows_what_else_the_ink_may_say(hotich: Hotich, book: Path) -> None:
    draw(book / "a.png", GOOD)
    assert "hoặc: 7/2010 0,35" in hotich("page", book / "a.png").stdout


@pytest.mark.usefixtures("fake_reading")
def test_a_page_is_told_in_words_with_the_fields_of_each_finding(hotich: Hotich, book: Path) -> None:
    draw(book / "a.png", GOOD)
    told = hotich("page", book / "a.png").stdout
    assert "Trang 1: trang ghi sự kiện hộ tịch" in told
    assert "cần đối chiếu. (Số)" in told


def test_a_form_that_is_not_known_names_the_nearest(hotich: Hotich, tmp_path: Path) -> None:
    draw(tmp_path / "a.png", GOOD)
    failed = hotich("page", tmp_path / "a.png", "--form", "birth-tabel")
    assert failed.exit_code == 4
    assert "birth-table" in failed.stderr


@pytest.mark.parametrize("option", ["--writing", "--container", "--scanner"])
def test_a_wrong_choice_names_the_right_ones(hotich: Hotich, tmp_path: Path, option: str) -> None:
    failed = hotich("synth", tmp_path, option, "nothing")
    assert failed.exit_code == 2
    assert "một trong" in failed.stderr


@pytest.mark.slow
@pytest.mark.tesseract
def test_a_drawn_page_is_read_and_shown(hotich: Hotich, tmp_path: Path) -> None:
    drawn = hotich(
        "synth", tmp_path / "books", "--form", "birth-2006", "--entries", 1, "--container", "jpeg",
        "--scanner", "mild", "--writing", "typed", "--no-cover", "--seed", 4711,
    )  # fmt: skip
    assert drawn.exit_code == 0, drawn.output
    (scan,) = (tmp_path / "books" / "birth-2006").glob("*.jpg")
    told = hotich("page", scan, "--debug", tmp_path / "seen", "--json")
    assert told.exit_code == 0, told.output
    result = json.loads(told.stdout)
    assert (result["kind"], result["form"]) == ("entries", "birth-2006")
    (overlay,) = (tmp_path / "seen").glob("*-overlay.png")
    assert str(overlay) in result["pictures"]
    assert len(list((tmp_path / "seen" / "crops").glob("*.png"))) > 10
