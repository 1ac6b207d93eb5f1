"""What two runs over the same book do at once. Reading is faked."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.errors import BookBusy
from pipeline.base.localtime import format_moment
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Schemas
from pipeline.registry import Registry
from pipeline.registry.books import book_locks
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import Progress, book_report, digitize_book, digitize_books
from tests.fake_books import make_book
from tests.fake_pages import GOOD, LOOP, draw
from tests.registry.outsider import Outsider


@pytest.fixture(params=["sqlite", "postgresql"])
def registry(request: pytest.FixtureRequest, tmp_path: Path, schemas: Schemas) -> Iterator[Registry]:
    url = f"sqlite:///{tmp_path}/r.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    with Registry.open(url, schemas) as opened:
        yield opened


def test_of_two_runs_over_a_book_the_second_reports_who_holds_it(book: Path, registry: Registry) -> None:
    book_id = registry.book_id(load_ledger(book), book.name)
    with (
        registry.lock_book(book_id, 60.0),
        pytest.raises(BookBusy, match=str(os.getpid())),
        registry.lock_book(book_id, 60.0),
    ):
        pass
    with registry.lock_book(book_id, 60.0):
        pass


DIES = """
import os, sys
from pathlib import Path
from pipeline.registry import Registry
registry = Registry.open(sys.argv[1])
turn = registry.lock_book(int(sys.argv[2]), 3600.0)
turn.__enter__()
os._exit(9)
"""


def test_the_book_of_a_run_that_was_killed_is_taken_over_at_once(book: Path, context: RunContext) -> None:
    with context.open_registry() as registry:
        book_id = registry.book_id(load_ledger(book), book.name)
        killed = subprocess.run([sys.executable, "-c", DIES, context.registry_url, str(book_id)], check=False)
        assert killed.returncode == 9
        with registry.lock_book(book_id, 60.0):
            pass
        assert "run-taken-over" in {row.action for row in registry.audit().recent(9)}


def test_a_run_that_hangs_loses_its_book_and_stops_when_it_wakes(
    book: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_locks, "BEAT_SECONDS", 0.0)
    book_id = registry.book_id(load_ledger(book), book.name)
    hanging = book_locks.BookLock(registry._database, book_id, 0.0)
    hanging.begin()
    book_locks._held_here.clear()  # as if it were a process elsewhere
    monkeypatch.setattr(book_locks, "is_dead", lambda *_: False)
    with registry.lock_book(book_id, 60.0) as turn:
        turn.beat()
        with pytest.raises(BookBusy, match="lượt chạy khác"):
            hanging.beat()
        hanging.end()
        turn.beat()


def test_the_second_run_is_told_times_by_the_clock_of_the_office(
    book: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    book_id = registry.book_id(load_ledger(book), book.name)
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    try:
        with registry.lock_book(book_id, 60.0):
            begun = registry.statistics(None).reading_runs()[0].begun_at
            with (
                pytest.raises(BookBusy, match=f"từ {format_moment(begun)}"),
                registry.lock_book(book_id, 60.0),
            ):
                pass
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_run_goes_past_a_book_that_another_run_reads(tmp_path: Path, context: RunContext) -> None:
    root = tmp_path / "books"
    first = make_book(root / "a")
    draw(first / "1.png", GOOD)
    draw(make_book(root / "b") / "1.png", GOOD, mark=5)
    with context.open_registry() as registry:
        book_id = registry.book_id(load_ledger(first), "a")
        with registry.lock_book(book_id, 60.0):
            busy, read = digitize_books(root, context, workers=1)
    assert [failure.code for failure in busy.failures] == ["busy"]
    assert read.read == 1
    assert book_report(first, context, workers=1).read == 1


def test_a_run_that_stops_for_any_reason_gives_its_book_back(
    book: Path, context: RunContext, outside: Outsider
) -> None:
    draw(book / "a.tiff", GOOD, LOOP)

    def stop(_: Progress) -> None:
        assert outside.execute("SELECT count(*) FROM book_run") == [(1,)]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        digitize_book(book, replace(context, page_seconds=2.0), workers=1, on_progress=stop)
    assert outside.execute("SELECT count(*) FROM book_run") == [(0,)]


@pytest.fixture
def outside(context: RunContext) -> Iterator[Outsider]:
    with context.open_registry():
        pass
    with closing(Outsider(context.registry_url)) as other:
        yield other
