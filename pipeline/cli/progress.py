"""How far a long piece of work is: a bar on a terminal, else a line now and then; always on standard error."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.cli.screen import err

T = TypeVar("T")

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
"""Of a bar: what is done, how much of it, and the time left."""

LINES = 10
"""About how many lines tell of one piece of work where there is no terminal."""


def counted(items: Sequence[T], what: str, unit: str) -> Iterator[T]:
    """The items one by one, telling how many of them are done: ``what`` is done with so many ``unit``."""
    screen = err()
    if screen.is_terminal:
        with Progress(*COLUMNS, console=screen, transient=True) as bars:
            yield from bars.track(items, description=what)
        return
    for done, item in enumerate(items, 1):
        yield item
        if is_told(done, len(items)):
            screen.print(f"{what}: {done}/{len(items)} {unit}", markup=False)


def is_told(done: int, total: int) -> bool:
    """Whether a line tells that so many are done."""
    return done % max(1, total // LINES) == 0 or done == total
