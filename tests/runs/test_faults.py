"""What costs a page, what stops a book, what stops a run. Reading is faked."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pipeline.base.errors import ReadingStopped, StorageError
from pipeline.base.model import PageImage, PageResult
from pipeline.run_context import FaultOptions, RunContext
from pipeline.runs.book_reading import Progress, book_report, digitize_book, digitize_books
from pipeline.runs.circuit_breaker import CircuitBreaker
from tests.fake_books import make_book
from tests.fake_pages import BREAK, CRASH, GOOD, draw, fake_page


def dies_once(page: PageImage, *others: Any, mark: Path) -> PageResult:
    """Its process is killed at the first page ever, as the system does when memory runs out."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return fake_page(page, *others)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_a_page_whose_process_was_killed_is_tried_once_more(
    book: Path, context: RunContext, tmp_path: Path
) -> None:
    draw(book / "a.tiff", GOOD, GOOD, GOOD)
    report = digitize_book(
        book, replace(context, read_page=partial(dies_once, mark=tmp_path / "mark")), workers=1
    )
    assert (report.read, report.failures) == (3, ())


def test_a_page_that_kills_its_process_night_after_night_is_set_aside_until_asked_for(
    book: Path, context: RunContext
) -> None:
    draw(book / "a.tiff", GOOD, CRASH)
    context = replace(context, faults=FaultOptions(tries=2))
    for _ in range(2):
        (failure,) = digitize_book(book, context, workers=1).failures
        assert "để riêng" not in failure.message
    cured = replace(context, read_page=partial(fake_page, only_good=True))
    held = digitize_book(book, cured, workers=1)
    (failure,) = held.failures
    assert (failure.code, failure.page_no, held.read, held.known) == ("crash", 2, 0, 1)
    assert "để riêng" in failure.message
    with context.open_registry() as registry:
        (waiting,) = registry.read_failures()
        assert (waiting.book, waiting.scan, waiting.page_no, waiting.tries) == ("book-1", "a.tiff", 2, 2)
    assert digitize_book(book, cured, workers=1, again=True).read == 1
    with context.open_registry() as registry:
        assert registry.read_failures() == ()


def test_a_broken_page_is_looked_at_again_each_time(book: Path, context: RunContext) -> None:
    draw(book / "a.tiff", GOOD, BREAK)
    context = replace(context, faults=FaultOptions(tries=1))
    digitize_book(book, context, workers=1)
    assert (
        digitize_book(book, replace(context, read_page=partial(fake_page, only_good=True)), workers=1).read
        == 1
    )


def test_a_book_stops_when_too_many_of_its_pages_fail_and_the_next_one_is_read(
    tmp_path: Path, context: RunContext
) -> None:
    root = tmp_path / "books"
    draw(make_book(root / "a") / "1.tiff", GOOD, *[BREAK] * 8)
    draw(make_book(root / "b") / "1.tiff", *[GOOD] * 6, mark=9)
    context = replace(context, faults=FaultOptions(pages=5))
    stopped, fine = digitize_books(root, context, workers=1)
    (failure,) = stopped.failures
    assert (failure.code, failure.scan) == ("stopped", "a")
    assert "hotich queue" in failure.message
    assert fine.read == 6
    with context.open_registry() as registry:
        assert len(registry.read_failures()) == 4  # and what was not tried yet is for the next run
        assert registry.summary().entries == 7


def test_pages_that_failed_before_stop_no_later_night(tmp_path: Path, context: RunContext) -> None:
    root = tmp_path / "books"
    for mark, name in enumerate("abc"):
        draw(make_book(root / name) / "1.tiff", *[BREAK] * 2, mark=mark)
    context = replace(context, faults=FaultOptions(pages=3))
    for _ in digitize_books(root, replace(context, faults=FaultOptions(pages=0)), workers=1):
        pass
    draw(root / "c" / "2.tiff", GOOD, GOOD, mark=9)
    *old, last = digitize_books(root, context, workers=1)
    assert [report.read for report in (*old, last)] == [0, 0, 2]
    assert [(len(report.failures), report.failed) for report in (*old, last)] == [(2, ())] * 3
    draw(root / "c" / "3.tiff", BREAK, BREAK, BREAK, mark=11)  # new failures still count
    *old, last = digitize_books(root, context, workers=1)
    assert last.failures[0].code == "stopped"


def test_a_share_that_is_gone_stops_the_run_and_a_book_that_is_gone_does_not(
    tmp_path: Path, context: RunContext
) -> None:
    root = tmp_path / "share" / "books"
    for mark, name in enumerate("abc"):
        draw(make_book(root / name) / "1.tiff", GOOD, mark=mark)
    away = root.with_name("away")

    def unplug(_: Progress) -> None:
        if root.exists():
            root.rename(away)
            root.mkdir()  # what an unmounted share leaves

    run = digitize_books(root, context, workers=1, on_progress=unplug)
    assert next(run).read == 1  # it was stored before the share went
    with pytest.raises(StorageError, match="không còn nối vào máy"):
        next(run)
    root.rmdir()
    away.rename(root)
    shutil.rmtree(root / "b")
    assert book_report(root / "b", context, workers=1).failures[0].code == "ledger"
    assert [report.read for report in digitize_books(root, context, workers=1)] == [1, 0]
    with context.open_registry() as registry:
        assert registry.summary().entries == 2


def test_books_that_are_read_elsewhere_stop_the_run_one_after_the_other() -> None:
    breaker = CircuitBreaker(FaultOptions(pages=10))
    breaker.note_book(400, ["broken"] * 40, was_stopped=False)
    breaker.note_book(0, [], was_stopped=True)
    breaker.note_book(30, [], was_stopped=False)  # the fault was that book's
    breaker.note_book(2, ["broken"] * 9, was_stopped=False)
    with pytest.raises(ReadingStopped) as stopped:
        breaker.note_book(0, [], was_stopped=True)
    assert stopped.value.final
    small = CircuitBreaker(FaultOptions(pages=10))
    for _ in range(6):
        small.note_book(1, ["broken"] * 2, was_stopped=False)
    with pytest.raises(ReadingStopped):
        small.note_book(1, ["broken"] * 2, was_stopped=False)


def test_a_run_stops_when_one_book_after_the_other_does(tmp_path: Path, context: RunContext) -> None:
    root = tmp_path / "books"
    for mark, name in enumerate("abc"):
        draw(make_book(root / name) / "1.tiff", *[BREAK] * 3, mark=mark)
    run = digitize_books(root, replace(context, faults=FaultOptions(pages=3)), workers=1)
    assert next(run).failures[0].code == "stopped"
    with pytest.raises(ReadingStopped) as stopped:
        next(run)
    assert stopped.value.final


def test_failures_here_and_there_stop_nothing() -> None:
    breaker = CircuitBreaker(FaultOptions(share=0.5, pages=4))
    for code in (None, "broken", None, "timeout") * 5:
        breaker.note(code)


def test_a_stop_names_what_to_look_at_and_survives_the_way_between_processes() -> None:
    breaker = CircuitBreaker(FaultOptions(pages=2))
    breaker.note("timeout")
    with pytest.raises(ReadingStopped, match="máy có đang bận") as stopped:
        breaker.note("timeout")
    assert pickle.loads(pickle.dumps(stopped.value)).message == stopped.value.message  # noqa: S301 (its own)
