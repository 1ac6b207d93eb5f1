"""People of an office, a clock that one turns by hand, and entries that wait for them. No person in it is real."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from pipeline.base.model import EntryResult, FieldStatus
from pipeline.declarations.review_policy import BookPolicy, ReviewPolicy
from pipeline.registry import Registry, Verdict
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.model import DeskTask, KeyOutcome
from tests.registry.pages import entry, read

PLACE = "00000"

SINGLE = ReviewPolicy(BookPolicy(check="none", blind="none"))
CHECKED = ReviewPolicy(BookPolicy(check="all", blind="none"))
BLIND = ReviewPolicy(BookPolicy(check="all", blind="all"))

_tokens = count()


def person(account_id: int, role: Role = Role.SUPERVISOR, places: frozenset[str] | None = None) -> Person:
    return Person(account_id, f"nguoi-{account_id}", f"Người {account_id}", role, places)


AN, BINH, CHI = (person(number, Role.CHECKER) for number in (1, 2, 3))
REVIEWER, CHECKER, SUPERVISOR = (
    person(11, Role.REVIEWER),
    person(12, Role.CHECKER),
    person(13, Role.SUPERVISOR),
)
OPERATOR, ADMINISTRATOR = person(14, Role.OPERATOR), person(15, Role.ADMINISTRATOR)


@dataclass
class Clock:
    """The time, which stands still until somebody turns it on."""

    at: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 8, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.at

    def pass_minutes(self, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)


def hired(registry: Registry, clock: Clock, **roles: Role) -> dict[str, Person]:
    """People with accounts, by login."""
    accounts = registry.accounts(clock)
    for login, role in roles.items():
        accounts.create(login, "Người Thử", role, [PLACE])
    return {account.person.login: account.person for account in accounts.list()}


def doubtful(*fields: str, row: int = 0, text: str = "Thu Mot") -> EntryResult:
    """An entry whose ``fields`` were read and not accepted."""
    return entry(*(read(name, text, accepted=False) for name in fields), row=row)


def said(field: str, text: str = "Thử Một", status: FieldStatus = FieldStatus.READ) -> Verdict:
    return Verdict(field, status, text)


def taken(desk: Desk, who: Person) -> DeskTask:
    """The next task of that person; there is one."""
    task = desk.next_task(who)
    assert task is not None
    return task


def keyed(desk: Desk, who: Person, *words: Verdict, task: DeskTask | None = None) -> KeyOutcome:
    """The person says these words on a task in hand, or on the next one."""
    task = task or taken(desk, who)
    return desk.key(who, task.task_id, task.version, words, token=f"t{next(_tokens)}")


def in_force(registry: Registry, field: str) -> str | None:
    """The value in force of the only entry."""
    (entry_id,) = registry.entries()
    return registry.effective_value(entry_id, field)
