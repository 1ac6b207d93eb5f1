"""Output of commands: answers to standard output, progress and errors to standard error.

Progress is a bar on a terminal, else an occasional line.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeVar

from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from pipeline.base.files import json_printable, printable

PIPE_WIDTH = 140


def out() -> Console:
    """Return a console on the present standard output (a test may have replaced it)."""
    return _console(sys.stdout)


def err() -> Console:
    return _console(sys.stderr)


def say(text: object) -> None:
    """Print a line of the answer without markup."""
    out().print(text, markup=False)


class PrintableConsole(Console):
    """A console that escapes control characters, so that no name or value can send terminal commands."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text, KEPT), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as Rich does; text that was no plain string before (such as a progress bar) is escaped here."""
        for segment in super().render(renderable, options):
            text = segment.text
            if segment.control or text.isprintable() or (shown := printable(text, KEPT)) == text:
                yield segment
            else:
                yield Segment(shown, segment.style)


KEPT = "\n\t"
"""Control characters that stay, for texts of several lines."""


def name_cell(name: object) -> str:
    """Return a file or folder name for a cell or line with markup, escaped."""
    return escape(printable(str(name)))


def _console(stream: TextIO) -> Console:
    """Return a console as wide as the terminal; files and pipes get unwrapped lines and wide tables."""
    if stream.isatty():
        return PrintableConsole(file=stream, highlight=False)
    return PrintableConsole(file=stream, highlight=False, soft_wrap=True, width=PIPE_WIDTH)


def show_error(message: str) -> None:
    err().print(f"[bold red]Lỗi:[/] {escape(message)}")


def print_json(value: Any) -> None:
    """Print a JSON document; frozen dataclasses become objects."""
    sys.stdout.write(json_printable(json.dumps(plain(value), ensure_ascii=False, indent=2)) + "\n")


def plain(value: Any) -> Any:
    """Return dataclasses (without fields hidden from ``repr``), enums, paths, times and mappings as JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = (field.name for field in dataclasses.fields(value) if field.repr)
        return {name: plain(getattr(value, name)) for name in shown}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


T = TypeVar("T")


def show(
    rows: Iterable[T],
    columns: Mapping[str, Callable[[T], object]],
    as_json: bool = False,
    document: Any = None,
) -> None:
    """Print rows as a table, or with ``as_json`` a document.

    Args:
        columns: The cell of a row by column header; markup in cells is escaped.
        document: The content for JSON; None for the rows.
    """
    if as_json:
        print_json(rows if document is None else document)
        return
    print_table(columns, [[cell(row) for cell in columns.values()] for row in rows])


def print_table(
    headers: Iterable[str], rows: Iterable[Iterable[object]], *, right: slice | None = None
) -> None:
    """Print rows of cells as a table; markup in cells is escaped.

    Args:
        right: The right-aligned columns.
    """
    table = Table(*headers)
    for column in table.columns[right] if right else ():
        column.justify = "right"
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    out().print(table)


COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
"""The columns of a progress bar: description, bar, count and remaining time."""

LINES = 10
"""Approximate number of progress lines of a task without a terminal."""


class FolderProgress(Protocol):
    """Progress in a book: ``done`` of the ``total`` pages or entries of the book ``folder``."""

    @property
    def folder(self) -> str: ...

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...


def track_items(items: Sequence[T], what: str, unit: str) -> Iterator[T]:
    """Yield the items with a progress report: ``what`` is being done, counted in ``unit``."""
    screen = err()
    if screen.is_terminal:
        with Progress(*COLUMNS, console=screen, transient=True) as bars:
            yield from bars.track(items, description=what)
        return
    for done, item in enumerate(items, 1):
        yield item
        if _is_reported(done, len(items)):
            screen.print(f"{what}: {done}/{len(items)} {unit}", markup=False)


@contextmanager
def track_work(what: str, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Show the progress of a task whose size is only known once it runs."""
    screen = err()
    if not screen.is_terminal:

        def as_line(done: int, total: int) -> None:
            if _is_reported(done, total):
                screen.print(f"{what}: {done}/{total} {unit}", markup=False)

        yield as_line
        return
    with Progress(*COLUMNS, console=screen, transient=True) as bars:
        task = bars.add_task(what, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


@contextmanager
def track_books(unit: str) -> Iterator[Callable[[FolderProgress], None]]:
    """Show the progress of each of several books."""
    screen = err()
    if not screen.is_terminal:

        def as_line(at: FolderProgress) -> None:
            if _is_reported(at.done, at.total):
                screen.print(f"{printable(at.folder)}: {at.done}/{at.total} {unit}", markup=False)

        yield as_line
        return
    with Progress(*COLUMNS, console=screen, transient=True) as bars:
        tasks = {}

        def as_bar(at: FolderProgress) -> None:
            if at.folder not in tasks:
                tasks[at.folder] = bars.add_task(name_cell(at.folder), total=at.total)
            bars.update(tasks[at.folder], completed=at.done)

        yield as_bar


def _is_reported(done: int, total: int) -> bool:
    """Return whether this count gets a progress line."""
    return done % max(1, total // LINES) == 0 or done == total
