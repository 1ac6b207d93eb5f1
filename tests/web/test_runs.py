"""What is read now and how far it is, as a page shows it and as events tell it; starting runs through the pages."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.registry.statistics.book_states import ReadingRun
from pipeline.web.routes import runs
from pipeline.web.scanning.progress import END, duration_in_words, progress_events, run_line
from tests.registry.pages import entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, PASSWORD, browser_of

BEGUN = datetime(2026, 3, 2, 19, tzinfo=UTC)


@pytest.fixture
def browser(app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str]) -> Browser:
    return browser_of(app, accounts, people[Role.OPERATOR, OWN])


def run(saved: int, left: int, minutes: float = 10) -> ReadingRun:
    return ReadingRun(1, "a", "01/2010", BEGUN, saved, left, 0, BEGUN + timedelta(minutes=minutes))


def test_the_time_left_is_told_from_the_pace_so_far() -> None:
    line = run_line(run(saved=20, left=60))
    assert (line.per_cent, line.remaining) == (25, "khoảng 30 phút")
    assert run_line(run(saved=0, left=60)).remaining == ""
    assert run_line(run(saved=5, left=0)).per_cent is None
    assert duration_in_words(20) == "chưa đầy 1 phút"
    assert duration_in_words(2 * 3600) == "khoảng 2 giờ"
    assert duration_in_words(5000) == "khoảng 1 giờ 23 phút"


def events(states: list[tuple[str, bool]], longest: float = 100.0, ticks: float = 1.0) -> list[str]:
    """What a page is told while the state goes through these."""
    left, moments = iter(states), iter(range(1000))

    async def snapshot() -> tuple[str, bool]:
        return next(left)

    async def told() -> list[str]:
        clock = lambda: ticks * next(moments)  # noqa: E731
        return [one async for one in progress_events(snapshot, every=0, longest=longest, clock=clock)]

    with ThreadPoolExecutor(1) as beside:  # a browser of other tests may keep a loop in this thread
        return beside.submit(lambda: asyncio.run(told())).result()


def test_a_page_is_told_what_changes_until_nothing_is_read_any_more() -> None:
    told = events([("<p>1</p>\n<p>a</p>", True), ("<p>1</p>\n<p>a</p>", True), ("<p>2</p>", False)])
    assert told == ["data: <p>1</p>\ndata: <p>a</p>\n\n", ": \n\n", "data: <p>2</p>\n\n", END]


def test_a_page_is_not_told_for_ever() -> None:
    assert events([("<p>1</p>", True)] * 50, longest=3)[-1] == END


def test_a_book_that_a_run_holds_is_shown_with_its_pages_to_its_place_alone(
    app: FastAPI,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    browser: Browser,
    registry: Registry,
) -> None:
    book_id = registry.known_book(1).book_id
    registry.store_scan(book_id, "d" * 64, "moi.pdf", 9, 4)
    with registry.lock_book(book_id, 600):
        registry.save_page(book_id, page(entry(read("child_name", "Thử")), scan="d" * 64), "f1")
        shown = text_of(browser.get("/runs"))
        assert "KS.2010.01 , quyển 01/2010: đã đọc 1 trang, còn 3 trang" in shown
        assert "Đang đọc" in text_of(browser.get("/books?stage=reading"))
        other = browser_of(app, accounts, people[Role.OPERATOR, OTHER])
        assert "KS.2010.01" not in other.get("/runs").text
    assert "Không có quyển nào đang được đọc" in text_of(browser.get("/runs"))


def test_events_end_at_once_when_nothing_is_read(browser: Browser) -> None:
    answer = browser.get("/runs/progress")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert "Không có quyển nào đang được đọc" in answer.text
    assert answer.text.endswith(END)


def test_who_asks_for_a_run_on_a_server_without_one_is_told_what_is_missing(browser: Browser) -> None:
    for path in ("/runs", "/runs/1"):
        answer = browser.submit(path)
        assert answer.status_code == 422
        assert "hãy" in text_of(answer).lower()
    assert "hotich server" in text_of(browser.get("/runs"))


def test_watching_does_not_make_a_session_last_longer(
    accounts: Accounts, people: dict[tuple[Role, str], str], clock: Clock
) -> None:
    token = accounts.authenticate(people[Role.OPERATOR, OWN], PASSWORD, "test").token
    for _ in range(2):
        clock.pass_(minutes=14)
        assert accounts.session(token, is_used=False) is not None
    clock.pass_(minutes=14)
    assert accounts.session(token, is_used=False) is None


def test_pages_that_are_told_how_far_runs_are_take_no_thread_of_the_desk(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are, and however long Prefect lets them wait."""
    threads = []

    def looked(*_: object) -> dict[str, object]:
        threads.append(threading.current_thread().name)
        return {"lines": [], "waits": False}

    monkeypatch.setattr(runs, "_progress", looked)
    assert browser.get("/runs/progress").text.endswith(END)
    assert [name.startswith("progress") for name in threads] == [True]
