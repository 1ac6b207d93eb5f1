"""I07: one personal number belongs to one person."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pandas as pd

from pipeline.book_rules.finding import BookFinding
from pipeline.book_rules.sameness import Known, can_be_one
from pipeline.book_rules.values import rows_of

SHARED = "I07"

MOST = 40
"""Of how many rows with one number all pairs are compared; more than that is no identity but a form's specimen."""


def identity_findings(people: pd.DataFrame) -> Iterator[BookFinding]:
    """Every row whose personal number another row bears that is told apart by name, sex or birth. The same person may
    stand in many entries. Numbers of 9 digits were given out by provinces and are not asked."""
    numbered = people[people["personal"] != ""]
    again = numbered[numbered.duplicated("personal", keep=False)]
    if again.empty:
        return
    told_apart = again.groupby("personal")[["bare", "sex", "born"]].nunique().gt(1).any(axis=1)
    again = again[again["personal"].isin(told_apart[told_apart].index)]
    for _, rows in again.groupby("personal", sort=False):
        yield from _shared(rows.head(MOST))


def _shared(rows: pd.DataFrame) -> Iterator[BookFinding]:
    entries = rows["entry_id"].tolist()
    known = [Known(*row) for row in rows_of(rows, "bare", "sex", "born")]
    against: dict[int, set[int]] = {}
    for one, other in combinations(range(len(known)), 2):
        if not can_be_one(known[one], known[other]):
            against.setdefault(one, set()).add(other)
            against.setdefault(other, set()).add(one)
    for place, row in enumerate(rows_of(rows, "book_id", "page_id", "entry_id", "id_fields")):
        if place in against:
            book_id, page_id, entry_id, fields = row
            others = " ".join(str(entries[other]) for other in sorted(against[place]))
            yield BookFinding(SHARED, book_id, page_id, entry_id, tuple(fields.split()), {"others": others})
