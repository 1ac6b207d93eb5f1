"""The test files that take longest, so that a run begins with them and no process ends alone with one of them.

A process is given whole files (``--dist loadfile``) in the order in which they were collected. A file that is missing
here costs nobody but the clock; ``pytest --durations=0`` and the JUnit report tell what takes long.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent

LONGEST_FIRST = (
    "digitize/test_open_books.py",
    "registry/audit/test_tampering.py",
    "benchmarks/desk/test_desk_load.py",
    "registry/audit/test_blessing.py",
    "review/desk/test_haste.py",
    "digitize/test_further_sheets.py",
    "registry/audit/test_people.py",
    "review/desk/test_accessibility.py",
    "registry/test_races.py",
    "digitize/test_turned.py",
    "cli/test_calibrate.py",
    "digitize/test_every_form.py",
    "benchmarks/orchestration/test_chaos.py",
    "batch/test_books.py",
    "review/desk/test_reviewing.py",
    "registry/test_together.py",
    "review/desk/test_losing_nothing.py",
    "cli/test_file_modes.py",
    "registry/test_copying.py",
    "digitize/test_other_pages.py",
    "synth/test_book.py",
    "registry/test_migration.py",
    "registry/test_append_only.py",
    "cli/test_logs.py",
    "review/test_hostile_input.py",
    "review/desk/test_several_people.py",
    "review/desk/test_data_entry.py",
    "export/test_package.py",
    "registry/desk/test_assignment.py",
    "registry/audit/test_untouched.py",
    "digitize/test_typed.py",
    "review/desk/test_form_designer.py",
    "inbox/test_killed.py",
    "intake/test_hostile.py",
    "batch/test_book_identity.py",
    "backup/test_backup.py",
    "registry/audit/test_delivered.py",
    "cli/test_audit.py",
    "review/test_access.py",
    "review/desk/test_column.py",
    "batch/test_context_pass.py",
    "registry/desk/test_undo.py",
    "reconcile/test_workbook_reader.py",
    "digitize/test_hand.py",
    "cli/test_backup.py",
    "batch/test_drift.py",
)
"""Files of half a minute and more on two processor cores with three processes."""

FLOWS = TESTS / "flows"
"""Flows come before all else: Prefect begins an event loop in the process, which it cannot where a browser has one."""

_PLACES = {TESTS / name: place for place, name in enumerate(LONGEST_FIRST)}


def first(items: list[pytest.Item]) -> None:
    """Put flows, then the tests of these files before all others; within a file and among others the order stays."""
    items.sort(key=lambda item: -1 if FLOWS in item.path.parents else _PLACES.get(item.path, len(_PLACES)))
