"""A registry of any size, written straight into its tables: made-up people in books of many offices, most in order.

Only what the checks of books and of the registry look at is filled in; there are no readings and no pictures.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.base.text import synthetic_words as words
from pipeline.registry.database.audit.baseline import answer_for_all
from pipeline.registry.database.audit.chain import head
from pipeline.registry.database.database import Database

Texts = NDArray[np.object_]

FIRST_YEAR, YEARS = 2006, 16
ENTRIES_A_BOOK = 80
RECORDS = ("birth", "marriage", "death")
FORMS = {"birth": "birth-2006", "marriage": "marriage-2006", "death": "death-2006"}

WRONG = 0.002
"""Share of entries with a wrong number, and of entries with a wrong day of registration."""

LOST = 0.0005
"""Share of entries that are missing from their book."""

KNOWN = 0.05
"""Share of spouses and of the dead who stand in a birth entry too; and of births that are registered again."""


@dataclass(frozen=True)
class People:
    """Columns of made-up people, all of the same length."""

    names: Texts
    male: NDArray[np.bool_]
    born: NDArray[np.int64]
    """Days since 1970."""


def write_registry(path: Path, entries: int, seed: int) -> int:
    """Fill the empty registry at ``path`` (its tables are there) with about so many entries. Returns how many."""
    rng = np.random.default_rng(seed)
    books = -(-entries // ENTRIES_A_BOOK)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.executemany(
            "INSERT INTO book (id, folder_name, record, form, place, place_code, volume, opened_on, closed_on, entries,"
            " pages) VALUES (?, ?, ?, ?, '', ?, ?, '', '', ?, ?)",
            _books(books),
        )
        connection.execute("INSERT INTO scan (id, book_id, sha256, name, size, pages) "
                           "SELECT id, id, 'scan' || id, 'scan.pdf', 1, pages FROM book")  # fmt: skip
        kept = np.flatnonzero(rng.random(books * ENTRIES_A_BOOK) >= LOST)
        book = kept // ENTRIES_A_BOOK
        connection.executemany(
            "INSERT INTO page (id, scan_id, page_no) VALUES (?, ?, ?)",
            _rows(kept + 1, book + 1, kept % ENTRIES_A_BOOK + 1),
        )
        connection.execute(
            "INSERT INTO page_run (id, page_id, fingerprint, latest, saved_at, kind, form, size, matrix, turn, skew,"
            " quality, timings) SELECT id, id, 'f', 1, '2026-01-01', 'entries', 'x', '[1, 1]', '[]', 0, 0.0, '{}',"
            " '{}' FROM page"
        )
        record = np.asarray(RECORDS, dtype=object)[book % 3]
        numbers = _numbers(rng, kept % ENTRIES_A_BOOK + 1)
        years = _year_of(book)
        connection.executemany(
            "INSERT INTO entry (id, page_id, row, record, found, stands, accepted, number, year, number_text)"
            " VALUES (?, ?, 0, ?, 1, 1, 1, ?, ?, ?)",
            _rows(kept + 1, kept + 1, record, numbers, years, numbers),
        )
        _write_records(connection, rng, kept, numbers, years)
    _answer(path)
    return len(kept)


def _answer(path: Path) -> None:
    """The audit answers for what was written beside it."""
    database = Database(f"sqlite:///{path}", 60.0)
    with database.writing() as connection:
        last = head(connection)
        assert last is not None
        answer_for_all(connection, last, None)
    database.close()


def _books(count: int) -> Iterator[tuple[Any, ...]]:
    for number in range(count):
        record = RECORDS[number % 3]
        office, year = number // (3 * YEARS), FIRST_YEAR + number // 3 % YEARS
        yield (
            number + 1, f"{record}.{office}.{year}", record, FORMS[record], f"{office:05}", f"01/{year}",
            ENTRIES_A_BOOK, ENTRIES_A_BOOK,
        )  # fmt: skip


def _year_of(book: NDArray[np.int64]) -> NDArray[np.int64]:
    return FIRST_YEAR + book // 3 % YEARS


def _numbers(rng: np.random.Generator, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    wrong = rng.random(len(numbers)) < WRONG
    return np.where(wrong, rng.integers(1, ENTRIES_A_BOOK, len(numbers)), numbers)


def _write_records(
    connection: sqlite3.Connection,
    rng: np.random.Generator,
    kept: NDArray[np.int64],
    numbers: NDArray[np.int64],
    years: NDArray[np.int64],
) -> None:
    """Draw births first: spouses and the dead are partly people from these births."""
    kind = kept // ENTRIES_A_BOOK % 3
    place = kept % ENTRIES_A_BOOK
    day = (years - 1970) * 365 + (years - 1969) // 4 + place * 4 + rng.integers(0, 4, len(kept))
    day = np.where(rng.random(len(kept)) < WRONG, day + rng.integers(-200, 200, len(kept)), day)
    shared = {
        "entry_id": kept + 1,
        "entry_number": _text(numbers, years),
        "registered_on": _days(day),
        "page_number": (place + 1).astype(str).astype(object),
        "notes": np.full(len(kept), "", dtype=object),
    }
    homes = np.asarray([f"Xã Thử {number}" for number in range(300)])
    births = kind == 0
    children = _people(rng, int(births.sum()), day[births] - rng.integers(1, 60, int(births.sum())))
    mothers, fathers = (
        _people(rng, int(births.sum()), day[births] - 9000, male=male) for male in (False, True)
    )
    home = rng.choice(homes, int(births.sum())).astype(object)
    _again(rng, children, mothers, fathers)
    _insert(
        connection, "birth_record", {key: column[births] for key, column in shared.items()},
        child_name=children.names, child_sex=np.where(children.male, "1", "2").astype(object),
        child_born_on=_days(children.born), child_native_place=home, mother_name=mothers.names,
        father_name=fathers.names, declarant_name=mothers.names,
    )  # fmt: skip
    weddings = kind == 1
    couple: dict[str, Texts] = {}
    for role, male in (("husband", True), ("wife", False)):
        count = int(weddings.sum())
        spouses = _people(rng, count, day[weddings] - rng.integers(7500, 12000, count), male=male)
        homes_of = rng.choice(homes, count).astype(object)
        _known(rng, spouses, homes_of, children, home, male)
        couple[f"{role}_name"], couple[f"{role}_born_on"] = spouses.names, _days(spouses.born)
        couple[f"{role}_residence_place"] = homes_of
        couple[f"{role}_paper_number"] = _papers(rng, count)
    _insert(
        connection, "marriage_record", {key: column[weddings] for key, column in shared.items()}, **couple
    )
    deaths = kind == 2
    count = int(deaths.sum())
    dead = _people(rng, count, day[deaths] - rng.integers(400, 33000, count))
    homes_of = rng.choice(homes, count).astype(object)
    _known(rng, dead, homes_of, children, home, None)
    _insert(
        connection, "death_record", {key: column[deaths] for key, column in shared.items()},
        deceased_name=dead.names, deceased_sex=np.where(dead.male, "1", "2").astype(object),
        deceased_born_on=_days(dead.born), deceased_died_on=_days(day[deaths] - 3),
        deceased_residence_place=homes_of, deceased_paper_number=_papers(rng, count),
    )  # fmt: skip


def _people(
    rng: np.random.Generator, count: int, born: NDArray[np.int64], male: bool | None = None
) -> People:
    sex = rng.random(count) < 0.51 if male is None else np.full(count, male)
    surnames = _drawn(rng, words.SURNAMES, count)
    middles = np.where(sex, _drawn(rng, words.MIDDLES_MALE, count), _drawn(rng, words.MIDDLES_FEMALE, count))
    given = np.where(sex, _drawn(rng, words.GIVEN_MALE, count), _drawn(rng, words.GIVEN_FEMALE, count))
    names = np.char.add(np.char.add(np.char.add(np.char.add(surnames, " "), middles), " "), given)
    return People(names.astype(object), sex, born.copy())


def _drawn(rng: np.random.Generator, some: Sequence[str], count: int) -> NDArray[np.str_]:
    return rng.choice(np.asarray(some), count)


def _again(rng: np.random.Generator, children: People, *parents: People) -> None:
    """Some births are the same child once more, registered later."""
    count = len(children.names)
    for source, again in _pairs(rng, count, count):
        for people in (children, *parents):
            people.names[again], people.male[again], people.born[again] = (
                people.names[source], people.male[source], people.born[source],
            )  # fmt: skip


def _known(
    rng: np.random.Generator, people: People, homes: Texts, children: People, home: Texts, male: bool | None
) -> None:
    """Some of these people are among the children (dates need not be plausible: nothing here asks for that)."""
    for source, name in _pairs(rng, len(children.names), len(people.names)):
        if male is None or children.male[source] == male:
            people.names[name], people.male[name], people.born[name] = (
                children.names[source], children.male[source], children.born[source],
            )  # fmt: skip
            homes[name] = home[source]


def _pairs(rng: np.random.Generator, sources: int, targets: int) -> Iterator[tuple[int, int]]:
    wanted = int(KNOWN * targets)
    yield from zip(
        rng.integers(0, sources, wanted).tolist(),
        rng.choice(targets, wanted, replace=False).tolist(),
        strict=True,
    )


def _papers(rng: np.random.Generator, count: int) -> Texts:
    return np.char.add("36", np.char.zfill(rng.integers(0, 10**7, count).astype(str), 7)).astype(object)


def _text(numbers: NDArray[np.int64], years: NDArray[np.int64]) -> Texts:
    padded = np.char.zfill(numbers.astype(str), 2)
    return np.char.add(np.char.add(padded, "/"), years.astype(str)).astype(object)


def _days(days: NDArray[np.int64]) -> Texts:
    stamps = pd.to_datetime(pd.Series(days), unit="D")
    return stamps.dt.strftime("%d.%m.%Y").to_numpy(dtype=object)


def _insert(connection: sqlite3.Connection, table: str, shared: dict[str, Any], **columns: Any) -> None:
    everything = {**shared, **columns}
    names, marks = ", ".join(everything), ", ".join("?" * len(everything))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608 (names of this module)
    connection.executemany(statement, _rows(*everything.values()))


def _rows(*columns: NDArray[Any]) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.tolist() for column in columns), strict=True)
