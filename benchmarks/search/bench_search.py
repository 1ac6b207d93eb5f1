"""How fast is the search over many entries, what does it find of names that are written otherwise, what does it cost?

    make bench-search [BENCH_ARGS="--entries 500000 2000000 --small 200000"]
    python -m benchmarks.search.bench_search …

Two registries are filled with births of made-up people: one on a PostgreSQL server of its own, one in a SQLite file.
The index of the search is built by the program, as when a registry is opened for the first time; then people ask in all
the ways there are, through the one function of the search, its audit included. Planted names lost their marks, hold one
letter that the networks misread (of pens and writers that the table of confusions does not know), or have two words
that changed places; they are asked for with the year, as a citizen does. Wanted: a p95 of 200 ms over 10 million
entries and of 100 ms over 200 000; 99 % of the planted names found. Several numbers of entries show what grows with
them; all else is told of the last one. Beside the clock stands the processor time of this process, and on PostgreSQL of
the server, as others use the machine too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from benchmarks.desk.filled_registry import ledger, page_result, scan_of
from benchmarks.figures import report_figures, say, share
from benchmarks.search.planted_entries import FIRST_YEAR, PLACES, YEARS, Planted, write_registry
from benchmarks.servers import postgresql
from pipeline.base.model import FieldStatus
from pipeline.base.text.tones import unaccented
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.database.database import Database
from pipeline.registry.search.model import SearchCriteria, SearchOptions, SearchPurpose, SearchReason

SEED = 68_010
SETTINGS = {
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "shared_buffers": "2GB",
    "maintenance_work_mem": "512MB",
    "work_mem": "32MB",
    "jit": "off",
    "random_page_cost": "1.1",
}
"""As ``docs/how-to/use-postgresql.md`` has them for a large registry, but for the log that filling needs none of."""

MOST_COMPARED = 300_000
"""Entries up to which the index is compared once more when it is built."""

FILLED = "filled.json"
"""What a kept registry was filled with and how long that took."""

SAVED_PAGES = 5
"""Pages whose entries are decided upon."""

PAGES = 5
"""Pages of results that are looked through for a planted name."""

EVERYWHERE = Person(1, "phu-trach", "Phụ Trách", Role.SUPERVISOR, None)
AT_HOME = Person(2, "xa", "Xã", Role.SUPERVISOR, frozenset(f"{number:05}" for number in range(3)))
WHY = SearchReason(SearchPurpose.CHECK, "phép đo")
NO_LIMIT = SearchOptions(most=10**9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--entries", type=int, nargs="+", default=[1_000_000], help="entries on PostgreSQL; 0: not measured"
    )
    parser.add_argument("--small", type=int, default=200_000, help="entries on SQLite; 0: not measured")
    parser.add_argument("--planted", type=int, default=300, help="planted names of each manner")
    parser.add_argument("--asked", type=int, default=60, help="searches of each kind")
    parser.add_argument("--keep", type=Path, help="folder on the disk that is measured")
    parser.add_argument(
        "--kept",
        type=Path,
        help="folder for a PostgreSQL registry that stays: filled once, then measured as it is; a path of few letters",
    )
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    server = server_place if chosen.kept is None else kept_place
    for name, sizes, place, folder in (
        ("sqlite", [chosen.small], sqlite_place, chosen.keep),
        ("postgresql", sorted(chosen.entries), server, chosen.kept),
    ):
        made = []
        for entries in filter(None, sizes):
            with place(folder) as there:
                made.append(measured(there, entries, chosen.planted, chosen.asked, chosen.seed))
        if made:
            report_figures(f"search-{name}", {name: made[-1], "growth": [grown(size) for size in made]})


@dataclass(frozen=True)
class Place:
    """A registry to be filled.

    Attributes:
        owner_url: Its address for the owner of the tables.
        url: Its address for others.
        server: Its server, if any.
        filled: Where stands what it was filled with and how long that took, where the registry is kept.
    """

    owner_url: str
    url: str
    server: postgresql.Cluster | None = None
    filled: Path | None = None

    def cpu_seconds(self) -> float:
        """What processor time the server has used; 0 where this process is all there is."""
        return 0.0 if self.server is None else processor_seconds(self.server)


@contextmanager
def sqlite_place(keep: Path | None) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="hotich-bench-", dir=keep) as folder:
        url = f"sqlite:///{folder}/registry.db"
        Registry.open(url).close()
        yield Place(url, url)


@contextmanager
def server_place(_keep: Path | None) -> Iterator[Place]:
    with postgresql.server(SETTINGS) as server:
        server.execute("CREATE DATABASE bench TEMPLATE {}", postgresql.TEMPLATE)
        yield Place(server.url("bench", postgresql.OWNER), server.url("bench"), server)


@contextmanager
def kept_place(folder: Path | None) -> Iterator[Place]:
    assert folder is not None
    with postgresql.kept_server(SETTINGS, folder) as server:
        if not (folder / FILLED).exists():
            server.execute("CREATE DATABASE bench TEMPLATE {}", postgresql.TEMPLATE)
        yield Place(server.url("bench", postgresql.OWNER), server.url("bench"), server, folder / FILLED)


def processor_seconds(server: postgresql.Cluster) -> float:
    """What processor time a server has used so far: its first process and all others that it has started."""
    first = (server.data / "postmaster.pid").read_text(encoding="ascii").split()[0]
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text(errors="replace").rpartition(")")[2].split()
            if path.parent.name == first:
                ticks += sum(map(int, fields[11:15]))  # with exited children
            elif fields[1] == first:
                ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def grown(figures: Mapping[str, Any]) -> Mapping[str, object]:
    """What grows with the number of entries."""
    speed = figures["speed"]
    return {
        "entries": figures["entries"],
        "build_seconds": figures["build_seconds"],
        "build_cpu_seconds": figures["build_cpu_seconds"],
        "build_server_seconds": figures["build_server_seconds"],
        "index_bytes": figures["index_bytes"],
        "all": speed["all"],
        "slowest_p95": max(times["p95"] for times in speed.values()),
    }


def measured(place: Place, entries: int, planted: int, asked: int, seed: int) -> Mapping[str, Any]:
    """The results of a kind of database."""
    if place.filled is not None and place.filled.exists():
        filled_record = json.loads(place.filled.read_text(encoding="utf-8"))
        there, building = (
            tuple(Planted(**record) for record in filled_record["planted"]),
            filled_record["building"],
        )
    else:
        there, building = filled(place, entries, planted, seed)
        if place.filled is not None:
            kept = {"planted": [asdict(record) for record in there], "building": building}
            place.filled.write_text(json.dumps(kept), encoding="utf-8")
    with Registry.open(place.url) as registry:
        assert building["entries"] > MOST_COMPARED or registry.compare_search_index(mend=False).agrees
        speed = speed_of(registry, place, there, asked, seed)
        say(f"tra cứu: {speed}")
        return {
            **building,
            "load": os.getloadavg()[0],
            "found": found_of(registry, there),
            "speed": speed,
            "save": save_cost(registry),
        }


def filled(
    place: Place, entries: int, planted: int, seed: int
) -> tuple[tuple[Planted, ...], Mapping[str, float]]:
    """Fill an empty registry and have its index built; return what is planted and what that took."""
    begun = time.perf_counter()
    there = write_registry(place.owner_url, entries, planted, seed)
    written = time.perf_counter() - begun
    say(f"{entries} mục: {written:.0f} giây; dựng chỉ mục…")
    before = size_of(place.owner_url)
    begun, used, served = time.perf_counter(), time.process_time(), place.cpu_seconds()
    Registry.open(place.owner_url).close()  # builds it
    built, built_cpu = time.perf_counter() - begun, time.process_time() - used
    served = place.cpu_seconds() - served
    analyze(place.owner_url)
    size = size_of(place.owner_url) - before
    say(f"chỉ mục: {built:.0f} giây, {size / 2**20:.0f} MB")
    return there, {
        "entries": entries,
        "build_load": os.getloadavg()[0],
        "build_cpu_seconds": built_cpu,
        "build_server_seconds": served,
        "fill_seconds": written,
        "build_seconds": built,
        "index_bytes": size,
        "index_bytes_an_entry": size / entries,
    }


def found_of(registry: Registry, planted: Sequence[Planted]) -> Mapping[str, object]:
    """The search results for the planted names, by the manner of their spelling."""
    outcomes: defaultdict[str, list[tuple[bool, bool, int, int]]] = defaultdict(list)
    for entry in planted:
        outcomes[entry.manner].append(asked_for(registry, entry))
        outcomes["all"].append(outcomes[entry.manner][-1])
    return {
        manner: {
            "names": len(rows),
            "recall": share(sum(row[0] for row in rows), len(rows)),
            "recall_on_first_page": share(sum(row[1] for row in rows), len(rows)),
            "precision": share(sum(row[2] for row in rows), sum(row[3] for row in rows)),
            "hits": statistics.mean(row[3] for row in rows),
        }
        for manner, rows in outcomes.items()
    }


def asked_for(registry: Registry, wanted: Planted) -> tuple[bool, bool, int, int]:
    """Return whether a planted name is among the hits and on the first page, and the counts of hits."""
    criteria = SearchCriteria(name=wanted.asked, year_from=wanted.year, year_to=wanted.year)
    after, right, hits, first, is_found = "", 0, 0, False, False
    for number in range(PAGES):
        result = registry.search(EVERYWHERE, criteria, WHY, after=after, options=NO_LIMIT)
        for hit in result.hits:
            is_wanted = hit.entry_id == wanted.entry_id
            names = {unaccented(person.name) for person in hit.people}
            right += is_wanted or unaccented(wanted.asked) in names
            is_found, first = is_found or is_wanted, first or (is_wanted and number == 0)
        hits += len(result.hits)
        after = result.cursor
        if not after:
            break
    return is_found, first, right, hits


def speed_of(
    registry: Registry, place: Place, planted: Sequence[Planted], asked: int, seed: int
) -> Mapping[str, Any]:
    """How long searches take by kind and all together, and what processor time this process needs, in milliseconds.

    On SQLite that is all there is; on PostgreSQL the server needs time of its own (``server_mean``). How far both are
    from the clock shows whether others used the machine as well.
    """
    rng = random.Random(seed)
    kinds = questions(rng, planted)
    times: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    order = [kind for kind in kinds for _ in range(asked)]
    rng.shuffle(order)
    served = place.cpu_seconds()
    for number, kind in enumerate(order):
        person = AT_HOME if number % 4 == 0 else EVERYWHERE
        criteria = kinds[kind]()
        begun, used = time.perf_counter(), time.process_time()
        registry.search(person, criteria, WHY, options=NO_LIMIT)
        took = 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - used)
        times[kind].append(took)
        times["all"].append(took)
    served = 1000 * (place.cpu_seconds() - served) / len(order)
    by_kind: dict[str, dict[str, float]] = {
        kind: {
            "p50": quantile([wall for wall, _ in some], 0.5),
            "p95": quantile([wall for wall, _ in some], 0.95),
            "cpu_p50": quantile([cpu for _, cpu in some], 0.5),
            "cpu_p95": quantile([cpu for _, cpu in some], 0.95),
            "searches": len(some),
        }
        for kind, some in times.items()
    }
    by_kind["all"]["server_mean"] = served
    return by_kind


def questions(rng: random.Random, planted: Sequence[Planted]) -> Mapping[str, Callable[[], SearchCriteria]]:
    """The kinds of questions, each drawn anew."""

    def one() -> Planted:
        return rng.choice(planted)

    def year() -> int:
        return rng.randrange(FIRST_YEAR, FIRST_YEAR + YEARS)

    return {
        "name": lambda: SearchCriteria(name=one().asked),
        "name_without_marks": lambda: SearchCriteria(name=unaccented(one().asked)),
        "name_and_year": lambda: SearchCriteria(name=(of := one()).asked, year_from=of.year, year_to=of.year),
        "misread_name_and_years": lambda: SearchCriteria(
            name=unaccented(one().asked).replace("n", "u", 1), year_from=(at := year()), year_to=at + 5
        ),
        "words_of_a_name": lambda: SearchCriteria(name=" ".join(one().asked.split()[-2:])),
        "one_word": lambda: SearchCriteria(name=one().asked.split()[-1]),
        "name_and_parent": lambda: SearchCriteria(name=one().asked, parents=(one().asked,)),
        "number_and_volume": lambda: SearchCriteria(number=str(rng.randint(1, 300)), volume=f"1/{year()}"),
        "number_and_place": lambda: SearchCriteria(
            number=f"{rng.randint(1, 300)}/{year()}", place=f"{rng.randrange(PLACES):05}"
        ),
        "paper": lambda: SearchCriteria(id_number=str(rng.randrange(10**11, 10**12))),
        "note": lambda: SearchCriteria(text=f"trích lục số {rng.randint(1, 999)}"),
        "frequent_words": lambda: SearchCriteria(
            text="đăng ký quá hạn", year_from=(at := year()), year_to=at
        ),
    }


def save_cost(registry: Registry) -> Mapping[str, float]:
    """What a decision of a person costs with the index and without it, in milliseconds."""
    book_id, scan = registry.book_id(ledger("00001"), "KS.save"), scan_of(68)
    registry.store_scan(book_id, scan, "scan.pdf", 1000, SAVED_PAGES)
    for page_no in range(1, SAVED_PAGES + 1):
        registry.save_page(book_id, page_result(0, page_no, sha256=scan), "f1")
    ids = registry.entries(book_id)[:20]
    times: dict[bool, list[float]] = {True: [], False: []}
    follower = registry._database.follower
    for number in range(10 * len(ids)):
        follows = number % 2 == 0
        registry._database.follower = follower if follows else None
        verdict = Verdict("child_name", FieldStatus.READ, f"Thử Tên {number}")
        begun = time.perf_counter()
        registry.decide(ids[number % len(ids)], [verdict], author="an")
        times[follows].append(1000 * (time.perf_counter() - begun))
    registry._database.follower = follower
    return {"with_index_ms": quantile(times[True], 0.5), "without_index_ms": quantile(times[False], 0.5)}


def quantile(values: Sequence[float], at: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(at * len(ordered)))]


def size_of(url: str) -> int:
    """Bytes of the database."""
    with closing(Database(url, 60.0)) as database, database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
        pages = connection.scalar(text("PRAGMA page_count")) or 0
        return int(pages) * int(connection.scalar(text("PRAGMA page_size")) or 0)


def analyze(url: str) -> None:
    """Let the database know how its rows are spread, as its own nightly work does."""
    with closing(Database(url, 60.0)) as database, database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        if connection.dialect.name == "postgresql":
            for table in ("search_name", "search_person", "search_number", "search_entry"):
                connection.execute(text(f"VACUUM ANALYZE {table}"))
        else:
            connection.execute(text("ANALYZE"))


if __name__ == "__main__":
    main()
