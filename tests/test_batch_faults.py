"""What costs a page, what stops a book, what stops a run, and what two runs at once do. Reading is faked."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline import schema
from pipeline.batch import Breaker, Progress, book_report, digitize_book, digitize_books
from pipeline.errors import BookBusy, ReadingStopped, StorageError
from pipeline.intake import ScanLimits
from pipeline.ledger import load_ledger
from pipeline.model import PageImage, PageResult
from pipeline.registry import Registry, book_runs
from pipeline.schema import Schemas
from pipeline.workbench import FaultOptions, Workbench
from pipeline.workspace import Workspace
from tests.fake_pages import BREAK, CRASH, GOOD, LOOP, draw, fake_engines, fake_page
from tests.registry.outsider import Outsider

LEDGER = 'form = "birth-2006"\nplace = "UBND xã Thử"\nplace_code = "1"\nvolume = "01/2010"\n'


@pytest.fixture(scope="session")
def schemas() -> Schemas:
    return schema.load()


@pytest.fixture
def bench(tmp_path: Path, schemas: Schemas) -> Workbench:
    workspace = Workspace(tmp_path / "workspace")
    return Workbench(
        workspace.root,
        workspace.registry_url,
        schemas,
        make_engines=fake_engines,
        limits=ScanLimits(memory_bytes=500_000_000),
        read_page=fake_page,
    )


def make_book(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "ledger.toml").write_text(LEDGER, encoding="utf-8")
    return folder


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return make_book(tmp_path / "books" / "book-1")


def dies_once(page: PageImage, *others: Any, mark: Path) -> PageResult:
    """Its process is killed at the first page ever, as the system does when memory runs out."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return fake_page(page, *others)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_a_page_whose_process_was_killed_is_tried_once_more(
    book: Path, bench: Workbench, tmp_path: Path
) -> None:
    draw(book / "a.tiff", GOOD, GOOD, GOOD)
    report = digitize_book(
        book, replace(bench, read_page=partial(dies_once, mark=tmp_path / "mark")), workers=1
    )
    assert (report.read, report.failures) == (3, ())


def test_a_page_that_kills_its_process_night_after_night_is_set_aside_until_asked_for(
    book: Path, bench: Workbench
) -> None:
    draw(book / "a.tiff", GOOD, CRASH)
    bench = replace(bench, faults=FaultOptions(tries=2))
    for _ in range(2):
        (failure,) = digitize_book(book, bench, workers=1).failures
        assert "để riêng" not in failure.message
    cured = replace(bench, read_page=partial(fake_page, only_good=True))
    held = digitize_book(book, cured, workers=1)
    (failure,) = held.failures
    assert (failure.code, failure.page_no, held.read, held.known) == ("crash", 2, 0, 1)
    assert "để riêng" in failure.message
    with bench.open_registry() as registry:
        (waiting,) = registry.unread()
        assert (waiting.book, waiting.scan, waiting.page_no, waiting.tries) == ("book-1", "a.tiff", 2, 2)
    assert digitize_book(book, cured, workers=1, again=True).read == 1
    with bench.open_registry() as registry:
        assert registry.unread() == ()


def test_a_broken_page_is_looked_at_again_each_time(book: Path, bench: Workbench) -> None:
    draw(book / "a.tiff", GOOD, BREAK)
    bench = replace(bench, faults=FaultOptions(tries=1))
    digitize_book(book, bench, workers=1)
    assert (
        digitize_book(book, replace(bench, read_page=partial(fake_page, only_good=True)), workers=1).read == 1
    )


def test_a_book_stops_when_too_many_of_its_pages_fail_and_the_next_one_is_read(
    tmp_path: Path, bench: Workbench
) -> None:
    root = tmp_path / "books"
    draw(make_book(root / "a") / "1.tiff", GOOD, *[BREAK] * 8)
    draw(make_book(root / "b") / "1.tiff", *[GOOD] * 6, mark=9)
    bench = replace(bench, faults=FaultOptions(pages=5))
    stopped, fine = digitize_books(root, bench, workers=1)
    (failure,) = stopped.failures
    assert (failure.code, failure.scan) == ("stopped", "a")
    assert "hotich queue" in failure.message
    assert fine.read == 6
    with bench.open_registry() as registry:
        assert len(registry.unread()) == 4  # and what was not tried yet is for the next run
        assert registry.summary().entries == 7


def test_a_share_that_is_gone_stops_the_run_and_a_book_that_is_gone_does_not(
    tmp_path: Path, bench: Workbench
) -> None:
    root = tmp_path / "share" / "books"
    for mark, name in enumerate("abc"):
        draw(make_book(root / name) / "1.tiff", GOOD, mark=mark)
    away = root.with_name("away")

    def unplug(_: Progress) -> None:
        if root.exists():
            root.rename(away)
            root.mkdir()  # what an unmounted share leaves

    run = digitize_books(root, bench, workers=1, on_progress=unplug)
    assert next(run).read == 1  # it was stored before the share went
    with pytest.raises(StorageError, match="không còn nối vào máy"):
        next(run)
    root.rmdir()
    away.rename(root)
    shutil.rmtree(root / "b")
    assert book_report(root / "b", bench, workers=1).failures[0].code == "ledger"
    assert [report.read for report in digitize_books(root, bench, workers=1)] == [1, 0]
    with bench.open_registry() as registry:
        assert registry.summary().entries == 2


def test_books_that_are_read_elsewhere_stop_the_run_one_after_the_other() -> None:
    breaker = Breaker(FaultOptions(pages=10))
    breaker.note_book(400, ["broken"] * 40, was_stopped=False)
    breaker.note_book(0, [], was_stopped=True)
    breaker.note_book(30, [], was_stopped=False)  # the fault was that book's
    breaker.note_book(2, ["broken"] * 9, was_stopped=False)
    with pytest.raises(ReadingStopped) as stopped:
        breaker.note_book(0, [], was_stopped=True)
    assert stopped.value.final
    small = Breaker(FaultOptions(pages=10))
    for _ in range(6):
        small.note_book(1, ["broken"] * 2, was_stopped=False)
    with pytest.raises(ReadingStopped):
        small.note_book(1, ["broken"] * 2, was_stopped=False)


def test_a_run_stops_when_one_book_after_the_other_does(tmp_path: Path, bench: Workbench) -> None:
    root = tmp_path / "books"
    for mark, name in enumerate("abc"):
        draw(make_book(root / name) / "1.tiff", *[BREAK] * 3, mark=mark)
    run = digitize_books(root, replace(bench, faults=FaultOptions(pages=3)), workers=1)
    assert next(run).failures[0].code == "stopped"
    with pytest.raises(ReadingStopped) as stopped:
        next(run)
    assert stopped.value.final


def test_failures_here_and_there_stop_nothing() -> None:
    breaker = Breaker(FaultOptions(share=0.5, pages=4))
    for code in (None, "broken", None, "timeout") * 5:
        breaker.note(code)


def test_a_stop_names_what_to_look_at_and_survives_the_way_between_processes() -> None:
    breaker = Breaker(FaultOptions(pages=2))
    breaker.note("timeout")
    with pytest.raises(ReadingStopped, match="máy có đang bận") as stopped:
        breaker.note("timeout")
    assert pickle.loads(pickle.dumps(stopped.value)).message == stopped.value.message  # noqa: S301 (its own)


# --- two runs at once -----------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def registry(request: pytest.FixtureRequest, tmp_path: Path, schemas: Schemas) -> Iterator[Registry]:
    url = f"sqlite:///{tmp_path}/r.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    with Registry.open(url, schemas) as opened:
        yield opened


def test_of_two_runs_over_one_book_the_second_says_who_has_it(book: Path, registry: Registry) -> None:
    book_id = registry.book_id(load_ledger(book), book.name)
    with (
        registry.turn_at(book_id, 60.0),
        pytest.raises(BookBusy, match=str(os.getpid())),
        registry.turn_at(book_id, 60.0),
    ):
        pass
    with registry.turn_at(book_id, 60.0):
        pass


DIES = """
import os, sys
from pathlib import Path
from pipeline.registry import Registry
registry = Registry.open(sys.argv[1])
turn = registry.turn_at(int(sys.argv[2]), 3600.0)
turn.__enter__()
os._exit(9)
"""


def test_the_book_of_a_run_that_was_killed_is_taken_over_at_once(book: Path, bench: Workbench) -> None:
    with bench.open_registry() as registry:
        book_id = registry.book_id(load_ledger(book), book.name)
        killed = subprocess.run([sys.executable, "-c", DIES, bench.registry_url, str(book_id)], check=False)
        assert killed.returncode == 9
        with registry.turn_at(book_id, 60.0):
            pass
        assert "run-taken-over" in {row.action for row in registry.audit().recent(9)}


def test_a_run_that_hangs_loses_its_book_and_stops_when_it_wakes(
    book: Path, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_runs, "BEAT_SECONDS", 0.0)
    book_id = registry.book_id(load_ledger(book), book.name)
    hanging = book_runs.Turn(registry._database, book_id, 0.0)
    hanging.begin()
    book_runs._held_here.clear()  # as if it were a process elsewhere
    monkeypatch.setattr(book_runs, "is_dead", lambda *_: False)
    with registry.turn_at(book_id, 60.0) as turn:
        turn.beat()
        with pytest.raises(BookBusy, match="lượt chạy khác"):
            hanging.beat()
        hanging.end()
        turn.beat()


def test_a_run_goes_past_a_book_that_another_run_reads(tmp_path: Path, bench: Workbench) -> None:
    root = tmp_path / "books"
    first = make_book(root / "a")
    draw(first / "1.png", GOOD)
    draw(make_book(root / "b") / "1.png", GOOD, mark=5)
    with bench.open_registry() as registry:
        book_id = registry.book_id(load_ledger(first), "a")
        with registry.turn_at(book_id, 60.0):
            busy, read = digitize_books(root, bench, workers=1)
    assert [failure.code for failure in busy.failures] == ["busy"]
    assert read.read == 1
    assert book_report(first, bench, workers=1).read == 1


def test_a_run_that_stops_for_any_reason_gives_its_book_back(
    book: Path, bench: Workbench, outside: Outsider
) -> None:
    draw(book / "a.tiff", GOOD, LOOP)

    def stop(_: Progress) -> None:
        assert outside.execute("SELECT count(*) FROM book_run") == [(1,)]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        digitize_book(book, replace(bench, page_seconds=2.0), workers=1, on_progress=stop)
    assert outside.execute("SELECT count(*) FROM book_run") == [(0,)]


@pytest.fixture
def outside(bench: Workbench) -> Iterator[Outsider]:
    with bench.open_registry():
        pass
    with closing(Outsider(bench.registry_url)) as other:
        yield other
