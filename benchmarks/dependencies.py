"""What a figure depends on: rooms of the program, the benchmark's own modules, declarations and networks, each with a
hash of its files.

A benchmark depends on its main module and on all that this imports, and on files of data beside those modules. An
import inside a function counts once a module that counts names that function (one with a decorator, or called by Python
itself, counts at once); an import for type checkers never counts; a command of ``hotich`` counts once a module that
counts has its name as a string. Of a module the syntax tree without docstrings is hashed: neither a comment nor the
layout of lines makes a figure old. Other changes may call a figure old that would come out the same, never the other
way round.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

DATA_OF_ROOMS = {"pipeline/declarations": "schemas", "pipeline/recognition": "ocr_models"}
"""Folders of data, by the room that reads them."""

INSTALLED = ("pipeline", "flows", "schemas", "ocr_models", "scripts")
"""Folders that an office is given."""

OF_EVERY_BENCHMARK = tuple(
    ROOT / "benchmarks" / name for name in ("figures.py", "figures_page.py", "dependencies.py")
)
"""How results are written and shown: no figure depends on it."""

STARTING_BY_NAME = ("benchmarks", "flows", "pipeline/cli")
"""Rooms that start programs, or load modules, by names in their text."""

_NAMED = re.compile(r"\b(?:pipeline|flows|benchmarks)(?:\.\w+)+")
_COMMAND = re.compile(r'^    ("[\w-]+"): "(\w+):\w+",$', re.MULTILINE)
"""A line of the table of commands in ``pipeline/cli/app.py``."""

_ROOTS = ("pipeline", "flows", "benchmarks")


@dataclass(frozen=True, slots=True)
class _Module:
    """What a module imports and names.

    Attributes:
        imports: Dotted names that are imported when the module is.
        later: Dotted names that each of its functions imports when it is called, and the module of each command, by
            the command's name in quotes.
        named: All identifiers in it, without the names of definitions, and, where it may start a command, its
            strings in quotes.
    """

    imports: frozenset[str]
    later: Mapping[str, frozenset[str]]
    named: frozenset[str]


def dependencies(program: Path) -> Mapping[str, str]:
    """Return a hash of all on which the figures of a benchmark depend, by room or folder.

    Args:
        program: The benchmark's main module.
    """
    found = _reached(program.resolve())
    if not any(
        _room(path).startswith("pipeline/") for path in found
    ):  # it installs the checkout and runs that
        found.update(path for folder in INSTALLED for path in _files_in(folder))
    by_room: dict[str, set[Path]] = {}
    for path in found:
        room = _room(path)
        by_room.setdefault(room, set()).update({path, *_data_beside(path)})
        if room in DATA_OF_ROOMS:
            by_room[DATA_OF_ROOMS[room]] = _files_in(DATA_OF_ROOMS[room])
    return {room: _hash(paths) for room, paths in sorted(by_room.items())}


@cache
def _files_in(folder: str) -> set[Path]:
    paths = (ROOT / folder).rglob("*")
    return {path for path in paths if path.is_file() and "__pycache__" not in path.parts}


def changed(kept: Mapping[str, str], program: Path) -> list[str]:
    """Return the rooms and folders that are no longer as they were when a result was measured."""
    now = dependencies(program)
    return sorted(room for room in {*kept, *now} if kept.get(room) != now.get(room))


@cache
def _room(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[0] if parts[0] != "pipeline" else "/".join(parts[:2]).removesuffix(".py")


def _reached(program: Path) -> set[Path]:
    """Return the modules that may be loaded by a program."""
    found: set[Path] = set()
    later: dict[str, set[str]] = {}
    named: set[str] = set()
    waiting = {program}
    while waiting:
        path = waiting.pop()
        if path in found or path in OF_EVERY_BENCHMARK:
            continue
        found.add(path)
        module = _read(path)
        named |= module.named
        for function, names in module.later.items():
            later.setdefault(function, set()).update(names)
        called = {name for function in later.keys() & named for name in later.pop(function)}
        waiting |= {file for name in module.imports | called for file in _modules(name)}
    return found


@cache
def _read(path: Path) -> _Module:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    imports, later = set[str](), dict[str, set[str]]()
    _gather(tree.body, imports, later, imports)
    if _room(path) in STARTING_BY_NAME:
        imports |= set(_NAMED.findall(text))
        for command, module in _COMMAND.findall(text):
            later.setdefault(command, set()).add(f"pipeline.cli.{module}")
    nodes = list(ast.walk(tree))
    named = {node.id for node in nodes if isinstance(node, ast.Name)}
    named |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    named |= {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    values = (node.value for node in nodes if isinstance(node, ast.Constant))
    strings = {f'"{value}"' for value in values if isinstance(value, str)}
    if '"pipeline.cli"' in strings or not _room(path).startswith("pipeline/"):
        named |= strings
    return _Module(frozenset(imports), {name: frozenset(of) for name, of in later.items()}, frozenset(named))


def code_hash(path: Path) -> bytes:
    """Return the SHA-256 of a module's syntax tree without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        _without_docstring(node)
    return hashlib.sha256(ast.dump(tree).encode()).digest()


def _gather(body: Iterable[ast.AST], imports: set[str], later: dict[str, set[str]], into: set[str]) -> None:
    """Add what statements import to ``into``, and what functions in them import to ``later``."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            into |= {name for name in _names(node) if name.split(".")[0] in _ROOTS}
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            _gather(node.orelse, imports, later, into)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            by_name = into is imports and not node.decorator_list and not node.name.startswith("__")
            of_it = later.setdefault(node.name, set()) if by_name else into
            _gather(ast.iter_child_nodes(node), imports, later, of_it)
        else:
            _gather(ast.iter_child_nodes(node), imports, later, into)


def _names(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Yield the dotted names that an import may mean a module by."""
    if isinstance(node, ast.ImportFrom):
        if node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
    else:
        yield from (alias.name for alias in node.names)


def _without_docstring(node: ast.AST) -> None:
    """Empty the bare strings of a body: docstrings of modules, classes, functions and attributes."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        for statement in node.body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                statement.value.value = ""


@cache
def _modules(name: str) -> tuple[Path, ...]:
    """Return the files that are run to import a dotted name, as far as there are any."""
    path, found = ROOT, []
    for part in name.split("."):
        path /= part
        found += [path.with_suffix(".py"), path / "__init__.py", path / "__main__.py"]
    return tuple(module for module in found if module.is_file())


@cache
def _data_beside(module: Path) -> frozenset[Path]:
    """Return the files of a module's folder that are no code, also those in folders without code."""
    folder = module.parent
    places = [folder, *(one for one in folder.iterdir() if one.is_dir() and not any(one.glob("*.py")))]
    files = (path for place in places for path in (place.glob("*") if place == folder else place.rglob("*")))
    return frozenset(path for path in files if path.is_file() and path.suffix not in {".py", ".pyc"})


def _hash(paths: Iterable[Path]) -> str:
    """Return the start of the SHA-256 of the names and contents of files."""
    return hashlib.sha256(b"".join(sorted(map(_mark, paths)))).hexdigest()[:16]


@cache
def _mark(path: Path) -> bytes:
    content = code_hash(path) if path.suffix == ".py" else hashlib.sha256(path.read_bytes()).digest()
    return path.relative_to(ROOT).as_posix().encode() + b"\0" + content
