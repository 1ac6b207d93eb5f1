"""The audit searched with what people type."""

from __future__ import annotations

import pytest

from pipeline.registry import Registry
from pipeline.registry.services.audit.audit import AuditSearch
from tests.registry.pages import LEDGER


@pytest.mark.parametrize("field", ["actor", "action", "subject"])
def test_a_text_that_no_row_can_hold_finds_nothing(registry: Registry, field: str) -> None:
    registry.book_id(LEDGER, "KS.2010.01")
    assert registry.audit().search(AuditSearch(), 10)
    for text in ("\0", "khong", "x" * 10_000, "' or 1=1 --"):
        assert registry.audit().search(AuditSearch(**{field: text}), 10) == ()
