"""Dates in Vietnamese words: strictly read (``grammar``), read through misread letters (``misread``), and written in
all the ways of clerks (``wording``).
"""

from pipeline.kinds.spoken.grammar import dates_said
from pipeline.kinds.spoken.wording import USUAL, Wording, date_in_words

__all__ = ["USUAL", "Wording", "date_in_words", "dates_said"]
