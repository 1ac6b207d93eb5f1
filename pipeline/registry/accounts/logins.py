"""Sessions, failed logins, and the second person who confirms a privileged account.

The browser holds a secret, the database its hash. Times in the future (a clock ran ahead) do not count. A login is
recorded as failed before the password is checked, so that a hundred simultaneous tries count as a hundred; a successful
login deletes the failures of its account.

Nobody alone gives an account privileges or takes over a privileged account: if another administrator could confirm the
act, the account is out of use until they do. If nobody could, it is in use at once, and the reports of the audit and of
the morning show it until another person confirms it. An act is answered once and stays on record.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    exists,
    func,
    select,
)

from pipeline.registry.accounts.model import (
    CONSOLE,
    LOGIN,
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
from pipeline.registry.accounts.rows import (
    AccountActRow,
    AccountAnswerRow,
    AccountRow,
    account,
    account_act,
    account_answer,
    known_address,
    login_failure,
    login_session,
)
from pipeline.registry.database.audit import MACHINE, add, compare, record, remove
from pipeline.registry.database.audit.row_digests import forged
from pipeline.registry.database.clock import CLOCK_DIFFERENCE
from pipeline.registry.database.columns import first_row, rows_of
from pipeline.registry.errors import NotThere, RowTampered
from pipeline.registry.tasks.model import NotYours


def note_try(
    connection: Connection, login: str, address: str, now: datetime, options: AccountOptions
) -> None:
    """Record a failed login.

    The caller locks the account, if it exists, so that simultaneous tries are counted one after the other. Where the
    login came in before, only its own failures at that address count: no guesser elsewhere keeps its person out.

    Raises:
        LoginLocked: There were too many within the window.
    """
    failed_at = login_failure.c.failed_at
    over = (failed_at <= now - options.window) | (failed_at > now + CLOCK_DIFFERENCE)
    _remove(connection, login_failure, over)
    of_login, of_address = login_failure.c.login_digest == _digest(login), login_failure.c.address == address
    limits: list[tuple[ColumnElement[bool], int, timedelta]] = [
        (of_login & of_address, options.wrong_by_login, options.window)
    ]
    if not _is_known(connection, login, address):
        limits += [
            (of_address, options.wrong_by_address, options.window),
            (of_login, options.wrong_by_login_anywhere, options.pause),
        ]
    for condition, most, wait in limits:
        counted = select(func.count(), func.max(failed_at)).where(condition, ~over)
        wrong, latest = connection.execute(counted).one()
        if wrong >= most and latest > now - wait:
            minutes = int(wait.total_seconds() // 60)
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


def know(connection: Connection, account_id: int, login: str, address: str, now: datetime) -> None:
    """Keep the address from which a person came in with the right password."""
    if not _is_known(connection, login, address):
        add(
            connection,
            known_address,
            [{"account_id": account_id, "address": address, "first_at": now}],
        )


def _is_known(connection: Connection, login: str, address: str) -> bool:
    """Return whether an account came in from an address; a text that cannot be a login is not looked up."""
    if not LOGIN.fullmatch(login):
        return False
    known = exists().where(
        known_address.c.address == address,
        known_address.c.account_id == account.c.id,
        account.c.login == login,
    )
    return bool(connection.scalar(select(known)))


def forgive(connection: Connection, login: str, address: str | None = None) -> None:
    """Delete the failed logins of a login, or only those from ``address``.

    A login from one address must not allow a guesser at another address more tries.
    """
    tries = login_failure.c.login_digest == _digest(login)
    if address is not None:
        tries &= login_failure.c.address == address
    _remove(connection, login_failure, tries)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


NOTE_USE_EVERY = timedelta(minutes=1)
"""Precision of ``seen_at``: a session in use writes once a minute, not at every click."""


def csrf_of(token: str) -> str:
    """Return the CSRF token of a session; it reveals nothing about the session's own token."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def start(connection: Connection, account_id: int, now: datetime, options: AccountOptions) -> str:
    """Start a session and return its token; expired sessions of the same account are deleted.

    Those of other accounts stay: if the clock is wrong now, they are valid again once it is right.
    """
    _remove(connection, login_session, (login_session.c.account_id == account_id) & ~_lasts(now, options))
    token = secrets.token_urlsafe(32)
    row = {"token_digest": _digest(token), "account_id": account_id, "started_at": now, "seen_at": now}
    add(connection, login_session, [row])
    return token


@dataclass(frozen=True, slots=True)
class SessionHolder(AccountRow):
    """An account with a session of its person."""

    seen_at: datetime
    session_id: int


def holder(
    connection: Connection, token: str, now: datetime, options: AccountOptions
) -> SessionHolder | None:
    """Return the account of a session; None if the session has run out or the account is out of use."""
    query = (
        select(account, login_session.c.seen_at, login_session.c.id)
        .join(account, login_session.c.account_id == account.c.id)
        .where(login_session.c.token_digest == _digest(token), _lasts(now, options), account.c.active)
    )
    return first_row(connection, SessionHolder, query)


def _lasts(now: datetime, options: AccountOptions) -> ColumnElement[bool]:
    """Return the condition on ``login_session`` that it has not expired."""
    seen_at, started_at, latest = login_session.c.seen_at, login_session.c.started_at, now + CLOCK_DIFFERENCE
    is_used = (seen_at > now - options.idle) & (seen_at <= latest)
    return is_used & (started_at > now - options.longest) & (started_at <= latest)


def clear_away(connection: Connection, now: datetime, options: AccountOptions) -> None:
    """Delete all expired sessions, at a time when nobody works."""
    if removed := _remove(connection, login_session, ~_lasts(now, options)):
        record(connection, MACHINE, "sessions-cleared", "", {"sessions": removed})


def end(connection: Connection, token: str) -> None:
    """End a session; nothing happens if it is over."""
    mine = login_session.c.token_digest == _digest(token)
    whose = select(account.c.login).join(login_session).where(mine)
    login = connection.scalar(whose)
    if _remove(connection, login_session, mine):
        record(connection, str(login), "logged-out", f"account:{login}")


def end_all(connection: Connection, account_id: int) -> None:
    """End all sessions of an account; the caller records the change that ends them."""
    _remove(connection, login_session, login_session.c.account_id == account_id)


def _remove(connection: Connection, table: Table, which: ColumnElement[bool]) -> int:
    """Delete rows and return their number; altered rows stay, as flaws for the verification of the audit."""
    held = connection.scalars(select(table.c.id).where(which).order_by(table.c.id).with_for_update()).all()
    altered = compare(connection, table, held, leave=True)
    if over := [one for one in held if one not in altered]:
        remove(connection, table, over)
    return len(over)


CONFIRMED, DISMISSED = "confirmed", "refused"


def must_wait(connection: Connection, by: str, login: str) -> bool:
    """Return whether an act of ``by`` on the account of ``login`` waits, because another administrator can confirm it.

    A person at the console has all files of the machine: their acts are shown and do not wait. What a sign-in provider
    states always waits, because nobody here granted it.
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
    after: AccountRow,
    change: AccountChange,
    *,
    waits: bool,
    by: str,
    now: datetime,
) -> None:
    """Add an act.

    Args:
        after: The account with its role and places since the act.
    """
    row = {
        "account_id": after.id,
        "act": change,
        "role": after.role,
        "places": after.places,
        "waits": waits,
        "author": by,
        "acted_at": now,
    }
    add(connection, account_act, [row])
    record(connection, by, "confirmation-asked", f"account:{after.login}", {"act": change, "waits": waits})


def is_privileged(*roles: str) -> bool:
    """Return whether one of the roles is supervisor or administrator."""
    return bool(PRIVILEGED.intersection(Role(role) for role in roles))


def gives_more(before: AccountRow, after: AccountRow) -> bool:
    """Return whether the account gets another role, or places that it did not have."""
    if before.role != after.role:
        return True
    if before.places is None:
        return False
    return after.places is None or not set(after.places) <= set(before.places)


@dataclass(frozen=True, slots=True)
class _OpenActRow(AccountActRow):
    login: str
    name: str


def open_acts(connection: Connection) -> tuple[OpenAct, ...]:
    """Return the acts without an answer of the program's own, oldest first."""
    acts = {row.id: row.act_id for row in rows_of(connection, AccountAnswerRow, select(account_answer))}
    unanswered = {acts[answer_id] for answer_id in forged(connection, account_answer.name, acts.keys())}
    return tuple(
        OpenAct(
            row.id,
            row.login,
            row.name,
            AccountChange(row.act),
            Role(row.role),
            row.waits,
            row.author,
            row.acted_at,
        )
        for row in rows_of(connection, _OpenActRow, _open(unanswered).order_by(account_act.c.id))
    )


def is_waiting(connection: Connection, account_id: int) -> bool:
    """Return whether an account is out of use until an act is confirmed."""
    waiting = _open().where(account_act.c.account_id == account_id, account_act.c.waits)
    return connection.execute(waiting).first() is not None


UNCONFIRMED = "Chính tài khoản này còn chờ người khác xác nhận nên chưa xác nhận được cho ai."


def is_unconfirmed(connection: Connection, login: str, *, by: str = "") -> bool:
    """Return whether nobody has confirmed yet what somebody did to an account; at the console it needs nobody.

    Args:
        by: Only what this person did; ``""``: whoever did it.
    """
    authors = account_act.c.author == by if by else account_act.c.author != CONSOLE
    return bool(connection.scalar(select(exists().where(account.c.login == login, _has_open_act(authors)))))


def is_closed_since(connection: Connection, act: AccountActRow) -> bool:
    """Return whether somebody closed the account of an act after it."""
    closed = (account_act.c.account_id == act.account_id) & (account_act.c.id > act.id)
    closed &= account_act.c.act == AccountChange.DEACTIVATED
    return bool(connection.scalar(select(exists().where(closed))))


def answer(
    connection: Connection,
    act_id: int,
    said: str,
    person: Person,
    now: datetime,
) -> _OpenActRow:
    """Answer an act and return it.

    Raises:
        NotThere: There is no such act, or it is answered.
        NotYours: The person is the author of the act or of another unconfirmed one on the account, owns the account,
            or is not confirmed.
        AccountError: The act is in force: it cannot be refused, only undone.
        RowTampered: The act is not the program's own.
    """
    row = first_row(connection, _OpenActRow, _open().where(account_act.c.id == act_id))
    if row is None:
        raise NotThere("Không có việc nào chờ xác nhận với số ấy. Hãy tải lại danh sách.")
    if forged(connection, account_act.name, [act_id]):
        raise RowTampered(account_act.name, (act_id,))
    if person.login in (row.author, row.login):
        raise NotYours("Người làm việc này, và chủ tài khoản, không tự xác nhận được. Hãy nhờ người khác.")
    if row.waits and person.role is not Role.ADMINISTRATOR:
        raise NotYours("Tài khoản này chờ một người quản trị khác xác nhận.")
    gave = (account_act.c.account_id == row.account_id) & (account_act.c.author == person.login)
    gave &= ~account_act.c.waits & (account_act.c.act != AccountChange.DEACTIVATED)
    if row.waits and connection.execute(_open().where(gave)).first() is not None:
        raise NotYours(
            "Bạn cũng đã đổi tài khoản này mà chưa ai xác nhận. Hãy nhờ người khác xác nhận việc ấy trước."
        )
    if is_unconfirmed(connection, person.login):
        raise NotYours(UNCONFIRMED)
    if said == DISMISSED and not row.waits:
        raise AccountError(
            "Việc này đã có hiệu lực. Muốn bác, hãy ngừng tài khoản ấy trước, rồi xác nhận là đã biết."
        )
    values = {"act_id": act_id, "answer": said, "author": person.login, "answered_at": now}
    add(connection, account_answer, [values])
    record(connection, person.login, f"account-{said}", f"account:{row.login}", {"act": row.act})
    return row


def _open(unanswered: Collection[int] = ()) -> Select[Any]:
    """Return the query of ``_OpenActRow``; ``unanswered``: acts that are open, whatever answer they have."""
    return (
        select(account_act, account.c.login, account.c.name)
        .join(account, account_act.c.account_id == account.c.id)
        .outerjoin(account_answer, account_answer.c.act_id == account_act.c.id)
        .where(account_answer.c.id.is_(None) | account_act.c.id.in_(unanswered))
    )


def _has_open_act(*further: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition on ``account`` that an act on it is open."""
    answered = exists().where(account_answer.c.act_id == account_act.c.id)
    return exists().where(account_act.c.account_id == account.c.id, ~answered, *further)
