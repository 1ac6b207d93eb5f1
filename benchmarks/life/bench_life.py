"""Can an office live with it for a month? Eight books of 25 pages, sixty mishaps, on SQLite and on PostgreSQL.

Pages are drawn and scanned; the recognition is played (``paper.py``), everything behind it is the real thing: intake,
nights, store, registry, desk, rules, export, check before the upload, audit. In the end every book must be delivered,
with every entry of the paper once and with its names and texts (dates and codes are not compared); every mishap must
be in the audit; packages delivered in the middle of the month must still be what was signed.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import report_figures, say
from benchmarks.life.mishaps import Day, Mishap, mishaps_of
from benchmarks.life.month import FORMS, Month, confirm_deliveries
from benchmarks.life.proof import Proof, prove
from benchmarks.life.staff import DeskDay, Staff
from benchmarks.servers import postgresql
from pipeline.books.book_checks import check_books

PAGES, SEED = 25, 11


@dataclass
class LifeOutcome:
    """What a month came to.

    Attributes:
        pages: Pages on paper.
        mishaps: How often each mishap happened.
        keys: The keys that each kind of mishap took.
        seconds: Wall time.
    """

    pages: int
    mishaps: Counter[str]
    keys: Counter[str]
    desk: list[DeskDay]
    proof: Proof
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=PAGES, help="of each of the eight books")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    figures = {}
    for database in chosen.database or ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory(prefix="hotich-life-") as folder, _registry(database, folder) as url:
            outcome = life(Path(folder), url, chosen.pages, chosen.seed)
        show(outcome, database)
        figures[database] = {
            "pages": outcome.pages,
            "mishaps": outcome.mishaps.total(),
            "kinds": len(outcome.mishaps),
            "keys_of_mishaps": {name: outcome.keys[name] / outcome.mishaps[name] for name in outcome.mishaps},
            "keys_of_review": sum(day.keys for day in outcome.desk),
            "seconds": round(outcome.seconds, 1),
            **vars(outcome.proof),
            "wrong_values": len(outcome.proof.wrong),
            "holds": outcome.proof.holds,
        }
    report_figures("life", figures)
    if not all(figure["holds"] for figure in figures.values()):
        raise SystemExit("the month did not end as it should")


def life(folder: Path, url: str, pages: int, seed: int, forms: tuple[str, ...] = FORMS) -> LifeOutcome:
    """Live through the month in an empty folder and an empty registry."""
    started = time.perf_counter()
    say(f"vẽ {len(forms)} quyển, mỗi quyển {pages} trang")
    month = Month(folder, url, pages, seed, forms)
    mishaps = [mishap for number, book in enumerate(month.books, 1) for mishap in mishaps_of(book, number)]
    keys: Counter[str] = Counter()
    desk = []
    for mishap in mishaps:
        mishap.plant(month)
    month.night()
    with _day(month, 1) as day:
        _mend(keys, mishaps, lambda played: played.morning(day))
    month.night()
    with _day(month, 2) as day:
        desk.append(day.staff.work())
        early = month.deliver(day.registry, folder / "early", partial=True)
        _mend(keys, mishaps, lambda played: played.evening(day))
    month.night()
    with _day(month, 3) as day:
        _mend(keys, mishaps, lambda played: played.last_morning(day))
        desk.append(day.staff.work())
        check_books(day.registry, month.schemas, [month.book_id(day.registry, book) for book in month.books])
        desk.append(day.staff.work())
        keys["xác nhận giá trị bàn giao"] += confirm_deliveries(month, day.registry)
        last = month.deliver(day.registry, folder / "last")
        proof = prove(month, day.registry, mishaps, early, last)
    return LifeOutcome(
        pages * len(forms),
        Counter(mishap.name for mishap in mishaps),
        keys,
        desk,
        proof,
        time.perf_counter() - started,
    )


def show(outcome: LifeOutcome, database: str) -> None:
    """Print the mishaps with their keys, and what was found in the end."""
    table = Table("Sự cố", "Lần", "Phím mỗi lần", title=f"{outcome.pages} trang, {database}")
    for name, times in sorted(outcome.mishaps.items()):
        table.add_row(name, str(times), f"{outcome.keys[name] / times:.0f}")
    console = Console(width=110)
    console.print(table)
    for name, value in vars(outcome.proof).items():
        console.print(f"{name}: {value}")


def _mend(keys: Counter[str], mishaps: list[Mishap], step: Callable[[Mishap], int]) -> None:
    for mishap in mishaps:
        keys[mishap.name] += step(mishap)


@contextmanager
def _day(month: Month, number: int) -> Iterator[Day]:
    with month.context.open_registry() as registry:
        yield Day(month, registry, Staff(registry, month, number))


@contextmanager
def _registry(database: str, folder: str) -> Iterator[str]:
    if database == "sqlite":
        yield f"sqlite:///{folder}/registry.db"
        return
    with postgresql.server({}) as server, server.database() as name:
        yield server.url(name)


if __name__ == "__main__":
    main()
