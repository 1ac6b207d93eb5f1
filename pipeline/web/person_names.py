"""The names of people for pages: who did something is told by name, by the login where no account bears it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cached_property


class PersonNames:
    """Tells the name of a person by the login; the accounts are read when the first is asked for.

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
        """Return the name; with the login where several people bear it, the login alone where nobody does."""
        return self._names.get(login, login)
