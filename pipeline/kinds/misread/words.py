"""Dates in words whose letters may be misread: which dates a text allows, and which one for sure."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np

from pipeline.kinds.misread.allowed import NOTHING, Allowed
from pipeline.kinds.misread.channel import WRITING, Letters, letters_of
from pipeline.kinds.misread.evidence import Evidence, from_best, ranked
from pipeline.kinds.misread.lattice import Lattice, Read
from pipeline.kinds.misread.spoken_network import spoken_network

_LONGEST = 110
"""Letters that a text may have: the longest date has 62."""

_STRANGE = 1.7
"""Nats a letter from which a text is no date: one with every third letter misread has 1.5, other words above 2."""

_RISK = 1.5e-4
"""Chance of another date up to which one is sure."""

_ONE_ERROR = 5.6
"""Nats of a word up to which it has but one letter misread. Where a word has more, or one is missing or too many, more
happened to the text than misread letters."""

_GO_ON = frozenset({"nghìn", "ngàn", "trăm", "mười", "mươi", "chục"})
"""Words behind which a year may go on: where the text ends in one that is not whole, it was cut off."""

_AN_ERROR = 4.3
"""What a misread letter costs on average (nats)."""

_LETTERS = 26.0

_NO_SUCH = np.float32(2.5)
"""What it costs (nats) that a clerk writes a day above 31 or a month above 12; few do."""


@cache
def _lattice() -> Lattice:
    return Lattice(spoken_network(), WRITING)


@lru_cache(maxsize=1 << 14)
def words_allow(text: str) -> Allowed:
    """What a text says of dates when any of its letters may be misread; ``NOTHING`` for what is no date in words."""
    letters = letters_of(text)
    if not 5 <= len(letters.text) <= _LONGEST:
        return NOTHING
    read = _lattice().read(letters)
    if read.least > _STRANGE * len(letters.text):
        return NOTHING
    evidence = evidence_of(read, letters)
    dates = ranked(evidence)
    sure = dates[0].date if dates and 1.0 - dates[0].chance < _RISK and _is_whole(letters) else None
    return Allowed(dates, sure, evidence)


def _is_whole(letters: Letters) -> bool:
    """Whether the text is a full date from its first word to its last, each with one misread letter at most. A text
    without any is not: the strict grammar knows why it does not read it."""
    said = _lattice().said(letters)
    if said[0].word != "ngày" or not 0.0 < max(each.cost for each in said) <= _ONE_ERROR:
        return False
    return any(each.word == "tháng" for each in said) and not (said[-1].word in _GO_ON and said[-1].cost)


def evidence_of(read: Read, letters: Letters) -> Evidence:
    """The costs of a reading as the noise of this very text has it: in a text without an error a second reading that
    needs one is far less likely than in a text full of them."""
    errors = max(read.least / _AN_ERROR, 1.0)
    rate = min(errors / len(letters.text), 0.5)
    sharpness = np.float32(np.log(_LETTERS * (1.0 - rate) / rate) / WRITING.other)
    slots = {name: sharpness * from_best(costs) for name, costs in read.slots.items()}
    slots["day"][32:] += _NO_SUCH
    slots["month"][13:] += _NO_SUCH
    return Evidence(slots["shape"][:3], slots["day"], slots["month"], slots["head"], slots["tail"])
