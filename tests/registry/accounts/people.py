"""People who come in with a right password or a wrong one."""

from __future__ import annotations

import pytest

from pipeline.registry.accounts.accounts import Accounts
from pipeline.registry.accounts.model import LoginRefused, Role, Session

OWN = "con mèo mà trèo cây cau"
HERE, THERE = "10.0.0.7", "10.0.0.8"


def joined(accounts: Accounts, login: str = "an.tran", role: Role = Role.REVIEWER) -> Session:
    """A person who has chosen their own password, in a session."""
    first = accounts.create(login, "Người Thử", role, ["00000"])
    return accounts.change_password(accounts.authenticate(login, first, HERE), first, OWN, HERE)


def wrong(accounts: Accounts, login: str = "an.tran", times: int = 1, address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(LoginRefused):
            accounts.authenticate(login, "sai mật khẩu rồi", address)
