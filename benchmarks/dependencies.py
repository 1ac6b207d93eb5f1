"""What a figure depends on: rooms of the program, the benchmark's own modules, declarations and networks, each with a
hash of its files.

A benchmark depends on its main module and on all that this imports, whatever way leads there, and on files of data
beside those modules. They are hashed by room. A comment changes a hash too: a figure may be called old that would come
out the same, never the other way round.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
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
_IMPORT = re.compile(r"^\s*(?:from|import)\s+((?:pipeline|flows|benchmarks)[\w.]*)", re.MULTILINE)
_IMPORTED_FROM = re.compile(
    r"^\s*from\s+((?:pipeline|flows|benchmarks)[\w.]*)\s+import\s+(\([^)]*\)|[^\n]*)", re.MULTILINE
)


def dependencies(program: Path) -> Mapping[str, str]:
    """Return a hash of all on which the figures of a benchmark depend, by room or folder.

    Args:
        program: The benchmark's main module.
    """
    found: set[Path] = set()
    waiting = [program.resolve()]
    while waiting:
        path = waiting.pop()
        if path not in found and path not in OF_EVERY_BENCHMARK:
            found.add(path)
            waiting += _imported(path)
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


@cache
def _imported(path: Path) -> frozenset[Path]:
    """Return the modules that a module imports, and the packages in which they are."""
    text = path.read_text(encoding="utf-8")
    names = set(_IMPORT.findall(text)) | set(_submodules(text))
    if _room(path) in STARTING_BY_NAME:
        names |= set(_NAMED.findall(text))
    return frozenset(module for name in names for module in _modules(name))


def _submodules(text: str) -> Iterator[str]:
    """Yield the names that ``from package import name`` may mean a module by."""
    for package, names in _IMPORTED_FROM.findall(text):
        yield from (f"{package}.{name}" for name in re.findall(r"\w+", names))


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
    return path.relative_to(ROOT).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
