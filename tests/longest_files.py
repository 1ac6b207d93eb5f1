"""The test files that take longest, so that a run begins with them and no process ends alone with one of them.

A process is given whole files (``--dist loadfile``) in the order in which they were collected. A file that is missing
here costs nobody but the clock; a run of many tests names in the end the files that took longest.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from operator import itemgetter
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

LONGEST_FIRST = (
    "digitize/test_open_books.py",
    "digitize/test_further_sheets.py",
    "web/test_hostile_input.py",
    "web/desk/test_accessibility.py",
    "digitize/test_every_form.py",
    "training/synthetic_pages/test_book.py",
    "digitize/test_turned.py",
    "web/desk/test_haste.py",
    "web/test_access.py",
    "web/desk/test_office_day.py",
    "web/desk/test_reviewing.py",
    "cli/test_file_modes.py",
    "web/desk/test_losing_nothing.py",
    "runs/test_book_reading.py",
    "benchmarks/orchestration/test_chaos.py",
    "web/desk/test_several_people.py",
    "web/desk/test_scanning_day.py",
    "web/desk/test_column.py",
    "web/desk/test_administering.py",
    "web/desk/test_data_entry.py",
    "cli/test_logs.py",
    "benchmarks/desk/test_desk_load.py",
    "registry/audit/test_tampering.py",
    "registry/database/test_races.py",
    "registry/database/test_together.py",
    "digitize/test_other_pages.py",
    "registry/database/test_migration.py",
    "registry/audit/test_blessing.py",
    "registry/test_copying.py",
    "registry/lots/test_lots.py",
    "delivery/test_package.py",
    "cli/test_calibrate.py",
    "registry/withdrawals/test_withdrawals.py",
    "registry/entries/test_decisions_over_runs.py",
    "registry/tasks/test_reopening.py",
    "registry/tasks/test_assignment.py",
    "digitize/test_hand.py",
    "registry/tasks/test_keying.py",
    "runs/test_drift.py",
    "delivery/workbook_reading/test_workbook_reader.py",
    "scans/inbox/test_killed.py",
    "registry/tasks/test_undo.py",
    "registry/tasks/test_column.py",
    "digitize/test_typed.py",
    "web/desk/test_search_page.py",
    "web/desk/test_form_designer.py",
)
"""Files of half a minute and more on two processor cores with three processes."""

FLOWS = TESTS / "flows"
"""Flows come before all else: Prefect begins an event loop in the process, which it cannot where a browser has one."""

_PLACES = {TESTS / name: place for place, name in enumerate(LONGEST_FIRST)}


def first(items: list[pytest.Item]) -> None:
    """Put flows, then the tests of these files before all others; within a file and among others the order stays."""
    items.sort(key=lambda item: -1 if FLOWS in item.path.parents else _PLACES.get(item.path, len(_PLACES)))


MANY = 2000
"""Tests from which on a run names its longest files."""


def tell(reporter: pytest.TerminalReporter, most: int = 20) -> None:
    """Write which files took longest, in seconds of all their tests and fixtures."""
    reports = [
        report
        for several in reporter.stats.values()
        for report in several
        if isinstance(report, pytest.TestReport)
    ]
    if len(reports) < MANY:
        return
    seconds: defaultdict[str, float] = defaultdict(float)
    for report in reports:
        seconds[report.location[0]] += report.duration
    reporter.section("longest files")
    for name, taken in heapq.nlargest(most, seconds.items(), key=itemgetter(1)):
        reporter.write_line(f"{taken:7.1f} s  {name}")
