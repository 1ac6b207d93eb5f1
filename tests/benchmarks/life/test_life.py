"""The month of an office, small: it ends as it should, and its proof sees what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.life.bench_life import LifeOutcome, life
from benchmarks.life.paper import misread


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> LifeOutcome:
    folder = tmp_path_factory.mktemp("life")
    return life(folder, f"sqlite:///{folder}/registry.db", pages=10, seed=11, forms=("birth-2006",))


def test_every_entry_of_the_paper_is_delivered_once_whatever_happened(outcome: LifeOutcome) -> None:
    assert outcome.mishaps.total() >= 6
    assert outcome.proof.holds, outcome.proof
    assert outcome.proof.entries == 10
    assert outcome.proof.compared > 50
    assert sum(one.tasks for one in outcome.desk) > 0


def test_a_lost_entry_and_a_wrong_value_and_a_gap_in_the_audit_are_each_seen(outcome: LifeOutcome) -> None:
    proof = outcome.proof
    assert not replace(proof, lost=1).holds
    assert not replace(proof, twice=1).holds
    assert not replace(proof, wrong=("so-01",)).holds
    assert not replace(proof, unaudited=1).holds
    assert not replace(proof, delivered=0).holds


def test_a_misread_text_is_another_text() -> None:
    for text in ("Nguyễn Thử", "12/2010", "n"):
        assert misread(text) != text
