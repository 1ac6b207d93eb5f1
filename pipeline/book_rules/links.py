"""Possible re-registrations and duplicates, and the birth, marriage and death of one person. Suggestions: nothing is
merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.book_rules.linkage import EVIDENCE, likely_pairs
from pipeline.book_rules.values import UNKNOWN, rows_of

AGAIN = "again"
PERSON = "person"

LEAST = 0.9
"""The least chance with which something is suggested."""

LIVES = ("born", "wed", "died")

_ONE = ("entry_id", "role", "event", "name", "registered", "died")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two entries and the role of the person in each. ``kind``: AGAIN (one event registered twice) or PERSON (events of
    one life). ``evidence``: what agrees and what does not, without names."""

    kind: str
    first: tuple[int, str]
    second: tuple[int, str]
    probability: float
    evidence: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Row:
    entry_id: int
    role: str
    event: str
    name: str
    registered: int
    died: int


def suggestions(people: pd.DataFrame, least: float = LEAST) -> Iterator[Suggestion]:
    """What may belong together, of people whom an entry is about (born, wed, died). Needs the package splink.

    Twins are not one child: two births with unlike names are left out, and of two that were registered on one day those
    whose names differ at all. Nor is anyone one person who was wed after death."""
    lives = people[people["event"].isin(LIVES)].reset_index(drop=True)
    pairs = likely_pairs(lives, least)
    rows = {index: _Row(*row) for index, *row in rows_of(lives.assign(at=lives.index), "at", *_ONE)}
    couples = _couples(pairs, rows)
    for first, second, probability, *said in rows_of(pairs, "first", "second", "probability", *EVIDENCE):
        one, other = sorted((rows[first], rows[second]), key=lambda row: (row.entry_id, row.role))
        evidence = {name: label for name, label in zip(EVIDENCE, said, strict=True) if label}
        if not _possible(one, other, evidence):
            continue
        again = one.event == other.event and (one.event != "wed" or (one.entry_id, other.entry_id) in couples)
        kind = AGAIN if again else PERSON
        yield Suggestion(kind, (one.entry_id, one.role), (other.entry_id, other.role), probability, evidence)


def _possible(one: _Row, other: _Row, evidence: Mapping[str, str]) -> bool:
    if one.event == other.event == "born":
        apart = one.registered != other.registered or one.registered == UNKNOWN
        return evidence.get("name") == "same" or (apart and evidence.get("name") != "differs")
    died = max(one.died, other.died)
    wed = max(row.registered if row.event == "wed" else UNKNOWN for row in (one, other))
    return UNKNOWN in (died, wed) or wed <= died


def _couples(pairs: pd.DataFrame, rows: Mapping[int, _Row]) -> set[tuple[int, int]]:
    """Pairs of marriages of which both sides were found alike."""
    sides: dict[tuple[int, int], set[str]] = {}
    for first, second in rows_of(pairs, "first", "second"):
        one, other = sorted((rows[first], rows[second]), key=lambda row: row.entry_id)
        if one.event == other.event == "wed" and one.role == other.role:
            sides.setdefault((one.entry_id, other.entry_id), set()).add(one.role)
    return {pair for pair, roles in sides.items() if len(roles) > 1}
