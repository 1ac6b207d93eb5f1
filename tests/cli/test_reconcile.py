"""``hotich reconcile`` as it is typed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.delivery.export.workbook import cells_of
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.scans.workspace import Workspace
from tests.cli.typed import typed
from tests.delivery.export.books import CLEAN, stored
from tests.delivery.reconcile.files import birth, fill, write
from tests.registry.pages import SCHEMAS

ROWS = [birth(number) for number in range(1, 5)]
STRANGER = "Lê Hoàng Khác"
TWO = replace(CLEAN, entries=2, dpi=120)
EVERYWHERE = Person(1, "an", "Người Thử", Role.SUPERVISOR, None)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reconcile")
    with Registry.open(
        Workspace(folder).registry_url, SCHEMAS, audit_key=Workspace(folder).audit_key
    ) as opened:
        fill(opened, ROWS)
    write(folder / "a.xlsx", [{**ROWS[0], "meHoTen": STRANGER, "nksNgaySinh": 20100301}, *ROWS[1:3]])
    return folder


def test_what_differs_is_told_without_any_value(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("reconcile", str(workspace / "a.xlsx"), "--workspace", str(workspace))
    assert typed(monkeypatch, *words) == 0
    screen = capsys.readouterr().out
    for told in (
        "3 dòng",
        "phần mềm dùng chung không có: 1",
        "khác ô: 1",
        "04/2010",
        "meHoTen: khác giá trị",
        "nksNgaySinh",
    ):
        assert told in screen
    assert STRANGER not in screen
    assert typed(monkeypatch, *words, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in answer["found"]] == ["refused", "fields", "missing"]
    assert answer["counts"]["pairs"] == 3


def test_a_file_that_is_no_workbook_is_refused_in_words(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (workspace / "b.xlsx").write_text("so,quyenSo", encoding="utf-8")
    assert typed(monkeypatch, "reconcile", str(workspace / "b.xlsx"), "--workspace", str(workspace)) == 14
    assert "Excel" in capsys.readouterr().err


def test_the_workbook_has_a_sheet_a_kind_with_the_ink_beside_both_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = stored(tmp_path, "birth-2006", TWO)
    with book.context.open_registry() as registry:
        (first, second) = registry.record_rows("birth", [book.book_id])
        cells = cells_of(first.values, SCHEMAS.record("birth"), SCHEMAS)
    rows = [
        cells | {"meHoTen": STRANGER},
        cells | {"so": "77/1999", "nksHoTen": STRANGER, "meHoTen": "", "chaHoTen": ""},
    ]
    write(tmp_path / "a.xlsx", rows)
    target = tmp_path / "khac.xlsx"
    words = (
        "reconcile",
        str(tmp_path / "a.xlsx"),
        "-o",
        str(target),
        "--workspace",
        str(book.context.workspace),
    )
    assert typed(monkeypatch, *words, "--save", "--by", "an") == 0
    assert "lần 1" in capsys.readouterr().out
    workbook = openpyxl.load_workbook(target)
    assert workbook.sheetnames[0] == "Tóm tắt"
    sheet = workbook["Khác giá trị"]
    told = [cell.value for cell in sheet[2]]
    assert told[6:10] == ["meHoTen", "Họ tên mẹ", cells["meHoTen"], STRANGER]
    assert (told[2], told[3]) == (cells["so"], str(first.entry_id))
    assert len(sheet._images) == 1  # type: ignore[attr-defined]
    assert {"Sổ không có", "Phần mềm dùng chung không có"} <= set(workbook.sheetnames)
    with book.context.open_registry() as registry:
        (one,) = registry.reconciliations().all_for(EVERYWHERE)
        kinds = [each.kind for each in registry.reconciliations().listed(None, one.reconciliation_id, None)]
    assert sorted(kinds) == ["extra", "fields", "missing"]
    assert typed(monkeypatch, *words) == 7
    assert second.entry_id != first.entry_id
