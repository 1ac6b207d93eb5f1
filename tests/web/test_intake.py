"""What scanners delivered, on a page; and a person of all places says which book it is of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.declarations.ledger import ledger_text
from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.scans.intake import page_of
from pipeline.web.app import create_app, new_site
from pipeline.web.context import ServerWork
from pipeline.web.pictures import Pictures
from pipeline.web.scanning.intake_desk import IntakeDesk
from tests.registry.pages import LEDGER, SCHEMAS
from tests.scans.inbox.desk import Desk, TameLooker, scan
from tests.web.browser import Browser, text_of
from tests.web.conftest import OWN, PASSWORD, browser_of

FOLDER = "KS.2010.01"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A scanner that delivered a page of no known book, and a program that is no scan."""
    desk = Desk(tmp_path)
    scan(desk.inbox() / "trang-1.jpg", 1)
    (desk.inbox() / "la.pdf").write_bytes(b"MZ" * 50)
    desk.settled()
    desk.round(200)
    folder = tmp_path / "books" / FOLDER
    folder.mkdir(parents=True)
    (folder / "ledger.toml").write_text(ledger_text(LEDGER), encoding="utf-8")
    desk.workspace.scanners.write_text(
        f'books = "{tmp_path}/books"\n[[scanner]]\nname = "may-1"\ninbox = "{desk.inbox()}"\n',
        encoding="utf-8",
    )
    return desk


@pytest.fixture
def app(registry: Registry, desk: Desk) -> Iterator[FastAPI]:
    with Pictures(desk.workspace, decode=page_of) as pictures:
        intake = IntakeDesk(desk.workspace, TameLooker, lambda: desk.now)
        yield create_app(new_site(registry, SCHEMAS, work=ServerWork(pictures=pictures, intake=intake)))


@pytest.fixture
def browser(app: FastAPI, registry: Registry, accounts: Accounts) -> Browser:
    """Of a person who scans for all places."""
    here = registry.accounts()
    if "quet.tinh" not in {one.person.login for one in here.list()}:
        first = here.create("quet.tinh", "Người Thử", Role.OPERATOR, None)
        here.change_password(here.authenticate("quet.tinh", first, "test"), first, PASSWORD, "test")
    return browser_of(app, here, "quet.tinh")


def test_a_page_is_shown_and_goes_into_the_book_that_a_person_names(
    browser: Browser, desk: Desk, registry: Registry
) -> None:
    shown = browser.get("/intake")
    (key,) = [one.key for one in IntakeDesk(desk.workspace, now=lambda: desk.now).view().unassigned]
    assert key in shown.text
    assert "la.pdf" in text_of(shown)
    picture = browser.get(f"/intake/{key}")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/jpeg")
    done = browser.submit("/intake", {"folder": FOLDER, "deliveries": [key]})
    assert "Đã gán 1 trang" in text_of(done)
    assert len(list((desk.root / "books" / FOLDER).glob("*may-1*.jpg"))) == 1
    assigned = desk.manifest().assignments
    assert [one.by for one in assigned.values() if one.by] == ["quet.tinh"]
    assert browser.submit("/intake", {"folder": FOLDER, "deliveries": [key]}).status_code == 422
    assert (
        next(row for row in registry.audit().recent(5) if row.action == "scans-assigned").actor == "quet.tinh"
    )


@pytest.mark.parametrize("folder", ["khong-co", "../workspace", "", "..", "."])
def test_a_book_that_is_not_there_takes_nothing(browser: Browser, desk: Desk, folder: str) -> None:
    (key,) = [one.key for one in IntakeDesk(desk.workspace).view().unassigned]
    answer = browser.submit("/intake", {"folder": folder, "deliveries": [key]})
    assert answer.status_code == 422
    assert "Không có thư mục sổ ấy" in text_of(answer)
    assert str(desk.root) not in answer.text
    assert [one.key for one in IntakeDesk(desk.workspace).view().unassigned] == [key]


def test_what_belongs_to_no_place_yet_is_told_in_numbers_to_people_of_one_place(
    app: FastAPI, registry: Registry, people: dict[tuple[Role, str], str], desk: Desk
) -> None:
    browser = browser_of(app, registry.accounts(), people[Role.OPERATOR, OWN])
    (key,) = [one.key for one in IntakeDesk(desk.workspace).view().unassigned]
    shown = browser.get("/intake")
    assert "1 bản quét đang chờ, 1 tệp cách ly" in text_of(shown)
    assert "la.pdf" not in shown.text
    assert browser.get(f"/intake/{key}").status_code == 204
    assert browser.submit("/intake", {"folder": FOLDER, "deliveries": [key]}).status_code == 422
