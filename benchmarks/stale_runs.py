"""Measure again what is stale, the oldest first, for so many hours: ``make bench-all``.

    python -m benchmarks.stale_runs [--hours 8] [--folder LINES=FOLDER] [--only BENCH] [--plan]

What is to be measured is seen from the results alone (``bench-out/``, ``docs/reference/figures/``): a run that is
stopped, or killed, goes on where it was. A benchmark whose last measurement took longer than the time that is left is
not begun, and one that is not done in time is ended. One that fails comes last the next time.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import BENCH_OUT, revision, say
from benchmarks.figures_page import (
    RESULTS,
    Results,
    is_of_other_networks,
    is_repeatable,
    program_path,
    read_results,
    what_changed,
)

RUNS = Path(__file__).with_name("runs.toml")
FAILED = BENCH_OUT / "failed-runs" / "revisions.json"
"""The revision at which each run failed last."""

END_SECONDS = 30.0
"""Time that a benchmark has to end in when it is told to."""


@dataclass(frozen=True, slots=True)
class Run:
    """One call of a benchmark.

    Attributes:
        makes: Names of the results that it writes.
    """

    makes: tuple[str, ...]
    bench: str
    arguments: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.makes[0]

    def filled(self, folders: Mapping[str, str]) -> tuple[str, ...] | None:
        """Return the arguments with the folders in their places; None when one of these is not given."""
        try:
            return tuple(argument.format_map(folders) for argument in self.arguments)
        except KeyError:
            return None


def read_runs(path: Path = RUNS) -> Sequence[Run]:
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["run"]
    return [Run(tuple(row["makes"]), row["bench"], tuple(row.get("arguments", ()))) for row in rows]


def newest_results() -> Results:
    """Return every result that can be repeated: those in ``bench-out/``, else those that are kept."""
    new = {
        name: one for name, one in read_results(BENCH_OUT).items() if "figures" in one and is_repeatable(one)
    }
    return {**read_results(RESULTS), **new}


def stale(runs: Iterable[Run], results: Results, failed: Mapping[str, str], head: str) -> list[Run]:
    """Return the runs to make, in order: what was never measured, then by age; what failed at ``head`` last."""
    order = {run: _age(run, results) for run in runs if any(_is_stale(name, results) for name in run.makes)}
    return sorted(order, key=lambda run: (failed.get(run.name) == head, order[run]))


def _is_stale(name: str, results: Results) -> bool:
    result = results.get(name)
    return result is None or is_of_other_networks(name, result) or bool(what_changed(name, result))


def _age(run: Run, results: Results) -> str:
    return min(results[name]["date"] if name in results else "" for name in run.makes)


def known_seconds(run: Run, results: Results) -> float:
    """Return how long the run took when it was last measured, as far as that is known."""
    return max((float(results[name].get("seconds", 0)) for name in run.makes if name in results), default=0.0)


def measure(run: Run, arguments: Sequence[str], seconds: float) -> int | None:
    """Run a benchmark for so many seconds at most; return its exit code, None when the time was over."""
    module = ".".join(program_path(run.bench).relative_to(RUNS.parents[1]).with_suffix("").parts)
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], start_new_session=True)
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a benchmark and all that it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument(
        "--folder", action="append", default=[], metavar="NAME=FOLDER", help="LINES, APART, NAMES, DATA"
    )
    parser.add_argument("--only", action="append", help="only this benchmark; may be repeated")
    parser.add_argument("--plan", action="store_true", help="say what would be measured, and end")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # the benchmark is ended too
    folders = dict(one.split("=", 1) for one in chosen.folder)
    end, head = time.monotonic() + 3600 * chosen.hours, revision()
    if head.endswith("+") and not chosen.plan:
        say(
            "Mã nguồn có chỗ sửa chưa ghi vào git: số đo ra sẽ không ai lặp lại được. Hãy ghi lại (git commit) trước."
        )
        return 3
    failed = json.loads(FAILED.read_text(encoding="utf-8")) if FAILED.exists() else {}
    results = newest_results()
    for run in stale(read_runs(), results, failed, head):
        if chosen.only and run.bench not in chosen.only:
            continue
        left, arguments = end - time.monotonic(), run.filled(folders)
        if arguments is None:
            say(f"{run.name}: bỏ qua, cần {' '.join(run.arguments)}")
        elif known_seconds(run, results) > left:
            say(f"{run.name}: bỏ qua, lần trước mất {known_seconds(run, results) / 3600:.1f} giờ")
        elif chosen.plan:
            say(f"{run.name}: {run.bench} {' '.join(arguments)} ({_age(run, results) or 'chưa đo'})")
        elif left > 0:
            say(f"{run.name}: đo …")
            code = measure(run, arguments, left)
            if code is None:
                say(f"{run.name}: hết giờ, chưa xong")
            elif code or _is_stale(run.name, newest_results()):
                say(f"{run.name}: không đo được (mã {code})")
                failed[run.name] = head
                FAILED.parent.mkdir(parents=True, exist_ok=True)
                FAILED.write_text(json.dumps(failed, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
