"""Dates in figures of which any may be misread (1 as 7, 0 as 6, 3 as 5 …): which dates a text allows."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pipeline.kinds.misread.allowed import NOTHING, Allowed
from pipeline.kinds.misread.channel import Channel, letters_of
from pipeline.kinds.misread.evidence import Evidence, from_best, ranked
from pipeline.kinds.misread.figures_network import figures_network
from pipeline.kinds.misread.lattice import Lattice
from pipeline.text.tones import unaccented

_LONGEST = 24
_STRANGE = 2.6
"""Nats a figure from which a text is no date."""

_SIGNS = re.compile(r"[/–—-]|\b(?:ngay|thang|nam)\b")
_LEADER = re.compile(r"[\s.…_·,]+")

WRITING_OF_FIGURES = Channel(
    other=5.5,
    alike=3.2,
    lost=4.5,
    found=5.0,
    mark=9.0,
    space=2.5,
    word=3.0,
    looks=(
        "17",
        "14",
        "06",
        "08",
        "35",
        "23",
        "38",
        "56",
        "68",
        "49",
        "79",
        "0o",
        "1lit",
        "5s",
        "6b",
        "8b",
        "9gq",
        "2z",
    ),
)


@cache
def _lattice() -> Lattice:
    return Lattice(figures_network(), WRITING_OF_FIGURES)


@lru_cache(maxsize=1 << 14)
def figures_allow(text: str) -> Allowed:
    """What a text says of dates when any of its figures may be misread; ``NOTHING`` for what is no date in figures.
    None is ever sure: figures bear no sign that one of them is misread."""
    written = unaccented(text)
    parts = _SIGNS.split(written)
    spaced = [_LEADER.sub("", part) for part in parts] if len(parts) > 1 else _LEADER.split(written)
    letters = letters_of(" ".join(spaced))
    if not 4 <= len(letters.text) <= _LONGEST:
        return NOTHING
    read = _lattice().read(letters)
    if read.least > _STRANGE * len(letters.text):
        return NOTHING
    slots = {name: from_best(costs) for name, costs in read.slots.items()}
    evidence = Evidence(slots["shape"][:3], slots["day"], slots["month"], slots["head"], slots["tail"])
    return Allowed(ranked(evidence), None, evidence)
