"""``hotich reconcile`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.registry import Registry
from pipeline.workspace import Workspace
from tests.reconcile.files import birth, fill, write
from tests.registry.pages import SCHEMAS

ROWS = [birth(number) for number in range(1, 5)]
STRANGER = "Lê Hoàng Khác"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reconcile")
    with Registry.open(
        Workspace(folder).registry_url, SCHEMAS, audit_key=Workspace(folder).audit_key
    ) as opened:
        fill(opened, ROWS)
    write(folder / "a.xlsx", [{**ROWS[0], "meHoTen": STRANGER, "nksNgaySinh": 20100301}, *ROWS[1:3]])
    return folder


def typed(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["hotich", *words])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_what_differs_is_told_without_any_value(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("reconcile", str(workspace / "a.xlsx"), "--workspace", str(workspace))
    assert typed(monkeypatch, *words) == 0
    screen = capsys.readouterr().out
    for told in (
        "3 dòng",
        "phần mềm kia không có: 1",
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
