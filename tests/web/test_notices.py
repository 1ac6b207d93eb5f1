"""Notices on an open page: what ended, failed or waits for its person, without prolonging the session."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.web.background_jobs import BackgroundJobs, JobOutcome
from tests.registry.pages import LEDGER, entry, page, read
from tests.web.browser import Browser
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, browser_of


def words(browser: Browser, since: str) -> list[str]:
    answer = browser.get("/notices", params={"since": since})
    return [one["words"] for one in answer.json()["ended"]]


def test_a_book_that_was_read_is_told_to_those_of_its_place(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], registry: Registry
) -> None:
    own, other = (browser_of(app, accounts, people[Role.OPERATOR, place]) for place in (OWN, OTHER))
    before = "2000-01-01T00:00:00+00:00"
    book = registry.book_id(LEDGER, "KS.tin")
    registry.store_scan(book, "9" * 64, "so.pdf", 1000, 1)
    registry.save_page(book, page(entry(read("child_name", "Thử", accepted=False)), scan="9" * 64), "f1")
    told = [line for line in words(own, before) if "KS.tin" in line]
    assert told == ["Sổ KS.tin: máy đã đọc xong; 1 nhiệm vụ chờ người."]
    assert not [line for line in words(other, before) if "KS.tin" in line]
    assert words(own, "2100-01-01T00:00:00Z") == []
    assert own.get("/notices").json()["ended"] == []


def test_asking_for_notices_does_not_prolong_the_session(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], clock: Clock
) -> None:
    browser = browser_of(app, accounts, people[Role.REVIEWER, OWN])
    for _ in range(20):
        clock.pass_(minutes=5)
        if browser.get("/notices").status_code != 200:
            return
    raise AssertionError("the session outlives its idle time")


def test_a_job_tells_its_author_how_it_ended(tmp_path: Path) -> None:
    with BackgroundJobs(tmp_path) as jobs:
        begun = jobs.start("backup", "Sao lưu", "an", lambda _: JobOutcome(("xong",)))
        jobs.wait()
        assert [job.title for job in jobs.ended_since("an", begun.begun_at)] == ["Sao lưu"]
        assert jobs.ended_since("binh", begun.begun_at) == ()


def test_a_look_at_notices_asks_for_the_states_of_the_books_once(
    app: FastAPI,
    accounts: Accounts,
    people: dict[tuple[Role, str], str],
    registry: Registry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    browser = browser_of(app, accounts, people[Role.SUPERVISOR, OWN])
    asked = []
    given = registry.statistics

    def counted(places: frozenset[str] | None) -> object:
        asked.append(places)
        return given(places)

    monkeypatch.setattr(registry, "statistics", counted)
    assert browser.get("/notices?since=2020-01-01T00:00:00%2B00:00").status_code == 200
    assert len(asked) == 1
