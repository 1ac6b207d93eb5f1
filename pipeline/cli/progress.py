"""How far a long piece of work is: a bar on a terminal, else a line now and then; always on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol, TypeVar

from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pipeline.cli.screen import err

T = TypeVar("T")

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
"""Of a bar: what is done, how much of it, and the time left."""

LINES = 10
"""About how many lines tell of one piece of work where there is no terminal."""


class HowFar(Protocol):
    """``done`` of the ``total`` pages or entries of the book ``folder``."""

    @property
    def folder(self) -> str: ...

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...


def counted(items: Sequence[T], what: str, unit: str) -> Iterator[T]:
    """The items one by one, telling how many of them are done: ``what`` is done with so many ``unit``."""
    screen = err()
    if screen.is_terminal:
        with Progress(*COLUMNS, console=screen, transient=True) as bars:
            yield from bars.track(items, description=what)
        return
    for done, item in enumerate(items, 1):
        yield item
        if _is_told(done, len(items)):
            screen.print(f"{what}: {done}/{len(items)} {unit}", markup=False)


@contextmanager
def measured(what: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Shows how far one piece of work is, whose size is known only once it runs."""
    screen = err()
    if not screen.is_terminal:

        def as_line(done: int, total: int) -> None:
            if _is_told(done, total):
                screen.print(f"{what}: {done}/{total} {unit}", markup=False)

        yield as_line
        return
    with Progress(*COLUMNS, console=screen, transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


@contextmanager
def by_book(unit: str) -> Iterator[Callable[[HowFar], None]]:
    """Shows how far each of several books is."""
    screen = err()
    if not screen.is_terminal:

        def as_line(at: HowFar) -> None:
            if _is_told(at.done, at.total):
                screen.print(f"{at.folder}: {at.done}/{at.total} {unit}", markup=False)

        yield as_line
        return
    with Progress(*COLUMNS, console=screen, transient=True) as bars:
        tasks = {}

        def as_bar(at: HowFar) -> None:
            if at.folder not in tasks:
                tasks[at.folder] = bars.add_task(escape(at.folder), total=at.total)
            bars.update(tasks[at.folder], completed=at.done)

        yield as_bar


def _is_told(done: int, total: int) -> bool:
    """Whether a line tells that so many are done."""
    return done % max(1, total // LINES) == 0 or done == total
