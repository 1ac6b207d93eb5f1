"""A registry of any size for the search: births of made-up people, some of them written otherwise than they are called.

Rows go straight into the tables of books, entries and effective values, as streams; the index of the search is then
built by the program itself. Names are drawn from the word lists of synthetic people; some in a hundred hold a letter
that the networks misread, so that the registry knows as many names as a real one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from pipeline.base.text import synthetic_words as words
from pipeline.base.text.tones import split_marks, unaccented
from pipeline.registry.database.database import Database

ENTRIES_A_PAGE, PAGES_A_BOOK = 30, 10
FIRST_YEAR, YEARS = 1980, 40
PLACES = 1000
MISREAD = 0.02
"""Share of all names that hold a misread letter."""
NOTED = 0.1
"""Share of entries with a margin note."""

HELD_OUT = Path(__file__).parent / "misreadings.json"

NOTES = (
    "Đăng ký quá hạn", "Đã cấp trích lục số {0}", "Cải chính năm sinh của mẹ theo QĐ số {0}/QĐ-UBND",
    "Bổ sung quê quán theo quyết định số {0}", "Nhận cha, mẹ, con theo quyết định số {0}", "Đăng ký lại",
)  # fmt: skip

FIELDS = (
    "entry_id", "entry_number", "volume_number", "registered_on", "notes", "child_name", "child_born_on",
    "child_native_place", "mother_name", "mother_paper_number", "father_name", "declarant_name",
)  # fmt: skip

MANNERS = ("tones", "misread", "swapped")
"""How planted names are written otherwise: without marks, with a misread letter, with words that changed places."""


@dataclass(frozen=True)
class Planted:
    """An entry whose child's name is written otherwise. ``asked``: the name as it is; ``year``: of registration."""

    entry_id: int
    manner: str
    asked: str
    year: int


class Misreader:
    """Writes a letter of a name as the networks read it: by the misreadings of held-out pens and writers."""

    def __init__(self, rng: random.Random, names_file: Path = HELD_OUT) -> None:
        counts = json.loads(names_file.read_text(encoding="utf-8"))["counts"]
        pairs = [(*key.partition(">")[::2], float(count)) for key, count in counts.items()]
        self._pairs: list[tuple[str, str, float]] = [
            (a, b, count) for a, b, count in pairs if len(a) == len(b) == 1 and a.isalpha() and b.isalpha()
        ]
        self._rng = rng

    def misread(self, name: str) -> str:
        """Return the name with a misread letter; letters are chosen as often as they are misread."""
        bare = unaccented(name)
        if len(bare) != len(name):
            return name
        weights = [count * bare.count(a) for a, _, count in self._pairs]
        a, b, _ = self._rng.choices(self._pairs, weights)[0]
        at = self._rng.choice([place for place, letter in enumerate(bare) if letter == a])
        return name[:at] + (b.upper() if split_marks(name[at])[0].isupper() else b) + name[at + 1 :]


def write_registry(url: str, entries: int, planted: int, seed: int) -> tuple[Planted, ...]:
    """Fill the empty registry at ``url`` with so many births, some of them planted.

    Args:
        url: The registry, of an account that owns the tables.
        entries: Entries in all.
        planted: Planted entries of each manner.
        seed: Decides everything that is left to chance.

    Returns:
        The planted entries.
    """
    rng = random.Random(seed)
    books = -(-entries // (ENTRIES_A_PAGE * PAGES_A_BOOK))
    chosen = iter(sorted(rng.sample(range(1, entries + 1), planted * len(MANNERS))))
    places = {entry_id: MANNERS[number % len(MANNERS)] for number, entry_id in enumerate(chosen)}
    planted_entries: list[Planted] = []
    with (
        closing(Database(url, 60.0)) as database,
        database.engine.connect() as connection,
        connection.execution_options(write=True).begin(),
    ):
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        driver: Any = connection.connection.driver_connection
        _stream(driver, "book", _BOOK, _books(books))
        _stream(
            driver,
            "scan",
            _SCAN,
            ((book_id, book_id, f"scan{book_id}", "scan.pdf", 1, 10) for book_id in range(1, books + 1)),
        )
        pages = range(1, books * PAGES_A_BOOK + 1)
        _stream(driver, "page", ("id", "scan_id", "page_no"), (
            (page, (page - 1) // PAGES_A_BOOK + 1, (page - 1) % PAGES_A_BOOK + 1) for page in pages
        ))  # fmt: skip
        _stream(driver, "entry", _ENTRY, _entries(entries))
        _stream(driver, "birth_record", FIELDS, _births(rng, entries, places, planted_entries))
        connection.exec_driver_sql("DELETE FROM search_state")  # opening the registry builds the index
        if connection.dialect.name == "postgresql":
            for table in ("book", "scan", "page", "entry"):
                last = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608 (our own names)
                connection.exec_driver_sql(last)
    with closing(Database(url, 60.0)) as database, database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM ANALYZE"))
    return tuple(planted_entries)


_BOOK = ("id", "folder_name", "record", "form", "place", "place_code", "volume", "opened_on", "closed_on")
_SCAN = ("id", "book_id", "sha256", "name", "size", "pages")
_ENTRY = ("id", "page_id", "row", "record", "found", "stands", "accepted", "number", "year", "number_text")


def _books(books: int) -> Iterator[tuple[Any, ...]]:
    for book_id in range(1, books + 1):
        place, year = book_id % PLACES, FIRST_YEAR + book_id % YEARS
        yield (
            book_id,
            f"KS.{book_id}",
            "birth",
            "birth-2006",
            f"Xã Số {place}",
            f"{place:05}",
            f"01/{year}",
            "",
            "",
        )


def _entries(entries: int) -> Iterator[tuple[Any, ...]]:
    for entry_id in range(1, entries + 1):
        page, row = divmod(entry_id - 1, ENTRIES_A_PAGE)
        number, year = _number_and_year(entry_id)
        yield entry_id, page + 1, row, "birth", True, True, True, str(number), year, f"{number}/{year}"


def _number_and_year(entry: int) -> tuple[int, int]:
    book, place = divmod(entry - 1, ENTRIES_A_PAGE * PAGES_A_BOOK)
    return place + 1, FIRST_YEAR + (book + 1) % YEARS


def _births(
    rng: random.Random, entries: int, places: dict[int, str], planted: list[Planted]
) -> Iterator[tuple[Any, ...]]:
    misreader = Misreader(rng)
    for entry_id in range(1, entries + 1):
        number, year = _number_and_year(entry_id)
        mother, father = _name(rng, male=False), _name(rng, male=True)
        child = _name(rng, male=rng.random() < 0.5, surname=father.split()[0])
        if manner := places.get(entry_id):
            asked, child = child, _otherwise(rng, misreader, child, manner)
            planted.append(Planted(entry_id, manner, asked, year))
        elif rng.random() < MISREAD:
            child = misreader.misread(child)
        day = f"{rng.randint(1, 28):02}.{rng.randint(1, 12):02}.{year}"
        note = rng.choice(NOTES).format(rng.randint(1, 999)) if rng.random() < NOTED else ""
        yield (
            entry_id, f"{number}/{year}", f"01/{year}", day, note, child, day, f"Xã Tân {rng.choice(words.GIVEN_MALE)}",
            mother, f"{rng.randrange(10**11, 10**12)}", father, mother,
        )  # fmt: skip


def _name(rng: random.Random, *, male: bool, surname: str = "") -> str:
    middles = words.MIDDLES_MALE if male else words.MIDDLES_FEMALE
    given = words.GIVEN_MALE if male else words.GIVEN_FEMALE
    second = f" {rng.choice(given)}" if rng.random() < 0.3 else ""
    return f"{surname or rng.choice(words.SURNAMES)} {rng.choice(middles)}{second} {rng.choice(given)}"


def _otherwise(rng: random.Random, misreader: Misreader, name: str, manner: str) -> str:
    if manner == "tones":
        return unaccented(name).title()
    if manner == "misread":
        return misreader.misread(name)
    parts = name.split()
    at, to = rng.sample(range(len(parts)), 2)
    parts[at], parts[to] = parts[to], parts[at]
    return " ".join(parts)


def _stream(driver: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Put rows into a table: COPY on PostgreSQL, a prepared statement on SQLite."""
    names = ", ".join(columns)
    if hasattr(driver, "executemany"):
        marks = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 (our own names)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(row)
