"""B06: a child that lived for a day and died has an entry of birth as well as of death."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.book_rules.finding import BookFinding
from pipeline.book_rules.values import UNKNOWN, full_days, rows_of, years

UNREGISTERED = "B06"

LIFE = ("born", "died")

OLDEST = 5 * 365
"""Days of age up to which it is told: the forms mark deaths of children under five."""


def infant_findings(people: pd.DataFrame, places: pd.Series) -> Iterator[BookFinding]:
    """Deaths of small children whose birth is not in the registry (a figure, not a doubt). ``places``: place code by
    book id; nothing is said where the registry holds no births of that place and year."""
    born = people[people["event"] == "born"]
    died = people[(people["event"] == "died") & (people["name"] != "")]
    whole = (full_days(died["born"].to_numpy()) != UNKNOWN) & (full_days(died["died"].to_numpy()) != UNKNOWN)
    died = died[whole & (died["died"] - died["born"] < 60_000).to_numpy()]
    if died.empty or born.empty:
        return
    covered = set(zip(born["book_id"].map(places), years(born["born"].to_numpy()), strict=True))
    names = set(zip(born["bare"], born["born"], strict=True))
    there = np.asarray(
        [
            (places.get(book), day // 10_000) in covered and (bare, day) not in names
            for book, day, bare in zip(died["book_id"], died["born"], died["bare"], strict=True)
        ],
        dtype=bool,
    )
    for book_id, page_id, entry_id, *days in rows_of(died[there], "book_id", "page_id", "entry_id", *LIFE):
        age = (_date(days[1]) - _date(days[0])).days
        if 1 <= age <= OLDEST:
            yield BookFinding(UNREGISTERED, book_id, page_id, entry_id, (), {"days": str(age)})


def _date(day: int) -> datetime.date:
    return datetime.date(day // 10_000, day // 100 % 100, day % 100)
