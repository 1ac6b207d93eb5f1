"""What staff read: one word for one thing, and none that an office does not say (``docs/reference/terms.md``)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.registry.audit.audit_words import ACTIONS

ROOT = Path(__file__).resolve().parent.parent
SCREENS = sorted(
    path
    for pattern in ("pipeline/web/templates/**/*.html", "pipeline/web/static/**/*.js")
    for path in ROOT.glob(pattern)
    if "vendor" not in path.parts
)
MESSAGES = sorted(path for room in ("pipeline", "flows") for path in (ROOT / room).rglob("*.py"))
GUIDES = sorted([*ROOT.glob("docs/how-to/*.md"), ROOT / "schemas" / "findings.toml"])

NEVER = (
    "việc hộ tịch", "loại việc", "mã việc", "bàn rà soát", "hộp quét", "bàn quét", "gói giao", "nhận thẳng", "lời đầu",
    "nét mực", "hạt giống", "số gieo", "phần mềm kia", "lời khóa sổ", "trọng yếu", "chỉ một tiếng",
    "máy đọc không chắc", "các phòng của ngôi nhà", "bình luận", "mục đăng ký",
)  # fmt: skip
"""Words for which an office has others, wherever staff read."""

TECHNICAL = ("tls", "hash", "mã băm", "băm", "token", "server", "timeout", "fingerprint", "checker")
"""Words that no screen shows."""

NAMED = {
    "pipeline/training/evaluation": "speaks to who measures the machine",
    "pipeline/values/kinds": "holds wordings of papers",
    "pipeline/registry/accounts": "lists words of passwords",
}
"""Where a word may stand, and why."""

IDIOMS = re.compile(
    r"(?:làm|công|chạy) việc|việc (?:giao sổ|đăng nhập|ghi chú|khai sinh|khai tử|kết hôn)|làm (?:được )?việc",
    re.IGNORECASE,
)
"""Where “việc” means no thing of the register and no task."""


def pieces(path: Path) -> Iterator[str]:
    """What a person may read of a file: the text and spoken attributes of a template, the strings of a script."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = re.sub(r"{#.*?#}", " ", text, flags=re.DOTALL)
        yield from re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', text)
        yield from re.findall(r'"([^"<>]*)"', " ".join(re.findall(r"{{.*?}}", text, re.DOTALL)))
        yield re.sub(r"<[^>]*>", "\n", re.sub(r"{[{%].*?[%}]}", " ", text, flags=re.DOTALL))
    elif path.suffix == ".js":
        code = re.sub(r"^\s*(?://|/?\*).*$", "", text, flags=re.MULTILINE)
        told = (a or b for a, b in re.findall(r'"([^"\n]*)"|`([^`]*)`', code))
        yield from (text for text in told if not text.isascii())
    elif path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    else:
        yield text


def found_in(path: Path, words: tuple[str, ...]) -> list[str]:
    whole = " ".join(path.read_text(encoding="utf-8").casefold().split())
    words = tuple(word for word in words if word in whole)
    told = "\n".join(" ".join(piece.split()) for piece in pieces(path)).casefold() if words else ""
    return [word for word in words if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", told)]


def is_named(path: Path) -> bool:
    return any(str(path.relative_to(ROOT)).startswith(name) for name in NAMED)


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    for name, content in (
        ("a.html", '<p aria-label="Gói giao">{{ "x" if y else "nét mực" }} Bàn rà\nsoát</p>'),
        ("a.js", 'say("Gói giao", `nét mực ${a}`, "bàn rà soát"); // hộp quét'),
        ("a.py", 'A = f"Gói giao {1} nét mực"\nB = ("bàn rà soát",)'),
    ):
        (tmp_path / name).write_text(content, encoding="utf-8")
        assert found_in(tmp_path / name, NEVER) == ["bàn rà soát", "gói giao", "nét mực"]
    assert len(SCREENS) > 80, "the search found too few screens to prove anything"


@pytest.mark.parametrize("files", [SCREENS, MESSAGES, GUIDES], ids=["screens", "messages", "guides"])
def test_no_word_is_used_for_which_an_office_has_another(files: list[Path]) -> None:
    lost = {path.name: found for path in files if not is_named(path) and (found := found_in(path, NEVER))}
    assert lost == {}


def test_no_screen_shows_a_technical_word() -> None:
    assert {path.name: found for path in SCREENS if (found := found_in(path, TECHNICAL))} == {}


def test_viec_means_neither_an_event_nor_a_task_on_any_screen() -> None:
    told = {path.name: IDIOMS.sub("", "\n".join(pieces(path))) for path in SCREENS}
    told["audit"] = IDIOMS.sub("", "\n".join(ACTIONS.values()))
    assert {
        name: left for name, text in told.items() if (left := re.findall(r".{0,30}\bviệc\b.{0,30}", text))
    } == {}


def test_every_word_that_is_refused_stands_in_the_table_of_terms() -> None:
    table = (ROOT / "docs" / "reference" / "terms.md").read_text(encoding="utf-8").casefold()
    assert [word for word in (*NEVER, "tls", "hash", "mã băm") if word not in table] == []
