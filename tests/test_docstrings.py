"""Docstrings: functions and classes that a room exports have a sentence, and no entry only repeats its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(
    path for room in ("pipeline", "flows", "benchmarks", "tests") for path in (ROOT / room).rglob("*.py")
)
STOP_WORDS = frozenset(
    re.findall(r"\w+", "a an and are as at by for from has in is it its of on the their to was were with")
)
"""Words that say nothing beside a name. A word that refers back, as in "that of the page", says something."""

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _definitions(path: Path) -> Iterator[Definition]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _exported(package: Path) -> Iterator[tuple[str, str]]:
    """Yield the names that a package's ``__init__`` imports, with the module of each."""
    for node in ast.parse(package.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.name, node.module) for alias in node.names)


def _annotations(definition: Definition) -> dict[str, ast.expr | None]:
    if isinstance(definition, ast.ClassDef):
        return {
            node.target.id: node.annotation
            for node in definition.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        }
    given = definition.args
    return {one.arg: one.annotation for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def _entries(docstring: str) -> Iterator[tuple[str, str]]:
    """Yield name and description of the entries of ``Args:`` and ``Attributes:``; wrapped lines are joined."""
    for section in re.findall(r"^(?:Args|Attributes):\n((?:(?: {4}.*)?(?:\n|\Z))+)", docstring, re.MULTILINE):
        for entry in re.split(r"\n(?= {4}\S)", section.rstrip()):
            name, colon, description = entry.strip().partition(":")
            if colon:
                yield name.lstrip("*"), " ".join(description.split())


def _words(text: str) -> set[str]:
    """Return the words of a text or a name in lower case and the singular, without articles and prepositions."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\sA-Za-z\d_.,:']+", text.replace("'s", ""))
    return {word.lower().removesuffix("s") for word in words if word.lower() not in STOP_WORDS}


def _repeats_its_name(name: str, description: str, annotation: ast.expr | None) -> bool:
    said = _words(name) | (_words(ast.unparse(annotation)) if annotation is not None else set())
    return bool(description) and _words(description) <= said


def test_what_a_room_exports_has_a_docstring() -> None:
    exported = {
        (ROOT / (module.replace(".", "/") + ".py"), name)
        for path in SOURCES
        if path.name == "__init__.py"
        for name, module in _exported(path)
    }
    silent, looked_at = [], 0
    for path in sorted({path for path, _ in exported if path.is_file()}):
        for node in _definitions(path):
            if (path, node.name) in exported:
                looked_at += 1
                silent += [] if ast.get_docstring(node) else [f"{path.relative_to(ROOT)}: {node.name}"]
    assert looked_at > 300, "the search found too few definitions to prove anything"
    assert silent == []


def test_no_entry_of_a_docstring_only_repeats_its_name() -> None:
    repeated, looked_at = [], 0
    for path in SOURCES:
        for node in _definitions(path):
            annotations = _annotations(node)
            for name, description in _entries(ast.get_docstring(node) or ""):
                looked_at += 1
                if _repeats_its_name(name, description, annotations.get(name)):
                    repeated.append(f"{path.relative_to(ROOT)}: {node.name}: {name}: {description}")
    assert looked_at > 1000, "the search found too few entries to prove anything"
    assert repeated == []


def test_the_check_of_entries_takes_a_name_for_a_name() -> None:
    form = ast.parse("Form").body[0]
    assert isinstance(form, ast.Expr)
    assert _repeats_its_name("form", "The form.", form.value)
    assert _repeats_its_name("declared", "The declared form.", form.value)
    assert not _repeats_its_name("pitch", "The pitch in pixels.", None)
    assert not _repeats_its_name("page", "The page (h, w).", None)
    assert not _repeats_its_name("book", "The book; None: any.", None)
    assert dict(
        _entries("Says.\n\nArgs:\n    a: One\n        two.\n    b: Three.\n\nReturns:\n    c: x")
    ) == {
        "a": "One two.",
        "b": "Three.",
    }
