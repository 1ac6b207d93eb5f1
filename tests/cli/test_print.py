"""``hotich print`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.base.errors import PrintRefused
from pipeline.scans.workspace import Workspace
from tests.cli.typed import typed
from tests.delivery.printing.printed_office import printed_office

ISSUE = (
    "--issue",
    "--for",
    "Thử Xin",
    "--reason",
    "làm hồ sơ",
)


def test_an_office_prints_issues_and_voids_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with printed_office(tmp_path):
        pass
    target = tmp_path / "giay"
    target.mkdir()
    here = ("--workspace", str(tmp_path), "--by", "an")
    into = (*here, "--output", str(target))
    assert typed(monkeypatch, "print", "extract", "1", *ISSUE, *into) == 0
    assert "số 1/" in capsys.readouterr().out
    (paper,) = target.iterdir()
    assert typed(monkeypatch, "print", "check", str(paper), *here) == 0
    assert "đúng" in capsys.readouterr().out
    assert typed(monkeypatch, "print", "check", "A" * 400, *here) == PrintRefused.exit_code, (
        "longer than a file name"
    )
    assert typed(monkeypatch, "print", "void", "1", "--reason", "sai tên", *here) == 0
    capsys.readouterr()
    assert typed(monkeypatch, "print", "issued", "--json", *here) == 0
    (line,) = json.loads(capsys.readouterr().out)["extracts"]
    assert (line["number"], line["void_reason"], line["author"]) == (1, "sai tên", "an")
    assert (line["signer"], line["signer_title"]) == ("Thử Ký", "Phó Chủ tịch"), "as print.toml says"
    (file,) = target.iterdir()
    assert file.name.startswith("trich-luc-BA-")
    assert file.read_bytes().startswith(b"%PDF-")


def test_an_office_prints_by_its_own_template_as_long_as_it_is_the_accepted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with printed_office(tmp_path):
        pass
    here = ("--workspace", str(tmp_path))
    mine, own = tmp_path / "mau.typ", Workspace(tmp_path).print_templates / "birth-extract.typ"
    assert typed(monkeypatch, "print", "template", "copy", "birth", "-o", str(mine), *here) == 0
    assert typed(monkeypatch, "print", "template", "accept", "birth", str(mine), "--by", "an", *here) == 0
    assert typed(monkeypatch, "print", "extract", "1", "-o", str(tmp_path / "a.pdf"), *here) == 0
    own.write_text(own.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert typed(monkeypatch, "print", "extract", "1", "-o", str(tmp_path / "b.pdf"), *here) != 0
    assert "không phải mẫu mà nhật ký ghi" in capsys.readouterr().err.replace("\n", " ")
