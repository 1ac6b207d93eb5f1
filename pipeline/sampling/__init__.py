"""Acceptance sampling: how many entries of a lot to look at, with how many wrong ones it passes, what that proves.

Pure numbers; lots themselves live in ``pipeline.registry.services.lots``.
"""

from pipeline.sampling.drawing import drawn
from pipeline.sampling.hypergeometric import at_most, most_wrong
from pipeline.sampling.plan import Plan, QualityLevels, plan_of, plan_of_share
from pipeline.sampling.settings import PRESETS, SamplingPolicy, read

__all__ = [
    "PRESETS",
    "Plan",
    "QualityLevels",
    "SamplingPolicy",
    "at_most",
    "drawn",
    "most_wrong",
    "plan_of",
    "plan_of_share",
    "read",
]
