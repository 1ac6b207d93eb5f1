"""Where commands write: answers to standard output, progress and errors to standard error.

Progress is a bar on a terminal, else a line now and then.
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
from typing import Annotated, Any, Protocol, TextIO, TypeVar

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.segment import Segment
from rich.text import Text

from pipeline.base.files import json_printable, printable

PIPE_WIDTH = 140

JsonOption = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON cho chương trình khác đọc.")]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        help="Thư mục làm việc: kho bản quét và sổ dữ liệu [HOTICH_WORKSPACE; hotich-data].",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", "-j", min=1, help="Số tiến trình đọc trang [HOTICH_WORKERS; mỗi nhân máy một]."
    ),
]


def out() -> Console:
    """Standard output as it is now (a test may have put another in its place)."""
    return _console(sys.stdout)


def err() -> Console:
    return _console(sys.stderr)


class PrintableConsole(Console):
    """A console to which no name and no value can send commands: their control characters are written out."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text, KEPT), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As Rich does; what was no plain text before (the parts of a progress bar) is looked at here."""
        for segment in super().render(renderable, options):
            text = segment.text
            if segment.control or text.isprintable() or (shown := printable(text, KEPT)) == text:
                yield segment
            else:
                yield Segment(shown, segment.style)


KEPT = "\n\t"
"""What a text of several lines needs."""


def name_cell(name: object) -> str:
    """Return a name of a file or folder for a cell or a line with markup; nothing in it is markup or a command."""
    return escape(printable(str(name)))


def _console(stream: TextIO) -> Console:
    """A console as wide as the terminal; a file or a pipe gets whole lines and wide tables."""
    if stream.isatty():
        return PrintableConsole(file=stream, highlight=False)
    return PrintableConsole(file=stream, highlight=False, soft_wrap=True, width=PIPE_WIDTH)


def show_error(message: str) -> None:
    err().print(f"[bold red]Lỗi:[/] {escape(message)}")


def print_json(value: Any) -> None:
    """One JSON document; frozen dataclasses become objects."""
    sys.stdout.write(json_printable(json.dumps(plain(value), ensure_ascii=False, indent=2)) + "\n")


def plain(value: Any) -> Any:
    """Dataclasses (but for fields that their ``repr`` hides), enums, paths, times and mappings as what JSON knows."""
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

COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
"""Of a bar: what is done, how much of it, and the time left."""

LINES = 10
"""About how many lines tell of one piece of work where there is no terminal."""


class HowFar(Protocol):
    """Progress in a book: ``done`` of the ``total`` pages or entries of the book ``folder``."""

    @property
    def folder(self) -> str: ...

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...


def track_items(items: Sequence[T], what: str, unit: str) -> Iterator[T]:
    """The items one by one, telling how many of them are done: ``what`` is done with so many ``unit``."""
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
    """Shows how far one piece of work is, whose size is known only once it runs."""
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
def track_books(unit: str) -> Iterator[Callable[[HowFar], None]]:
    """Shows how far each of several books is."""
    screen = err()
    if not screen.is_terminal:

        def as_line(at: HowFar) -> None:
            if _is_reported(at.done, at.total):
                screen.print(f"{printable(at.folder)}: {at.done}/{at.total} {unit}", markup=False)

        yield as_line
        return
    with Progress(*COLUMNS, console=screen, transient=True) as bars:
        tasks = {}

        def as_bar(at: HowFar) -> None:
            if at.folder not in tasks:
                tasks[at.folder] = bars.add_task(name_cell(at.folder), total=at.total)
            bars.update(tasks[at.folder], completed=at.done)

        yield as_bar


def _is_reported(done: int, total: int) -> bool:
    """Return whether a line reports that so many are done."""
    return done % max(1, total // LINES) == 0 or done == total
