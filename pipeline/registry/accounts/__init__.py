"""Who may come in, as what, and whose books they may see. Argon2 lives here."""

from pipeline.registry.accounts.accounts import Accounts, utc_now
from pipeline.registry.accounts.person import ROLE_WORDS, Person, Role
from pipeline.registry.accounts.sessions import csrf_of
from pipeline.registry.accounts.values import (
    CONSOLE,
    Account,
    AccountError,
    AccountOptions,
    KnownPlace,
    LoginLocked,
    LoginRefused,
    Session,
)

__all__ = [
    "CONSOLE",
    "ROLE_WORDS",
    "Account",
    "AccountError",
    "AccountOptions",
    "Accounts",
    "KnownPlace",
    "LoginLocked",
    "LoginRefused",
    "Person",
    "Role",
    "Session",
    "csrf_of",
    "utc_now",
]
