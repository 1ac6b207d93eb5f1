"""Who guesses is kept out, and nobody else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import AccountOptions, LoginLocked, LoginRefused
from tests.registry.accounts.people import HERE, OWN, THERE, joined, wrong
from tests.web.clock import Clock


def test_after_five_wrong_passwords_the_right_one_is_refused_too_until_the_window_is_over(
    accounts: Accounts, clock: Clock
) -> None:
    joined(accounts)
    wrong(accounts, times=5)
    with pytest.raises(LoginLocked, match="15 phút"):
        accounts.authenticate("an.tran", OWN, HERE)
    clock.pass_(minutes=14, seconds=59)
    with pytest.raises(LoginLocked):
        accounts.authenticate("an.tran", OWN, HERE)
    clock.pass_(seconds=2)
    assert accounts.authenticate("an.tran", OWN, HERE)


def test_tries_while_locked_do_not_lengthen_the_lock(accounts: Accounts, clock: Clock) -> None:
    joined(accounts)
    wrong(accounts, times=5)
    clock.pass_(minutes=10)
    wrong(accounts, times=50)
    clock.pass_(minutes=5, seconds=1)
    assert accounts.authenticate("an.tran", OWN, HERE)


def test_a_right_password_forgives_the_wrong_ones_before_it(accounts: Accounts) -> None:
    joined(accounts)
    for _ in range(3):
        wrong(accounts, times=4)
        assert accounts.authenticate("an.tran", OWN, HERE)


def test_an_unknown_login_is_locked_like_a_known_one(accounts: Accounts) -> None:
    wrong(accounts, "khong.co", 5)
    with pytest.raises(LoginLocked):
        accounts.authenticate("khong.co", OWN, HERE)


def test_guesses_made_at_once_count_one_by_one(accounts: Accounts) -> None:
    joined(accounts)

    def guess(number: int) -> type[LoginRefused]:
        with pytest.raises(LoginRefused) as refused:
            accounts.authenticate("an.tran", f"đoán lần thứ {number}", HERE)
        return type(refused.value)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(24)))
    assert outcomes.count(LoginRefused) == 5
    assert outcomes.count(LoginLocked) == 19


def test_a_stranger_at_another_address_does_not_lock_the_owner_out(accounts: Accounts) -> None:
    joined(accounts)
    for _ in range(8):
        wrong(accounts, times=1, address=THERE)
    with pytest.raises(LoginLocked):
        accounts.authenticate("an.tran", OWN, THERE)
    assert accounts.authenticate("an.tran", OWN, HERE)


def test_the_owner_who_comes_in_makes_no_new_room_for_the_stranger(accounts: Accounts) -> None:
    joined(accounts)
    wrong(accounts, times=5, address=THERE)
    assert accounts.authenticate("an.tran", OWN, HERE)
    with pytest.raises(LoginLocked):
        accounts.authenticate("an.tran", OWN, THERE)


def test_many_addresses_together_have_a_bounded_number_of_guesses(
    registry: Registry, cheap_hashes: None, clock: Clock
) -> None:
    accounts = registry.accounts(clock, AccountOptions(wrong_by_login_anywhere=12))
    joined(accounts)
    outcomes = guessed_from(accounts, range(20))
    assert outcomes == [LoginRefused] * 12 + [LoginLocked] * 8
    clock.pass_(minutes=1, seconds=1)
    assert guessed_from(accounts, range(20, 24)) == [LoginRefused] + [LoginLocked] * 3


def test_guesses_from_many_addresses_keep_nobody_out_where_they_came_in_before(
    registry: Registry, cheap_hashes: None, clock: Clock
) -> None:
    """Those who guess go on while the owner works; a guesser at the owner's own address is still locked."""
    accounts = registry.accounts(clock, AccountOptions(wrong_by_login_anywhere=12, wrong_by_address=8))
    joined(accounts)
    for number in range(8):
        wrong(accounts, f"khong.co{number}")
    for _ in range(3):
        assert guessed_from(accounts, range(20))[-1] is LoginLocked
        assert accounts.authenticate("an.tran", OWN, HERE)
    with pytest.raises(LoginLocked, match="1 phút"):
        accounts.authenticate("an.tran", OWN, THERE)
    wrong(accounts, times=5)
    with pytest.raises(LoginLocked):
        accounts.authenticate("an.tran", OWN, HERE)


def test_an_address_is_known_for_one_login_and_only_by_a_right_password(
    registry: Registry, cheap_hashes: None, clock: Clock
) -> None:
    accounts = registry.accounts(clock, AccountOptions(wrong_by_login_anywhere=12))
    joined(accounts)
    joined(accounts, "binh.le")
    wrong(accounts, address=THERE)
    with pytest.raises(LoginRefused):
        accounts.authenticate("binh.le", "đoán", THERE)
    guessed_from(accounts, range(20))
    with pytest.raises(LoginLocked):
        accounts.authenticate("an.tran", OWN, THERE)
    assert accounts.authenticate("binh.le", OWN, THERE)


def guessed_from(accounts: Accounts, hosts: range) -> list[type[LoginRefused]]:
    """How one guess from each of many addresses ends."""
    outcomes = []
    for host in hosts:
        with pytest.raises(LoginRefused) as refused:
            accounts.authenticate("an.tran", "đoán", f"10.0.1.{host}")
        outcomes.append(type(refused.value))
    return outcomes


def test_wrong_tries_that_a_clock_ahead_wrote_do_not_count_once_it_is_put_right(
    accounts: Accounts, clock: Clock
) -> None:
    joined(accounts)
    clock.pass_(days=2)
    wrong(accounts, times=5)
    clock.pass_(days=-2)
    assert accounts.authenticate("an.tran", OWN, HERE)


def test_one_locked_login_leaves_the_others_alone(accounts: Accounts) -> None:
    joined(accounts)
    joined(accounts, "binh.le")
    wrong(accounts, times=5)
    assert accounts.authenticate("binh.le", OWN, HERE)


def test_one_address_that_tries_many_logins_is_locked_and_others_are_not(
    registry: Registry, cheap_hashes: None, clock: Clock
) -> None:
    accounts = registry.accounts(clock, AccountOptions(wrong_by_address=8))
    joined(accounts)
    for number in range(8):
        wrong(accounts, f"khong.co{number}", address=THERE)
    with pytest.raises(LoginLocked):
        accounts.authenticate("an.tran", OWN, THERE)
    assert accounts.authenticate("an.tran", OWN, HERE)


def test_a_new_password_from_the_administrator_opens_the_lock(accounts: Accounts) -> None:
    joined(accounts)
    wrong(accounts, times=5)
    assert accounts.authenticate("an.tran", accounts.reset_password("an.tran"), HERE)


def test_guessing_the_old_password_in_a_session_counts_too(accounts: Accounts) -> None:
    session = joined(accounts)
    for _ in range(5):
        with pytest.raises(LoginRefused):
            accounts.change_password(session, "sai mật khẩu rồi", "một câu khác hẳn", HERE)
    with pytest.raises(LoginLocked):
        accounts.change_password(session, OWN, "một câu khác hẳn", HERE)
