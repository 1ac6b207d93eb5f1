"""Acceptance sampling: how many entries of a lot to look at, with how many wrong ones it passes, what that proves.

Pure numbers; lots themselves live in ``pipeline.registry.lots``.
"""

from pipeline.declarations.sampling.drawing import draw_sample
from pipeline.declarations.sampling.hypergeometric import probability_at_most, upper_bound_of_wrong
from pipeline.declarations.sampling.sampling_plan import (
    QualityLevels,
    SamplingPlan,
    plan_with_share,
    smallest_plan,
)
from pipeline.declarations.sampling.sampling_settings import PRESETS, SamplingPolicy, read

__all__ = [
    "PRESETS",
    "SamplingPlan",
    "QualityLevels",
    "SamplingPolicy",
    "probability_at_most",
    "draw_sample",
    "upper_bound_of_wrong",
    "smallest_plan",
    "plan_with_share",
    "read",
]
