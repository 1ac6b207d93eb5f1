"""Tokens with which other systems read, and what can be refused of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.base.errors import RegistryError
from pipeline.registry.model.accounts import Person, Role
from pipeline.registry.model.errors import NotThere

MOST_DAYS = 366
"""How long a token may last."""

MOST_TOKENS = 200
"""Tokens in force at one time."""


class ApiScope(StrEnum):
    """What a token may read."""

    BOOKS = "read:books"
    ENTRIES = "read:entries"
    SEARCH = "search"
    PACKAGES = "read:packages"


SCOPE_LABELS = {
    ApiScope.BOOKS: "danh sách sổ và tình trạng",
    ApiScope.ENTRIES: "các sự kiện của sổ",
    ApiScope.SEARCH: "tra cứu",
    ApiScope.PACKAGES: "bản kê của gói dữ liệu bàn giao",
}


class ApiTokenError(RegistryError):
    """A token that cannot be made: its name is taken, it has no scope, it would last too long."""

    code = "api-token"


class UnknownApiToken(ApiTokenError, NotThere):
    """There is no token of that name."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token as an administrator sees it.

    Attributes:
        name: Its name; no two tokens ever share one.
        scopes: What it may read.
        places: Codes of the registration places whose books it may read; None = all.
        created_by: Who made it: a login, or ``CONSOLE``.
        expires_at: When it ends by itself.
        revoked_at: When it was revoked; None: it was not.
        revoked_by: Who revoked it; ``""``: nobody.
        used_at: When it was used last, to the minute; None: never.
    """

    token_id: int
    name: str
    scopes: frozenset[ApiScope]
    places: frozenset[str] | None
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str
    used_at: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it may be used."""
        return self.revoked_at is None and self.created_at <= now < self.expires_at

    @property
    def author(self) -> str:
        """How the audit names whoever reads with it; no login can be written this way."""
        return f"api:{self.name}"

    @property
    def person(self) -> Person:
        """Whoever reads with it, as the services of the registry know people."""
        return Person(0, self.author, self.name, Role.SUPERVISOR, self.places)


@dataclass(frozen=True, slots=True)
class NewApiToken:
    """A token that was just made; ``secret`` is shown once and stored nowhere."""

    token: ApiToken
    secret: str = field(repr=False)
