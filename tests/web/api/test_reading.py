"""The API at the application: who may read what, what is told of values that are not settled, pages and tags."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from pipeline.base.model import FieldStatus
from pipeline.declarations.office.approval import ApprovalPolicy
from pipeline.declarations.office.policies import OfficePolicies
from pipeline.registry import Registry, RegistryPart, Verdict
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import Role
from pipeline.registry.amendments.model import AmendmentOrder
from pipeline.registry.publishing.model import ApiScope
from pipeline.web.app import create_app, new_site
from pipeline.web.package_queue import PackageQueue
from pipeline.web.security.access import ACCESS
from pipeline.web.security.middleware import Rate, ReviewOptions
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCHEMAS, entry, page, read
from tests.web.browser import Browser
from tests.web.clock import Clock
from tests.web.conftest import OTHER, OWN, browser_of

SCAN = "d" * 64
WHY = {"purpose": "authority", "reason": "CV 12"}
Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def book(registry: Registry) -> int:
    """A book with three settled entries and one that waits."""
    book_id = registry.book_id(replace(LEDGER, volume="08/2012"), "KS.2012.08")
    registry.store_scan(book_id, SCAN, "scan.pdf", 1000, 2)
    rows = [
        entry(read("entry_number", f"{row + 1:02}/2012"), read("child_name", f"Thử Đọc {row}"), row=row)
        for row in range(3)
    ]
    registry.save_page(book_id, page(*rows, scan=SCAN), "f1")
    doubtful = read("child_name", "Bí Mật", accepted=False)
    waiting = entry(read("entry_number", "04/2012"), doubtful)
    registry.save_page(book_id, page(waiting, scan=SCAN, page_no=2), "f1")
    return book_id


@pytest.fixture(scope="module")
def ask(app: FastAPI, registry: Registry, clock: Clock) -> Ask:
    """Asks with a token of some scopes and of one place."""
    made: dict[tuple[frozenset[ApiScope], str], str] = {}

    def asked(
        path: str,
        *scopes: ApiScope,
        place: str = OWN,
        of: FastAPI = app,
        body: object = None,
        **headers: str,
    ) -> httpx.Response:
        wanted = frozenset(scopes or ApiScope), place
        if wanted not in made:
            name = f"he-thong-{len(made)}"
            made[wanted] = (
                registry.publishing(clock).create_token(name, wanted[0], [place], 9, author="quan.tri").secret
            )
        headers = {"Authorization": f"Bearer {made[wanted]}", **headers}
        if body is None:
            return Browser(of).get(path, headers=headers)
        return Browser(of).ask("POST", path, json=body, headers=headers)

    return asked


def values_of(told: dict[str, Any]) -> dict[str, tuple[str, str | None]]:
    return {one["field"]: (one["state"], one["value"]) for one in told["values"]}


def test_a_session_opens_no_address_of_the_api_and_a_token_no_page(
    app: FastAPI, accounts: Accounts, people: dict[tuple[Role, str], str], ask: Ask
) -> None:
    addresses = [one for one in ACCESS if one.tokens is not None]
    assert len(addresses) >= 7
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        browser = browser_of(app, accounts, people[role, OWN])
        for one in addresses:
            answer = browser.ask(
                one.method, one.path.replace("{book_id}", "1").replace("{entry_id}", "1"), json={}
            )
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
            assert "set-cookie" not in answer.headers
    for path in ("/", "/accounts", "/entries/1"):
        answer = ask(path)
        assert (answer.status_code, answer.headers["location"].startswith("/login")) == (303, True)


@pytest.mark.parametrize(
    "path", [one.path for one in ACCESS if one.tokens is not None and len(one.tokens) == 1]
)
def test_a_token_of_other_scopes_is_refused(ask: Ask, book: int, path: str) -> None:
    (access,) = (one for one in ACCESS if one.path == path)
    assert access.tokens is not None
    others = sorted(frozenset(ApiScope) - access.tokens)
    address = path.replace("{book_id}", str(book)).replace("{entry_id}", "1")
    answer = ask(address, *others, body=WHY if access.method == "POST" else None)
    assert answer.status_code == 403
    assert "phạm vi" in answer.json()["detail"]
    assert "insufficient_scope" in answer.headers["www-authenticate"]


def test_books_come_page_by_page_and_only_of_the_token_s_places(ask: Ask, book: int) -> None:
    first = ask("/api/v1/books?limit=1").json()
    assert len(first["books"]) == 1
    second = ask(first["next"]).json()
    assert [one["book_id"] for one in first["books"] + second["books"]] == [1, book]
    assert second["next"] is None
    assert ask(f"/api/v1/books/{book}").json()["counts"]["entries"] == 4
    assert ask("/api/v1/books", place=OTHER).json() == {"books": [], "next": None}
    for path in (f"/api/v1/books/{book}", f"/api/v1/books/{book}/entries", f"/api/v1/books/{book}/package"):
        assert ask(path, place=OTHER).status_code == 404


def test_entries_come_in_the_order_of_the_book_and_what_waits_tells_no_value(ask: Ask, book: int) -> None:
    address: str | None = f"/api/v1/books/{book}/entries?limit=3"
    told: list[dict[str, Any]] = []
    while address:
        answer = ask(address).json()
        told += answer["entries"]
        address = answer["next"]
    assert [one["state"] for one in told] == ["settled"] * 3 + ["waiting"]
    assert values_of(told[0])["child_name"] == ("settled", "Thử Đọc 0")
    assert set(values_of(told[3]).values()) == {("waiting", None)}
    assert "Bí Mật" not in str(told)
    assert ask(f"/api/v1/entries/{told[0]['entry_id']}").json() == told[0]
    assert ask(f"/api/v1/entries/{told[0]['entry_id']}", place=OTHER).status_code == 404


def test_an_amendment_tells_its_value_when_a_second_person_has_signed_it(
    ask: Ask, registry: Registry, book: int
) -> None:
    entry_id = registry.entries(book)[1]
    order = AmendmentOrder("12/QĐ", "05.03.2026", "Điều 28", "UBND")
    number = registry.amend(entry_id, "child_name", "Thử Sửa", order, author="an")
    before = ask(f"/api/v1/entries/{entry_id}").json()
    assert (before["state"], values_of(before)["child_name"]) == ("unsigned", ("unsigned", None))
    assert (before["amendments"][0]["value"], before["amendments"][0]["signed"]) == (None, False)
    registry.sign_amendment(entry_id, number, author="binh")
    after = ask(f"/api/v1/entries/{entry_id}").json()
    assert values_of(after)["child_name"] == ("settled", "Thử Sửa")
    assert (after["amendments"][0]["old"], after["amendments"][0]["value"]) == ("Thử Đọc 1", "Thử Sửa")
    assert after["amendments"][0]["signed"]


def test_an_office_that_approves_its_books_tells_no_value_before(
    ask: Ask, registry: Registry, book: int, clock: Clock
) -> None:
    site = new_site(registry, SCHEMAS, policies=OfficePolicies(approval=ApprovalPolicy(book=True)), now=clock)
    strict = create_app(site)
    entry_id = registry.entries(book)[0]
    told = ask(f"/api/v1/entries/{entry_id}", of=strict).json()
    assert set(values_of(told).values()) == {("unapproved", None)}
    found = ask("/api/v1/search", of=strict, body={"number": "01/2012", **WHY}).json()
    assert [(one["state"], one["number"], one["people"][0]["name"]) for one in found["hits"]] == [
        ("unapproved", None, None)
    ]


def test_a_search_finds_with_a_reason_and_leaves_it_in_the_audit(
    ask: Ask, registry: Registry, book: int
) -> None:
    found = ask("/api/v1/search", body={"name": "thu doc", **WHY}).json()
    assert {one["book_id"] for one in found["hits"]} == {book}
    assert found["hits"][0]["people"][0]["name"].startswith("Thử Đọc")
    noted = registry.audit().recent(2)
    assert [one.action for one in noted] == ["searched", "api-read"]
    assert all(one.actor.startswith("api:") for one in noted)
    assert "thu doc" not in str(noted)
    assert ask("/api/v1/search", place=OTHER, body={"name": "thu doc", **WHY}).json()["hits"] == []
    hidden = ask("/api/v1/search", body={"number": "04/2012", **WHY}).json()["hits"]
    assert [(one["state"], one["number"]) for one in hidden] == [("waiting", None)]


def test_a_search_tells_of_an_entry_what_the_entry_itself_is_told_with(
    ask: Ask, registry: Registry, book: int, desk_url: str
) -> None:
    """A value that was changed behind the program's back is settled for nobody."""
    entry_id = registry.entries(book)[2]
    change = "UPDATE birth_record SET child_name = '{}' WHERE entry_id = {}"
    with closing(Outsider(desk_url)) as outsider:
        outsider.execute(change.format("Kẻ Gian", entry_id))
        (hit,) = ask("/api/v1/search", body={"number": "03/2012", **WHY}).json()["hits"]
        outsider.execute(change.format("Thử Đọc 2", entry_id))
    assert (hit["entry_id"], hit["state"], hit["number"], hit["registered_on"]) == (
        entry_id,
        "altered",
        None,
        None,
    )
    assert {one["name"] for one in hit["people"]} == {None}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"name": "an"}, "chưa điền đúng"),
        ({"name": "an", "purpose": "authority", "reason": ""}, "lý do"),
        ({"name": "an", "purpose": "x", "reason": "CV 12"}, "mục đích"),
        ({"name": "an" * 10_000, **WHY}, "dài quá"),
        ({"name": "an\x00", **WHY}, "ký tự"),
        ({"record": "x", "name": "an", **WHY}, "loại sự kiện"),
        ({"year_from": 99999, **WHY}, "chưa điền đúng"),
        ({"unknown": 1, **WHY}, "chưa điền đúng"),
        ([], "chưa điền đúng"),
    ],
)
def test_a_search_that_cannot_be_is_a_problem_in_vietnamese(ask: Ask, body: object, words: str) -> None:
    answer = ask("/api/v1/search", body=body)
    told = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert told["status"] == 422
    assert words in told["detail"]


def test_what_has_not_changed_is_not_sent_again(ask: Ask, registry: Registry, book: int) -> None:
    entry_id = registry.entries(book)[2]
    address = f"/api/v1/entries/{entry_id}"
    tag = ask(address).headers["etag"]
    again = ask(address, **{"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    registry.decide(entry_id, [Verdict("child_name", FieldStatus.READ, "Thử Khác")], author="an")
    changed = ask(address, **{"If-None-Match": tag})
    assert (changed.status_code, values_of(changed.json())["child_name"][1]) == (200, "Thử Khác")


def test_what_is_withdrawn_is_not_there(ask: Ask, registry: Registry, book: int) -> None:
    entry_id = registry.entries(book)[0]
    number = registry.withdraw(registry.part_of_entry(entry_id), author="chi", reason="ghi nhầm")
    assert ask(f"/api/v1/entries/{entry_id}").status_code == 404
    listed = ask(f"/api/v1/books/{book}/entries").json()["entries"]
    assert entry_id not in [one["entry_id"] for one in listed]
    whole = registry.withdraw(RegistryPart(book), author="chi", reason="ghi nhầm")
    for path in (f"/api/v1/books/{book}", f"/api/v1/books/{book}/entries", f"/api/v1/books/{book}/package"):
        assert ask(path).status_code == 404
    registry.reinstate(whole, author="chi", reason="đúng")
    registry.reinstate(number, author="chi", reason="đúng")
    assert ask(f"/api/v1/entries/{entry_id}").status_code == 200


def test_the_manifest_of_a_package_is_told_with_its_digest(ask: Ask, packages: PackageQueue) -> None:
    told = ask("/api/v1/books/1/package").json()
    assert told["manifest"] == {}
    assert len(told["manifest_sha256"]) == 64
    assert ask("/api/v1/books/999/package").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/books?limit=101", 422),
        ("/api/v1/books?limit=0", 422),
        ("/api/v1/books?after=-1", 422),
        ("/api/v1/books?after=99999999999999", 404),
        ("/api/v1/books/khong", 404),
        ("/api/v1/books/99999999999999", 404),
        ("/api/v1/books/1/entries?after=1.1", 404),
        ("/api/v1/books/1/entries?after=999999999.999999999.999999999", 200),
        ("/api/v1/books/1/entries?after=" + "1" * 41, 404),
        ("/api/v1/entries/0", 404),
        ("/api/v1/khong", 404),
    ],
)
def test_what_is_asked_wrongly_is_a_problem_and_no_fault(ask: Ask, path: str, status: int) -> None:
    answer = ask(path)
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert "Hãy" in answer.json()["detail"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_can_be_written(app: FastAPI, ask: Ask, method: str) -> None:
    answer = Browser(app).ask(method, "/api/v1/books/1", headers={"Origin": "https://la.example"})
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_body_that_is_no_json_is_refused(app: FastAPI, registry: Registry, clock: Clock) -> None:
    made = registry.publishing(clock).create_token("mau-don", [ApiScope.SEARCH], None, 1, author="quan.tri")
    headers = {"Authorization": f"Bearer {made.secret}"}
    assert Browser(app).ask("POST", "/api/v1/search", data=WHY, headers=headers).status_code == 415
    assert Browser(app).ask("POST", "/api/v1/search", content=b"", headers=headers).status_code == 415


def test_a_token_that_asks_too_often_is_told_when_to_come_back(registry: Registry, clock: Clock) -> None:
    site = new_site(registry, SCHEMAS, ReviewOptions(api=Rate(burst=2, per_second=0.0)), now=clock)
    slow = create_app(site)
    tokens = [
        registry.publishing(clock).create_token(f"nhanh-{one}", [ApiScope.BOOKS], [OWN], 1, author="quan.tri")
        for one in "ab"
    ]
    status = [
        Browser(slow).get("/api/v1/books", headers={"Authorization": f"Bearer {one.secret}"}).status_code
        for one in (tokens[0], tokens[0], tokens[0], tokens[1])
    ]
    assert status == [200, 200, 429, 200]
    refused = Browser(slow).get("/api/v1/books", headers={"Authorization": f"Bearer {tokens[0].secret}"})
    assert refused.headers["retry-after"].isdecimal()
    assert refused.json()["status"] == 429


def test_guessing_tokens_is_slowed_down(registry: Registry, clock: Clock) -> None:
    site = new_site(registry, SCHEMAS, ReviewOptions(logins=Rate(burst=3, per_second=0.0)), now=clock)
    slow = create_app(site)
    status = [
        Browser(slow).get("/api/v1/books", headers={"Authorization": "Bearer hotich_x"}).status_code
        for _ in range(4)
    ]
    assert status == [401, 401, 401, 429]


def test_every_read_leaves_one_line_and_when_the_token_was_used(
    ask: Ask, registry: Registry, book: int, clock: Clock
) -> None:
    before = registry.audit().recent(1)[0].id
    for path in (f"/api/v1/books/{book}/entries", "/api/v1/entries/999999", "/api/v1/openapi.json"):
        ask(path, ApiScope.ENTRIES)
    lines = [one for one in registry.audit().recent(9) if one.id > before and one.action == "api-read"]
    assert [one.subject for one in reversed(lines)] == [f"book:{book}", "entry:999999", "registry"]
    used = {one.name: one.used_at for one in registry.publishing(clock).tokens()}
    assert used[lines[0].actor.removeprefix("api:")] == clock()


def test_the_description_names_every_address_and_how_to_come_in(ask: Ask) -> None:
    answer = ask("/api/v1/openapi.json")
    told = cast(dict[str, Any], answer.json())
    sentences = re.findall(r'"description":\s*"(.*?)"', answer.text)
    assert len(sentences) > 60
    assert [one for one in sentences if one.isascii()] == [], "told in Vietnamese"
    described = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}
    wanted = {(one.method, one.path) for one in ACCESS if one.tokens is not None}
    assert described == wanted - {("GET", "/api/v1/openapi.json")}
    assert told["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
