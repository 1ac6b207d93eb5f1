"""Can an office do its first month without an engineer? Six books and all its people, in a real browser.

An empty workspace and ``hotich server``, as the handbook says; from then on everything is done in headless Chromium by
eight people: the checklist, accounts, books, scans, a telephone, reading, review, checking, rescans, an old workbook,
a package, an amendment, the reconciliation of the office's own package, a rehearsed restore. Each step tells its
clicks, keys and seconds. Wanted: no step that cannot be done, nothing that axe-core finds, no answer of an error.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error as BrowserError
from rich.console import Console
from rich.table import Table

from benchmarks.figures import report_figures, say
from benchmarks.life.first_month import FirstMonth
from benchmarks.life.fresh_office import draw_books, fresh_office
from benchmarks.servers.chromium import headless_browser
from pipeline.declarations import schema

PAGES = 200


@dataclass(frozen=True)
class StepOutcome:
    """What a step took; ``why`` it could not be done, if it could not."""

    name: str
    clicks: int
    keys: int
    seconds: float
    why: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=PAGES, help="of all six books together, about")
    parser.add_argument("--pictures", type=Path, help="a folder for pictures of dead ends")
    chosen = parser.parse_args()
    schemas = schema.load()
    with tempfile.TemporaryDirectory(prefix="hotich-month-") as name:
        folder = Path(name)
        (folder / "desktop").mkdir()
        say("vẽ sáu quyển")
        books = draw_books(folder / "shelf", chosen.pages, schemas)
        with fresh_office(folder) as (url, first_password), headless_browser() as browser:
            month = FirstMonth(browser, url, first_password, books, schemas, folder / "desktop")
            outcomes = [_done(month, title, step, chosen.pictures) for title, step in month.steps()]
    _show(outcomes)
    seen = month.seen
    for line in (*seen.violations, *seen.errors, *(f"không có đường dẫn: {one}" for one in seen.unlinked)):
        say(line)
    dead = [one.name for one in outcomes if one.why]
    report_figures(
        "first-month",
        {
            "pages": sum(len(book.truth.pages) if book.truth else len(book.scans) for book in books),
            "books": len(books),
            "steps": len(outcomes),
            "dead_ends": len(dead),
            "dead": dead,
            "violations": len(seen.violations),
            "judged": len(seen.judged),
            "errors": len(seen.errors),
            "unlinked": len(seen.unlinked),
            "clicks": sum(one.clicks for one in outcomes),
            "keys": sum(one.keys for one in outcomes),
            "seconds": round(sum(one.seconds for one in outcomes)),
            "step_costs": {one.name: [one.clicks, one.keys, round(one.seconds, 1)] for one in outcomes},
        },
    )
    if dead or seen.violations or seen.errors:
        raise SystemExit("the month did not end as it should")


def _done(month: FirstMonth, title: str, step: Callable[[], None], pictures: Path | None) -> StepOutcome:
    say(title)
    seen, begun, why = month.seen, time.monotonic(), ""
    clicks, keys = seen.clicks, seen.keys
    try:
        step()
    except (AssertionError, BrowserError, LookupError, ValueError) as error:
        why = f"{type(error).__name__}: {error}"
        say(f"  KHÔNG LÀM ĐƯỢC: {why[:1500]}")
        if pictures:
            month.photograph_screens(pictures, title)
    return StepOutcome(title, seen.clicks - clicks, seen.keys - keys, time.monotonic() - begun, why)


def _show(outcomes: list[StepOutcome]) -> None:
    table = Table("Việc", "Bấm", "Phím", "Giây", "", title="Tháng đầu của một cơ quan mới")
    for one in outcomes:
        state = "KHÔNG LÀM ĐƯỢC" if one.why else "xong"
        table.add_row(one.name, str(one.clicks), str(one.keys), f"{one.seconds:.0f}", state)
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
