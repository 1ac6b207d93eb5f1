"""Which dates a misread text allows, and how much more one than another."""

from pipeline.kinds.misread.allowed import NOTHING, Allowed
from pipeline.kinds.misread.evidence import Evidence, RankedDate, ranked, together
from pipeline.kinds.misread.figures import figures_allow
from pipeline.kinds.misread.words import words_allow

__all__ = [
    "NOTHING",
    "Allowed",
    "Evidence",
    "RankedDate",
    "figures_allow",
    "ranked",
    "together",
    "words_allow",
]
