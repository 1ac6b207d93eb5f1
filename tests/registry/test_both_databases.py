"""Every test of the registry runs on both kinds of database; further cases of one run on SQLite alone."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.registry.both_databases import ALL_CASES, HERE, further_cases


class Case:
    """What is asked of a collected test."""

    class _Call:
        def __init__(self, url: str) -> None:
            self.params = {"url": url}

    def __init__(self, path: Path, name: str, url: str, case: str) -> None:
        self.path, self.nodeid, self.callspec = path, f"{path.name}::{name}[{url}-{case}]", Case._Call(url)


def left_to_sqlite(path: Path) -> list[str]:
    cases = [
        Case(path, name, url, case) for name in "ab" for case in "xyz" for url in ("sqlite", "postgresql")
    ]
    return [item.nodeid.partition("::")[2] for item in further_cases(cast(list[pytest.Item], cases))]


def test_the_first_case_of_each_test_runs_on_both() -> None:
    further = ["a[postgresql-y]", "a[postgresql-z]", "b[postgresql-y]", "b[postgresql-z]"]
    assert left_to_sqlite(HERE / "tasks" / "test_keying.py") == further


@pytest.mark.parametrize("room", ALL_CASES)
def test_where_databases_differ_all_cases_run_on_both(room: str) -> None:
    assert (HERE / room).exists()
    assert left_to_sqlite(HERE / room) == []


def test_other_folders_are_left_alone() -> None:
    assert left_to_sqlite(HERE.parent / "cli" / "test_registry.py") == []
