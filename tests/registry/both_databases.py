"""Which cases of the registry's tests run on PostgreSQL beside SQLite.

Every test does. Of one that is parametrized all cases run on SQLite, and on PostgreSQL the first alone: the others
give other values to the same statements. Where cases differ in what the database itself does, all run on both.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

HERE = Path(__file__).parent

ALL_CASES = ("accounts", "audit", "database", "search", "test_copying.py")
"""Rooms and files whose cases differ in locks, migrations, rights, guards, errors or the statement itself."""
DATABASES = ("url", "shared_url", "empty_url")


def further_cases(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the cases of tests in this folder that are left to SQLite."""
    seen: set[tuple[Path, str]] = set()
    further = []
    for item in items:
        if not _is_on_postgresql(item) or _has_all_cases(item.path):
            continue
        test = item.path, item.nodeid.partition("[")[0]
        if test in seen:
            further.append(item)
        seen.add(test)
    return further


def _is_on_postgresql(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and "postgresql" in {callspec.params.get(name) for name in DATABASES}


def _has_all_cases(path: Path) -> bool:
    return not path.is_relative_to(HERE) or path.relative_to(HERE).parts[0] in ALL_CASES
