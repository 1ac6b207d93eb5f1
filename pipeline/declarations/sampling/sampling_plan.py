"""A sampling plan: the smallest sample that separates good lots from bad ones as surely as an office wants.

As in ISO 2859 and Schilling and Neubauer 2017 ("Acceptance sampling in quality control"), with exact hypergeometric
chances instead of tables: a lot with the acceptable share of wrong entries passes but for the producer's risk, one with
the rejectable share passes with no more than the consumer's risk.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipeline.declarations.sampling.hypergeometric import FollowedChance, probability_at_most

ROUNDING = 1e-9
"""So much may numbers differ from what they are meant to be: 18 of 20 leave a chance of a tenth, not a little more."""


@dataclass(frozen=True, slots=True)
class QualityLevels:
    """The quality that an office asks of a lot, with the risks it takes; all are shares (0..1).

    Attributes:
        acceptable: The share of wrong entries of a good lot (acceptable quality level).
        rejectable: The share of wrong entries of a bad lot (rejectable quality level).
        producer_risk: The probability of rejecting a good lot.
        consumer_risk: The probability of accepting a bad lot.
    """

    acceptable: float = 0.01
    rejectable: float = 0.05
    producer_risk: float = 0.05
    consumer_risk: float = 0.10

    def acceptable_of(self, lot: int) -> int:
        """Return how many wrong entries are acceptable in a lot of that size."""
        return math.floor(self.acceptable * lot + ROUNDING)

    def rejectable_of(self, lot: int) -> int:
        """Return from how many wrong entries on a lot of that size is rejected; at least one."""
        return max(1, math.ceil(self.rejectable * lot - ROUNDING))


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """How many entries of a lot are checked, and when the lot passes.

    Attributes:
        lot: The size of the lot.
        sample: How many of its entries are checked.
        acceptance: The most wrong entries in the sample with which the lot passes.
        quality: The quality and risks that the plan keeps to.
    """

    lot: int
    sample: int
    acceptance: int
    quality: QualityLevels

    @property
    def is_whole(self) -> bool:
        """Whether every entry is looked at. Then nothing is left to infer: what was wrong has been put right."""
        return self.sample >= self.lot

    def passes(self, wrong: int) -> float:
        """The chance (0..1) that a lot with so many wrong entries passes: the operating characteristic."""
        return 1.0 if self.is_whole else probability_at_most(self.acceptance, self.lot, wrong, self.sample)

    @property
    def producer_risk(self) -> float:
        """The chance of rejecting a lot of acceptable quality."""
        return 1 - self.passes(self.quality.acceptable_of(self.lot))

    @property
    def consumer_risk(self) -> float:
        """The chance that a lot of rejectable quality passes; nothing passes unseen where all is looked at."""
        return 0.0 if self.is_whole else self.passes(self.quality.rejectable_of(self.lot))


def smallest_plan(lot: int, quality: QualityLevels) -> SamplingPlan:
    """Return the plan with the smallest sample that keeps to both risks; the whole lot if no smaller one does.

    Args:
        lot: The size of the lot.
        quality: The quality and the risks to keep to.
    """
    good = FollowedChance(lot, quality.acceptable_of(lot))
    bad = FollowedChance(lot, quality.rejectable_of(lot))
    for acceptance in range(min(quality.rejectable_of(lot), lot)):
        if acceptance:
            good.allow_one_more()
            bad.allow_one_more()
        while bad.sample < lot and not (
            bad.sample > acceptance and bad.is_at_most(quality.consumer_risk + ROUNDING)
        ):
            good.draw_one_more()
            bad.draw_one_more()
        if bad.sample >= lot:
            break
        if good.is_missed_at_most(quality.producer_risk + ROUNDING):
            return SamplingPlan(lot, bad.sample, acceptance, quality)
    return SamplingPlan(lot, lot, lot, quality)


def plan_with_share(lot: int, share: float, quality: QualityLevels) -> SamplingPlan:
    """Return the plan that checks a given share of a lot.

    It passes with as many wrong entries as keep to the consumer's risk, with none where the sample is too
    small for that (see ``SamplingPlan.consumer_risk``).

    Args:
        lot: The size of the lot.
        share: The share (0..1) of its entries to check.
        quality: The quality and the risks to keep to.
    """
    sample = min(lot, math.ceil(share * lot - ROUNDING))
    if sample >= lot:
        return SamplingPlan(lot, lot, lot, quality)
    bad, acceptance = FollowedChance(lot, quality.rejectable_of(lot), sample), 0
    bad.allow_one_more()
    while bad.is_at_most(quality.consumer_risk + ROUNDING):
        acceptance += 1
        bad.allow_one_more()
    return SamplingPlan(lot, sample, acceptance, quality)
