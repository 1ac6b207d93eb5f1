"""``hotich withdraw`` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.registry import Registry
from pipeline.scans.workspace import Workspace
from tests.cli.typed import typed
from tests.delivery.reconcile.files import birth, fill
from tests.registry.pages import SCHEMAS


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    place = Workspace(tmp_path)
    with Registry.open(place.registry_url, SCHEMAS, audit_key=place.audit_key) as opened:
        fill(opened, [birth(1), birth(2)])
    return tmp_path


def opened(workspace: Path) -> Registry:
    place = Workspace(workspace)
    return Registry.open(place.registry_url, SCHEMAS, audit_key=place.audit_key)


def test_what_hangs_on_it_is_shown_first_then_it_is_withdrawn_listed_and_put_back(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--workspace", str(workspace))
    with opened(workspace) as registry:
        entries = list(registry.entries())
        book = registry.book(1).folder_name
    assert typed(monkeypatch, "withdraw", "entry", "1", *here) == 0
    assert "CHƯA làm gì" in capsys.readouterr().out
    with opened(workspace) as registry:
        assert list(registry.entries()) == entries
    assert typed(monkeypatch, "withdraw", "entry", "1", "--apply", *here) != 0
    assert "Chưa ghi vì sao thu hồi" in capsys.readouterr().err
    done = ("--reason", "dòng gạch bỏ", "--by", "chi", "--apply", *here)
    assert typed(monkeypatch, "withdraw", "entry", "1", *done) == 0
    assert "Đã thu hồi sự kiện hộ tịch" in capsys.readouterr().out
    with opened(workspace) as registry:
        assert list(registry.entries()) == entries[1:]
    assert typed(monkeypatch, "withdraw", "list", book, "--json", *here) == 0
    (told,) = json.loads(capsys.readouterr().out)["withdrawals"]
    assert (told["author"], told["reason"], told["in_force"]) == ("chi", "dòng gạch bỏ", True)
    assert typed(monkeypatch, "withdraw", "undo", "1", *here) != 0
    assert typed(monkeypatch, "withdraw", "undo", "1", "--reason", "đúng", "--by", "chi", *here) == 0
    capsys.readouterr()
    with opened(workspace) as registry:
        assert list(registry.entries()) == entries
    assert typed(monkeypatch, "withdraw", "list", *here) == 0
    assert "Không có gì đang bị thu hồi" in capsys.readouterr().out


def test_a_whole_book_is_withdrawn_and_commands_say_so(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--workspace", str(workspace))
    with opened(workspace) as registry:
        book = registry.book(1).folder_name
    assert typed(monkeypatch, "withdraw", "book", book, "--reason", "sổ thừa", "--apply", *here) == 0
    capsys.readouterr()
    assert typed(monkeypatch, "check", book, *here) != 0
    assert "đã được thu hồi" in capsys.readouterr().err
    assert typed(monkeypatch, "withdraw", "book", book, *here) != 0
    assert "sổ thừa" in capsys.readouterr().err
    assert typed(monkeypatch, "withdraw", "list", *here) == 0
    assert "sổ thừa" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("book", "khong-co"), "Không có sổ"),
        (("scan", "BOOK", "khong-co.pdf"), "không có bản quét"),
        (("page", "BOOK", "scan.pdf", "99"), "không có trang ấy"),
        (("entry", "99"), "Không có sự kiện hộ tịch số 99"),
        (("undo", "9", "--reason", "x"), "Không có thu hồi số 9"),
    ],
)
def test_what_is_not_there_is_told(
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    told: str,
) -> None:
    with opened(workspace) as registry:
        book = registry.book(1).folder_name
    named = [book if word == "BOOK" else word for word in arguments]
    assert typed(monkeypatch, "withdraw", *named, "--workspace", str(workspace)) != 0
    assert told in capsys.readouterr().err
