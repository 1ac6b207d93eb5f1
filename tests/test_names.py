"""One name for one thing: public classes, module names, the glossary and docstrings of the façades."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted(path for room in ("pipeline", "flows") for path in (ROOT / room).rglob("*.py"))
PUBLIC_PACKAGES = sorted(
    path for path in SOURCES if path.name == "__init__.py" and path.parent.name != "versions"
)

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


def _exported(package: Path) -> Iterator[tuple[str, str]]:
    """The names that a package's ``__init__`` imports, with the module each comes from."""
    for node in ast.parse(package.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((alias.name, node.module) for alias in node.names)


def _definition(name: str, module: str) -> ast.ClassDef | ast.FunctionDef | None:
    path = ROOT / (module.replace(".", "/") + ".py")
    if not path.is_file():
        return None
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return node
    return None


def _parameters(function: ast.FunctionDef) -> list[str]:
    arguments = function.args
    names = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [argument.arg for argument in names if argument.arg not in ("self", "cls")]


@pytest.mark.parametrize("package", PUBLIC_PACKAGES, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_functions_of_a_facade_list_their_arguments(package: Path) -> None:
    incomplete = []
    for name, module in _exported(package):
        definition = _definition(name, module)
        if not isinstance(definition, ast.FunctionDef) or len(_parameters(definition)) < 2:
            continue
        section = (ast.get_docstring(definition) or "").partition("Args:\n")[2]
        missing = [
            word
            for word in _parameters(definition)
            if not re.search(rf"^ +\**{word}\b", section, re.MULTILINE)
        ]
        incomplete += [f"{module}.{name}: {missing}"] if missing else []
    assert incomplete == []


@pytest.mark.parametrize("package", PUBLIC_PACKAGES, ids=lambda path: str(path.parent.relative_to(ROOT)))
def test_value_classes_of_a_facade_describe_their_attributes(package: Path) -> None:
    incomplete = []
    for name, module in _exported(package):
        definition = _definition(name, module)
        if not isinstance(definition, ast.ClassDef) or not _is_dataclass(definition):
            continue
        fields = [
            node.target.id
            for node in definition.body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        ]
        text = ast.get_docstring(definition) or ""
        documented = set(re.findall(r"\w+", text)) | _documented_below(definition)
        missing = [field for field in fields if field not in documented]
        incomplete += [f"{module}.{name}: {missing}"] if len(fields) > 2 and missing else []
    assert incomplete == []


def _is_dataclass(definition: ast.ClassDef) -> bool:
    return any("dataclass" in ast.unparse(decorator) for decorator in definition.decorator_list)


def _documented_below(definition: ast.ClassDef) -> set[str]:
    """Fields that a string literal right below them describes."""
    return {
        before.target.id
        for before, after in zip(definition.body, definition.body[1:], strict=False)
        if isinstance(before, ast.AnnAssign)
        and isinstance(before.target, ast.Name)
        and isinstance(after, ast.Expr)
        and isinstance(after.value, ast.Constant)
        and isinstance(after.value.value, str)
    }
