"""Two people for the accounts of supervisors and administrators. Every function runs within the caller's transaction.

Who gives a power to an account, or takes over an account that has it, does not do so alone: where another administrator
could confirm, the account is out of use until one does. Where none could, it is in use at once, and stands in the audit
report and in the morning report until another person has confirmed it. An act is answered once and never forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, exists, select

from pipeline.registry.database.audit import add, record
from pipeline.registry.model.accounts import (
    CONSOLE,
    PRIVILEGED,
    PROVIDER,
    AccountChange,
    AccountError,
    OpenAct,
    Person,
    Role,
)
from pipeline.registry.model.desk import NotYours
from pipeline.registry.model.errors import NotThere
from pipeline.registry.tables.accounts import account, account_act, account_answer

CONFIRMED, DISMISSED = "confirmed", "refused"


def must_wait(connection: Connection, by: str, login: str) -> bool:
    """Whether an act of ``by`` on the account of ``login`` waits: another administrator is there who can confirm it.

    Who sits at the machine itself has all its files; what they do shows, and does not wait. What a sign-in provider
    states always waits: nobody here gave that power.
    """
    if by == CONSOLE:
        return False
    if by == PROVIDER:
        return True
    others = (
        account.c.role == Role.ADMINISTRATOR,
        account.c.active,
        account.c.must_change.is_(False),
        account.c.login.not_in([by, login]),
        ~_has_open_act(account_act.c.author != CONSOLE),
    )
    return bool(connection.scalar(select(exists().where(*others))))


def note(
    connection: Connection,
    login: str,
    change: AccountChange,
    duties: Mapping[str, Any],
    *,
    waits: bool,
    by: str,
    now: datetime,
) -> None:
    """Add an act, with role and places of the account since."""
    account_id = connection.scalar(select(account.c.id).where(account.c.login == login))
    row = {
        "account_id": account_id,
        "act": change,
        "role": duties["role"],
        "places": duties["places"],
        "waits": waits,
        "author": by,
        "acted_at": now,
    }
    add(connection, account_act, [row])
    record(connection, by, "confirmation-asked", f"account:{login}", {"act": change, "waits": waits})


def is_privileged(*roles: str) -> bool:
    """Whether one of the roles is that of a supervisor or administrator."""
    return bool(PRIVILEGED.intersection(Role(role) for role in roles))


def gives_more(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether duties are another role than before, or places that the account did not have."""
    if before["role"] != after["role"]:
        return True
    if before["places"] is None:
        return False
    return after["places"] is None or not set(after["places"]) <= set(before["places"])


def open_acts(connection: Connection) -> tuple[OpenAct, ...]:
    """The acts that nobody has answered, the oldest first."""
    return tuple(
        OpenAct(
            row["id"],
            row["login"],
            row["name"],
            AccountChange(row["act"]),
            Role(row["role"]),
            row["waits"],
            row["author"],
            row["acted_at"],
        )
        for row in connection.execute(_open().order_by(account_act.c.id)).mappings()
    )


def is_waiting(connection: Connection, account_id: int) -> bool:
    """Whether an account is out of use until somebody confirms an act."""
    waiting = _open().where(account_act.c.account_id == account_id, account_act.c.waits)
    return connection.execute(waiting).first() is not None


def answer(connection: Connection, act_id: int, said: str, person: Person, now: datetime) -> RowMapping:
    """Answer an act and return its row with the account's login.

    Raises:
        NotThere: There is no such act, or it is answered.
        NotYours: The person did it, is the one it was done to, or is not yet confirmed.
        AccountError: An act in force cannot be refused, only undone.
    """
    row = connection.execute(_open().where(account_act.c.id == act_id)).mappings().first()
    if row is None:
        raise NotThere("Không có việc nào chờ xác nhận với số ấy. Hãy tải lại danh sách.")
    if person.login in (row["author"], row["login"]):
        raise NotYours("Người làm việc này, và chủ tài khoản, không tự xác nhận được. Hãy nhờ người khác.")
    if row["waits"] and person.role is not Role.ADMINISTRATOR:
        raise NotYours("Tài khoản này chờ một người quản trị khác xác nhận.")
    doubtful = select(
        exists().where(account.c.login == person.login, _has_open_act(account_act.c.author != CONSOLE))
    )
    if connection.scalar(doubtful):
        raise NotYours("Chính tài khoản này còn chờ người khác xác nhận nên chưa xác nhận được cho ai.")
    if said == DISMISSED and not row["waits"]:
        raise AccountError(
            "Việc này đã có hiệu lực. Muốn bác, hãy ngừng tài khoản ấy trước, rồi xác nhận là đã biết."
        )
    values = {"act_id": act_id, "answer": said, "author": person.login, "answered_at": now}
    add(connection, account_answer, [values])
    record(connection, person.login, f"account-{said}", f"account:{row['login']}", {"act": row["act"]})
    return row


def _open() -> Select[Any]:
    """The acts without an answer, each with login and name of its account."""
    return (
        select(account_act, account.c.login, account.c.name)
        .join(account, account_act.c.account_id == account.c.id)
        .outerjoin(account_answer, account_answer.c.act_id == account_act.c.id)
        .where(account_answer.c.id.is_(None))
    )


def _has_open_act(*further: Any) -> Any:
    """The condition on ``account`` that an act on it is open."""
    answered = exists().where(account_answer.c.act_id == account_act.c.id)
    return exists().where(account_act.c.account_id == account.c.id, ~answered, *further)
