"""Who tried too often. A try is noted as wrong before the password is looked at, so that a hundred tries at once count
as a hundred; a right one takes its login's notes away."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from pipeline.registry.model.accounts import AccountOptions, LoginLocked
from pipeline.registry.tables.accounts import login_failure


def note_try(
    connection: Connection, login: str, address: str, now: datetime, options: AccountOptions
) -> None:
    """Note one more wrong try. Raises ``LoginLocked`` when there were too many within the window already. The caller
    holds the account, if there is one, so that tries at once are counted one after the other."""
    since = now - options.window
    connection.execute(delete(login_failure).where(login_failure.c.failed_at <= since))
    for column, value, most in (
        (login_failure.c.login_digest, _digest(login), options.wrong_by_login),
        (login_failure.c.address, address, options.wrong_by_address),
    ):
        wrong = connection.scalar(select(func.count()).select_from(login_failure).where(column == value)) or 0
        if wrong >= most:
            minutes = int(options.window.total_seconds() // 60)
            raise LoginLocked(
                f"Đã sai mật khẩu quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại, "
                "hoặc nhờ người quản trị cấp mật khẩu mới."
            )
    connection.execute(
        insert(login_failure).values(login_digest=_digest(login), address=address, failed_at=now)
    )


def forgive(connection: Connection, login: str) -> None:
    """Forget the wrong tries of a login."""
    connection.execute(delete(login_failure).where(login_failure.c.login_digest == _digest(login)))


def _digest(login: str) -> str:
    return hashlib.sha256(login.encode()).hexdigest()
