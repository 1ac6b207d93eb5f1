from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.registry import Registry
from tests.delivery.reconcile.files import birth, fill
from tests.registry.pages import SCHEMAS


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """One book of ten births."""
    path: Path = tmp_path_factory.mktemp("registry") / "registry.db"
    with Registry.open(f"sqlite:///{path}", SCHEMAS) as opened:
        fill(opened, [birth(number) for number in range(1, 11)])
        yield opened
