"""A test that hangs is named and ends its own process alone: no run waits for it until somebody ends the whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

HANGS = """
import threading
def test_that_hangs(): threading.Event().wait()
"""
HANGS_AT_ITS_END = """
import pytest, threading
@pytest.fixture(scope="module")
def server():
    yield
    threading.Event().wait()
def test_before_the_end(server): pass
"""
DIES = """
import os, signal
def test_that_is_killed(): os.kill(os.getpid(), signal.SIGKILL)
def test_after_it(): pass
"""
PASS = """
import pytest
@pytest.mark.parametrize("number", range(9))
def test_beside_it(number): pass
"""


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_ends_though_tests_and_the_end_of_a_fixture_hang_or_kill_it(
    tmp_path: Path, processes: int
) -> None:
    files = {"dies": DIES, "hangs": HANGS, "hangs_at_its_end": HANGS_AT_ITS_END, "passes": PASS}
    for name, code in files.items():
        (tmp_path / f"test_{name}.py").write_text(code, encoding="ascii")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    spread = [
        "-n",
        str(processes),
        "--dist",
        "loadfile",
        "--no-loadscope-reorder",
        "-p",
        "tests.file_scheduling",
    ]
    limits = ("faulthandler_timeout=2", "timeout=0", f"pythonpath={ROOT}")
    options = [word for limit in limits for word in ("-o", limit)]
    told = subprocess.run(
        [sys.executable, "-m", "pytest", *spread, ".", *options],
        capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path,
    )  # fmt: skip
    failed = {line.split()[1] for line in told.stdout.splitlines() if line.startswith("FAILED")}
    assert failed == {
        "test_dies.py::test_that_is_killed",
        "test_hangs.py::test_that_hangs",
        "test_hangs_at_its_end.py::test_before_the_end",
    }
    assert f"{len(failed)} failed, 11 passed" in told.stdout
    assert "in test_that_hangs" in told.stderr
    assert "in server" in told.stderr
