"""What differs between what was read and what stands on paper, letter by letter."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True, slots=True)
class DiffSpan:
    """Some letters of one text; ``differs``: the other text does not have them here."""

    text: str
    differs: bool


def marked(read: str, truth: str) -> tuple[tuple[DiffSpan, ...], tuple[DiffSpan, ...]]:
    """Both texts (NFC) cut where they agree and where not, by the fewest edits."""
    read, truth = unicodedata.normalize("NFC", read), unicodedata.normalize("NFC", truth)
    steps = Levenshtein.opcodes(read, truth)
    ours = [DiffSpan(read[s.src_start : s.src_end], s.tag != "equal") for s in steps]
    theirs = [DiffSpan(truth[s.dest_start : s.dest_end], s.tag != "equal") for s in steps]
    return _joined(ours), _joined(theirs)


def _joined(stretches: list[DiffSpan]) -> tuple[DiffSpan, ...]:
    """Neighbours of one sort as one, empty ones left out."""
    joined: list[DiffSpan] = []
    for stretch in stretches:
        if joined and joined[-1].differs == stretch.differs:
            joined[-1] = DiffSpan(joined[-1].text + stretch.text, stretch.differs)
        elif stretch.text:
            joined.append(stretch)
    return tuple(joined)
