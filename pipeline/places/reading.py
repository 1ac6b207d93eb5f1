"""Reads the tables of ``schemas/places`` and an office's own ``places.toml`` beside them."""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.errors import SchemaError
from pipeline.places.additions import Additions, Syllables, read_additions
from pipeline.places.gazetteer import Gazetteer
from pipeline.places.spelling import syllables_of
from pipeline.places.unit import ALWAYS, NEVER, Level, Span, Unit

HISTORY = "history.toml"
OFFICE = "places.toml"
"""The name of an office's own file, in its workspace."""

_LEVEL = {2: Level.PROVINCE, 3: Level.DISTRICT, 5: Level.COMMUNE}
"""The level of a unit by the number of figures in its code (Decision 124/2004/QĐ-TTg)."""


def read_gazetteer(folder: Path, office: Path | None = None) -> Gazetteer:
    """The units of ``folder`` with those that the file ``office`` adds (nothing is added when there is no such file).

    Raises ``SchemaError`` with file, line and advice in Vietnamese for a table or a file that is wrong.
    """
    digest = hashlib.sha256()
    units = [
        *_table(folder / "units-2004.csv", "2004", digest),
        *_table(folder / "units-2025.csv", "2025", digest),
    ]
    layers = [(folder / HISTORY, "history")]
    if office is not None and office.exists():
        layers.append((office, "office"))
    for path, scheme in layers:
        digest.update(_bytes(path))
        units = _with(units, read_additions(path, scheme, units))
    successors: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / "successors-2025.csv", 3, digest):
        successors[row[0]].append(row[1])
    return Gazetteer(
        tuple(units), {old: tuple(new) for old, new in successors.items()}, digest.hexdigest()[:16]
    )


def _with(units: Sequence[Unit], added: Additions) -> list[Unit]:
    """The units with other spellings and known beginnings put in, and the further units behind them."""
    begun = dict(added.begun)
    names: dict[str, list[str]] = defaultdict(list)
    for code, name in added.aliases:
        names[code].append(name)
    touched = {code for code, _ in begun} | set(names)
    done = [_touched(unit, begun, names[unit.code]) if unit.code in touched else unit for unit in units]
    return [*done, *added.units]


def _touched(unit: Unit, begun: dict[tuple[str, Syllables], Span], names: Sequence[str]) -> Unit:
    """The unit with what is added of it. A beginning is that of the first row that has the code and the name."""
    known = begun.pop((unit.code, syllables_of(unit.name)), None)
    span = unit.span if known is None else _closer(unit.span, known)
    return replace(unit, span=span, aka=tuple(dict.fromkeys((*unit.aka, *names))))


def _closer(span: Span, known: Span) -> Span:
    """The closer of two bounds on either side of a beginning."""
    return replace(
        span, from_min=max(span.from_min, known.from_min), from_max=min(span.from_max, known.from_max)
    )


def _table(path: Path, scheme: str, digest: hashlib._Hash) -> Iterator[Unit]:
    for code, kind, name, parent, from_min, from_max, to_min, to_max, aka in _rows(path, 9, digest):
        span = Span(_day(from_min, NEVER), _day(from_max, ALWAYS), _day(to_min, NEVER), _day(to_max, ALWAYS))
        spellings = tuple(aka.split("|")) if aka else ()
        yield Unit(scheme, code, _LEVEL[len(code)], kind, name, parent, span, frozenset((code,)), spellings)


def _rows(path: Path, width: int, digest: hashlib._Hash) -> Iterator[Sequence[str]]:
    content = _bytes(path)
    digest.update(content)
    rows = csv.reader(content.decode("utf-8").splitlines())
    next(rows, None)
    for row in rows:
        if len(row) != width:
            raise SchemaError(f"{path}, dòng {rows.line_num}: phải có {width} cột, ở đây có {len(row)}.")
        yield row


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SchemaError(f"Không đọc được bảng địa danh {path}: {error.strerror}. Hãy cài lại.") from None


def _day(text: str, unknown: int) -> int:
    """``2019-10-06`` as a number."""
    return int(text.replace("-", "")) if text else unknown
