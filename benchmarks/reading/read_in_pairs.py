"""Two revisions read the pages of a book in turn: what each page cost them, stage by stage, and what they read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import say

READER = Path(__file__).with_name("read_in_turn.py")

PageKey = tuple[str, str, int]
"""A page: its book, its scan, its number there."""


@dataclass(frozen=True)
class ReaderStart:
    """The start of a process that reads pages.

    Attributes:
        cpu: CPU seconds until its readers are made.
        memory: Megabytes that it holds then.
    """

    cpu: float
    memory: float


@dataclass(frozen=True)
class PageCost:
    """A page as a revision read it.

    Attributes:
        cpu: CPU seconds, with Tesseract's.
        stages: CPU seconds by stage.
        wall: Wall seconds.
        memory: Megabytes that the process holds after it.
        peak: The peak megabytes of the process.
        read: The readings, by row and field.
    """

    cpu: float
    stages: Mapping[str, float]
    wall: float
    memory: float
    peak: float
    read: Mapping[tuple[int, str], Mapping[str, Any]]


@dataclass(frozen=True)
class BookCost:
    """A book as a revision read it, page by page in their order."""

    start: ReaderStart
    pages: Mapping[PageKey, PageCost]


def read_in_pairs(books: Sequence[Path], roots: Mapping[str, Path]) -> dict[str, list[BookCost]]:
    """Return what each book cost with the code of each root, by the name of the root.

    The pages are read in turn, and who begins changes from page to page: what the machine does besides falls on both.
    """
    costs: dict[str, list[BookCost]] = {name: [] for name in roots}
    for book in books:
        with ExitStack() as stack:
            readers = {name: stack.enter_context(_reader(book, root)) for name, root in roots.items()}
            starts = {name: json.loads(next(reader)) for name, reader in readers.items()}
            pages: dict[str, dict[PageKey, PageCost]] = {name: {} for name in roots}
            total = min(start["pages"] for start in starts.values())
            for number in range(total):
                names = list(roots)
                for name in names if number % 2 == 0 else reversed(names):
                    answer = json.loads(next(readers[name]))
                    key = (book.name, answer["scan"], answer["page_no"])
                    pages[name][key] = _page_cost(answer)
                say(f"{book.name}: đã đọc {number + 1}/{total} trang")
        for name in roots:
            start = ReaderStart(starts[name]["cpu"], starts[name]["memory"]["now"])
            costs[name].append(BookCost(start, pages[name]))
    return costs


def _page_cost(answer: Mapping[str, Any]) -> PageCost:
    return PageCost(
        cpu=answer["cpu"],
        stages=answer["stages"],
        wall=answer["wall"],
        memory=answer["memory"]["now"],
        peak=answer["memory"]["peak"],
        read={(field["row"], field["field"]): field for field in answer["read"]},
    )


@contextmanager
def _reader(book: Path, root: Path) -> Iterator[Generator[str]]:
    """Yield the lines that a process writes about a book with the code in ``root``; each but the first is asked for."""
    command = [sys.executable, str(READER), str(book.resolve())]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), *_beside()])}
    with subprocess.Popen(
        command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        asking, telling = process.stdin, process.stdout
        assert asking is not None
        assert telling is not None

        def lines() -> Generator[str]:
            yield _answered(telling.readline(), book)
            while True:
                with suppress(BrokenPipeError):  # it has ended, and its last line is still to be read
                    asking.write("\n")
                    asking.flush()
                yield _answered(telling.readline(), book)

        try:
            yield lines()
        finally:
            with suppress(BrokenPipeError):
                asking.close()
            process.wait()


def _answered(line: str, book: Path) -> str:
    if not line:
        raise SystemExit(f"tiến trình đọc {book.name} đã dừng")
    return line


def _beside() -> list[str]:
    """Return the folders of packages that this process was given besides its own code."""
    given = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [folder for folder in given if folder and Path(folder).resolve() != Path.cwd()]
