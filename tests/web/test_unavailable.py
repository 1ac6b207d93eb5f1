"""A full disk, a database that is gone: people read that it does not work now, and not where the files lie."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import column, event, insert, table
from sqlalchemy.engine.interfaces import DBAPIConnection

from pipeline.base.errors import StorageError
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.registry.accounts.rows import login_failure
from pipeline.web.app import create_app, new_site
from pipeline.web.security.middleware import Rate, ReviewOptions
from tests.registry.pages import SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OWN, browser_of, join


@pytest.fixture
def open_app(registry: Registry, clock: Clock) -> FastAPI:
    """An application that never slows anybody down."""
    free = Rate(burst=10**9, per_second=1e9)
    return create_app(new_site(registry, SCHEMAS, ReviewOptions(requests=free, logins=free), now=clock))


@contextmanager
def without_room(registry: Registry, now: datetime) -> Iterator[None]:
    """The database file can grow no further, as on a full disk, and the pages for refused logins are full."""
    engine = registry._database.engine

    def bound(connection: DBAPIConnection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    engine.dispose()
    event.listen(engine, "connect", bound)
    try:
        with suppress(StorageError):
            for number in range(10_000):
                with registry._database.writing() as connection:
                    row = {"login_digest": f"{number:064x}", "address": "10.9.9.9", "failed_at": now}
                    columns = (column(name, login_failure.c[name].type) for name in row)
                    connection.execute(insert(table(login_failure.name, *columns)).values(row))
        yield
    finally:
        event.remove(engine, "connect", bound)
        engine.dispose()


@contextmanager
def gone(registry: Registry) -> Iterator[None]:
    """The folder of the database is not there, as when a disk was not mounted."""
    folder = folder_of(registry)
    away = folder.with_name(f"{folder.name}-away")
    registry._database.engine.dispose()
    folder.rename(away)
    try:
        yield
    finally:
        registry._database.engine.dispose()
        away.rename(folder)


def folder_of(registry: Registry) -> Path:
    return Path(str(registry._database.engine.url.database)).parent


def is_generic(answer: httpx.Response, registry: Registry) -> bool:
    """Whether an answer says that it does not work now, and nothing of files."""
    told = text_of(answer)
    folder = folder_of(registry)
    return (
        answer.status_code == 503
        and "tạm thời" in told
        and not any(word in answer.text for word in (str(folder), folder.name, "registry.db", "sqlite"))
    )


def test_a_full_disk_is_told_to_strangers_in_generic_words(
    open_app: FastAPI, registry: Registry, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    browser = Browser(open_app)
    with without_room(registry, clock()):
        answers = (browser.log_in(f"khong.co{number}", "sai mật khẩu rồi") for number in range(25))
        refused = next(answer for answer in answers if answer.status_code != 401)
        assert is_generic(refused, registry)
    assert "fault StorageError at" in caplog.text
    assert browser.log_in("khong.co", "sai mật khẩu rồi").status_code == 401


def test_a_database_that_is_gone_is_told_in_generic_words(
    open_app: FastAPI, registry: Registry, accounts: Accounts
) -> None:
    join(accounts, "ra.soat", Role.REVIEWER)
    inside, stranger = browser_of(open_app, accounts, "ra.soat"), Browser(open_app)
    stranger.get("/login")
    with gone(registry):
        assert is_generic(stranger.get("/healthz"), registry)
        assert is_generic(stranger.submit("/login", {"login": "an", "password": "b"}), registry)
        assert is_generic(inside.get("/"), registry)
        told = inside.get("/session", headers={"accept": "application/json"})
        assert (told.status_code, told.json()["code"]) == (503, "storage")
        assert "registry.db" not in told.text
    assert stranger.get("/healthz").text == "ok"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/column/next", {"book": 1, "field": "no_such_field", "stage": "review"}),
        ("/column/next", {"book": 1, "field": "child_name", "stage": "no-such-stage"}),
        ("/desk/next", {"unknown": 1}),
        ("/desk/known", {"record": "no_such", "field": "no_such", "text": "a", "more": 1}),
        (
            "/desk/tasks/{}/words",
            {"version": 1, "token": "0" * 32, "words": [{"field": "no_such", "status": "read", "text": "x"}]},
        ),
        (
            "/desk/tasks/{}/words",
            {
                "version": 1,
                "token": "1" * 32,
                "words": [{"field": "child_name", "status": "read", "text": ""}],
            },
        ),
    ],
)
def test_what_names_something_unknown_is_refused_as_the_askers_fault(
    open_app: FastAPI, accounts: Accounts, path: str, body: dict[str, object]
) -> None:
    login = "nguoi.hoi"
    if not any(one.person.login == login for one in accounts.list()):
        join(accounts, login, Role.REVIEWER, OWN)
    browser = browser_of(open_app, accounts, login)
    task = browser.send("/desk/next", {}).text.split('data-task="')[1].split('"')[0]
    assert 400 <= browser.send(path.format(task), body).status_code < 500
    browser.send(f"/desk/tasks/{task}/hand-back", {})
