"""The memory of a reader is its own, whoever started it."""

from __future__ import annotations

import subprocess
import sys

ASK = "from benchmarks.handwriting.line_speed import peak_memory_mb; print(peak_memory_mb())"
HELD = 700


def test_peak_memory_does_not_count_what_the_starting_process_held() -> None:
    starter = (
        f"import subprocess, sys; held = bytearray({HELD} * 2**20)\n"
        f"print(subprocess.run([sys.executable, '-c', {ASK!r}], check=True, capture_output=True, text=True).stdout)"
    )
    said = subprocess.run([sys.executable, "-c", starter], check=True, capture_output=True, text=True).stdout
    assert 20 < float(said) < HELD


def test_peak_memory_counts_what_was_held_and_let_go() -> None:
    ask = f"held = bytearray({HELD} * 2**20); del held; {ASK}"
    said = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, text=True).stdout
    assert float(said) > HELD
