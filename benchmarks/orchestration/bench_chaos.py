"""Can a night lose a page? Reads books again and again while everything that can break is broken, then compares the
registry, row by row, with that of a run that nobody disturbed. Among the scans lie broken and malicious files.

The pages are tiny and their reader is quick (``_chaos_reader.py``), all else is the real thing: processes, registry,
store, a person who decides meanwhile. ``--prefect`` lets the flow do it under a server that is killed too.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.figures import report_figures
from benchmarks.orchestration import faults
from benchmarks.orchestration.end_state import audit_flaws, differences, examples, named_files, state_of
from benchmarks.orchestration.small_books import draw_books, strew_hostile_files
from benchmarks.orchestration.supervisor import SupervisedRun, end_all
from benchmarks.servers import postgresql
from benchmarks.servers.prefect_server import PrefectServer
from pipeline.registry import Registry

Fault = tuple[str, Callable[[SupervisedRun], None]]
SMALL_DISK_MB = 600
OF_DATABASE = {"fsync": "off", "shared_buffers": "64MB"}


@dataclass(frozen=True)
class Outcome:
    """``unnamed``: hostile files of which the registry has neither a page nor a failure. ``differences``: by table,
    rows that are missing and rows too many; ``flaws`` of the audit; ``…_resume``: seconds from the start of a run to
    its first page, ``…_resume_cpu``: CPU seconds of all its processes until then; ``memory``: bytes, most of one
    process."""

    pages: int
    poisons: int
    hostile: int
    unnamed: int
    injected: dict[str, int]
    generations: int
    decisions: int
    starts: int
    differences: dict[str, tuple[int, int]]
    flaws: int
    slowest_resume: float
    median_resume: float
    most_resume_cpu: float
    median_resume_cpu: float
    memory: int
    seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--faults", type=int, default=100)
    parser.add_argument("--poisons", type=int, default=10, help="bad pages")
    parser.add_argument("--hostile", type=int, default=36, help="hostile files among the scans")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument(
        "--prefect", action="store_true", help="the flow reads, under a server that is killed too"
    )
    parser.add_argument(
        "--only", action="append", help="only this fault, by its Vietnamese name; may be repeated"
    )
    parser.add_argument("--seed", type=int, default=None)
    chosen = parser.parse_args()
    seed = int.from_bytes(os.urandom(4)) if chosen.seed is None else chosen.seed
    console = Console(stderr=True)
    console.print(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as folder:
        outcome = chaos(
            Path(folder),
            chosen.database,
            chosen.pages,
            chosen.faults,
            chosen.poisons,
            seed,
            hostile=chosen.hostile,
            only=chosen.only,
            prefect=chosen.prefect,
            tell=lambda words: console.print(f"{time.strftime('%H:%M:%S')} {words}"),
        )
    show(outcome, chosen.database)
    name = "chaos-prefect" if chosen.prefect else f"chaos-{chosen.database}"
    report_figures(name, {"seed": seed, "database": chosen.database, **vars(outcome)})
    return 1 if outcome.differences or outcome.flaws or outcome.unnamed else 0


def chaos(
    folder: Path,
    database: str,
    pages: int,
    many_faults: int,
    poisons: int,
    seed: int,
    hostile: int = 0,
    only: list[str] | None = None,
    prefect: bool = False,
    cluster: postgresql.Cluster | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Read ``pages`` pages under ``many_faults`` faults, again with new models until all have happened; then the same
    in peace, and compare. ``cluster``: a server that may be disturbed, instead of one of its own."""
    started = time.perf_counter()
    random = np.random.default_rng(seed)
    books = folder / "books"
    draw_books(books, pages, poisons, random)
    hostile_files = strew_hostile_files(books, hostile, random)
    with ExitStack() as stack:
        small = False
        if database == "postgresql" and cluster is None:
            cluster, small = stack.enter_context(_server())
        server = stack.enter_context(PrefectServer(folder)) if prefect else None
        disturbed = stack.enter_context(_scene(folder / "disturbed", books, cluster, server, random, tell))
        planned = list(itertools.islice(_faults(_kinds(database, small, prefect), only, random), many_faults))
        while True:
            disturbed.read_all(planned)
            if not planned:
                break
            disturbed.generation += 1
        calm = stack.enter_context(_scene(folder / "calm", books, cluster, server, random, tell))
        calm.attended = False
        for generation in range(1, disturbed.generation + 1):
            calm.generation = generation
            for _ in range(
                2 if poisons or hostile else 1
            ):  # bad pages fail a second time, as they did in the other scene
                calm.read_all([])
            calm.decide_alike(disturbed.decisions)
        with Registry.open(disturbed.url, audit_key=disturbed.workspace / "audit.key") as registry:
            flaws = audit_flaws(registry)
        states = state_of(calm.url), state_of(disturbed.url)
        differing = differences(*states)
        unnamed = hostile_files - named_files(disturbed.url)
        for book, name in sorted(unnamed):
            tell(f"no outcome: {book}/{name}")
        for row in examples(*states):
            tell(row)
    return Outcome(
        pages,
        poisons,
        len(hostile_files),
        len(unnamed),
        dict(disturbed.injected),
        disturbed.generation,
        sum(map(len, disturbed.decisions.values())),
        disturbed.starts,
        differing,
        flaws,
        max(disturbed.resumed),
        float(np.median(disturbed.resumed)),
        max(disturbed.resumed_cpu),
        float(np.median(disturbed.resumed_cpu)),
        disturbed.memory,
        time.perf_counter() - started,
    )


def show(outcome: Outcome, database: str) -> None:
    table = Table(
        "Sự cố", "Lần", title=f"{outcome.pages} trang, {outcome.generations} lượt mô hình, {database}"
    )
    for name, times in sorted(outcome.injected.items()):
        table.add_row(name, str(times))
    table.add_row("trang độc trong sổ", str(outcome.poisons))
    table.add_row("tệp hỏng, tệp độc trong sổ", str(outcome.hostile))
    console = Console(width=110)
    console.print(table)
    wrong = ", ".join(
        f"{name} thiếu {less}, thừa {more}" for name, (less, more) in outcome.differences.items()
    )
    console.print(
        f"Khác lượt không bị quấy: {wrong or 'không một dòng nào'}; tệp không rõ kết cục: {outcome.unnamed}; "
        f"lỗi nhật ký kiểm tra: {outcome.flaws}; "
        f"{outcome.decisions} quyết định; chạy {outcome.starts} lần, trang đầu sau {outcome.median_resume:.1f} s "
        f"(lâu nhất {outcome.slowest_resume:.1f} s; CPU {outcome.median_resume_cpu:.1f} s, nhiều nhất "
        f"{outcome.most_resume_cpu:.1f} s); bộ nhớ nhiều nhất {outcome.memory / 1e6:.0f} MB; "
        f"{outcome.seconds:.0f} s."
    )


def _kinds(database: str, small: bool, prefect: bool) -> dict[str, Callable[[SupervisedRun], None]]:
    kinds = dict(faults.ALWAYS) | (faults.OF_SQLITE if database == "sqlite" else faults.OF_POSTGRESQL)
    return kinds | (faults.OF_SMALL_DISK if small else {}) | (faults.OF_PREFECT if prefect else {})


def _faults(
    kinds: Mapping[str, Callable[[SupervisedRun], None]], only: list[str] | None, random: np.random.Generator
) -> Iterator[Fault]:
    """Every kind in turn, in an order of its own each time round."""
    names = [name for name in kinds if only is None or name in only]
    while True:
        for place in random.permutation(len(names)):
            yield names[place], kinds[names[place]]


@contextmanager
def _scene(
    folder: Path,
    books: Path,
    cluster: postgresql.Cluster | None,
    server: PrefectServer | None,
    random: np.random.Generator,
    tell: Callable[[str], None],
) -> Iterator[SupervisedRun]:
    """A workspace and an empty registry."""
    workspace = folder / "workspace"
    workspace.mkdir(parents=True)
    with ExitStack() as stack:
        name = "" if cluster is None else stack.enter_context(cluster.database())
        url = f"sqlite:///{workspace}/hotich.db" if cluster is None else cluster.url(name)
        scene = SupervisedRun(books, workspace, url, random, cluster, name, server, tell)
        try:
            yield scene
        finally:
            end_all(scene)


@contextmanager
def _server() -> Iterator[tuple[postgresql.Cluster, bool]]:
    """A PostgreSQL server that may be killed, on a small disk of its own where that can be mounted."""
    with postgresql.new_folder() as folder:
        size = f"size={SMALL_DISK_MB}m,uid={folder.stat().st_uid},gid={folder.stat().st_gid},mode=0700"
        mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
        small = os.geteuid() == 0 and subprocess.run(mount, check=False, capture_output=True).returncode == 0
        try:
            cluster = postgresql.Cluster(folder, OF_DATABASE)
            cluster.start()
            yield cluster, small
        finally:
            if small:
                subprocess.run(["umount", "-l", str(folder)], check=False)


if __name__ == "__main__":
    sys.exit(main())
