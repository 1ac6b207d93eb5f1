"""Three simulated scanners deliver small files in every bad way, while the intake is killed at random moments; then a
folder of hostile files is dropped among good ones. Nothing may be lost or doubled, proven by hashes.

``--hostile FOLDER`` (or ``HOTICH_HOSTILE``) names the hostile files; without it that half is left out.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import report_figures, say
from benchmarks.intake import simulated_scanners as scanners
from pipeline.base.files import sha256_of_file
from pipeline.scans.inbox import (
    DayReport,
    IntakeOptions,
    IntakeOutcome,
    IntakeRow,
    Scanner,
    day_reports,
    intake_round,
    read_options,
    verify_day,
)
from pipeline.scans.inbox.pending_files import MARKER
from pipeline.scans.intake import InspectedPage, Inspector, ScanFile, ScanLimits
from pipeline.scans.workspace import Workspace

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
MOST_MEMORY = 1_500_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=20, help="how often the intake is killed meanwhile")
    parser.add_argument("--hostile", type=Path, default=Path(os.environ.get("HOTICH_HOSTILE", "")))
    chosen = parser.parse_args()
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="hotich-bench-") as folder:
        if chosen.files:
            figures["soak"] = soak(Path(folder) / "soak", chosen.files, chosen.kills)
        if str(chosen.hostile) != ".":
            figures["hostile"] = hostile(Path(folder) / "hostile", chosen.hostile)
    for part in ("soak", "hostile"):
        if part in figures:
            table = Table("Đo gì", "Kết quả", title=part)
            for name, value in figures[part].items():
                table.add_row(name, f"{value:.1f}" if isinstance(value, float) else str(value))
            Console(width=110).print(table)
    report_figures("intake-soak", figures)


# --- scanners -----------------------------------------------------------------------------------------------------


def soak(root: Path, files: int, kills: int) -> dict[str, Any]:
    """Deliver, take in, kill, take in again; the figures. Ends the program when anything is lost or doubled."""
    names = ("may-1", "may-2", "may-3")
    inboxes = [root / name for name in names]
    for inbox in inboxes:
        inbox.mkdir(parents=True)
    workspace = Workspace(root / "workspace")
    workspace.root.mkdir()
    scanner_tables = "".join(f'[[scanner]]\nname = "{name}"\ninbox = "{root / name}"\n' for name in names)
    settings = f'books = "{root / "books"}"\nstill_seconds = 1\npatience_seconds = 6\n'
    workspace.scanners.write_text(settings + scanner_tables, encoding="utf-8")
    options = read_options(workspace.scanners, workspace.root)
    notes = [root / f"{name}.jsonl" for name in names]
    began = time.monotonic()
    running = scanners.started(inboxes, notes, files)
    killed = _taken_in(running, options, workspace, kills)
    seconds = time.monotonic() - began
    delivered = scanners.delivered_files(notes)
    days = day_reports(options, workspace)
    _prove(delivered, days, options, workspace)
    counts = {outcome.value: sum(day.count(outcome) for day in days) for outcome in IntakeOutcome}
    return {
        "delivered": sum(day.delivered for day in days),
        **counts,
        "stored with a page named as broken": sum(
            row.outcome is IntakeOutcome.STORED and not _is_sound(row) for day in days for row in day.rows
        ),
        "again": sum(row.again for day in days for row in day.rows),
        "waiting": sum(len(day.waiting) for day in days),
        "killed": killed,
        "seconds": seconds,
        "ways": dict(Counter(file.way for file in delivered).most_common()),
        "lost": 0,
        "doubled": 0,
    }


def _taken_in(running: Sequence[Any], options: IntakeOptions, workspace: Workspace, kills: int) -> int:
    """Run the intake until all that the scanners deliver is taken in; how often it was killed meanwhile."""
    chance, killed = random.Random(1), 0
    command = [sys.executable, "-m", "pipeline.cli", "intake", "run", "--watch", "1"]
    while True:
        intake = subprocess.Popen(
            [*command, "--workspace", str(workspace.root)], stdout=subprocess.DEVNULL, start_new_session=True
        )
        if killed < kills and any(process.is_alive() for process in running):
            before, deadline = _told(workspace), time.monotonic() + 30
            while _told(workspace) == before and time.monotonic() < deadline:  # until it is at work
                time.sleep(0.05)
            time.sleep(chance.uniform(0, 3))
            os.killpg(intake.pid, signal.SIGKILL)
            killed += 1
        else:
            for process in running:
                process.join()
            while any(_left(scanner.inbox) for scanner in options.scanners):
                time.sleep(1)
            intake.send_signal(signal.SIGTERM)
        intake.wait()
        if not any(_left(scanner.inbox) for scanner in options.scanners) and not any(
            process.is_alive() for process in running
        ):
            return killed


def _told(workspace: Workspace) -> int:
    """How much all manifests say, in bytes."""
    return sum(path.stat().st_size for path in workspace.intake.glob("manifests/*/*.jsonl"))


def _left(inbox: Path) -> list[str]:
    return [path.name for path in inbox.iterdir() if path.name != MARKER]


def _prove(
    delivered: Sequence[scanners.Delivered],
    days: Sequence[DayReport],
    options: IntakeOptions,
    workspace: Workspace,
) -> None:
    """End the program unless every delivery is reported once and its bytes are in their places, all by hashes."""
    known = {scanner.name: scanner for scanner in options.scanners}
    flaws = [flaw for day in days for flaw in verify_day(day, known[day.scanner], workspace)]
    rows = [row for day in days for row in day.rows if row.outcome is not IntakeOutcome.WITHDRAWN]
    counter = Counter((row.sha256, _is_sound(row)) for row in rows)
    wanted = Counter((file.sha256, file.sound) for file in delivered)
    stored = Counter(_digest(path) for path in workspace.objects.rglob("[!.]*") if path.is_file())
    kept = [path for path in (workspace.intake / "quarantine").rglob("[!.]*") if path.is_file()]
    apart = Counter(_digest(path) for path in kept if not path.name.endswith(".ly-do.txt"))
    checks = {
        "manifest against what was delivered": counter == wanted,
        "store": stored == Counter({row.sha256 for row in rows if row.outcome is IntakeOutcome.STORED}),
        "quarantine": apart
        == Counter(row.sha256 for row in rows if row.outcome is IntakeOutcome.QUARANTINED),
        "proof": not flaws,
        "waiting": not any(day.waiting for day in days),
    }
    failed = [name for name, good in checks.items() if not good]
    if failed:
        say("\n".join([*flaws[:20], str(wanted - counter)[:2000], str(counter - wanted)[:2000]]))
        raise SystemExit(f"lost or doubled: {', '.join(failed)}")


def _is_sound(row: IntakeRow) -> bool:
    """Whether a scan was stored without a word: of one that was cut off, the sound pages are stored and the rest is
    named."""
    return row.outcome is IntakeOutcome.STORED and not any(page.fault for page in row.pages)


# --- hostile files --------------------------------------------------------------------------------------------------


class TimedInspector:
    """An inspector that remembers how long each scan took."""

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector
        self.seconds: list[tuple[float, str]] = []

    def pages(self, scan: ScanFile) -> tuple[InspectedPage, ...]:
        began = time.monotonic()
        try:
            return self._inspector.pages(scan)
        finally:
            self.seconds.append((time.monotonic() - began, scan.sha256))

    def split(self, scan: ScanFile, pages: Sequence[int], target: Path) -> None:
        self._inspector.split(scan, pages, target)


def hostile(root: Path, folder: Path) -> dict[str, Any]:
    """Drop every hostile file among the samples into one inbox. Ends the program when a good one is not stored, or a
    file is neither stored nor kept apart with its reason, or a process took too much memory."""
    inbox = root / "inbox"
    inbox.mkdir(parents=True)
    good, bad = _dropped(SAMPLES, inbox), _dropped(folder, inbox)
    limits = ScanLimits(seconds=20)
    options = IntakeOptions(root / "books", (Scanner("may-1", inbox),), 0, 0, limits)
    workspace = Workspace(root / "workspace")
    began = time.monotonic()
    with Inspector(limits) as inspector:
        timed = TimedInspector(inspector)
        while _left(inbox):
            if intake_round(options, workspace, timed, time.time()) is None:
                raise SystemExit("another intake holds the lock")
    seconds = time.monotonic() - began
    days = day_reports(options, workspace)
    flaws = [flaw for day in days for flaw in verify_day(day, options.scanners[0], workspace)]
    rows = {row.sha256: row for day in days for row in day.rows}
    memory = 1024 * max(
        resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    unsound = [sha256 for sha256 in good if rows[sha256].outcome is not IntakeOutcome.STORED]
    lost = set(bad) - rows.keys()
    if flaws or unsound or lost or memory > MOST_MEMORY:
        say("\n".join(flaws))
        raise SystemExit(f"unsound {len(unsound)}, lost {len(lost)}, memory {memory / 1e6:.0f} MB")
    codes = Counter(rows[sha256].code or _stored_as(rows[sha256].pages) for sha256 in bad)
    slowest, sha256 = max(timed.seconds)
    return {
        "good stored": len(good),
        "hostile": len(bad),
        "hostile quarantined": sum(rows[name].outcome is IntakeOutcome.QUARANTINED for name in bad),
        "what became of them": dict(codes.most_common()),
        "seconds": seconds,
        "slowest seconds": slowest,
        "slowest": rows[sha256].name,
        "largest process MB": memory / 1e6,
    }


def _stored_as(pages: Sequence[InspectedPage]) -> str:
    return "stored, a page broken" if any(page.fault for page in pages) else "stored, all pages decode"


def _dropped(folder: Path, inbox: Path) -> dict[str, str]:
    """Copy the files of a folder into the inbox, each content once; hash to name."""
    dropped: dict[str, str] = {}
    leave = {".toml", ".json", ".md", ".tsv"}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in leave):
        if path.name == "SOURCE.txt" or (digest := _digest(path)) in dropped:
            continue
        dropped[digest] = f"{len(dropped):04d}-{path.parent.name}-{path.name}"
        shutil.copyfile(path, inbox / dropped[digest])
    return dropped


def _digest(path: Path) -> str:
    return sha256_of_file(path)


if __name__ == "__main__":
    main()
