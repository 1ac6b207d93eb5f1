"""``hotich rehearse`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.typed import typed
from tests.delivery.export.rows import row
from tests.delivery.export.test_rehearsal import package


def test_the_command_brings_refusals_in_and_says_which_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = package(tmp_path / "goi", row("KS60", nksDanToc="Mèo"))
    (tmp_path / "loi.csv").write_text("Dòng,Cột,Lý do\n2,nksDanToc,lạ với phần mềm\n", "utf-8")
    arguments = ["rehearse", str(folder), "--workspace", str(tmp_path)]
    assert typed(monkeypatch, *arguments, "--refusals", str(tmp_path / "loi.csv")) == 11
    assert "1 quy tắc mới" in capsys.readouterr().out
    assert typed(monkeypatch, *arguments, "--json") == 11
    assert json.loads(capsys.readouterr().out)["refused_rows"] == 1
