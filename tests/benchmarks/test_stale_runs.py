"""What is stale is measured again, the oldest first, and a run that was stopped goes on where it was."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from benchmarks import stale_runs
from benchmarks.dependencies import dependencies
from benchmarks.figures import hand_networks
from benchmarks.figures_page import program_path, read_claims
from benchmarks.stale_runs import Run, known_seconds, measure, read_runs, stale

LAYOUT, TYPED, RULES = (Run((name,), name) for name in ("layout", "typed", "rules"))


def result(bench: str, date: str, **changes: object) -> dict[str, object]:
    """A result of this tree."""
    depends = dict(dependencies(program_path(bench)))
    return {"date": date, "seconds": 5, "depends": depends, "hand_networks": hand_networks(), **changes}


def test_every_row_of_the_table_has_one_run_that_makes_it() -> None:
    made = [name for run in read_runs() for name in run.makes]
    claimed = {claim.bench for claims in read_claims().values() for claim in claims}
    assert len(made) == len(set(made))
    assert claimed <= set(made)
    assert all(program_path(run.bench).is_file() for run in read_runs())


def test_what_was_never_measured_comes_first_then_the_oldest_and_what_failed_last() -> None:
    runs = [LAYOUT, TYPED, RULES]
    old = {
        name: result(name, date, depends={}) for name, date in (("layout", "2026-02"), ("typed", "2026-01"))
    }
    assert stale(runs, old, {}, "abc") == [RULES, TYPED, LAYOUT]
    assert stale(runs, old, {"rules": "abc"}, "abc") == [TYPED, LAYOUT, RULES]
    assert stale(runs, old, {"rules": "before"}, "abc") == [RULES, TYPED, LAYOUT]


def test_what_is_of_this_tree_is_not_measured_again() -> None:
    fresh = {name: result(name, "2026-01") for name in ("layout", "typed", "rules")}
    assert stale([LAYOUT, TYPED, RULES], fresh, {}, "abc") == []
    fresh["typed"]["depends"]["pipeline/digitize"] = "0"  # type: ignore[index]
    assert stale([LAYOUT, TYPED, RULES], fresh, {}, "abc") == [TYPED]
    assert known_seconds(TYPED, fresh) == 5.0


def test_a_folder_that_is_not_given_leaves_the_run_out() -> None:
    run = Run(("pens",), "pens", ("--lines", "{LINES}"))
    assert run.filled({}) is None
    assert run.filled({"LINES": "/a"}) == ("--lines", "/a")


def test_a_benchmark_that_is_not_done_in_time_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    started = subprocess.Popen

    def endless(_command: object, **options: bool) -> subprocess.Popen[bytes]:
        return started(["sleep", "600"], **options)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(subprocess, "Popen", endless)
    assert measure(TYPED, (), 0.05) is None


def test_with_a_benchmark_all_ends_that_it_started(tmp_path: Path) -> None:
    told = tmp_path / "pid"
    process = subprocess.Popen(
        ["bash", "-c", f"sleep 600 & echo $! >{told}.new && mv {told}.new {told}; wait"],
        start_new_session=True,
    )
    while not told.exists():
        time.sleep(0.02)
    stale_runs.end(process)
    status = Path(f"/proc/{told.read_text().strip()}/stat")
    while status.exists() and status.read_text().split()[2] != "Z":
        time.sleep(0.02)
    assert process.returncode is not None
