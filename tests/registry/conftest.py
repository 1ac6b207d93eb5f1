from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.registry import Registry
from tests.registry.outsider import Outsider
from tests.registry.pages import LEDGER, SCAN, SCHEMAS


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/registry.db"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database of this test's own; opening makes it."""
    return f"sqlite:///{tmp_path}/registry.db"


@pytest.fixture
def registry(url: str) -> Iterator[Registry]:
    with Registry.open(url, SCHEMAS) as opened:
        yield opened


@pytest.fixture
def book(registry: Registry) -> int:
    """A book with one scan of ten pages."""
    book_id = registry.book_id(LEDGER, "KS.2010.01")
    registry.store_scan(book_id, SCAN, "scan.pdf", 1000, 10)
    return book_id


@pytest.fixture
def outsider(url: str) -> Iterator[Outsider]:
    """Another program on the database of ``url``."""
    other = Outsider(url)
    yield other
    other.close()
