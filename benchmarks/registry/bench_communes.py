"""How long does the report by the communes of today take over a million entries, on one core?

The registry is a SQLite file with books of every former commune of three provinces, which two levels of government made
one (263 communes became 103); writing it is not measured. Wanted: the report in 5 s or less.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
import time
from datetime import date
from pathlib import Path

from benchmarks.figures import report_figures, say
from benchmarks.registry.large_registry import write_registry
from pipeline.declarations import schema
from pipeline.registry import Registry
from pipeline.reports.communes import commune_report
from pipeline.reports.output_files import document_of, workbook_of
from pipeline.values.places import AnsweringUnits, Gazetteer, Level

FORMER = ("92", "93", "94")
"""The former provinces."""

ON = date(2026, 12, 1)
WANTED_SECONDS = 5.0


def former_communes(gazetteer: Gazetteer) -> list[str]:
    """Return the codes of the communes of the former provinces that were there until 1 July 2025."""
    there = [unit for unit in gazetteer.units if unit.scheme == "2004"]
    districts = {unit.code for unit in there if unit.level is Level.DISTRICT and unit.parent in FORMER}
    communes = (unit for unit in there if unit.level is Level.COMMUNE and unit.parent in districts)
    return sorted({unit.code for unit in communes if unit.code in gazetteer.successors})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    chosen = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    schemas = schema.load()
    codes = former_communes(schemas.places.gazetteer)
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        path = Path(folder) / "registry.db"
        with Registry.open(f"sqlite:///{path}", schemas) as registry:
            registry.close()
        entries = write_registry(path, chosen.entries, seed=1)
        with sqlite3.connect(path) as connection:
            offices = [
                row[0] for row in connection.execute("SELECT DISTINCT place_code FROM book ORDER BY 1")
            ]
            named = [(codes[at % len(codes)], office) for at, office in enumerate(offices)]
            connection.executemany("UPDATE book SET place_code = ? WHERE place_code = ?", named)
            books = connection.execute("SELECT count(*) FROM book").fetchone()[0]
        say(f"{entries} sự kiện, {books} sổ của {len(codes)} xã cũ, tệp {path.stat().st_size / 2**20:.0f} MB")
        with Registry.open(f"sqlite:///{path}", schemas) as registry:
            wall, cpu = time.perf_counter(), time.process_time()
            units = AnsweringUnits(schemas.places.gazetteer, ON)
            report = commune_report(registry.statistics(None).communes(), schemas, units)
            seconds = round(time.perf_counter() - wall, 2)
            cpu_seconds = round(time.process_time() - cpu, 2)
        wall = time.perf_counter()
        workbook, document = workbook_of(report), document_of(report)
        files_seconds = round(time.perf_counter() - wall, 2)
    figures = {
        "entries": entries,
        "books": books,
        "former_communes": len(codes),
        "communes": len(report.sections[0].tables[0].rows),
        "wall_seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "files_seconds": files_seconds,
        "workbook_kb": len(workbook) // 1024,
        "pdf_kb": len(document) // 1024,
        "within": seconds <= WANTED_SECONDS,
    }
    report_figures("communes", figures)


if __name__ == "__main__":
    main()
