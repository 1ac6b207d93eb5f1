"""The first start, logins and passwords."""

from __future__ import annotations

import json

import pytest

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import LoginRefused, Role
from tests.registry.accounts.people import HERE, OWN, joined
from tests.web.clock import Clock


def test_the_first_start_makes_one_administrator_who_must_change_the_password(accounts: Accounts) -> None:
    made = accounts.first_administrator()
    assert made is not None
    session = accounts.authenticate(*made, HERE)
    assert (session.person.role, session.person.places, session.must_change) == (
        Role.ADMINISTRATOR,
        None,
        True,
    )
    assert accounts.first_administrator() is None


def test_no_administrator_is_made_where_there_are_accounts(accounts: Accounts) -> None:
    joined(accounts)
    assert accounts.first_administrator() is None


def test_a_login_is_the_same_in_capitals_and_with_spaces_around(accounts: Accounts) -> None:
    joined(accounts)
    assert accounts.authenticate(" An.Tran ", OWN, HERE).person.login == "an.tran"


def test_unknown_login_wrong_password_and_account_out_of_use_read_the_same(accounts: Accounts) -> None:
    joined(accounts)
    joined(accounts, "binh.le")
    accounts.deactivate("binh.le")
    said = set()
    for login, password in (("khong.co", OWN), ("an.tran", "sai mật khẩu"), ("binh.le", OWN), ("", "")):
        with pytest.raises(LoginRefused) as refused:
            accounts.authenticate(login, password, HERE)
        said.add((type(refused.value), refused.value.message))
    assert len(said) == 1


@pytest.mark.parametrize("login", ["'; DROP TABLE account; --", "a\x00b", "x" * 100_000, "an.tran'--", "%"])
def test_a_login_that_is_none_is_refused_like_any_other(accounts: Accounts, login: str) -> None:
    joined(accounts)
    with pytest.raises(LoginRefused):
        accounts.authenticate(login, OWN, HERE)


def test_a_one_time_password_goes_stale(accounts: Accounts, clock: Clock) -> None:
    password = accounts.create("an.tran", "Người Thử", Role.REVIEWER, None)
    clock.pass_(days=3, seconds=1)
    with pytest.raises(LoginRefused):
        accounts.authenticate("an.tran", password, HERE)
    assert accounts.authenticate("an.tran", accounts.reset_password("an.tran"), HERE).must_change


def test_every_login_gets_a_token_of_its_own(accounts: Accounts) -> None:
    joined(accounts)
    tokens = {accounts.authenticate("an.tran", OWN, HERE).token for _ in range(5)}
    assert len(tokens) == 5
    assert all(len(token) >= 43 for token in tokens)


def test_neither_token_nor_password_is_stored_or_shown(accounts: Accounts, registry: Registry) -> None:
    session = joined(accounts)
    with registry._database.reading() as connection:
        stored = json.dumps(
            [
                [str(value) for row in connection.exec_driver_sql(query) for value in row]
                for query in ("SELECT * FROM account", "SELECT * FROM login_session")
            ]
        )
    for secret in (session.token, session.csrf, OWN):
        assert secret not in stored
        assert secret not in repr(session)
