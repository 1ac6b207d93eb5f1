"""Coming in, staying in, being kept out; and what administrators change."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from pipeline.registry import Registry
from pipeline.registry.accounts import (
    AccountError,
    AccountOptions,
    Accounts,
    LoginLocked,
    LoginRefused,
    Role,
    Session,
    csrf_of,
)
from tests.review.clock import Clock

OWN = "con mèo mà trèo cây cau"
HERE = "10.0.0.7"


def joined(accounts: Accounts, login: str = "an.tran", role: Role = Role.REVIEWER) -> Session:
    """A person who has chosen their own password, in a session."""
    first = accounts.create(login, "Người Thử", role, ["00000"])
    return accounts.change_password(accounts.authenticate(login, first, HERE), first, OWN, HERE)


def wrong(accounts: Accounts, login: str = "an.tran", times: int = 1, address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(LoginRefused):
            accounts.authenticate(login, "sai mật khẩu rồi", address)


# --- the first start ----------------------------------------------------------------------------------------------


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


# --- coming in ----------------------------------------------------------------------------------------------------


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


# --- lockout ------------------------------------------------------------------------------------------------------


def test_after_five_wrong_passwords_the_right_one_is_refused_too_until_the_window_is_over(
    accounts: Accounts, clock: Clock
) -> None:
    joined(accounts)
    wrong(accounts, times=5)
    with pytest.raises(LoginLocked, match="15 phút"):
        accounts.authenticate("an.tran", OWN, "10.0.0.8")
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
            accounts.authenticate("an.tran", f"đoán lần thứ {number}", f"10.0.1.{number}")
        return type(refused.value)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(guess, range(24)))
    assert outcomes.count(LoginRefused) == 5
    assert outcomes.count(LoginLocked) == 19


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
        wrong(accounts, f"khong.co{number}")
    with pytest.raises(LoginLocked):
        accounts.authenticate("an.tran", OWN, HERE)
    assert accounts.authenticate("an.tran", OWN, "10.0.0.8")


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


# --- sessions -----------------------------------------------------------------------------------------------------


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


# --- administering ------------------------------------------------------------------------------------------------


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
    with pytest.raises(AccountError, match="họ tên"):
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


def test_options_say_how_long(registry: Registry, clock: Clock, cheap_hashes: None) -> None:
    accounts = registry.accounts(clock, AccountOptions(idle=timedelta(minutes=5)))
    session = joined(accounts)
    clock.pass_(minutes=5)
    assert accounts.session(session.token) is None


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
