"""Several accounts from a pasted list, names, and places that do not exist."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import AccountError, NewAccount, Role
from pipeline.web.app import create_app, new_site
from pipeline.web.routes.new_accounts import place_codes_of, read_lines
from tests.registry.pages import LEDGER, SCAN, SCHEMAS
from tests.web.browser import Browser, text_of
from tests.web.clock import Clock
from tests.web.conftest import OWN, PASSWORD, browser_of, join

CODE = re.compile(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with Registry.open(f"sqlite:///{tmp_path_factory.mktemp('desk')}/registry.db", SCHEMAS) as opened:
        opened.store_scan(opened.book_id(LEDGER, "KS.2010.01"), SCAN, "scan.pdf", 1000, 1)
        yield opened


@pytest.fixture(scope="module")
def app(registry: Registry, clock: Clock) -> FastAPI:
    return create_app(new_site(registry, SCHEMAS, now=clock))


@pytest.fixture(scope="module")
def administrator(app: FastAPI, accounts: Accounts) -> Browser:
    join(accounts, "quan.tri", Role.ADMINISTRATOR)
    return browser_of(app, accounts, "quan.tri")


def test_lines_of_a_list_are_read_as_a_spreadsheet_and_as_people_write_them(
    administrator: Browser, accounts: Accounts
) -> None:
    text = (
        "Tên đăng nhập\tHọ tên\tVai trò\tNơi\n\n"
        f"An.Thu\tTrần  Thử An\tNgười rà soát\t{LEDGER.place}\r\n"
        f"binh.thu; Lê Thử Bình; checker; {OWN}, 31318\n"
        'chi.thu,"Vũ Thử Chi",người quản trị,\n'
        f'dung.thu,Đỗ Thử Dũng,Nhân viên quét,"{OWN}, 31318"\n'
        "an.thu; Hai Lần; reviewer; 31318\n"
        "em.thu; Một Nơi; reviewer; all\n"
        "gam.thu; Mọi Nơi; reviewer; mọi nơi\n"
        "giang; Thiếu Vai\n"
        "hai.thu; Sai Vai; giám đốc; 31318\n"
        "quan.tri; Đã Có; reviewer; 31318\n"
    )
    read = read_lines(text, accounts, SCHEMAS.places)
    assert [one.account for one in read if one.account] == [
        NewAccount("an.thu", "Trần Thử An", Role.REVIEWER, (OWN,)),
        NewAccount("binh.thu", "Lê Thử Bình", Role.CHECKER, (OWN, "31318")),
        NewAccount("chi.thu", "Vũ Thử Chi", Role.ADMINISTRATOR, None),
        NewAccount("dung.thu", "Đỗ Thử Dũng", Role.OPERATOR, (OWN, "31318")),
        NewAccount("gam.thu", "Mọi Nơi", Role.REVIEWER, None),
    ]
    told = {one.number: one.flaw for one in read if one.flaw}
    assert list(told) == [7, 8, 10, 11, 12]
    for number, words in ((7, "dòng trên"), (8, "“all”"), (10, "Mỗi dòng"), (11, "vai trò"), (12, "đã có")):
        assert words in told[number]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("UBND xã Tân Hòa, huyện Tân Hiệp, tỉnh Kiên Giang, 31318", ["30860", "31318"]),
        ("UBND xã Long Phú, huyện Long Phú, tỉnh Sóc Trăng", ["31669"]),
        ("00001, 31669", ["00001", "31669"]),
        ("xã Không Có", ["xã Không Có"]),
    ],
)
def test_a_place_without_a_book_is_given_by_its_name(text: str, codes: list[str]) -> None:
    assert place_codes_of(text, (), SCHEMAS.places) == codes


def test_a_name_of_several_places_is_answered_by_their_codes() -> None:
    with pytest.raises(AccountError, match=r"xã Long Phú.*Huyện Long Phú, Tỉnh Sóc Trăng: 31669"):
        place_codes_of("xã Long Phú", (), SCHEMAS.places)


def test_a_list_is_seen_before_its_accounts_are_made_and_made_once(
    administrator: Browser, accounts: Accounts, registry: Registry
) -> None:
    before = {one.person.login for one in accounts.list()}
    lines = (
        f"mot.thu; <script>alert(1)</script>; Người rà soát; {OWN}\nhai.thu; Thử Hai; Người phụ trách; {OWN}"
    )
    seen = administrator.submit("/new-accounts", {"lines": lines})
    assert (seen.status_code, "Chưa tạo gì" in text_of(seen)) == (200, True)
    assert "<script>alert" not in seen.text
    assert {one.person.login for one in accounts.list()} == before
    made = administrator.submit("/new-accounts", {"lines": lines, "confirmed": "yes"})
    passwords = CODE.findall(made.text)
    assert len(set(passwords)) == 2
    assert all(told in text_of(made) for told in ("Thử Hai", "hai.thu", "Địa chỉ http"))
    assert accounts.authenticate("mot.thu", passwords[0], "test").must_change
    assert {row.subject for row in registry.audit().recent(6)} >= {"account:mot.thu", "account:hai.thu"}
    again = administrator.submit("/new-accounts", {"lines": lines, "confirmed": "yes"})
    assert (again.status_code, "đã có" in text_of(again), CODE.findall(again.text)) == (422, True, [])


def test_of_a_list_with_a_flaw_nobody_is_made(administrator: Browser, accounts: Accounts) -> None:
    lines = f"ba.thu; Thử Ba; reviewer; {OWN}\nbon.thu; Thử Bốn; reviewer; all"
    refused = administrator.submit("/new-accounts", {"lines": lines, "confirmed": "yes"})
    assert (refused.status_code, "“all”" in text_of(refused)) == (422, True)
    with pytest.raises(AccountError, match=r"ba\.thu"):
        accounts.create_all(
            [NewAccount(f"{one}.thu", "Thử", Role.REVIEWER, ()) for one in ("nam", "ba", "ba")], "x"
        )
    logins = {one.person.login for one in accounts.list()}
    assert logins & {"ba.thu", "bon.thu", "nam.thu"} == set()
    long = (
        ("x\n" * 101, "nhiều nhất 100"),
        ("x" * 50_001, "nhiều nhất 100"),
        ("x;y\n" * 12_000, "nhiều nhất"),
    )
    for lines, told in (("", "dán danh sách"), *long):
        answer = administrator.submit("/new-accounts", {"lines": lines})
        assert (answer.status_code, told in text_of(answer)) == (422, True)


def test_a_name_is_changed_and_noted_without_the_name(
    administrator: Browser, accounts: Accounts, registry: Registry
) -> None:
    join(accounts, "ten.cu", Role.REVIEWER)
    assert administrator.submit("/accounts/ten.cu/name", {"name": " Tên  Mới "}).status_code == 303
    assert next(one.person.name for one in accounts.list() if one.person.login == "ten.cu") == "Tên Mới"
    (noted, *_) = registry.audit().recent(1)
    assert (noted.actor, noted.action, noted.subject) == ("quan.tri", "account-renamed", "account:ten.cu")
    assert registry.audit().verify().passed
    for name in ("", "a\u202eb", "x" * 10_000):
        assert administrator.submit("/accounts/ten.cu/name", {"name": name}).status_code == 422


def test_a_place_that_does_not_exist_is_given_to_nobody(administrator: Browser, accounts: Accounts) -> None:
    form = {"login": "moi.thu", "name": "Thử Mới", "role": "reviewer", "more_places": "all"}
    refused = administrator.submit("/accounts", form)
    assert (refused.status_code, "“all”" in text_of(refused)) == (422, True)
    join(accounts, "noi.xa", Role.REVIEWER, place="88888")
    duties = {"role": "checker", "more_places": "88888, 00004"}
    assert administrator.submit("/accounts/noi.xa/duties", duties).status_code == 303
    duties["more_places"] = "77777x"
    assert administrator.submit("/accounts/noi.xa/duties", duties).status_code == 422


def test_who_is_given_no_place_is_told_so_and_so_is_the_administrator(
    app: FastAPI, administrator: Browser, accounts: Accounts
) -> None:
    form = {"login": "khong.noi", "name": "Người Thử", "role": "reviewer"}
    shown = administrator.submit("/accounts", form)
    assert "chưa được giao nơi đăng ký nào" in text_of(shown)
    first = accounts.reset_password("khong.noi", "admin")
    accounts.change_password(accounts.authenticate("khong.noi", first, "test"), first, PASSWORD, "test")
    assert "chưa được giao nơi đăng ký nào" in text_of(browser_of(app, accounts, "khong.noi").get("/"))
    given = administrator.submit("/accounts", form | {"login": "co.noi", "everywhere": "1"})
    assert "chưa được giao nơi đăng ký nào" not in text_of(given)
