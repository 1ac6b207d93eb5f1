"""What does a hostile colleague, a web page, a sheet of paper, a file or a slow client reach?

An office is made in a temporary folder and attacked through its doors, all of them real: the desk as ``hotich serve``,
the schedule as ``hotich server``, the scanner's folder, the folder of books, workbooks, the store of scans, the audit.
Every attempt either holds or falls; what falls is named, and the exit status says so. What is known to be out of reach
stands in ``OUT_OF_REACH`` with its reason.
"""

from __future__ import annotations

import argparse
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.figures import report_figures, say
from benchmarks.security.attack_log import AttackLog, Outcome
from benchmarks.security.attacked_office import AttackedOffice, attacked_office, copied_workspace
from benchmarks.security.designer_attacks import attack_designer, attack_new_pages
from benchmarks.security.file_attacks import attack_by_files, attack_by_workbooks
from benchmarks.security.found_and_issued_attacks import (
    attack_extracts,
    attack_searches,
    attack_sign_in,
    issued,
)
from benchmarks.security.login_attacks import attack_by_clock, attack_by_full_disk, attack_logins
from benchmarks.security.paper_attacks import attack_by_paper
from benchmarks.security.prefect_attacks import attack_prefect
from benchmarks.security.pressure_attacks import attack_by_races, attack_by_worst_inputs, attack_slowly
from benchmarks.security.route_attacks import attack_routes
from benchmarks.security.store_attacks import attack_store
from benchmarks.security.tampering_attacks import attack_registry
from benchmarks.security.token_attacks import attack_by_tokens
from benchmarks.security.typed_attacks import attack_texts
from benchmarks.security.webhook_attacks import attack_webhooks
from benchmarks.servers import postgresql
from pipeline.base.files import printable
from pipeline.registry.extracts.model import IssuedExtract
from pipeline.scans.workspace import Workspace

OUT_OF_REACH: Mapping[str, str] = {}
"""Attempts that the program cannot refuse, as ``group: name``, and why."""

PARTS = ("desk", "doors", "files", "paper", "store", "prefect", "slow", "tamperings", "webhooks", "worst")
OF_DATABASE = ("desk", "doors", "slow", "tamperings", "worst")
"""Parts that ask the office's database; the others work on files, or on copies of a workspace with its database."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="only these parts; may be repeated")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    chosen = parser.parse_args()
    on_postgresql = chosen.database == "postgresql"
    wanted = tuple(chosen.only or (OF_DATABASE if on_postgresql else PARTS))
    if on_postgresql and not set(wanted) <= set(OF_DATABASE):
        parser.error(f"on PostgreSQL there are only: {', '.join(OF_DATABASE)}")
    log, begun = AttackLog(OUT_OF_REACH), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hotich-attack-") as folder:
        root = Path(folder)
        with _database(on_postgresql) as urls, attacked_office(root / "office", *urls) as office:
            say(f"cơ quan thử: {time.monotonic() - begun:.0f} giây")
            _attack(log, office, root, wanted)
    seconds = time.monotonic() - begun
    _show(log, seconds)
    report_figures(
        "-".join(["attack", *(["postgresql"] if on_postgresql else []), *(chosen.only or ())]),
        {**log.figures(), "seconds": round(seconds)},
    )
    if log.fallen:
        raise SystemExit(f"{len(log.fallen)} attempts fell")


@contextmanager
def _database(on_postgresql: bool) -> Iterator[tuple[str, str]]:
    """Yield the address of a database as the desk opens it and as its owner does; empty for a file."""
    if not on_postgresql:
        yield "", ""
        return
    with postgresql.server(postgresql.IN_TESTS) as cluster, cluster.database() as name:
        yield cluster.url(name), cluster.url(name, postgresql.OWNER)


def _attack(log: AttackLog, office: AttackedOffice, root: Path, wanted: tuple[str, ...]) -> None:
    """Attack from several sides at once; slow clients come last, as what they do is measured."""
    line = issued(office) if "doors" in wanted else None
    untouched = copied_workspace(office.workspace, root / "untouched")
    sides: dict[str, list[Callable[[], None]]] = {
        "prefect": [lambda: attack_prefect(log, root / "prefect")],
        "files": [
            lambda: attack_by_files(log, root / "files"),
            lambda: attack_by_workbooks(log, root / "workbooks", untouched.root),
        ],
        "paper": [lambda: attack_by_paper(log, root / "paper")],
        "store": [
            lambda: attack_store(log, office, untouched, root / "store"),
            lambda: attack_by_full_disk(log, office, untouched, root / "disk"),
        ],
        "desk": [lambda: _attack_desk(log, office)],
        "doors": [
            lambda: _attack_doors(log, office, line),
            *([] if office.url else [lambda: attack_sign_in(log, office, untouched, root / "sign-in")]),
        ],
        "tamperings": [lambda: attack_registry(log, root / "tamperings", on_postgresql=bool(office.url))],
        "webhooks": [lambda: _attack_webhooks(log, untouched, root)],
    }
    threads = [
        threading.Thread(target=_side, args=(log, name, attacks))
        for name, attacks in sides.items()
        if name in wanted
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if "slow" in wanted:
        with office.desk() as desk:
            _side(
                log,
                "slow",
                [lambda: attack_by_races(log, office, desk), lambda: attack_slowly(log, office, desk)],
            )

    if "worst" in wanted:
        with office.desk() as desk:
            _side(log, "worst", [lambda: attack_by_worst_inputs(log, office, desk)])


def _side(log: AttackLog, name: str, attacks: list[Callable[[], None]]) -> None:
    begun = time.monotonic()
    for attack in attacks:
        with log.attempt(name, "cả phần này chạy đến hết"):
            attack()
    say(f"{name}: {time.monotonic() - begun:.0f} giây")


def _attack_desk(log: AttackLog, office: AttackedOffice) -> None:
    with office.desk() as desk:
        attack_texts(log, office, desk)
        attack_routes(log, office, desk)
        attack_logins(log, office, desk)
        attack_by_clock(log, office)


def _attack_doors(log: AttackLog, office: AttackedOffice, line: IssuedExtract | None) -> None:
    with office.desk() as desk:
        attack_by_tokens(log, office, desk)
        if line is not None:
            attack_extracts(log, office, desk, line)
        attack_searches(log, office, desk)
        attack_designer(log, office, desk)
        attack_new_pages(log, office, desk)


def _attack_webhooks(log: AttackLog, untouched: Workspace, root: Path) -> None:
    attack_webhooks(log, copied_workspace(untouched, root / "told"), root / "webhooks")


def _show(log: AttackLog, seconds: float) -> None:
    table = Table(
        "Nhóm", "Đã thử", "Giữ được", "Thua", "Ngoài tầm", title=f"Tấn công thử, {seconds:.0f} giây"
    )
    for group in log.groups():
        ended = [len(log.of(group, outcome)) for outcome in (None, *Outcome)]
        table.add_row(group, *map(str, ended))
    console = Console(width=140)
    console.print(table)
    for attempt in log.attempts:
        if attempt.outcome is not Outcome.HELD:
            word = "THUA" if attempt.outcome is Outcome.FALLEN else "NGOÀI TẦM"
            console.print(
                f"{word} {attempt.group}: {printable(attempt.name)}: {printable(attempt.detail)[:400]}",
                markup=False,
            )


if __name__ == "__main__":
    main()
