"""``hotich places`` and what ``hotich schemas check`` says of an office's places."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.settings import Settings
from tests.cli.conftest import Hotich
from tests.registry.pages import LEDGER, SCAN, entry, page, read

WRONG = '[[alias]]\ncode = "31438"\nname = "Tân Long"\n\n[[alias]]\ncod = "79"\nname = "Thành Hồ"\n'


def test_a_place_is_told_with_its_code(hotich: Hotich, tmp_path: Path) -> None:
    text = "xã Tân Long, huyện Phụng Hiệp, tỉnh Hậu Giang"
    told = json.loads(
        hotich("places", "find", text, "--on", "2012-03", "--workspace", tmp_path, "--json").stdout
    )

    assert (told["state"], told["code"]) == ("resolved", "2004:31438")
    assert [unit["name"] for unit in told["line"]] == ["Tỉnh Hậu Giang", "Huyện Phụng Hiệp", "Xã Tân Long"]


def test_a_place_of_another_time_is_told_with_its_time(hotich: Hotich, tmp_path: Path) -> None:
    told = hotich("places", "find", "tỉnh Hà Tây", "--on", "2012", "--workspace", tmp_path).stdout

    assert "không vào ngày ấy" in told
    assert "ha-tay-1991" in told


@pytest.mark.parametrize("day", ["hôm qua", "2012-13", "2012-02-30", "2012-1-1-1"])
def test_what_is_no_day_is_refused(hotich: Hotich, tmp_path: Path, day: str) -> None:
    assert hotich("places", "find", "Cần Thơ", "--on", day, "--workspace", tmp_path).exit_code == 3


def test_schemas_check_tells_a_flaw_in_an_office_s_places_with_file_and_line(
    hotich: Hotich, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTICH_WORKSPACE", str(tmp_path))
    assert hotich("schemas", "check").exit_code == 0

    (tmp_path / "places.toml").write_text(WRONG, encoding="utf-8")
    checked = hotich("schemas", "check")

    assert checked.exit_code == 4
    told = " ".join(checked.stderr.split())
    assert "places.toml, dòng 6" in told
    assert "Có phải là “code”?" in told


def test_how_far_the_resolving_is_is_told_beside_the_answer(hotich: Hotich, workspace: Path) -> None:
    with Settings().run_context(workspace).open_registry() as registry:
        book = registry.book_id(LEDGER, "so-1")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 1)
        registry.save_page(book, page(*(entry(read("notes", "x"), row=row) for row in range(20))), "f1")
    told = hotich("places", "resolve", "--json")
    assert json.loads(told.stdout) == {"entries": 20, "changed": 0}
    assert told.stderr.splitlines() == [f"Đối chiếu nơi: {done}/20 sự kiện" for done in range(2, 21, 2)]


def test_places_of_saved_entries_are_resolved_anew(hotich: Hotich, tmp_path: Path) -> None:
    assert json.loads(hotich("places", "resolve", "--workspace", tmp_path, "--json").stdout) == {
        "entries": 0,
        "changed": 0,
    }
