"""What is done to the account of a supervisor or administrator takes two people, or shows until it is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.registry import Registry
from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import CONSOLE, AccountChange, AccountError, LoginRefused, Person, Role
from pipeline.registry.errors import NotThere, RowTampered
from pipeline.registry.policy_changes import PolicyAnswer
from pipeline.registry.tasks.model import NotYours
from tests.registry.accounts.people import HERE, OWN, joined
from tests.registry.outsider import Outsider

PLACE = ["00000"]


def settled(accounts: Accounts, login: str, role: Role) -> Person:
    """A person whose account was made at the machine and confirmed by somebody."""
    person = joined(accounts, login, role).person
    witness = Person(0, "thanh.tra", "Thanh Tra", Role.ADMINISTRATOR, None)
    for act in accounts.open_acts():
        if act.login == login:
            accounts.answer_act(witness, act.act_id, confirmed=True)
    return person


@pytest.fixture
def first(accounts: Accounts) -> Person:
    return settled(accounts, "quan.tri", Role.ADMINISTRATOR)


@pytest.fixture
def second(accounts: Accounts) -> Person:
    return settled(accounts, "quan.tri.hai", Role.ADMINISTRATOR)


def came_in(accounts: Accounts, login: str, password: str) -> bool:
    try:
        return accounts.authenticate(login, password, HERE).token != ""
    except LoginRefused:
        return False


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_an_account_with_power_is_of_no_use_until_another_administrator_confirms(
    accounts: Accounts, first: Person, second: Person, role: Role
) -> None:
    password = accounts.create("moi", "Người Mới", role, PLACE, by=first.login)
    assert not came_in(accounts, "moi", password)
    (act,) = accounts.open_acts()
    assert (act.login, act.change, act.role, act.waits, act.author) == (
        "moi",
        AccountChange.CREATED,
        role,
        True,
        first.login,
    )
    for refused in (first, settled(accounts, "phu.trach", Role.SUPERVISOR)):
        with pytest.raises(NotYours):
            accounts.answer_act(refused, act.act_id, confirmed=True)
    with pytest.raises(AccountError):
        accounts.activate("moi", by=first.login)
    accounts.answer_act(second, act.act_id, confirmed=True)
    assert came_in(accounts, "moi", password)
    assert accounts.open_acts() == ()


def test_an_account_without_power_is_in_use_at_once_and_shows_nowhere(
    accounts: Accounts, first: Person, second: Person
) -> None:
    password = accounts.create("moi", "Người Mới", Role.CHECKER, PLACE, by=first.login)
    assert came_in(accounts, "moi", password)
    assert accounts.open_acts() == ()


def test_where_there_is_one_administrator_the_account_is_in_use_and_shows_until_a_supervisor_confirms(
    accounts: Accounts, first: Person
) -> None:
    watch = settled(accounts, "phu.trach", Role.SUPERVISOR)
    password = accounts.create("moi", "Người Mới", Role.SUPERVISOR, PLACE, by=first.login)
    session = accounts.authenticate("moi", password, HERE)
    (act,) = accounts.open_acts()
    assert not act.waits
    for refused in (first, session.person):
        with pytest.raises(NotYours):
            accounts.answer_act(refused, act.act_id, confirmed=True)
    with pytest.raises(AccountError, match="ngừng"):
        accounts.answer_act(watch, act.act_id, confirmed=False)
    accounts.answer_act(watch, act.act_id, confirmed=True)
    with pytest.raises(NotThere):
        accounts.answer_act(watch, act.act_id, confirmed=True)
    assert accounts.open_acts() == ()


def test_a_puppet_confirms_nothing(accounts: Accounts, first: Person) -> None:
    password = accounts.create("bu.nhin", "Người Mới", Role.ADMINISTRATOR, None, by=first.login)
    puppet = accounts.change_password(
        accounts.authenticate("bu.nhin", password, HERE), password, OWN, HERE
    ).person
    accounts.create("moi", "Người Mới", Role.SUPERVISOR, PLACE, by=first.login)
    for act in accounts.open_acts():
        with pytest.raises(NotYours):
            accounts.answer_act(puppet, act.act_id, confirmed=True)


def test_a_role_with_power_takes_two_as_well_and_ends_the_persons_sessions(
    accounts: Accounts, first: Person, second: Person
) -> None:
    session = joined(accounts, "an.tran", Role.REVIEWER)
    accounts.set_duties("an.tran", Role.SUPERVISOR, PLACE, by=first.login)
    assert accounts.session(session.token) is None
    assert not came_in(accounts, "an.tran", OWN)
    (act,) = accounts.open_acts()
    accounts.answer_act(second, act.act_id, confirmed=True)
    assert accounts.authenticate("an.tran", OWN, HERE).person.role is Role.SUPERVISOR


def test_taking_over_a_supervisors_account_by_a_new_password_takes_two(
    accounts: Accounts, first: Person, second: Person
) -> None:
    settled(accounts, "phu.trach", Role.SUPERVISOR)
    password = accounts.reset_password("phu.trach", by=first.login)
    assert not came_in(accounts, "phu.trach", password)
    (act,) = accounts.open_acts()
    accounts.answer_act(second, act.act_id, confirmed=True)
    assert came_in(accounts, "phu.trach", password)


def test_what_is_refused_stays_out_of_use(accounts: Accounts, first: Person, second: Person) -> None:
    password = accounts.create("moi", "Người Mới", Role.SUPERVISOR, PLACE, by=first.login)
    accounts.answer_act(second, accounts.open_acts()[0].act_id, confirmed=False)
    assert not came_in(accounts, "moi", password)
    accounts.activate("moi", by=first.login)
    assert not came_in(accounts, "moi", password)
    assert [(act.change, act.waits) for act in accounts.open_acts()] == [(AccountChange.ACTIVATED, True)]


GIVEN: dict[str, Callable[[Accounts, str], object]] = {
    "another role": lambda accounts, by: accounts.set_duties("moi", Role.ADMINISTRATOR, None, by=by),
    "more places": lambda accounts, by: accounts.set_duties("moi", Role.SUPERVISOR, None, by=by),
    "a password": lambda accounts, by: accounts.reset_password("moi", by=by),
}


@pytest.mark.parametrize("what", GIVEN)
def test_an_account_that_waits_gets_nothing_more_from_whoever_confirms_it(
    accounts: Accounts, first: Person, second: Person, what: str
) -> None:
    password = accounts.create("moi", "Người Mới", Role.SUPERVISOR, PLACE, by=second.login)
    (act,) = accounts.open_acts()
    with pytest.raises(AccountError, match="chờ"):
        GIVEN[what](accounts, first.login)
    accounts.answer_act(first, act.act_id, confirmed=True)
    session = accounts.authenticate("moi", password, HERE)
    assert (session.person.role, session.person.places) == (Role.SUPERVISOR, frozenset(PLACE))


def test_who_closes_an_account_that_waits_is_not_overruled_by_whoever_confirms_it(
    accounts: Accounts, first: Person, second: Person
) -> None:
    password = accounts.create("moi", "Người Mới", Role.SUPERVISOR, PLACE, by=second.login)
    (act,) = accounts.open_acts()
    accounts.deactivate("moi", by=first.login)
    accounts.answer_act(settled(accounts, "quan.tri.ba", Role.ADMINISTRATOR), act.act_id, confirmed=True)
    assert not came_in(accounts, "moi", password)
    accounts.activate("moi", by=first.login)
    (waiting,) = (one for one in accounts.open_acts() if one.waits)
    accounts.answer_act(second, waiting.act_id, confirmed=True)
    assert came_in(accounts, "moi", password)


def test_who_gave_a_closed_account_a_password_does_not_confirm_that_it_is_in_use_again(
    accounts: Accounts, first: Person, second: Person
) -> None:
    settled(accounts, "phu.trach", Role.SUPERVISOR)
    accounts.deactivate("phu.trach", by=second.login)
    password = accounts.reset_password("phu.trach", by=first.login)
    accounts.activate("phu.trach", by=second.login)
    acts = {act.change: act.act_id for act in accounts.open_acts()}
    with pytest.raises(NotYours):
        accounts.answer_act(first, acts[AccountChange.ACTIVATED], confirmed=True)
    assert not came_in(accounts, "phu.trach", password)
    accounts.answer_act(second, acts[AccountChange.PASSWORD_RESET], confirmed=True)
    accounts.answer_act(first, acts[AccountChange.ACTIVATED], confirmed=True)
    assert came_in(accounts, "phu.trach", password)


def _puppet(accounts: Accounts, login: str, role: Role, by: Person) -> Person:
    password = accounts.create(login, "Người Mới", role, None, by=by.login)
    session = accounts.authenticate(login, password, HERE)
    return accounts.change_password(session, password, OWN, HERE).person


@pytest.mark.parametrize("asks_itself", [True, False])
def test_a_puppet_confirms_and_sees_no_loosening(
    accounts: Accounts, registry: Registry, first: Person, *, asks_itself: bool
) -> None:
    watch = _everywhere(accounts, settled(accounts, "phu.trach", Role.SUPERVISOR))
    puppet = _puppet(accounts, "bu.nhin", Role.SUPERVISOR, first)
    asker, other = (puppet, first) if asks_itself else (first, puppet)
    registry.ask_policy_change({}, ["x"], ["x"], seen="x", text="", author=asker.login)
    registry.note_policies({}, ["y"], ["y"], asker.login)
    asked, noted = registry.open_policy_changes()
    with pytest.raises(NotYours):
        registry.policy_change_for(other, asked.change_id)
    for change, answer in ((asked, PolicyAnswer.CONFIRMED), (noted, PolicyAnswer.SEEN)):
        with pytest.raises(NotYours):
            registry.answer_policy_change(other, change.change_id, answer)
    for change, answer in ((asked, PolicyAnswer.CONFIRMED), (noted, PolicyAnswer.SEEN)):
        registry.answer_policy_change(watch, change.change_id, answer)
    registry.answer_policy_change(watch, asked.change_id, PolicyAnswer.SEEN)  # nobody else may
    assert registry.open_policy_changes() == ()


def _everywhere(accounts: Accounts, person: Person) -> Person:
    accounts.set_duties(person.login, person.role, None)
    witness = Person(0, "thanh.tra", "Thanh Tra", Role.ADMINISTRATOR, None)
    for act in accounts.open_acts():
        accounts.answer_act(witness, act.act_id, confirmed=True)
    return replace(person, places=None)


def test_an_administrator_who_removes_the_other_is_seen(
    accounts: Accounts, first: Person, second: Person
) -> None:
    accounts.deactivate(second.login, by=first.login)
    (act,) = accounts.open_acts()
    assert (act.login, act.change, act.waits) == (second.login, AccountChange.DEACTIVATED, False)


def test_fewer_places_and_duties_as_they_were_need_nobody(
    accounts: Accounts, first: Person, second: Person
) -> None:
    password = accounts.create("moi", "Người Mới", Role.SUPERVISOR, ["1", "2"], by=CONSOLE)
    accounts.answer_act(second, accounts.open_acts()[0].act_id, confirmed=True)
    accounts.set_duties("moi", Role.SUPERVISOR, ["1"], by=first.login)
    assert accounts.open_acts() == ()
    accounts.set_duties("moi", Role.SUPERVISOR, ["1", "3"], by=first.login)
    assert [act.waits for act in accounts.open_acts()] == [True]
    assert not came_in(accounts, "moi", password)


def test_what_is_done_at_the_machine_does_not_wait_and_shows(
    accounts: Accounts, first: Person, second: Person
) -> None:
    password = accounts.create("moi", "Người Mới", Role.SUPERVISOR, PLACE)
    assert came_in(accounts, "moi", password)
    (act,) = accounts.open_acts()
    assert (act.author, act.waits) == (CONSOLE, False)
    assert "dòng lệnh trên máy chủ" in act.sentence


def test_the_audit_covers_acts_and_answers(
    accounts: Accounts, registry: Registry, first: Person, second: Person
) -> None:
    accounts.create("moi", "Người Mới", Role.SUPERVISOR, PLACE, by=first.login)
    accounts.answer_act(second, accounts.open_acts()[0].act_id, confirmed=True)
    told = [(row.actor, row.action) for row in registry.audit().recent(10) if row.subject == "account:moi"]
    assert told[:2] == [(second.login, "account-activated"), (second.login, "account-confirmed")]
    assert (first.login, "confirmation-asked") in told
    assert registry.audit().verify().flaws == ()


def test_a_row_behind_the_programs_back_confirms_nothing_and_hides_nothing(
    accounts: Accounts, first: Person, second: Person, outsider: Outsider
) -> None:
    password = accounts.create("moi", "Người Mới", Role.SUPERVISOR, PLACE, by=first.login)
    (act,) = accounts.open_acts()
    for guard in ("no_update", "no_delete") if not outsider.on_postgresql else ():
        outsider.execute(f"DROP TRIGGER account_act_{guard}")
    if outsider.on_postgresql:
        outsider.execute("SET session_replication_role = replica")
    outsider.execute(f"UPDATE account_act SET author = '{second.login}' WHERE id = {act.act_id}")  # noqa: S608
    with pytest.raises(RowTampered):
        accounts.answer_act(first, act.act_id, confirmed=True)
    outsider.execute(
        "INSERT INTO account_answer (id, act_id, answer, author, answered_at) "  # noqa: S608
        f"VALUES (99, {act.act_id}, 'confirmed', '{second.login}', '2026-01-02 03:04:05')"
    )
    assert [one.act_id for one in accounts.open_acts()] == [act.act_id]
    assert not came_in(accounts, "moi", password)
