"""``hotich doctor`` sends the package of a made-up book of each register through the reconciliation with that book."""

from __future__ import annotations

import pytest

from pipeline.delivery.registry_reconciliation import ReconciliationRun
from pipeline.runs.machine_checks.own_package import own_package_check
from tests.registry.pages import SCHEMAS


def test_every_register_comes_back_without_a_difference_and_a_comparison_with_other_values_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = own_package_check(SCHEMAS)
    assert (found.state, "0 khác biệt" in found.found) == ("ok", True)
    assert int(found.found.split()[0]) >= 3 * len({spec.record for spec in SCHEMAS.exports.values()})
    monkeypatch.setattr(ReconciliationRun, "_delivered", lambda *_: {})
    assert own_package_check(SCHEMAS).state == "missing"
