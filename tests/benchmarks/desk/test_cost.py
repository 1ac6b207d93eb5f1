"""The bench of costs: the real desk and its rules agree, and careless people are noticed."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.desk.bench_cost import FLOWS, CostTally, ReadBook, worked_by_rules, worked_off
from benchmarks.desk.simulated_keyers import Keyers
from pipeline.base.model import Evidence, FieldReading
from tests.registry.pages import LEDGER, SCHEMAS, entry, page, read

SEED, PAGES = 7, 3
RIGHT, MISREAD = "Trần Thị Thử", "Trần Thị Thứ"


def reading(field: str, text: str, chance: float) -> FieldReading:
    evidence = Evidence(chance, 1.0, 1.0, 1.0, 1.0, 1.0)
    return replace(read(field, text, accepted=False), confidence=chance, evidence=evidence)


PAGE = page(entry(reading("child_name", RIGHT, 0.99), reading("mother_name", MISREAD, 0.6)))
BOOK = ReadBook("thu", LEDGER, [PAGE] * PAGES, {(number, 0, "mother_name"): RIGHT for number in range(PAGES)})


def worked(flow: str, keyers: Keyers) -> tuple[CostTally, CostTally]:
    policy = FLOWS[flow].model_copy(update={"planted": 0.0})
    setting = [BOOK], SCHEMAS, policy, keyers, 1, SEED
    return worked_off(*setting), worked_by_rules(*setting)


def test_people_who_never_err_leave_nothing_wrong_in_any_flow_and_cost_the_same_by_the_rules_alone() -> None:
    keys = {}
    for flow in FLOWS:
        at_desk, by_rules = worked(flow, Keyers(0.0))
        for tally in (at_desk, by_rules):
            assert (tally.entries, sum(tally.fields.values()), tally.waiting) == (PAGES, 2 * PAGES, 0)
            assert not sum(tally.wrong.values())
        keys[flow] = at_desk.figures()["keys"]
        assert abs(keys[flow] - by_rules.figures()["keys"]) < 2
    before, twice, chosen = keys.values()
    assert chosen < before < twice


def test_who_confirms_whatever_is_shown_leaves_wrong_values() -> None:
    tally = worked_by_rules([BOOK], SCHEMAS, FLOWS["trước đây"], Keyers(0.0, waved=1.0), 1, SEED)
    assert not sum(tally.wrong.values()), "the second person types critical fields from the ink"
    assert tally.settled["người thứ ba"] == PAGES
