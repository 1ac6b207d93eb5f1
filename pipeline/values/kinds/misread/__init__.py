"""Dates in words whose letters were misread, by a noisy channel over the grammar of dates.

Source: Kernighan, Church and Gale 1990 ("A spelling correction program based on a noisy channel model", COLING).
"""

from pipeline.values.kinds.misread.dates import NO_DATES, PossibleDates, RankedDate, possible_dates

__all__ = ["NO_DATES", "PossibleDates", "RankedDate", "possible_dates"]
