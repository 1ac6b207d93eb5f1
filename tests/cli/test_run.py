"""``hotich run`` and ``hotich queue`` over faked pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Hotich
from tests.fake_pages import BREAK, GOOD, draw

pytestmark = pytest.mark.usefixtures("fake_reading")


def test_a_run_tells_what_it_read_and_what_comes_next(hotich: Hotich, book: Path) -> None:
    draw(book / "a.tiff", GOOD, GOOD)
    told = hotich("run", book.parent, "--workers", 1)
    assert told.exit_code == 0
    assert "book-1" in told.stdout
    assert "Độ tin cậy nhận dạng thấp" in told.stdout
    assert "hotich queue" in told.stdout
    assert "book-1: 2/2 trang" in told.stderr


def test_a_page_that_cannot_be_read_is_named_and_gives_its_exit_code(hotich: Hotich, book: Path) -> None:
    draw(book / "a.tiff", GOOD, BREAK)
    told = hotich("run", book, "--workers", 1)
    assert told.exit_code == 8
    assert "book-1/a.tiff, trang 2 [broken]" in told.stdout


def test_a_ledger_that_cannot_be_used_gives_its_exit_code(hotich: Hotich, book: Path) -> None:
    (book / "ledger.toml").write_text('fom = "birth-2006"\n', encoding="utf-8")
    told = hotich("run", book.parent)
    assert told.exit_code == 5
    assert "ledger.toml [ledger]" in told.stdout


def test_json_is_all_that_standard_output_holds(hotich: Hotich, book: Path) -> None:
    draw(book / "a.tiff", GOOD, BREAK)
    (report,) = json.loads(hotich("run", book, "--json").stdout)["books"]
    assert (report["folder"], report["read"], report["review"]) == ("book-1", 1, 1)
    assert report["failures"] == [
        {"code": "broken", "scan": "a.tiff", "page_no": 2, "message": "Trang hỏng."}
    ]


def test_the_queue_lists_what_waits(hotich: Hotich, book: Path) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book)
    told = hotich("queue")
    assert "a.png" in told.stdout
    assert "READ-LOW" in told.stdout
    (task,) = json.loads(hotich("queue", "--json").stdout)["tasks"]
    assert (task["book"], task["page_no"], task["fields"]) == ("book-1", 1, ["entry_number"])


def test_the_queue_shows_what_else_the_ink_may_say(hotich: Hotich, book: Path) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book.parent)
    assert "Số: 1/2010 0,40 | 7/2010 0,35" in hotich("queue").stdout
    (task,) = json.loads(hotich("queue", "--json").stdout)["tasks"]
    assert [one["text"] for one in task["hypotheses"]["entry_number"]] == ["1/2010", "7/2010"]


def test_an_empty_queue_says_so(hotich: Hotich) -> None:
    assert "Không có nhiệm vụ nào" in hotich("queue").stdout


def test_the_workspace_can_be_chosen(hotich: Hotich, book: Path, tmp_path: Path) -> None:
    draw(book / "a.png", GOOD)
    hotich("run", book, "--workspace", tmp_path / "other")
    assert (tmp_path / "other" / "objects").is_dir()
    assert "Không có nhiệm vụ nào" in hotich("queue").stdout
