"""``hotich sample`` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

from pipeline.registry import Registry
from pipeline.scans.workspace import Workspace
from tests.cli.conftest import Hotich
from tests.registry.pages import LEDGER, SCAN, entry, page, read


def test_a_plan_is_told_and_a_lot_is_drawn_listed_and_cancelled(hotich: Hotich, workspace: Path) -> None:
    told = hotich("sample", "plan", "2000")
    assert "xem 130 sự kiện, nhận khi có không quá 3 sự kiện sai" in told.stdout
    assert json.loads(hotich("sample", "plan", "2000", "--json").stdout)["passes"]["0"] == 1.0
    assert "Chưa có lô nào" in hotich("sample", "list").stdout
    folder = Workspace(workspace)
    with Registry.open(folder.registry_url, audit_key=folder.audit_key) as registry:
        book = registry.book_id(LEDGER, "KS.2010.01")
        registry.store_scan(book, SCAN, "scan.pdf", 1000, 1)
        registry.save_page(book, page(entry(read("child_name", "Thử Một"))), "f1")
    draw = ("sample", "draw", "--book", "KS.2010.01", "--preset", "two-rounds", "--by", "phu", "--seed", "1")
    alone = hotich(*draw)
    assert alone.exit_code != 0
    assert "không có ai kiểm tra được lô này" in alone.output
    assert "Chưa có lô nào" in hotich("sample", "list").stdout
    hotich("account", "add", "an.tran", "--name", "Người Thử", "--role", "checker", "--place", "00000")
    drawn = hotich(*draw)
    assert drawn.exit_code == 0, drawn.output
    assert hotich("sample", "close", "1").exit_code != 0
    cancelled = hotich("sample", "cancel", "1", "--reason", "nhầm sổ")
    assert "đã bỏ" in cancelled.stdout
    (lot,) = json.loads(hotich("sample", "list", "--json").stdout)["lots"]
    assert (lot["login"], lot["seed"], lot["closing"]["verdict"]) == ("phu", "1", "cancelled")
    assert hotich("sample", "draw", "--book", "x", "--preset", "y").exit_code == 2
