"""Staying in, and what ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.logins import csrf_of
from pipeline.registry.accounts.model import AccountError, AccountOptions, LoginRefused, Role
from tests.registry.accounts.people import HERE, OWN, joined, wrong
from tests.web.clock import Clock


def test_a_session_lasts_while_it_is_used_and_twelve_hours_at_most(accounts: Accounts, clock: Clock) -> None:
    session = joined(accounts)
    for _ in range(24):
        clock.pass_(minutes=29)
        assert accounts.session(session.token) == session
    clock.pass_(minutes=24, seconds=1)
    assert accounts.session(session.token) is None


def test_a_session_ends_after_half_an_hour_without_use(accounts: Accounts, clock: Clock) -> None:
    session = joined(accounts)
    clock.pass_(minutes=30)
    assert accounts.session(session.token) is None


def test_a_session_that_a_clock_ahead_wrote_is_over_once_it_is_put_right(
    accounts: Accounts, clock: Clock
) -> None:
    before = joined(accounts)
    clock.pass_(minutes=20)
    assert accounts.session(before.token)
    clock.pass_(days=2)
    during = accounts.authenticate("an.tran", OWN, HERE)
    clock.pass_(days=-2)
    assert accounts.session(during.token) is None
    assert accounts.authenticate("an.tran", OWN, HERE)


@pytest.mark.parametrize("days", [2, 400, -2])
def test_one_login_under_a_wrong_clock_ends_no_session_of_others(
    accounts: Accounts, clock: Clock, days: int
) -> None:
    session = joined(accounts)
    joined(accounts, "binh.le")
    clock.pass_(days=days)
    assert accounts.authenticate("binh.le", OWN, HERE)
    clock.pass_(days=-days)
    assert accounts.session(session.token) == session
    assert accounts.authenticate("binh.le", OWN, HERE)
    assert accounts.session(session.token) == session


def test_what_has_run_out_is_cleared_away_at_night_and_what_lasts_stays(
    accounts: Accounts, registry: Registry, clock: Clock
) -> None:
    joined(accounts)
    joined(accounts, "binh.le")
    clock.pass_(days=2)
    joined(accounts, "cuc.vo")
    clock.pass_(days=-1)  # one of a clock ahead, two of yesterday
    lasting = accounts.authenticate("an.tran", OWN, HERE)
    assert sessions_in(registry) == 3
    accounts.clear_sessions()
    assert sessions_in(registry) == 1
    assert accounts.session(lasting.token) == lasting
    assert registry.audit().verify().flaw_count == 0


def sessions_in(registry: Registry) -> int:
    with registry._database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM login_session").scalar_one())


def test_a_session_survives_a_clock_that_is_put_back_a_little(accounts: Accounts, clock: Clock) -> None:
    session = joined(accounts)
    clock.pass_(seconds=-90)
    assert accounts.session(session.token)


def test_a_one_time_password_that_a_clock_ahead_made_is_not_valid_for_longer(
    accounts: Accounts, clock: Clock
) -> None:
    clock.pass_(days=2)
    password = accounts.create("an.tran", "Người Thử", Role.REVIEWER, [])
    clock.pass_(days=-2)
    with pytest.raises(LoginRefused):
        accounts.authenticate("an.tran", password, HERE)


def test_a_session_that_was_left_is_over(accounts: Accounts) -> None:
    session = joined(accounts)
    accounts.end(session.token)
    accounts.end(session.token)
    assert accounts.session(session.token) is None


def test_the_token_of_forms_comes_from_the_session_and_does_not_tell_it(accounts: Accounts) -> None:
    session = joined(accounts)
    assert session.csrf == csrf_of(session.token)
    assert accounts.session(session.csrf) is None


def test_a_new_password_ends_every_session_but_the_one_it_gives(accounts: Accounts) -> None:
    session = joined(accounts)
    other = accounts.authenticate("an.tran", OWN, HERE)
    renewed = accounts.change_password(session, OWN, "một câu khác hẳn", HERE)
    assert [accounts.session(one.token) for one in (session, other)] == [None, None]
    assert accounts.session(renewed.token) == renewed
    wrong(accounts)


@pytest.mark.parametrize("new", ["ngắn", "chào an.tran nhé", OWN])
def test_a_password_that_is_weak_or_no_change_is_refused_and_the_old_one_stays(
    accounts: Accounts, new: str
) -> None:
    session = joined(accounts)
    with pytest.raises(AccountError):
        accounts.change_password(session, OWN, new, HERE)
    assert accounts.session(session.token)
    assert accounts.authenticate("an.tran", OWN, HERE)


def test_a_person_put_out_of_use_is_out_at_once_and_can_be_let_in_again(accounts: Accounts) -> None:
    session = joined(accounts)
    accounts.deactivate("an.tran")
    assert accounts.session(session.token) is None
    wrong(accounts)
    accounts.activate("an.tran")
    assert accounts.session(session.token) is None
    assert accounts.authenticate("an.tran", OWN, HERE)


def test_duties_take_effect_within_a_running_session(accounts: Accounts) -> None:
    session = joined(accounts)
    accounts.set_duties("an.tran", Role.CHECKER, ["2", "1"])
    now = accounts.session(session.token)
    assert now is not None
    assert (now.person.role, now.person.places) == (Role.CHECKER, frozenset({"1", "2"}))
    assert (now.person.may_see("1"), now.person.may_see("00000")) == (True, False)


def test_options_say_how_long(registry: Registry, clock: Clock, cheap_hashes: None) -> None:
    accounts = registry.accounts(clock, AccountOptions(idle=timedelta(minutes=5)))
    session = joined(accounts)
    clock.pass_(minutes=5)
    assert accounts.session(session.token) is None
