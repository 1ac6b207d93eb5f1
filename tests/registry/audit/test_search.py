"""The audit searched with what people type."""

from __future__ import annotations

import pytest

from pipeline.registry import Registry
from pipeline.registry.audit.audit import AuditSearch
from tests.registry.pages import LEDGER


@pytest.mark.parametrize("text", ["\0", "khong", "x" * 10_000, "' or 1=1 --"])
def test_a_text_that_no_row_can_hold_finds_nothing(registry: Registry, text: str) -> None:
    registry.book_id(LEDGER, "KS.2010.01")
    assert registry.audit().search(AuditSearch(), 10)
    for wanted in (AuditSearch(actor=text), AuditSearch(action=text), AuditSearch(subject=text)):
        assert registry.audit().search(wanted, 10) == ()
