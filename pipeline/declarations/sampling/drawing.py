"""Drawing a sample that anybody can draw again: by the hash of a seed and each entry's number."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def draw_sample(ids: Iterable[int], sample: int, seed: str) -> tuple[int, ...]:
    """Return a random sample of ids in rising order; each set of that size is equally likely over seeds.

    The ids with the smallest SHA-256 of ``seed:id`` are drawn, so the draw depends on no program's random
    generator.

    Args:
        ids: What to draw from.
        sample: How many to draw.
        seed: Any text; the same one always draws the same ids.
    """
    ordered = sorted(ids, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())
    return tuple(sorted(ordered[:sample]))
