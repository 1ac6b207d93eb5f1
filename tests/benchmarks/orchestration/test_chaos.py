"""A short night of chaos, on SQLite: nothing is lost, doubled or decided otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.orchestration.bench_chaos import chaos

KINDS = ["lượt chạy bị giết", "tiến trình đọc bị giết", "ổ đĩa đầy"]


@pytest.mark.slow
def test_after_faults_of_every_kind_the_registry_is_that_of_an_undisturbed_run(tmp_path: Path) -> None:
    outcome = chaos(tmp_path, "sqlite", pages=20, many_faults=3, poisons=0, seed=7, only=KINDS)
    assert set(outcome.injected) == set(KINDS)
    assert outcome.decisions > 0
    assert (outcome.differences, outcome.flaws) == ({}, 0)
