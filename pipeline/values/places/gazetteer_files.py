"""Read the tables of ``schemas/places`` and the manual additions.

The addition files are ``history.toml`` of the project and ``places.toml`` of an office. Both have the same grammar:
``unit`` (a unit missing in the tables), ``dated`` (a table unit's beginning), ``alias`` (another spelling) and
``takeover`` (the unit that answers for a former or divided unit). All flaws of a file are reported together, each with
its line.
"""

from __future__ import annotations

import csv
import datetime
import difflib
import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.base.errors import SchemaError
from pipeline.base.staff_toml import RowFlaw, StaffFile
from pipeline.values.places.gazetteer import Gazetteer, known_gazetteer, remember
from pipeline.values.places.unit import ALWAYS, LEVELS, NEVER, TYPES, Level, Span, Unit
from pipeline.values.places.written_places import syllables

Syllables = tuple[tuple[str, str], ...]

KEYS: Mapping[str, Mapping[str, bool]] = {
    "unit": {
        "code": True, "level": True, "type": True, "name": True, "source": True, "parent": False, "since": False,
        "until": False, "successors": False, "aka": False,
    },
    "dated": {"code": True, "name": True, "since": True, "source": True},
    "alias": {"code": True, "name": True, "source": False},
    "takeover": {"code": True, "unit": True, "source": True, "since": False},
}  # fmt: skip
"""The keys of each table, and whether each is required."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class GazetteerAdditions:
    """The additions of a file.

    Attributes:
        begun: The bounds of a unit's beginning and their source, by its code and the syllables of its name.
        aliases: Code and spelling.
        takeovers: Code of the former unit, code of the unit that answers for it, and the day from which it does.
    """

    units: tuple[Unit, ...]
    begun: Mapping[tuple[str, Syllables], tuple[Span, str]]
    aliases: tuple[tuple[str, str], ...]
    takeovers: tuple[tuple[str, str, int], ...] = ()


def read_additions(path: Path, scheme: str, known: Sequence[Unit]) -> GazetteerAdditions:
    """Return a file's additions to the ``known`` units. Raises ``SchemaError`` with every flaw and its line."""
    return _Reader(path, scheme, known).additions()


class _Reader:
    def __init__(self, path: Path, scheme: str, known: Sequence[Unit]) -> None:
        self._file = StaffFile(path)
        self._scheme = scheme
        self._codes = {unit.code for unit in known}
        self._known = known

    def additions(self) -> GazetteerAdditions:
        for name in self._file.table:
            if name not in KEYS:
                self._file.flaw(name, _unknown("bảng", name, KEYS))
        rows = {name: self._file.rows(name) for name in KEYS}
        units = []
        own = {str(row["code"]) for _, row in rows["unit"] if "code" in row}
        codes: set[str] = set()
        for number, row in rows["unit"]:
            unit = self._checked("unit", number, row, self._unit, codes, own)
            if unit is not None:
                units.append(unit)
                codes.add(unit.code)
        begun = [self._checked("dated", number, row, self._dated) for number, row in rows["dated"]]
        aliases = [self._checked("alias", number, row, self._alias) for number, row in rows["alias"]]
        takeovers = [
            self._checked("takeover", number, row, self._takeover, own) for number, row in rows["takeover"]
        ]
        self._file.refuse_flaws()
        return GazetteerAdditions(
            tuple(units),
            dict(entry for entry in begun if entry),
            tuple(entry for entry in aliases if entry),
            tuple(entry for entry in takeovers if entry),
        )

    def _checked(self, table: str, number: int, row: Mapping[str, Any], make: Any, *more: Any) -> Any:
        keys = KEYS[table]
        flaws = [(key, _unknown("khóa", key, keys)) for key in row if key not in keys]
        flaws += [("", f"thiếu “{key}”.") for key, needed in keys.items() if needed and not row.get(key)]
        for key, value in row.items():
            if key in keys and not _shaped(key, value):
                flaws.append((key, f"“{key}” phải là {_SHAPES.get(key, 'chữ trong ngoặc kép')}."))
        if not flaws:
            try:
                return make(row, *more)
            except RowFlaw as wrong:
                flaws.append((wrong.key, wrong.message))
        for key, message in flaws:
            self._file.flaw_of_row(table, number, key, message)
        return None

    def _unit(self, row: Mapping[str, Any], codes: Collection[str], own: Collection[str]) -> Unit:
        code = row["code"]
        if not _CODE.fullmatch(code):
            raise RowFlaw("code", f"mã “{code}” chỉ được gồm chữ không dấu, chữ số, dấu gạch.")
        if code in codes or code in self._codes:
            raise RowFlaw("code", f"mã “{code}” đã có; mỗi đơn vị một mã riêng.")
        if row["level"] not in LEVELS:
            raise RowFlaw("level", _unknown("cấp", row["level"], LEVELS))
        level = LEVELS[row["level"]]
        if row["type"] not in TYPES[level]:
            raise RowFlaw("type", _unknown("loại", row["type"], dict.fromkeys(TYPES[level])))
        parent = row.get("parent", "")
        if parent and parent not in self._codes and parent not in own:
            raise RowFlaw("parent", f"không có đơn vị nào mã “{parent}”.")
        for successor in row.get("successors", ()):
            if successor not in self._codes and successor not in own:
                raise RowFlaw("successors", f"không có đơn vị nào mã “{successor}”.")
        since, until = _bounds("since", row.get("since")), _bounds("until", row.get("until"))
        if until[1] <= since[0]:
            raise RowFlaw("until", "thôi có trước khi bắt đầu có.")
        lands = frozenset((code, *row.get("successors", ())))
        return Unit(
            scheme=self._scheme,
            code=code,
            level=level,
            type=row["type"],
            name=row["name"],
            parent=parent,
            span=Span(*since, *until),
            lands=lands,
            aka=tuple(row.get("aka", ())),
            source=row["source"],
        )

    def _dated(self, row: Mapping[str, Any]) -> tuple[tuple[str, Syllables], tuple[Span, str]]:
        key = (row["code"], syllables(row["name"]))
        names = (name for unit in self._known if unit.code == row["code"] for name in unit.names)
        if key[1] not in {syllables(name) for name in names}:
            raise RowFlaw("code", f"không có đơn vị nào mã “{row['code']}” tên “{row['name']}”.")
        since = _bounds("since", row["since"])
        return key, (Span(*since), row["source"])

    def _alias(self, row: Mapping[str, Any]) -> tuple[str, str]:
        if row["code"] not in self._codes:
            raise RowFlaw("code", f"không có đơn vị nào mã “{row['code']}”.")
        if not any(letter.isalnum() for letter in row["name"]):
            raise RowFlaw("name", "tên phải có chữ.")
        return row["code"], row["name"]

    def _takeover(self, row: Mapping[str, Any], own: Collection[str]) -> tuple[str, str, int]:
        for key in ("code", "unit"):
            if row[key] not in self._codes and row[key] not in own:
                raise RowFlaw(key, f"không có đơn vị nào mã “{row[key]}”.")
        since = _bounds("since", row["since"])[0] if "since" in row else TWO_LEVELS
        return row["code"], row["unit"], since


_SHAPES = {
    "since": 'một ngày "2009-12-23", hoặc ["không sớm hơn", "không muộn hơn"]',
    "until": 'một ngày "2009-12-23", hoặc ["không sớm hơn", "không muộn hơn"]',
    "successors": 'danh sách mã, ví dụ ["934"]',
    "aka": 'danh sách tên, ví dụ ["Tân Hiệp"]',
}


def _shaped(key: str, value: object) -> bool:
    if key in ("since", "until"):
        return isinstance(value, str | datetime.date) or (
            isinstance(value, list)
            and len(value) == 2
            and all(isinstance(day, str | datetime.date) for day in value)
        )
    if key in ("successors", "aka"):
        return isinstance(value, list) and all(isinstance(entry, str) and entry.strip() for entry in value)
    return isinstance(value, str) and value.strip() != ""


def _bounds(key: str, value: object) -> tuple[int, int]:
    """Return the earliest and the latest day; an empty text means an unknown day."""
    if value is None:
        return NEVER, ALWAYS
    first, last = value if isinstance(value, list) else (value, value)
    bounds = _day(key, first, NEVER), _day(key, last, ALWAYS)
    if bounds[0] > bounds[1]:
        raise RowFlaw(key, "ngày sớm nhất đứng sau ngày muộn nhất.")
    return bounds


def _day(key: str, value: object, unknown: int) -> int:
    if value == "":
        return unknown
    try:
        day = value if isinstance(value, datetime.date) else datetime.date.fromisoformat(str(value))
    except ValueError:
        raise RowFlaw(
            key, f"“{value}” không phải một ngày; hãy viết năm-tháng-ngày, ví dụ 2009-12-23."
        ) from None
    return day.year * 10000 + day.month * 100 + day.day


def _unknown(what: str, name: object, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(str(name), list(known), n=1, cutoff=0.5)
    hint = f" Có phải là “{close[0]}”?" if close else f" Chỉ có: {', '.join(known)}."
    return f"{what} “{name}” không có.{hint}"


TWO_LEVELS = 20250701
"""The first day without districts: from it on a unit is taken over where a row names no day."""

HISTORY = "history.toml"
SUCCESSORS = "successors-2025.csv"
"""The table of successor communes."""

OFFICE = "places.toml"
"""The name of an office's own file in its workspace."""

_LEVEL = {2: Level.PROVINCE, 3: Level.DISTRICT, 5: Level.COMMUNE}
"""The level of a unit by the number of digits in its code (Decision 124/2004/QĐ-TTg)."""


def read_gazetteer(folder: Path, office: Path | None = None) -> Gazetteer:
    """Return the units of a folder; files whose content this process has already read are taken from the cache.

    Args:
        folder: The tables and ``history.toml``.
        office: An office's additions; the file is optional.

    Raises:
        SchemaError: A table or file is wrong; the message has file, line and advice in Vietnamese.
    """
    layers = [(folder / HISTORY, "history")]
    if office is not None and office.exists():
        layers.append((office, "office"))
    paths = [
        folder / "units-2004.csv",
        folder / "units-2025.csv",
        *(path for path, _ in layers),
        folder / SUCCESSORS,
    ]
    fingerprint = _fingerprint(paths)
    known = known_gazetteer(fingerprint)
    if known is not None:
        return known
    units = [*_table(folder / "units-2004.csv", "2004"), *_table(folder / "units-2025.csv", "2025")]
    takeovers: list[tuple[str, str, int]] = []
    for path, scheme in layers:
        additions = read_additions(path, scheme, units)
        units = _with(units, additions)
        takeovers += additions.takeovers
    successors: dict[str, list[str]] = defaultdict(list)
    for row in _rows(folder / SUCCESSORS, 3):
        successors[row[0]].append(row[1])
    by_code = {old: tuple(new) for old, new in successors.items()}
    read = Gazetteer(tuple(units), by_code, fingerprint, tuple(takeovers))
    return remember(read) if _fingerprint(paths) == fingerprint else read


def _fingerprint(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(_bytes(path))
    return digest.hexdigest()[:16]


def _with(units: Sequence[Unit], added: GazetteerAdditions) -> list[Unit]:
    """Return the units with added spellings and beginnings, followed by the added units."""
    begun = dict(added.begun)
    names: dict[str, list[str]] = defaultdict(list)
    for code, name in added.aliases:
        names[code].append(name)
    touched = {code for code, _ in begun} | set(names)
    done = [_touched(unit, begun, names[unit.code]) if unit.code in touched else unit for unit in units]
    return [*done, *added.units]


def _touched(unit: Unit, begun: dict[tuple[str, Syllables], tuple[Span, str]], names: Sequence[str]) -> Unit:
    """Return the unit with its additions. Its beginning is from the first row with the code and the name."""
    known = begun.pop((unit.code, syllables(unit.name)), None)
    if known is not None:
        unit = replace(unit, span=_closer(unit.span, known[0]), source=unit.source or known[1])
    return replace(unit, aka=tuple(dict.fromkeys((*unit.aka, *names))))


def _closer(span: Span, known: Span) -> Span:
    """Return the span with the narrower bounds of its beginning."""
    return replace(
        span, from_min=max(span.from_min, known.from_min), from_max=min(span.from_max, known.from_max)
    )


def _table(path: Path, scheme: str) -> Iterator[Unit]:
    for code, kind, name, parent, from_min, from_max, to_min, to_max, aka in _rows(path, 9):
        span = Span(
            _table_day(from_min, NEVER),
            _table_day(from_max, ALWAYS),
            _table_day(to_min, NEVER),
            _table_day(to_max, ALWAYS),
        )
        spellings = tuple(aka.split("|")) if aka else ()
        yield Unit(
            scheme=scheme,
            code=code,
            level=_LEVEL[len(code)],
            type=kind,
            name=name,
            parent=parent,
            span=span,
            lands=frozenset((code,)),
            aka=spellings,
        )


def _rows(path: Path, width: int) -> Iterator[Sequence[str]]:
    rows = csv.reader(_bytes(path).decode("utf-8").splitlines())
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


def _table_day(text: str, unknown: int) -> int:
    """Return ``2019-10-06`` as a number."""
    return int(text.replace("-", "")) if text else unknown
