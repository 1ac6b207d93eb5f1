"""``hotich search``: what is found is printed, what is refused is told, and the index is checked and put right."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.registry import Registry
from pipeline.settings import Settings
from tests.cli.conftest import Hotich
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, entry, page, read

WHY = ("--purpose", "citizen", "--reason", "HS 12", "--by", "an")


@pytest.fixture
def filled(workspace: Path) -> Path:
    """A registry of two births in the workspace."""
    url = Settings().run_context(workspace).registry_url
    with Registry.open(url, SCHEMAS) as registry:
        book_id = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book_id, SCAN, "scan.pdf", 1000, 1)
        named = (("1/2010", "Đào Thị Tìm"), ("2/2010", "Đào Thị Tim"))
        rows = [
            entry(read("entry_number", number), read("child_name", name), row=row)
            for row, (number, name) in enumerate(named)
        ]
        registry.save_page(book_id, page(*rows), "f1")
    return Path(url.removeprefix("sqlite:///"))


def test_what_is_found_is_printed_and_the_next_page_told(hotich: Hotich, filled: Path) -> None:
    told = hotich("search", "--name", "dao thi tim", *WHY)
    assert told.exit_code == 0
    assert all(word in told.stdout for word in ("Đào", "Tìm", "1/2010", "2/2010"))
    answer = json.loads(
        hotich("search", "--name", "Đào Thị Tìm", "--year", "2009-2011", *WHY, "--json").stdout
    )
    assert [one["number"] for one in answer["search"]["hits"]] == ["1/2010", "2/2010"]
    assert "Không tìm thấy" in hotich("search", "--name", "Không Ai", *WHY).stdout


def test_what_is_refused_is_told(hotich: Hotich, filled: Path) -> None:
    for arguments, words in (
        (("--name", "an"), "mục đích"),
        (("--name", "an", "--year", "98", *WHY), "1998"),
        (("--name", "an", "--by", " ", "--purpose", "check", "--reason", "HS 1"), "ai tra cứu"),
    ):
        told = hotich("search", *arguments)
        assert (told.exit_code, words in told.output) == (6, True)


def test_the_index_is_checked_and_put_right(hotich: Hotich, filled: Path) -> None:
    assert "khớp" in hotich("search", "check").stdout
    with closing(sqlite3.connect(filled, isolation_level=None)) as outsider:
        outsider.execute("UPDATE search_person SET spelled = 'ai'")
    told = hotich("search", "check")
    assert (told.exit_code, "2 sự kiện" in told.output) == (6, True)
    assert "sửa chỉ mục của 2" in hotich("search", "rebuild").stdout
    assert "khớp" in hotich("search", "check").stdout
