"""Nothing of a test has to outlive a power cut, so that nobody waits for the disk.

A process that is killed loses nothing by it. What puts files and decisions on the disk is shown by tests of its own
(``tests/base/files/test_atomic.py``, ``tests/registry/database/test_transactions.py``).
"""

from __future__ import annotations

import os

from pipeline.registry.database import sqlite


def leave_to_the_system() -> None:
    """Have files and SQLite databases written whenever the system likes, in this process and those forked from it."""
    vars(os)["fsync"] = lambda _file: None
    sqlite.SYNCHRONOUS = "OFF"
