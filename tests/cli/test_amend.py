"""``hotich amend`` and ``hotich registry show`` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.base.model import FieldStatus
from pipeline.registry import Registry, Verdict
from pipeline.scans.workspace import Workspace
from tests.cli.typed import typed
from tests.delivery.reconcile.files import birth, fill
from tests.registry.pages import SCHEMAS

ORDER = (
    "--decision",
    "12/QĐ-UBND",
    "--on",
    "5/3/2026",
    "--basis",
    "Luật Hộ tịch 2014, Điều 28",
    "--by",
    "an",
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    place = Workspace(tmp_path)
    with Registry.open(place.registry_url, SCHEMAS, audit_key=place.audit_key) as opened:
        fill(opened, [birth(1)])
    return tmp_path


def test_an_amendment_is_noted_shown_and_withdrawn(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--workspace", str(workspace))
    assert typed(monkeypatch, "amend", "add", "1", "nksHoTen", "Trần Văn Mẫu", *ORDER, *here) == 0
    assert "cải chính số 1" in capsys.readouterr().out
    assert (
        typed(monkeypatch, "amend", "add", "1", "ghiChu", "Đã ghi", *ORDER, "--scan", "scan.pdf", *here) == 0
    )
    assert "bổ sung số 2" in capsys.readouterr().out
    assert typed(monkeypatch, "registry", "show", "1", *here) == 0
    shown = capsys.readouterr().out
    for told in ("Trần Văn Mẫu", birth(1)["nksHoTen"], "12/QĐ-UBND, 05.03.2026"):
        assert told in shown
    assert (
        typed(monkeypatch, "amend", "withdraw", "1", "1", "--reason", "nhầm việc", "--by", "an", *here) == 0
    )
    capsys.readouterr()
    assert typed(monkeypatch, "registry", "show", "1", "--json", *here) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["current"]["child_name"] == birth(1)["nksHoTen"]
    assert list(answer["amendments"]) == ["notes"]
    assert typed(monkeypatch, "amend", "list", "1", *here) == 0
    listed = capsys.readouterr().out
    assert all(words in listed for words in ("cải chính", "bổ sung", "đã rút"))


def test_an_amendment_may_rest_on_the_decision_that_the_note_tells_of(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--workspace", str(workspace))
    noted = ("--from-note", "--basis", "Luật Hộ tịch 2014, Điều 28", "--by", "an", *here)
    assert typed(monkeypatch, "amend", "add", "1", "nksHoTen", "Trần Văn Mẫu", *noted) == 6
    assert "không có số quyết định ở việc ghi chú" in capsys.readouterr().err
    place = Workspace(workspace)
    with Registry.open(place.registry_url, SCHEMAS, audit_key=place.audit_key) as registry:
        stated = {"number": "7/QĐ-UBND", "decided_on": "5/11/2012", "authority": "UBND xã Thử"}
        for part, text in stated.items():
            verdict = Verdict(f"noted_{part}", FieldStatus.READ, text)
            registry.decide(1, [verdict], author="an")
    assert typed(monkeypatch, "amend", "add", "1", "nksHoTen", "Trần Văn Mẫu", *noted) == 0
    capsys.readouterr()
    assert typed(monkeypatch, "amend", "list", "1", "--json", *here) == 0
    (found,) = json.loads(capsys.readouterr().out)["amendments"]
    order = found["order"]
    assert (order["decision_number"], order["decided_on"], order["authority"]) == (
        "7/QĐ-UBND",
        "05.11.2012",
        "UBND xã Thử",
    )
    assert typed(monkeypatch, "amend", "list", "1", *here) == 0
    assert "ghi chú" in capsys.readouterr().out


def test_an_amendment_without_its_order_is_refused(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--workspace", str(workspace))
    words = ("--decision", "12", "--on", "2026", "--basis", "Điều 28")
    assert typed(monkeypatch, "amend", "add", "1", "nksHoTen", "Trần Văn Mẫu", *words, *here) == 6
    assert "đủ ngày, tháng, năm" in capsys.readouterr().err
    missing = (*ORDER, "--scan", "khac.pdf", *here)
    assert typed(monkeypatch, "amend", "add", "1", "nksHoTen", "Trần Văn Mẫu", *missing) == 6
    assert "khac.pdf" in capsys.readouterr().err


@pytest.mark.parametrize("hidden", ["\u202e", "\x1b", "\u200b"])
def test_an_amendment_with_a_hidden_character_is_refused(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], hidden: str
) -> None:
    here = ("--workspace", str(workspace))
    text = ("amend", "add", "1", "nksHoTen", f"Trần Văn{hidden} Mẫu", *ORDER, *here)
    number = ("amend", "add", "1", "nksHoTen", "Trần Văn Mẫu", "--decision", f"1{hidden}2", *ORDER[2:], *here)
    for line in (text, number):
        assert typed(monkeypatch, *line) == 6
        assert f"U+{ord(hidden):04X}" in capsys.readouterr().err
