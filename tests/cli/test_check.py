"""``hotich check`` and ``hotich links`` over a registry with two pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.registry import Registry
from pipeline.registry.checks.model import evidence_told
from pipeline.settings import Settings
from tests.cli.conftest import Hotich
from tests.registry.pages import LEDGER, SCAN, SCHEMAS, blank, entry, page, read


@pytest.fixture
def filled(workspace: Path) -> None:
    """A book whose entries are numbered 1 and 3, of one and the same child."""
    with Registry.open(Settings().run_context(workspace).registry_url, SCHEMAS) as registry:
        book = registry.book_id(LEDGER, "so-1")
        registry.store_scan(book, SCAN, "scan.pdf", 1, 2)
        for page_no, number in ((1, "01"), (2, "03")):
            child = [
                read("child_name", "Thử Văn An"), read("child_born_on", "05.03.2010"),
                read("mother_name", "Thử Thị Bé"), read("child_sex", "Nam", canonical="1"),
                read("registered_on", f"{number}.04.2010"),
            ]  # fmt: skip
            one = entry(read("entry_number", f"{number}/2010"), blank("notes"), *child)
            registry.save_page(book, page(one, page_no=page_no), "f1")


def test_a_gap_is_told_with_where_it_is_and_where_to_look(hotich: Hotich, filled: None) -> None:
    told = hotich("check")
    assert told.exit_code == 0
    assert "Đã kiểm tra 1 quyển, 2 sự kiện, 2 trang." in told.stdout
    assert "1 × [K07-GAP]" in told.stdout
    assert "thiếu 2; trước 3; sau 1" in told.stdout
    assert "hotich queue" in told.stdout
    assert "K07-GAP (thiếu 2" in hotich("queue").stdout


def test_a_second_check_finds_nothing_new(hotich: Hotich, filled: None) -> None:
    hotich("check", "so-1")
    answer = json.loads(hotich("check", "so-1", "--json").stdout)
    assert answer["checks"][0]["outcome"] == {"raised": 0, "cleared": 0, "standing": 1}
    assert answer["findings"][0]["finding"]["details"] == {"missing": "2", "after": "1", "before": "3"}


def test_a_book_that_is_not_there_is_an_error(hotich: Hotich, filled: None) -> None:
    told = hotich("check", "so-2")
    assert told.exit_code != 0
    assert "so-2" in told.stderr


def test_an_empty_registry_has_nothing_unusual(hotich: Hotich) -> None:
    assert "Không thấy điều gì bất thường" in hotich("check").stdout


def test_links_are_told_with_their_evidence(hotich: Hotich, filled: None) -> None:
    pytest.importorskip("splink")
    told = hotich("links")
    assert told.exit_code == 0, told.output
    assert "đăng ký hai lần?" in told.stdout
    assert "họ tên giống, ngày sinh" in told.stdout
    assert evidence_told({"name": "same", "born": "same day"}) == "họ tên giống, ngày sinh cùng ngày"
    assert json.loads(hotich("links", "--json").stdout)["links"][0]["kind"] == "again"


def test_a_person_confirms_or_rejects_a_link(hotich: Hotich, filled: None) -> None:
    pytest.importorskip("splink")
    hotich("links")
    told = hotich("links", "reject", "1", "--reason", "hai trẻ khác mẹ", "--by", "an")
    assert told.stdout == "Đã ghi: gợi ý số 1 không phải.\n"
    assert json.loads(hotich("links", "--json").stdout)["links"] == []
    assert "không phải (an" in hotich("links", "--rejected").stdout
    assert hotich("links", "confirm", "1", "--by", "binh").exit_code == 0
    assert "đúng (binh" in hotich("links").stdout
    assert "Không có gợi ý số 9" in hotich("links", "confirm", "9").stderr
    assert hotich("links", "reject", "1").exit_code == 2


def test_an_unknown_kind_of_link_is_an_error(hotich: Hotich) -> None:
    assert "again" in hotich("links", "--kind", "khac").stderr
