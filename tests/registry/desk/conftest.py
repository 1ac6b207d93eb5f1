from __future__ import annotations

import pytest

from tests.registry.desk.offices import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()
