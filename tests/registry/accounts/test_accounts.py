"""What administrators change, and what is told of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import AccountError, Role
from tests.registry.accounts.people import HERE, OWN, joined, wrong
from tests.web.clock import Clock


def test_an_administrator_has_no_places_of_their_own(accounts: Accounts) -> None:
    accounts.create("quan.tri", "Người Thử", Role.ADMINISTRATOR, ["1"])
    (one,) = accounts.list()
    assert one.person.places is None


def test_the_last_administrator_can_neither_go_nor_become_another(accounts: Accounts) -> None:
    accounts.first_administrator()
    joined(accounts)
    with pytest.raises(AccountError, match="duy nhất"):
        accounts.deactivate("admin")
    with pytest.raises(AccountError, match="duy nhất"):
        accounts.set_duties("admin", Role.REVIEWER, None)
    accounts.set_duties("an.tran", Role.ADMINISTRATOR, None)
    accounts.deactivate("admin")
    with pytest.raises(AccountError, match="duy nhất"):
        accounts.deactivate("an.tran")


@pytest.mark.parametrize("login", ["", "a", "trần.an", "an tran", "1an", "an,binh", "console", "x" * 41])
def test_a_login_that_cannot_stand_in_a_decision_is_refused(accounts: Accounts, login: str) -> None:
    with pytest.raises(AccountError, match="Tên đăng nhập"):
        accounts.create(login, "Người Thử", Role.REVIEWER, None)


def test_a_login_is_taken_once(accounts: Accounts) -> None:
    joined(accounts)
    with pytest.raises(AccountError, match="đã có"):
        accounts.create("AN.TRAN", "Người Khác", Role.REVIEWER, None)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "Người\x00Thử", "Người\u202eThử"])
def test_a_name_that_cannot_be_shown_is_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(AccountError, match=r"(?i)họ tên"):
        accounts.create("an.tran", name, Role.REVIEWER, None)


@pytest.mark.parametrize("code", ["a b", "1;2", "<b>", "x" * 41])
def test_a_place_code_that_cannot_be_one_is_refused(accounts: Accounts, code: str) -> None:
    with pytest.raises(AccountError, match="Mã nơi"):
        accounts.create("an.tran", "Người Thử", Role.REVIEWER, [code])


def test_an_unknown_account_cannot_be_changed(accounts: Accounts) -> None:
    for change in (accounts.reset_password, accounts.deactivate, accounts.activate):
        with pytest.raises(AccountError, match="Không có tài khoản"):
            change("khong.co")


def test_the_list_tells_who_waits_for_a_first_login_and_who_is_out_of_use(
    accounts: Accounts, clock: Clock
) -> None:
    accounts.create("chi.vo", "Người Ba", Role.OPERATOR, [])
    joined(accounts)
    joined(accounts, "binh.le")
    accounts.deactivate("binh.le", by="an.tran")
    told = [(one.person.login, one.active, one.must_change, one.last_login_at) for one in accounts.list()]
    assert told == [
        ("an.tran", True, False, clock()),
        ("chi.vo", True, True, None),
        ("binh.le", False, False, clock()),
    ]


def test_who_changed_an_account_last_is_kept_with_it(accounts: Accounts, registry: Registry) -> None:
    accounts.create("chi.vo", "Người Ba", Role.OPERATOR, [], by="quan.tri")
    accounts.set_duties("chi.vo", Role.CHECKER, [], by="quan.tri2")
    with registry._database.reading() as connection:
        row = connection.exec_driver_sql("SELECT created_by, changed_by FROM account").one()
    assert tuple(row) == ("quan.tri", "quan.tri2")


def test_the_places_that_can_be_given_are_those_of_the_books(accounts: Accounts, book: int) -> None:
    assert [(place.code, place.name) for place in accounts.places()] == [("00000", "Xã Thử Nghiệm")]


def test_a_session_and_a_wrong_try_do_not_stay_in_the_database_for_ever(
    accounts: Accounts, registry: Registry, clock: Clock
) -> None:
    joined(accounts)
    wrong(accounts, "khong.co")
    clock.pass_(days=1)
    accounts.authenticate("an.tran", OWN, HERE)
    with registry._database.reading() as connection:
        counts = [
            connection.exec_driver_sql(query).scalar_one()
            for query in ("SELECT count(*) FROM login_session", "SELECT count(*) FROM login_failure")
        ]
    assert counts == [1, 0]


def test_the_audit_tells_every_change_and_login_and_no_name_or_secret(
    accounts: Accounts, registry: Registry
) -> None:
    session = joined(accounts)
    reset = accounts.reset_password("an.tran", by="quan.tri")
    accounts.set_duties("an.tran", Role.CHECKER, ["1"], by="quan.tri")
    accounts.deactivate("an.tran", by="quan.tri")
    accounts.activate("an.tran")
    wrong(accounts)
    with registry._database.reading() as connection:
        rows = connection.exec_driver_sql(
            "SELECT actor, action, subject, detail FROM audit ORDER BY id"
        ).all()
    told = [(row.actor, row.action) for row in rows if row.subject == "account:an.tran"]
    assert told == [
        ("console", "account-created"),
        ("an.tran", "logged-in"),
        ("an.tran", "password-changed"),
        ("quan.tri", "password-reset"),
        ("quan.tri", "duties-set"),
        ("quan.tri", "account-deactivated"),
        ("console", "account-activated"),
    ]
    text = "".join(map(str, rows))
    assert not any(secret in text for secret in ("Người Thử", OWN, reset, session.token, session.csrf))


def test_administrators_who_put_each_other_out_of_use_at_once_cannot_both_succeed(accounts: Accounts) -> None:
    for login in ("an.tran", "binh.le"):
        joined(accounts, login, Role.ADMINISTRATOR)

    def put_out(login: str) -> bool:
        try:
            accounts.deactivate(login)
        except AccountError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(put_out, ("an.tran", "binh.le")))
    assert sorted(done) == [False, True]
