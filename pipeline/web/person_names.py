"""Names of people for the pages: by name, or by login where no account has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property

from pipeline.registry.accounts.model import AUTHOR_WORDS
from pipeline.registry.database.audit.trail import MACHINE

NOT_PEOPLE = {**AUTHOR_WORDS, MACHINE: "máy"}
"""Words for authors without an account."""


class PersonNames:
    """Returns the name for a login; the accounts are read at the first call.

    Args:
        read: Returns the names of all accounts by login.
    """

    def __init__(self, read: Callable[[], Mapping[str, str]]) -> None:
        self._read = read

    @cached_property
    def _names(self) -> dict[str, str]:
        names = self._read()
        shared = Counter(names.values())
        return {login: f"{name} ({login})" if shared[name] > 1 else name for login, name in names.items()}

    def __call__(self, login: str) -> str:
        """Return the name, followed by the login where several people share the name; the login where it is unknown.

        Several logins, with commas between them, become several names.
        """
        return ", ".join(self._names.get(one) or NOT_PEOPLE.get(one, one) for one in login.split(", "))
