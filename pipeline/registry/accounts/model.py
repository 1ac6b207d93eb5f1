"""Accounts, sessions and sign-ins through a provider, and the errors that refuse them."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from pipeline.base.errors import RegistryError
from pipeline.base.localtime import format_moment
from pipeline.registry.errors import NotThere

CONSOLE = "console"
"""The author of changes made on the command line of the machine itself. No login can be this word."""

PROVIDER = "@sign-in"
"""The author of changes that follow from what a sign-in provider states. No login can be this word."""

AUTHOR_WORDS = {CONSOLE: "dòng lệnh trên máy chủ", PROVIDER: "nhóm ở nơi cấp tài khoản chung"}
"""Vietnamese names of authors that are no login."""

LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,39}")
"""The texts that can be a login."""


class AccountError(RegistryError):
    """A change of an account that cannot be made: unknown or taken login, weak password, last administrator."""

    code = "account"


class UnknownAccount(AccountError, NotThere):
    """There is no account of that login."""


class LoginRefused(RegistryError):
    """Unknown login, wrong password, account out of use, one-time password too old: always the same sentence."""

    code = "login-refused"


class LoginLocked(LoginRefused):
    """Too many wrong passwords for this login or from this address; raised for unknown logins too."""

    code = "login-locked"


class AccountTampered(LoginRefused):
    """The account was changed behind the program's back; an administrator must settle that first."""

    code = "account-tampered"


@dataclass(frozen=True, slots=True)
class AccountOptions:
    """The limits that apply to logins, sessions and one-time passwords.

    Attributes:
        wrong_by_login: Wrong passwords for one login from one address within ``window`` after which the login is
            locked for that address: a stranger who guesses keeps nobody else from coming in.
        wrong_by_login_anywhere: The same for one login from all addresses together, after which one try every
            ``pause`` is taken from addresses from which the login never came in.
        wrong_by_address: The same for one address; larger, as an office may share one address. A login that came in
            from the address before is not locked by it.
        window: The period in which wrong passwords are counted.
        pause: The time between two tries where guesses slow a login down.
        idle: How long a session lasts without use.
        longest: How long a session lasts at most.
        one_time: How long a password that somebody else made is valid for its first login.
    """

    wrong_by_login: int = 5
    wrong_by_login_anywhere: int = 50
    wrong_by_address: int = 30
    window: timedelta = timedelta(minutes=15)
    pause: timedelta = timedelta(minutes=1)
    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    one_time: timedelta = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as an administrator sees it.

    Attributes:
        person: The person with login, role and places.
        active: Whether the account may log in.
        must_change: The password was made by somebody else and not changed yet.
        last_login_at: The last login; None before the first one.
    """

    person: Person
    active: bool
    must_change: bool
    created_at: datetime
    last_login_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """The session of a person who is logged in.

    Attributes:
        token: The secret of the cookie.
        csrf: The token that goes into every form.
        must_change: The person may do nothing but choose a new password.
    """

    token: str = field(repr=False)
    csrf: str = field(repr=False)
    person: Person
    must_change: bool


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A registration place that has books here; ``name`` as on their covers."""

    code: str
    name: str


class NewAccount(NamedTuple):
    """An account to be made; ``places``: codes, None = all."""

    login: str
    name: str
    role: Role
    places: tuple[str, ...] | None


def password_mark(password_hash: str) -> str:
    """Return a mark that distinguishes hashes of passwords in the audit and reveals nothing of the password."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]


class Role(StrEnum):
    """A person's role. Each role may do what ``docs/reference/roles.md`` says, and nothing more."""

    OPERATOR = "operator"
    REVIEWER = "reviewer"
    CHECKER = "checker"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


ROLE_WORDS = {
    Role.OPERATOR: "Nhân viên quét",
    Role.REVIEWER: "Người rà soát",
    Role.CHECKER: "Người kiểm tra",
    Role.SUPERVISOR: "Người phụ trách",
    Role.ADMINISTRATOR: "Người quản trị",
}
"""Vietnamese names of the roles."""


PRIVILEGED = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
"""Roles that could undo the control of others; therefore no administrator grants them alone."""


class AccountChange(StrEnum):
    """Changes of an account; the values are the actions of the audit."""

    CREATED = "account-created"
    DUTIES_SET = "duties-set"
    PASSWORD_RESET = "password-reset"
    ACTIVATED = "account-activated"
    DEACTIVATED = "account-deactivated"


ACCOUNT_CHANGE_WORDS = {
    AccountChange.CREATED: "tạo tài khoản",
    AccountChange.DUTIES_SET: "giao vai trò, nơi",
    AccountChange.PASSWORD_RESET: "cấp lại mật khẩu",
    AccountChange.ACTIVATED: "cho dùng lại",
    AccountChange.DEACTIVATED: "ngừng tài khoản",
}


@dataclass(frozen=True, slots=True)
class OpenAct:
    """An unconfirmed change of the account of a supervisor or administrator.

    Attributes:
        waits: Whether the account is out of use until another administrator confirms.
        author: A login, or ``CONSOLE``.
    """

    act_id: int
    login: str
    name: str
    change: AccountChange
    role: Role
    waits: bool
    author: str
    acted_at: datetime

    @property
    def sentence(self) -> str:
        """The act in Vietnamese, with logins instead of names."""
        author = AUTHOR_WORDS.get(self.author, self.author)
        state = "chưa dùng được" if self.waits else "đã có hiệu lực"
        change, role = ACCOUNT_CHANGE_WORDS[self.change], ROLE_WORDS[self.role]
        return f"{self.login} ({role}): {change}, do {author}, {format_moment(self.acted_at)}; {state}"


@dataclass(frozen=True, slots=True)
class Person:
    """An account in use.

    Attributes:
        places: Codes of the registration places whose books the person may see; None = all.
    """

    account_id: int
    login: str
    name: str
    role: Role
    places: frozenset[str] | None

    def may_see(self, place_code: str) -> bool:
        """Return whether the person may see books of a registration place."""
        return self.places is None or place_code in self.places


SENTENCES = {
    "no-role": "Tài khoản chung này chưa được giao việc gì ở đây. Hãy hỏi người quản trị xem nhóm của bạn đã được giao "
    "vai trò chưa.",
    "locked": "Tài khoản này đang ngừng dùng ở đây. Hãy hỏi người quản trị.",
    "waits": "Tài khoản này chờ một người quản trị xác nhận rồi mới dùng được. Hãy báo người quản trị mở "
    "trang Xác nhận.",
    "last-administrator": "Tài khoản này là người quản trị duy nhất nên vai trò không đổi theo nhóm được. Hãy giao "
    "quyền quản trị cho người khác trước.",
}


class SignInRefused(LoginRefused):
    """The provider vouches for a person who may not come in here. ``reason``: one of ``SENTENCES``."""

    code = "sign-in-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(SENTENCES[reason])
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ExternalPerson:
    """A person for whom a provider vouches.

    Attributes:
        issuer: The provider.
        subject: The person's id there; only issuer and subject identify a person.
        name: The name of a new account.
        login: The text from which the login of a new account is derived.
        role: The role that the person's groups grant; None: none.
        places: Codes of the places that they grant; None: all.
    """

    issuer: str
    subject: str
    name: str
    login: str
    role: Role | None
    places: tuple[str, ...] | None
