"""Several ways to read a field, in words."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Hypothesis

SHOWN = 3
"""How many ways to read a field are shown."""


def ways(hypotheses: Sequence[Hypothesis]) -> str:
    """The texts with their chances, in the order given: ``Nam 0.93 | Năm 0.05``."""
    return " | ".join(f"{one.text} {one.chance:.2f}" for one in hypotheses)
