"""``hotich book`` as it is typed, around a real run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Hotich
from tests.fake_books import LEDGER
from tests.fake_pages import GOOD, draw

WRONG = LEDGER.replace("01/2010", "02/2010")


@pytest.mark.usefixtures("fake_reading")
def test_a_question_of_a_run_is_answered_and_the_next_run_goes_on(hotich: Hotich, book: Path) -> None:
    draw(book / "a.tiff", GOOD, GOOD)
    assert hotich("run", book).exit_code == 0
    (book / "ledger.toml").write_text(WRONG, encoding="utf-8")
    asked = hotich("run", book.parent)
    assert asked.exit_code == 5
    assert "[book-question]" in asked.stdout
    told = " ".join(asked.stdout.split())
    assert "Đây có phải là sổ mã 1" in told
    assert "hotich book correct 1 --from" in told

    correct = ("book", "correct", 1, "--from", book, "--reason", "Gõ nhầm quyển số", "--by", "an")
    seen = hotich(*correct)
    assert seen.exit_code == 0
    assert "quyển số: 01/2010 → 02/2010" in seen.stdout
    assert "Chưa sửa gì" in seen.stdout
    assert hotich("run", book).exit_code == 5

    done = hotich(*correct, "--apply")
    assert (done.exit_code, "lần sửa số 1" in done.stdout) == (0, True)
    again = json.loads(hotich("run", book, "--json").stdout)["books"]
    assert [(report["failures"], report["pages"]) for report in again] == [([], 2)]
    shown = json.loads(hotich("book", "show", 1, "--json").stdout)
    assert shown["book"]["ledger"]["volume"] == "02/2010"
    (one,) = shown["corrections"]
    assert (one["author"], one["old"], one["new"]) == ("an", {"volume": "01/2010"}, {"volume": "02/2010"})
    assert hotich("audit", "verify").exit_code == 0
    nothing = hotich(*correct)
    assert (nothing.exit_code, "không có gì để sửa" in nothing.output) == (5, True)


@pytest.mark.usefixtures("fake_reading")
def test_values_on_the_command_line_are_checked_and_the_file_to_write_is_shown(
    hotich: Hotich, book: Path
) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book)
    why = ("--reason", "Bìa ghi khác", "--by", "an", "--apply")
    wrong = hotich("book", "correct", 1, "--volume", "2010", *why)
    assert (wrong.exit_code, "quyển/năm" in wrong.output) == (5, True)
    done = hotich(
        "book", "correct", 1, "--series", "Quá hạn", "--entries", "12", "--opened-on", "4/1/2010", *why
    )
    assert done.exit_code == 0, done.output
    assert 'series = "quá hạn"' in done.stdout
    assert "entries = 12" in done.stdout
    taken_away = hotich("book", "correct", 1, "--entries", "", *why)
    assert taken_away.exit_code == 0, taken_away.output
    ledger = json.loads(hotich("book", "show", 1, "--json").stdout)["book"]["ledger"]
    assert (ledger["entries"], ledger["opened_on"], ledger["series"]) == (None, "04.01.2010", "late")
    assert hotich("run", book).exit_code == 5  # the file does not say so yet


@pytest.mark.usefixtures("fake_reading")
def test_another_book_of_the_same_scans_is_added_by_a_person(hotich: Hotich, book: Path) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book)
    (book / "ledger.toml").write_text(WRONG, encoding="utf-8")
    assert hotich("book", "add", book, "--reason", "Hai quyển chung một tệp", "--by", "an").exit_code == 0
    assert hotich("run", book).exit_code == 0
    assert hotich("book", "show", 7).exit_code == 6


@pytest.mark.parametrize("command", ["show", "correct"])
def test_a_book_that_is_not_there_is_told(hotich: Hotich, command: str) -> None:
    reason = ("--reason", "x") if command == "correct" else ()
    told = hotich("book", command, 9, *reason)
    assert (told.exit_code, "số 9" in told.output) == (6, True)
