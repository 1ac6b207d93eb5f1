"""How far do 10, 100 and 1,000 workers get in a night, and what is full first? A simulation fed by measurements.

Measured: the CPU seconds of pages of handwriting, of Dask's scheduler a task, of writing a page into PostgreSQL (its
server, its client) and how long the audit's lock is held. Simulated (``_scaling_model``): workers with one core each as
fast as this one, the scans on a store behind one link, one registry. Then the same work for a province and the nation,
with one registry each and with one a province, and what remains for people.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.books.drawn_books import SEED, draw
from benchmarks.figures import percent, report_figures
from benchmarks.orchestration.costs import measure_costs
from benchmarks.orchestration.queueing_model import READING, Costs, Outcome, Site, simulate
from pipeline.declarations import schema
from pipeline.settings import Settings
from pipeline.training.synthetic_pages import SynthOptions

FORMS = ("birth-2006", "marriage-2016", "death-2016")
WORKERS = (10, 100, 1000)
PAGES_A_WORKER = 40
NIGHT = 10 * 3600
"""Seconds from 19 o'clock to 5."""
PROVINCE, NATION = 10_000_000, 100_000_000
PROVINCES = 34
WORKING_YEAR = 1760 * 3600
"""Seconds of a person's working year."""


@dataclass(frozen=True)
class ScaledOffice:
    """``shares``: so many sites like this one do the work side by side, each with its registry and its store."""

    name: str
    site: Site
    shares: int = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=3, help="pages of entries that are read, a form")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument(
        "--accepted", type=float, default=0.44, help="share of the fields that need no person"
    )
    parser.add_argument("--fields", type=int, default=30, help="inked fields of an entry")
    parser.add_argument("--seconds", type=float, default=3.0, help="of a person, for one field")
    parser.add_argument("--scan", type=float, help="megabytes of a page's scan; else those of the drawn ones")
    parser.add_argument("--watts", type=float, default=35.0, help="of a PC, for each of its cores at work")
    chosen = parser.parse_args()
    costs = _costs(chosen.pages, chosen.seed)
    if chosen.scan:
        costs = replace(costs, scan=round(chosen.scan * 1e6))
    console = Console(width=130)
    console.print(_of_costs(costs))
    outcomes = {scene: _simulated(scene.site, costs, chosen.seed) for scene in _scenes()}
    console.print(_of_scenes(outcomes, chosen.watts, statistics.mean(costs.pages)))
    by_hand = chosen.fields * (1 - chosen.accepted) * chosen.seconds
    console.print(
        f"Người rà soát: {chosen.fields} ô một việc, {percent(1 - chosen.accepted)} phải xem, "
        f"{chosen.seconds:g} giây một ô: {by_hand:.0f} giây một việc; "
        f"một tỉnh {PROVINCE * by_hand / WORKING_YEAR:,.0f} năm công."
    )
    report_figures(
        "scaling",
        {
            "seed": chosen.seed,
            "page_seconds": statistics.mean(costs.pages),
            "scheduler_ms": 1000 * costs.scheduler,
            "writer_ms": 1000 * costs.writer,
            "database_ms": 1000 * costs.database,
            "audit_ms": 1000 * costs.audit,
            "scan_bytes": costs.scan,
            "person_seconds_an_entry": by_hand,
            "scenes": [
                {
                    "name": scene.name,
                    "workers": scene.site.workers * scene.shares,
                    "pages_a_second": scene.shares * outcome.rate,
                    "fullest": outcome.fullest,
                    "busy": outcome.busy,
                    "nights_province": _nights(PROVINCE, scene, outcome),
                    "nights_nation": _nights(NATION, scene, outcome),
                }
                for scene, outcome in outcomes.items()
            ],
        },
    )


def _costs(pages: int, seed: int) -> Costs:
    schemas = schema.load()
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        options = SynthOptions(seed=seed, cover=False)
        books = [draw(Path(folder) / form, schemas.form(form), schemas, pages, options) for form in FORMS]
        return measure_costs(books, Settings().run_context(Path(folder) / "workspace"))


def _scenes() -> list[ScaledOffice]:
    """One registry behind an office's network, fast and slow; then one registry a province."""
    plain = [
        ScaledOffice(f"{workers} tiến trình", Site(workers, writers=_writers(workers))) for workers in WORKERS
    ]
    large = plain[-1].site
    return [
        *plain,
        ScaledOffice("100 tiến trình, mạng 100 Mbit/s", replace(plain[1].site, link=1e8 / 8)),
        ScaledOffice(
            f"chia cho {PROVINCES} tỉnh, mỗi tỉnh một sổ",
            Site(math.ceil(large.workers / PROVINCES), writers=_writers(large.workers // PROVINCES)),
            PROVINCES,
        ),
    ]


def _writers(workers: int) -> int:
    """Books that are read at once: one for about ten workers."""
    return max(2, workers // 10)


def _simulated(site: Site, costs: Costs, seed: int) -> Outcome:
    return simulate(site, costs, pages=PAGES_A_WORKER * site.workers, seed=seed)


def _nights(entries: int, scene: ScaledOffice, outcome: Outcome) -> float:
    """With one entry a page, as on all forms but the table of many rows."""
    return entries / (scene.shares * outcome.rate * NIGHT)


def _of_costs(costs: Costs) -> Table:
    table = Table("Một trang cần", "Đo được", title="Đo trên máy này")
    table.add_row(
        "đọc, một nhân",
        f"{statistics.mean(costs.pages):.2f} giây CPU ({min(costs.pages):.2f}–{max(costs.pages):.2f})",
    )
    table.add_row("bộ điều phối Dask", f"{1000 * costs.scheduler:.2f} ms CPU")
    table.add_row("ghi sổ: chương trình", f"{1000 * costs.writer:.1f} ms CPU")
    table.add_row("ghi sổ: máy chủ PostgreSQL", f"{1000 * costs.database:.1f} ms CPU")
    table.add_row("giữ khóa nhật ký kiểm tra", f"{1000 * costs.audit:.1f} ms")
    table.add_row("bản quét", f"{costs.scan / 1e6:.2f} MB")
    return table


def _of_scenes(outcomes: dict[ScaledOffice, Outcome], watts: float, page_seconds: float) -> Table:
    table = Table(
        "Cách chạy", "Trang/giây", "Hiệu suất", "Đầy nhất", "Đêm cho một tỉnh", "Đêm cho cả nước", "kWh cả nước",
        title=f"Mô phỏng: đêm {NIGHT // 3600} giờ, một tỉnh {PROVINCE:,} việc, cả nước {NATION:,} việc",
    )  # fmt: skip
    for scene, outcome in outcomes.items():
        ideal = scene.site.workers / page_seconds
        full = outcome.fullest
        table.add_row(
            scene.name,
            f"{scene.shares * outcome.rate:,.1f}",
            percent(outcome.rate / ideal),
            f"{full} ({percent(outcome.busy[full])})" if full != READING else f"chưa có gì ({READING})",
            f"{_nights(PROVINCE, scene, outcome):,.1f}",
            f"{_nights(NATION, scene, outcome):,.1f}",
            f"{NATION * page_seconds * watts / 3.6e6:,.0f}",
        )
    return table


if __name__ == "__main__":
    main()
