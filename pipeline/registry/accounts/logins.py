"""Sessions, failed logins, and the second person who confirms a privileged account.

The browser holds a secret, the database its hash. Times written under a clock that ran ahead do not count. A try is
recorded as failed before the password is checked, so that a hundred tries at once count as a hundred; a successful try
deletes the failures of its login.

Nobody gives power to an account alone, nor takes over an account that has it: where another administrator could
confirm, the account is out of use until they do. Where nobody could, it is in use at once, and the audit report and
the morning report show it until another person has confirmed it. An act is answered once and never forgotten.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    delete,
    exists,
    func,
    select,
    update,
)

from pipeline.registry.accounts.model import (
    CONSOLE,
    PRIVILEGED,
    PROVIDER,
    AccountChange,
    AccountError,
    AccountOptions,
    LoginLocked,
    OpenAct,
    Person,
    Role,
)
from pipeline.registry.accounts.rows import account, account_act, account_answer, login_failure, login_session
from pipeline.registry.database.audit import MACHINE, add, changing, record, wrote
from pipeline.registry.database.clock import CLOCK_DIFFERENCE
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.model import NotYours


def note_try(
    connection: Connection, login: str, address: str, now: datetime, options: AccountOptions
) -> None:
    """Record one more wrong password.

    The caller holds the account, if there is one, so that simultaneous tries are counted one after the other.

    Raises:
        LoginLocked: There were too many within the window already.
    """
    failed_at = login_failure.c.failed_at
    over = (failed_at <= now - options.window) | (failed_at > now + CLOCK_DIFFERENCE)
    _remove(connection, login_failure, over)
    of_login, of_address = login_failure.c.login_digest == _digest(login), login_failure.c.address == address
    for condition, most in (
        (of_login & of_address, options.wrong_by_login),
        (of_login, options.wrong_by_login_anywhere),
        (of_address, options.wrong_by_address),
    ):
        counted = select(func.count()).select_from(login_failure).where(condition, ~over)
        wrong = connection.scalar(counted) or 0
        if wrong >= most:
            minutes = int(options.window.total_seconds() // 60)
            raise LoginLocked(
                f"Đã sai mật khẩu quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại, "
                "hoặc nhờ người quản trị cấp mật khẩu mới."
            )
    add(
        connection,
        login_failure,
        [{"login_digest": _digest(login), "address": address, "failed_at": now}],
    )
    record(connection, MACHINE, "login-tried", "")


def forgive(connection: Connection, login: str, address: str | None = None) -> None:
    """Forget the wrong tries of a login, or only those from ``address``.

    Who comes in at one address does not make new room for somebody who guesses at another.
    """
    tries = login_failure.c.login_digest == _digest(login)
    if address is not None:
        tries &= login_failure.c.address == address
    _remove(connection, login_failure, tries)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


NOTE_USE_EVERY = timedelta(minutes=1)
"""How exact ``seen_at`` is: a session in use writes once a minute, not once a click."""


def csrf_of(token: str) -> str:
    """What proves that a form was made for the holder of ``token``; it tells nothing about the token."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def start(connection: Connection, account_id: int, now: datetime, options: AccountOptions) -> str:
    """A new session's token. Sessions of the same account that have run out are cleared away on the way.

    Those of others stay: the clock may be wrong at this moment, and they last again once it is right.
    """
    _remove(connection, login_session, (login_session.c.account_id == account_id) & ~_lasts(now, options))
    token = secrets.token_urlsafe(32)
    row = {"token_digest": _digest(token), "account_id": account_id, "started_at": now, "seen_at": now}
    add(connection, login_session, [row])
    return token


def holder(connection: Connection, token: str, now: datetime, options: AccountOptions) -> RowMapping | None:
    """The account of a session that has not run out (the row of ``account``, ``seen_at`` and ``session_id``).

    None when there is none or the account is out of use.
    """
    return (
        connection.execute(
            select(account, login_session.c.seen_at, login_session.c.id.label("session_id"))
            .join(account, login_session.c.account_id == account.c.id)
            .where(
                login_session.c.token_digest == _digest(token),
                _lasts(now, options),
                account.c.active,
            )
        )
        .mappings()
        .first()
    )


def _lasts(now: datetime, options: AccountOptions) -> ColumnElement[bool]:
    """The condition on ``login_session`` that it has not run out."""
    seen_at, started_at, latest = login_session.c.seen_at, login_session.c.started_at, now + CLOCK_DIFFERENCE
    is_used = (seen_at > now - options.idle) & (seen_at <= latest)
    return is_used & (started_at > now - options.longest) & (started_at <= latest)


def clear_away(connection: Connection, now: datetime, options: AccountOptions) -> None:
    """Delete all sessions that have run out, at a time when nobody works."""
    if removed := _remove(connection, login_session, ~_lasts(now, options)):
        record(connection, MACHINE, "sessions-cleared", "", {"sessions": removed})


def note_use(connection: Connection, token: str, now: datetime) -> None:
    connection.execute(
        update(login_session).where(login_session.c.token_digest == _digest(token)).values(seen_at=now)
    )


def end(connection: Connection, token: str) -> None:
    """Nothing happens when the session is over already."""
    mine = login_session.c.token_digest == _digest(token)
    whose = select(account.c.login).join(login_session).where(mine)
    login = connection.scalar(whose)
    if _remove(connection, login_session, mine):
        record(connection, str(login), "logged-out", f"account:{login}")


def end_all(connection: Connection, account_id: int) -> None:
    """Part of a change of the account, which the caller records."""
    _remove(connection, login_session, login_session.c.account_id == account_id)


def _remove(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    """Delete rows; what was altered stays, as a flaw that counts for nothing else."""
    held = connection.scalars(select(table.c.id).where(which).order_by(table.c.id).with_for_update()).all()
    altered = changing(connection, table, held, leave=True)
    if over := [one for one in held if one not in altered]:
        connection.execute(delete(table).where(table.c.id.in_(over)))
        wrote(connection, table, over)
    return len(over)


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
