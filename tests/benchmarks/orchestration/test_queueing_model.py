"""The simulated night agrees with queueing theory."""

from __future__ import annotations

import pytest

from benchmarks.orchestration.queueing_model import AUDIT, LINK, READING, Costs, Site, simulate

COSTS = Costs(pages=(2.0,), scheduler=0.001, writer=0.01, database=0.005, audit=0.004, scan=1_000_000)
PAGES = 2000


def test_few_workers_read_as_fast_as_they_can() -> None:
    outcome = simulate(Site(10), COSTS, pages=PAGES, seed=1)
    assert outcome.rate == pytest.approx(10 / (2.0 + 1_000_000 / Site(10).link), rel=0.02)
    assert outcome.fullest == READING
    assert outcome.busy[AUDIT] == pytest.approx(outcome.rate * COSTS.audit, rel=0.05)


@pytest.mark.parametrize(
    ("costs", "site", "part", "limit"),
    [
        (COSTS, Site(200, link=20e6), LINK, 20.0),
        (Costs((0.5,), 0.001, 0.01, 0.005, 0.02, 1000), Site(60), AUDIT, 50.0),
    ],
)
def test_the_fullest_resource_sets_the_pace(costs: Costs, site: Site, part: str, limit: float) -> None:
    outcome = simulate(site, costs, pages=PAGES, seed=1)
    assert outcome.rate == pytest.approx(limit, rel=0.03)
    assert outcome.fullest == part
    assert outcome.busy[part] > 0.97


def test_pages_too_few_to_fill_the_queues_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        simulate(Site(1000), COSTS, pages=100, seed=1)
