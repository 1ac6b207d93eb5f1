from __future__ import annotations

from pathlib import Path

import pytest

from tests.scans.inbox.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk with one scanner and an empty inbox."""
    return Desk(tmp_path)
