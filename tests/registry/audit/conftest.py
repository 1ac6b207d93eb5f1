"""A registry whose audit is signed, with a little of everything in it, and somebody who gets at its tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.registry import Registry
from tests.registry.audit.history import live
from tests.registry.audit.intruder import Intruder
from tests.registry.outsider import Outsider
from tests.registry.pages import SCHEMAS
from tests.registry.told_once import told_once


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    return tmp_path / "workspace" / "audit.key"


@pytest.fixture
def registry(url: str, key_path: Path) -> Iterator[Registry]:
    with Registry.open(url, SCHEMAS, audit_key=key_path) as opened:
        yield opened


@pytest.fixture
def lived(url: str, key_path: Path) -> Iterator[Registry]:
    """With the history of ``history.py``."""
    with told_once(live, url, key_path) as opened:
        yield opened


@pytest.fixture
def intruder(url: str, outsider: Outsider) -> Intruder:
    return Intruder(outsider, url)
