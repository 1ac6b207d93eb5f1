"""Two Dask workers against one, and one of two killed in mid-run: the same pages of handwriting, a registry each.

Wanted: ≥ 1.8 times as fast with two; nothing lost and nothing doubled by the kill. A plain pool of two processes stands
beside them. Each worker reads some pages of another book first, so that starting and loading are not in the figure.
Wall time, so that a machine that is busy with other work shows less: ``--asleep`` takes readers that wait instead of
working, as if each stood on a machine of its own; all but the reading is real then too.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED, draw
from benchmarks.figures import report_figures, say
from benchmarks.orchestration.quick_reader import engines, read_asleep
from benchmarks.orchestration.small_books import draw_books
from benchmarks.servers import dask_cluster, postgresql
from pipeline.declarations import schema
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import OnProgress, PoolOf, Progress, digitize_book
from pipeline.runs.cluster import ClusterWorkers, connected, require_cluster
from pipeline.settings import Settings
from pipeline.training.synthetic_pages import SynthOptions

FORM = "birth-2006"
WARM_PAGES = 8


@dataclass(frozen=True)
class Run:
    """``entries`` stand in the registry afterwards."""

    seconds: float
    read: int
    entries: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=80)
    parser.add_argument("--asleep", type=float, help="seconds that a page takes of readers that only wait")
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    schemas = schema.load()
    with (
        tempfile.TemporaryDirectory(prefix="hotich-bench-") as name,
        postgresql.server({}) as server,
        ExitStack() as databases,
    ):
        folder = Path(name)
        options = SynthOptions(seed=chosen.seed, cover=False)
        form = schemas.form(FORM)
        if chosen.asleep is None:
            book = draw(folder / "books" / FORM, form, schemas, chosen.pages, options)
            warm = draw(
                folder / "warm" / FORM, form, schemas, WARM_PAGES, replace(options, seed=chosen.seed + 1)
            )
        else:
            (book,), (warm,) = (
                drawn(folder / name, pages, chosen.seed + place)
                for place, (name, pages) in enumerate((("books", chosen.pages), ("warm", WARM_PAGES)))
            )

        numbers = itertools.count()  # each registry has the key of its audit in a workspace of its own

        def context() -> RunContext:
            url = server.url(databases.enter_context(server.database()))
            made = replace(Settings().run_context(folder / f"workspace-{next(numbers)}"), registry_url=url)
            if chosen.asleep is None:
                return made
            reading = partial(read_asleep, seconds=chosen.asleep)
            return replace(made, make_engines=partial(engines, 1), read_page=reading)

        runs = {
            "hai tiến trình, không Dask": _timed(book, warm, context()),
            "Dask, một tiến trình": _on_cluster(folder / "one", book, warm, context(), 1),
            "Dask, hai tiến trình": _on_cluster(folder / "two", book, warm, context(), 2),
            "Dask, hai, một bị ngắt điện": _on_cluster(
                folder / "killed", book, warm, context(), 2, kill_at=chosen.pages // 3
            ),
        }
    table = Table("Cách chạy", "Giây", "Trang/phút", "Trang đọc", "Việc trong sổ")
    for what, run in runs.items():
        table.add_row(
            what, f"{run.seconds:.1f}", f"{60 * run.read / run.seconds:.1f}", str(run.read), str(run.entries)
        )
    Console(width=100).print(table)
    plain, on_one, two, killed = runs.values()
    report_figures(
        "cluster",
        {
            "seed": chosen.seed,
            "pages": chosen.pages,
            "times_as_fast_with_two": on_one.seconds / two.seconds,
            "dask_to_plain": two.seconds / plain.seconds,
            "pages_lost_by_kill": chosen.pages - killed.read,
            "entries_doubled_by_kill": killed.entries - chosen.pages,
            "seconds": {what: run.seconds for what, run in runs.items()},
        },
    )


def drawn(folder: Path, pages: int, seed: int) -> list[Path]:
    """A book of tiny pages."""
    draw_books(folder, pages, 0, np.random.default_rng(seed))
    return sorted(folder.iterdir())


def _on_cluster(
    folder: Path, book: Path, warm: Path, context: RunContext, workers: int, *, kill_at: int | None = None
) -> Run:
    folder.mkdir()
    with dask_cluster.cluster(folder, workers) as cluster, connected(cluster.address) as client:
        require_cluster(client, context)

        def kill(progress: Progress) -> None:
            if progress.done == kill_at:
                say("ngắt điện một tiến trình")
                cluster.kill_worker()

        return _timed(book, warm, context, partial(ClusterWorkers, client), kill)


def _timed(
    book: Path,
    warm: Path,
    context: RunContext,
    pool: PoolOf | None = None,
    on_progress: OnProgress | None = None,
) -> Run:
    before = digitize_book(warm, context, workers=2, pool=pool)
    begun = time.perf_counter()
    report = digitize_book(book, context, workers=2, pool=pool, on_progress=on_progress)
    seconds = time.perf_counter() - begun
    with context.open_registry() as registry:
        return Run(seconds, report.read, registry.summary().entries - before.entries)


if __name__ == "__main__":
    main()
