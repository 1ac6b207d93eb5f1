"""What minutes of acceptance say of a sample: rates, bounds, and whether the contract is met."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.declarations.office.campaign import ContractPolicy
from pipeline.declarations.sampling import QualityLevels, SamplingPlan
from pipeline.delivery.printing.acceptance_paper import contract_verdict, error_rates
from pipeline.registry.lots.stored_lots import CharacterErrors, Findings, Lot

AT = datetime(2026, 3, 2, tzinfo=UTC)
PLAN = SamplingPlan(500, 123, 3, QualityLevels(0.01, 0.05, 0.05, 0.1))
LOT = Lot(
    1, "31120", ("KS.2010.01",), "statistical", 1, "all", "seed", PLAN, "an", AT, 123, 0, 0, 1,
    Findings(checked=123, wrong=2, fields_checked=2460, fields_wrong=2), None,
)  # fmt: skip
CHARACTERS = CharacterErrors(30_000, 5, 2)


@pytest.mark.parametrize(
    ("unit", "most", "told"),
    [
        ("cells", 0.5, "ĐẠT"),
        ("cells", 0.05, "KHÔNG ĐẠT"),
        ("events", 2.0, "chưa đủ lớn"),
        ("characters", 0.1, "ĐẠT"),
    ],
)
def test_a_contract_is_met_refuted_or_not_decided_by_its_unit(unit: str, most: float, told: str) -> None:
    contract = ContractPolicy.model_validate({"unit": unit, "most_wrong": most})
    assert f" {told}" in contract_verdict(error_rates(LOT, CHARACTERS), contract)


def test_characters_are_left_out_once_later_decisions_have_changed_what_was_found() -> None:
    later = replace(CHARACTERS, fields_wrong=3)
    assert [rate.unit for rate in error_rates(LOT, later)] == ["events", "cells"]
