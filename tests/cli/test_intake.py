from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.intake.made_scans import scanned_pdf
from tests.cli.conftest import Hotich

TOML = """books = "so"
still_seconds = 0
patience_seconds = 0
[[scanner]]
name = "may-1"
inbox = "../hop"
"""


@pytest.fixture
def inbox(workspace: Path) -> Path:
    """The inbox of the one scanner of this office."""
    workspace.mkdir()
    (workspace / "intake.toml").write_text(TOML, encoding="utf-8")
    folder = workspace.parent / "hop"
    folder.mkdir()
    return folder


def test_a_round_tells_what_it_did_and_the_day_balances(hotich: Hotich, inbox: Path) -> None:
    scanned_pdf(inbox / "a.pdf")
    (inbox / "b.pdf").write_bytes(b"MZ a program")
    (inbox / "link").symlink_to("/etc/hostname")
    done = hotich("intake", "run")
    assert done.exit_code == 0, done.output
    assert "vừa lưu 1, cách ly 1, đang chờ 0" in done.stdout
    assert "là một liên kết" in done.stdout
    told = hotich("intake", "status", "--verify")
    assert told.exit_code == 0, told.output
    assert "Mọi tệp đúng như bản kê" in told.stdout
    assert "không phải PDF" in told.stdout
    (day,) = json.loads(hotich("intake", "status", "--json").stdout)["days"]
    assert (day["delivered"], day["stored"], day["quarantined"], day["waiting"]) == (2, 1, 1, [])


def test_a_changed_copy_fails_the_proof(hotich: Hotich, inbox: Path, workspace: Path) -> None:
    scanned_pdf(inbox / "a.pdf")
    hotich("intake", "run")
    (stored,) = (path for path in (workspace / "objects").rglob("*.pdf"))
    stored.chmod(0o644)
    stored.write_bytes(b"x")
    told = hotich("intake", "status", "--verify")
    assert told.exit_code == 7
    assert "không còn đúng tệp ấy" in told.stdout


def test_an_inbox_that_is_gone_is_told(hotich: Hotich, inbox: Path) -> None:
    inbox.rmdir()
    done = hotich("intake", "run")
    assert done.exit_code == 7
    assert "Không mở được thư mục tiếp nhận" in done.stdout
    assert hotich("intake", "status").exit_code == 0


def test_an_office_without_scanners_is_told_what_to_write(hotich: Hotich) -> None:
    done = hotich("intake", "run")
    assert done.exit_code == 3
    assert "intake.toml" in done.stderr


def test_a_printed_sheet_sends_what_follows_to_its_book_and_a_person_the_rest(
    hotich: Hotich, inbox: Path, book: Path, workspace: Path
) -> None:
    books = workspace / "so"
    books.mkdir()
    book.rename(books / "book-1")
    sheet = workspace.parent / "sheet.pdf"
    assert hotich("cover-sheet", books / "book-1", "--output", sheet).exit_code == 0
    assert hotich("cover-sheet", books / "book-1", "--output", sheet).exit_code == 7
    scanned_pdf(inbox / "0.pdf")
    hotich("intake", "run")
    sheet.rename(inbox / "1.pdf")
    hotich("intake", "run")
    scanned_pdf(inbox / "2.pdf", 2)
    assert "chưa gán sổ 0" in hotich("intake", "run").stdout
    (day,) = json.loads(hotich("intake", "status", "--json").stdout)["days"]
    assert day["unassigned"] == [1]
    assert "chưa gán sổ trang 1" in hotich("intake", "status").stdout
    said = hotich("intake", "assign", "may-1", day["day"], "1", "--book", "book-1", "--by", "thu")
    assert said.exit_code == 0, said.output
    names = sorted(path.name for path in (books / "book-1").iterdir())
    assert names == [f"{day['day']}-may-1-00001.pdf", f"{day['day']}-may-1-00003.pdf", "ledger.toml"]
    assert hotich("intake", "assign", "may-9", day["day"], "1", "--book", "book-1").exit_code == 3
    assert hotich("intake", "assign", "may-1", day["day"], "9", "--book", "book-1").exit_code == 3
    assert hotich("intake", "assign", "may-1", day["day"], "x", "--book", "book-1").exit_code == 2
