"""Changes of what an office sets: what makes something easier waits for a second person, everything else holds at once.

A change holds the whole file after it and what it makes easier, in words. Loosenings, also those that somebody wrote
into the file by hand, stand at the head of the reports until a person has seen them who neither asked nor confirmed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import ColumnElement, Connection, UniqueConstraint, exists, select

from pipeline.registry.accounts.logins import UNCONFIRMED, is_unconfirmed
from pipeline.registry.accounts.model import AUTHOR_WORDS, Person, Role
from pipeline.registry.accounts.rows import account
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add, compare, record
from pipeline.registry.database.audit.key import Key
from pipeline.registry.database.audit.row_digests import compared
from pipeline.registry.database.columns import PROVEN, Id, Json, first_row, refers, rows_of, table
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.model import NotYours

CONFIRMING = (Role.SUPERVISOR, Role.ADMINISTRATOR)
"""The roles that set what the office sets."""


class PolicyAnswer(StrEnum):
    """What another person says of a change."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    SEEN = "seen"


@dataclass(frozen=True, slots=True)
class PolicyChangeRow:
    """A change of what an office sets.

    ``policies``: every setting after it, by table and key; ``lines``: the change in words; ``loosened``: what it makes
    easier; ``seen``: the digest of the file before it, ``text``: the file after it, both ``""`` for a change that is in
    force already; ``waits``: it is not in force before somebody confirms it.
    """

    id: Id
    policies: Json[dict[str, Any]]
    lines: Json[list[str]]
    loosened: Json[list[str]]
    seen: str
    text: str
    waits: bool
    author: str
    asked_at: datetime


policy_change = table("policy_change", PolicyChangeRow, sqlite_autoincrement=True, info=PROVEN)


@dataclass(frozen=True, slots=True)
class PolicyAnswerRow:
    """What another person said of a change; ``answer``: ``PolicyAnswer``."""

    id: Id
    change_id: Annotated[int, refers("policy_change")]
    answer: str
    author: str
    answered_at: datetime


policy_answer = table(
    "policy_answer",
    PolicyAnswerRow,
    UniqueConstraint("change_id", "answer"),
    sqlite_autoincrement=True,
    info=PROVEN,
)


ALTERED = "dòng ghi việc này không phải của chương trình"
"""What is told of a change that somebody altered or added behind the program's back."""


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A loosening that waits for a second person, or that nobody else has seen yet.

    Attributes:
        waits: Whether it is not in force yet.
    """

    change_id: int
    lines: tuple[str, ...]
    loosened: tuple[str, ...]
    author: str
    asked_at: datetime
    waits: bool
    confirmed_by: str

    @property
    def sentence(self) -> str:
        """What is easier, who did it, and whether it holds."""
        author = AUTHOR_WORDS.get(self.author, self.author)
        state = (
            "chờ người thứ hai xác nhận"
            if self.waits
            else f"đã có hiệu lực, người thứ hai: {self.confirmed_by or 'không có'}"
        )
        return f"{'; '.join(self.loosened)} ({author}; {state})"


def note_policies(
    connection: Connection,
    policies: Mapping[str, Any],
    lines: Sequence[str],
    loosened: Sequence[str],
    author: str,
) -> None:
    """Record what holds now."""
    _add(connection, policies, lines, loosened, "", "", author, waits=False)


def ask_policy_change(
    connection: Connection,
    policies: Mapping[str, Any],
    lines: Sequence[str],
    loosened: Sequence[str],
    *,
    seen: str,
    text: str,
    author: str,
) -> None:
    """Record a change that waits for a second person."""
    _add(connection, policies, lines, loosened, seen, text, author, waits=True)


def _add(
    connection: Connection,
    policies: Mapping[str, Any],
    lines: Sequence[str],
    loosened: Sequence[str],
    seen: str,
    text: str,
    author: str,
    *,
    waits: bool,
) -> None:
    row = {
        "policies": dict(policies),
        "lines": list(lines),
        "loosened": list(loosened),
        "seen": seen,
        "text": text,
        "waits": waits,
        "author": author,
        "asked_at": clock.now(connection),
    }
    (change_id,) = add(connection, policy_change, [row])
    action = "policy-asked" if waits else "policy-noted"
    record(connection, author, action, f"policy:{change_id}", {"loosened": len(loosened)})


def noted_policies(connection: Connection, key: Key | None) -> Mapping[str, Any] | None:
    """Return what held last, as far as the program's own rows tell; None if it never noted anything."""
    answers, (rows, altered) = _own_answers(connection, key), _changes(connection, key)
    in_force = (
        row.policies
        for row in reversed(rows)
        if row.id not in altered and (not row.waits or (row.id, PolicyAnswer.CONFIRMED) in answers)
    )
    return next(in_force, None)


def open_policy_changes(connection: Connection, key: Key | None) -> tuple[PolicyChange, ...]:
    """Return the loosenings that wait for a second person or that nobody else has seen, oldest first.

    An answer that is not the program's own ends nothing, and a change that is not stands there without its words.
    """
    answers, (rows, altered) = _own_answers(connection, key), _changes(connection, key)
    return tuple(
        PolicyChange(
            row.id,
            () if row.id in altered else tuple(row.lines),
            (ALTERED,) if row.id in altered else tuple(row.loosened),
            row.author,
            row.asked_at,
            row.waits and (row.id, PolicyAnswer.CONFIRMED) not in answers,
            answers.get((row.id, PolicyAnswer.CONFIRMED), ""),
        )
        for row in rows
        if row.id in altered
        or (
            row.loosened
            and not {(row.id, PolicyAnswer.REFUSED), (row.id, PolicyAnswer.SEEN)} & answers.keys()
        )
    )


def _own_answers(connection: Connection, key: Key | None) -> Mapping[tuple[int, str], str]:
    """Return who gave each answer by change and answer, without answers that are not the program's own."""
    rows = rows_of(connection, PolicyAnswerRow, select(policy_answer))
    altered = compared(connection, key, policy_answer.name, [row.id for row in rows]).altered
    return {(row.change_id, row.answer): row.author for row in rows if row.id not in altered}


def _changes(connection: Connection, key: Key | None) -> tuple[list[PolicyChangeRow], Collection[int]]:
    """Return all changes, oldest first, and the ids of those that are not the program's own."""
    rows = rows_of(connection, PolicyChangeRow, select(policy_change).order_by(policy_change.c.id))
    return rows, compared(connection, key, policy_change.name, [row.id for row in rows]).altered.keys()


def policy_change_for(connection: Connection, person: Person, change_id: int) -> PolicyChangeRow:
    """Return a change that waits and that this person may confirm or refuse.

    Raises:
        NotThere: There is no such change, or it is answered.
        NotYours: The person asked for it, does not set what the whole office sets, or is not confirmed, or nobody has
            confirmed what the person did to the asker's account.
        RowTampered: The row is not the program's.
    """
    answered = _is_answered(PolicyAnswer.CONFIRMED) | _is_answered(PolicyAnswer.REFUSED)
    row = _change(connection, change_id, policy_change.c.waits, ~answered)
    _check_other(connection, person, {row.author})
    return row


def answer_policy_change(
    connection: Connection, person: Person, change_id: int, answer: PolicyAnswer
) -> None:
    """Record that a person confirms or refuses a change, or has seen a loosening in force.

    Raises:
        NotThere: There is no such change, or it is answered.
        NotYours: The person asked for the change; or confirmed it, and somebody else could see it.
        RowTampered: The row is not the program's.
    """
    if answer is PolicyAnswer.SEEN:
        in_force = ~policy_change.c.waits | _is_answered(PolicyAnswer.CONFIRMED)
        row = _change(connection, change_id, in_force, ~_is_answered(PolicyAnswer.SEEN))
        confirmed_by = connection.scalar(
            select(policy_answer.c.author).where(
                policy_answer.c.change_id == change_id, policy_answer.c.answer == PolicyAnswer.CONFIRMED
            )
        )
        involved = {row.author, confirmed_by or ""}
        _check_other(
            connection, person, involved if _is_somebody_else(connection, involved) else {row.author}
        )
    else:
        policy_change_for(connection, person, change_id)
    values = {
        "change_id": change_id,
        "answer": answer,
        "author": person.login,
        "answered_at": clock.now(connection),
    }
    add(connection, policy_answer, [values])
    record(connection, person.login, f"policy-{answer}", f"policy:{change_id}")


def _change(connection: Connection, change_id: int, *asked: ColumnElement[bool]) -> PolicyChangeRow:
    row = first_row(
        connection, PolicyChangeRow, select(policy_change).where(policy_change.c.id == change_id, *asked)
    )
    if row is None:
        raise NotThere("Không có thay đổi nào chờ trả lời với số ấy. Hãy tải lại danh sách.")
    compare(connection, policy_change, [change_id])
    return row


def _check_other(connection: Connection, person: Person, involved: set[str]) -> None:
    """Refuse who is involved, and whose account, or that of somebody involved, may be the other's puppet."""
    if person.role not in CONFIRMING or person.places is not None:
        raise NotYours("Việc này cần người phụ trách hay người quản trị được giao mọi nơi.")
    if person.login in involved:
        raise NotYours("Người đã đổi hay đã xác nhận không tự trả lời được. Hãy nhờ người khác.")
    if is_unconfirmed(connection, person.login):
        raise NotYours(UNCONFIRMED)
    if any(is_unconfirmed(connection, one, by=person.login) for one in involved):
        raise NotYours(
            "Bạn đã đổi tài khoản của người ấy mà chưa ai xác nhận. Hãy nhờ người khác trả lời việc này."
        )


def _is_somebody_else(connection: Connection, involved: set[str]) -> bool:
    """Return whether a person who is not involved could answer."""
    others = connection.scalars(
        select(account.c.login).where(
            account.c.active, account.c.role.in_(CONFIRMING), account.c.places.is_(None)
        )
    )
    return any(
        not is_unconfirmed(connection, one)
        and not any(is_unconfirmed(connection, login, by=one) for login in involved)
        for one in set(others) - involved
    )


def _is_answered(answer: PolicyAnswer) -> ColumnElement[bool]:
    return exists().where(policy_answer.c.change_id == policy_change.c.id, policy_answer.c.answer == answer)
