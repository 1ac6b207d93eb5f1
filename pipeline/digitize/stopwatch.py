"""CPU time by stage."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """CPU seconds a stage, those of finished child processes (Tesseract) included."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        before = _cpu_seconds()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + _cpu_seconds() - before


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
