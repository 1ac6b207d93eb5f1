"""Own files with flaws, seen from the browser: every page of the office goes on, what needs them is told why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from pipeline.base.errors import NotDeclared
from pipeline.books.book_checks import check_books, check_registry
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.declarations.schema import Schemas
from pipeline.registry import Registry, RegistryPart
from pipeline.registry.accounts.model import Role
from pipeline.registry.publishing.model import ApiScope
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from pipeline.web.app import create_app, new_site
from pipeline.web.security.access import ACCESS
from tests.declarations.schema.test_own_flaws import MINE, put
from tests.declarations.schema.test_own_records import DECLARED, FORM
from tests.registry.pages import LEDGER, entry, page, read
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import browser_of, join
from tests.web.form_desks import desk_with_draft

SOUND, OWN_FORM, OWN_KIND, GONE = range(4)
"""The books: of a form of the program, of an own form, of an own kind, and of a form whose file is gone."""


@dataclass(frozen=True)
class Office:
    """A workspace whose own files were sound when its books were read."""

    root: Path
    schemas: Schemas
    books: tuple[int, ...]
    entries: tuple[int, ...]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    root = tmp_path_factory.mktemp("workspace")
    own = Workspace(root).own_schemas
    put(own, "records/divorce_note.toml", DECLARED)
    put(own, "forms/divorce-2016.toml", FORM)
    put(own, "forms/rieng.toml", MINE)
    put(own, "forms/mat.toml", MINE.replace('"rieng"', '"mat"'))
    context = Settings().run_context(root)
    books: list[int] = []
    entries: list[int] = []
    with context.open_registry() as registry:
        for number, form in enumerate(("birth-2006", "rieng", "divorce-2016", "mat"), start=1):
            book_id = registry.book_id(
                replace(LEDGER, form=form, volume=f"0{number}/2010", entries=9), f"SO.{number}"
            )
            name = "wife_name" if form == "divorce-2016" else "child_name"
            registry.store_scan(book_id, f"{number}" * 64, f"{number}.pdf", 1000, 1)
            read_of = entry(read("entry_number", "01/2010"), read(name, "Thử Một", accepted=False))
            registry.save_page(book_id, page(read_of, form=form, scan=f"{number}" * 64), "f1")
            books.append(book_id)
            entries += registry.entries(book_id)
        check_books(registry, context.schemas)
    put(own, "records/divorce_note.toml", DECLARED.replace('kind = "date"', 'kind = "dat"'))
    put(own, "forms/rieng.toml", MINE.encode("utf-16"))
    (own / "forms" / "mat.toml").unlink()
    return Office(root, Settings().run_context(root).schemas, tuple(books), tuple(entries))


@pytest.fixture(scope="module")
def app(office: Office, clock: Clock) -> Iterator[FastAPI]:
    with Settings().run_context(office.root).open_registry() as registry:
        forms = desk_with_draft(office.root / "drafts", "00000")
        yield create_app(new_site(registry, office.schemas, forms=forms, now=clock))


@pytest.fixture(scope="module")
def chief(app: FastAPI, clock: Clock) -> Browser:
    registry: Registry = app.state.site.registry
    accounts = registry.accounts(clock)
    join(accounts, "phu.trach", Role.SUPERVISOR, None)
    return browser_of(app, accounts, "phu.trach")


def addresses(office: Office, which: int) -> Iterator[str]:
    """Every page that a supervisor may open, about that book and its entry."""
    known = {"book_id": office.books[which], "entry_id": office.entries[which], "task_id": which + 1}
    for access in ACCESS:
        if access.method != "GET" or access.tokens is not None or access.path == "/logout":
            continue
        names = re.findall(r"{(\w+)}", access.path)
        if all(name in known for name in names) and (names or which == SOUND):
            yield access.path.format(**known)


@pytest.mark.parametrize("which", [SOUND, OWN_FORM, OWN_KIND, GONE])
def test_every_page_goes_on(office: Office, chief: Browser, which: int) -> None:
    failed = {}
    for address in addresses(office, which):
        answer = chief.get(address)
        if answer.status_code >= 500 or (which == SOUND and answer.status_code == 409):
            failed[address] = (answer.status_code, text_of(answer)[:200])
    assert not failed, failed


def test_what_needs_a_file_is_told_which_and_why(office: Office, chief: Browser) -> None:
    for address, file in (
        (f"/data-entry/{office.books[OWN_FORM]}", "schemas/forms/rieng.toml"),
        (f"/entries/{office.entries[OWN_KIND]}", "schemas/records/divorce_note.toml"),
    ):
        answer = chief.get(address)
        assert (answer.status_code, file in text_of(answer)) == (409, True)
        assert str(office.root) not in answer.text


def test_the_queue_hands_out_what_can_be_shown_alone(
    app: FastAPI, office: Office, chief: Browser, clock: Clock
) -> None:
    registry: Registry = app.state.site.registry
    join(registry.accounts(clock), "ra.soat", Role.REVIEWER, None)
    person = registry.accounts(clock).list()[-1].person
    taken = [
        registry.desk(ReviewPolicy(check="all", blind="critical"), now=clock).next_task(person)
        for _ in range(2)
    ]
    assert [one.book_id if one else None for one in taken] == [office.books[SOUND], None]


def test_supervisors_are_told_on_their_pages(office: Office, chief: Browser) -> None:
    assert "Tệp khai báo của cơ quan không dùng được" in text_of(chief.get("/"))
    told = text_of(chief.get("/forms"))
    for file in (
        "forms/rieng.toml",
        "records/divorce_note.toml",
        "forms/divorce-2016.toml",
        "forms/mat.toml",
    ):
        assert f"schemas/{file}" in told
    assert "không có tệp này, mà sổ khai mẫu “mat”" in told
    assert "divorce_note (khai báo chưa dùng được)" in text_of(chief.get("/books"))


def test_a_search_says_that_it_left_books_out(chief: Browser) -> None:
    asked = {"name": "Thử Một", "purpose": "citizen", "reason": "thử"}
    found = chief.submit("/search", asked)
    assert "Chưa tìm trong 1 quyển" in text_of(found)


def test_systems_are_told_which_books_await_a_declaration(app: FastAPI, office: Office, clock: Clock) -> None:
    registry: Registry = app.state.site.registry
    made = registry.publishing(clock).create_token("doc", list(ApiScope), None, 30, author="qt")
    asker = Browser(app)
    headers = {"Authorization": f"Bearer {made.secret}"}
    listed = asker.get("/api/v1/books", headers=headers).json()["books"]
    assert [one["awaits_declaration"] for one in listed] == [which != SOUND for which in range(4)]
    assert {one["state"] for one in listed} == {"review"}
    for which, file in ((OWN_FORM, "rieng.toml"), (OWN_KIND, "divorce_note.toml"), (GONE, "mat")):
        one = asker.get(f"/api/v1/books/{office.books[which]}", headers=headers)
        assert one.json()["awaits_declaration"] is True
        for path in (f"books/{office.books[which]}/entries", f"entries/{office.entries[which]}"):
            answer = asker.get(f"/api/v1/{path}", headers=headers)
            assert (answer.status_code, file in answer.json()["detail"]) == (409, True), answer.text
            assert str(office.root) not in answer.text
    asked = {"name": "Thử Một", "purpose": "authority", "reason": "thử"}
    found = asker.ask("POST", "/api/v1/search", json=asked, headers=headers).json()
    assert found["books_left_out"] == 3
    assert {one["book_id"] for one in found["hits"]} <= {office.books[SOUND]}
    schemas = asker.get("/api/v1/openapi.json", headers=headers).json()["components"]["schemas"]
    assert "awaits_declaration" in schemas["BookAnswer"]["properties"]
    assert "awaits_declaration" in schemas["BookAnswer"]["description"]


def test_what_is_known_of_books_stays_while_their_files_have_flaws(office: Office) -> None:
    context = Settings().run_context(office.root)
    with context.open_registry() as registry:
        before = registry.cross_entry_findings(office.books)
        check_books(registry, context.schemas)
        check_registry(registry, context.schemas)
        assert {one.book_id for one in before} >= set(office.books)
        assert registry.cross_entry_findings(office.books) == before
        with pytest.raises(NotDeclared, match="divorce_note"):
            registry.entry(office.entries[OWN_KIND])
    put(Workspace(office.root).own_schemas, "records/divorce_note.toml", DECLARED)
    put(Workspace(office.root).own_schemas, "forms/rieng.toml", MINE)
    with Settings().run_context(office.root).open_registry() as registry:
        assert registry.entry(office.entries[OWN_KIND]).values["entry_number"] == "01/2010"
        assert {one.form for one in registry.undeclared_books()} == {"mat"}
        registry.withdraw(RegistryPart(office.books[GONE]), author="an", reason="thử")
        assert registry.undeclared_books() == ()
        assert registry.audit().verify().flaws == ()
