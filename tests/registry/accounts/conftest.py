from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from pipeline.registry import Registry
from pipeline.registry.accounts import passwords
from pipeline.registry.accounts.accounts import Accounts
from tests.web.clock import Clock


@pytest.fixture
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost next to nothing, for tests that make many."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobody.cache_clear()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(registry: Registry, clock: Clock, cheap_hashes: None) -> Accounts:
    return registry.accounts(clock)
