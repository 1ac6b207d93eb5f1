"""One name for one thing: public classes, module names and the glossary."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(path for room in ("pipeline", "flows") for path in (ROOT / room).rglob("*.py"))

VAGUE_MODULES = {
    "base", "beside", "common", "helpers", "making", "manager", "marks", "misc", "shelf", "sitting", "standing",
    "tables", "telling", "told", "twice", "utils", "values", "words",
}  # fmt: skip
"""Module names that do not say whose or what: nobody finds anything by them."""

GLOSSARY_FORMATS = {"NN/YYYY", "model.toml", "ledger.toml", "schemas/", "ocr_models/"}


def _trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in SOURCES:
        yield path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))


def _is_public(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")


def test_no_two_public_classes_share_a_name() -> None:
    places = defaultdict(list)
    for path, tree in _trees():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and _is_public(node):
                places[node.name].append(str(path))
    assert len(places) > 300, "the search found too few classes to prove anything"
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_every_module_name_says_what_the_module_holds() -> None:
    assert [str(path.relative_to(ROOT)) for path in SOURCES if path.stem in VAGUE_MODULES] == []


def test_every_name_in_the_glossary_exists() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    named = {
        name
        for row in re.findall(r"^\|.*$", glossary, re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", row)
    }
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    declared = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "schemas").rglob("*.toml"))
    folders = {str(path.parent.relative_to(ROOT)) for path in SOURCES}
    words = set(re.findall(r"\w+", text)) | set(re.findall(r"\w+", declared)) | folders
    modules = {path.stem for path in SOURCES} | {path.parent.name for path in SOURCES}
    assert len(named) > 80, "the search found too few names to prove anything"
    assert sorted(named - words - modules - GLOSSARY_FORMATS) == []
