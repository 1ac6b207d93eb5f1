"""Links from acts to the earlier entries that they change or end: a divorce to its marriage, an adoption to its birth.

An act names the earlier entry by number and day, or only its people. Candidates share one of ``KEYS``; each candidate
gets the sum of log odds of what agrees and differs, as Fellegi and Sunter (1969) have it, with fixed weights: the same
two entries must give the same result next year. Candidates that are nearly as likely as the best one (namesakes) are
all suggested, and a person chooses. Nothing is ever linked without a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from pipeline.books.book_rules.columns import UNKNOWN, iter_rows, parse_days, parse_numbers, parse_years
from pipeline.books.book_rules.record_linkage import LinkSuggestion
from pipeline.declarations.schema import ActSpec

ACT = "act"

SAME, LIKE, PART, DIFFERS, NOT_KNOWN = "same", "one letter differs", "same year", "differs", ""

WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "name": {SAME: 6.0, "marks differ": 5.0, LIKE: 3.0, DIFFERS: -4.0},
    "born": {"same day": 5.0, PART: 2.0, "one figure differs": 2.0, DIFFERS: -6.0},
    "sex": {SAME: 0.5, DIFFERS: -5.0},
    "paper": {SAME: 6.0, DIFFERS: -0.5},
    "named_number": {SAME: 5.0, DIFFERS: -2.5},
    "named_day": {"same day": 5.0, "one figure differs": 2.0, DIFFERS: -2.5},
    "order": {DIFFERS: -4.0},
}
"""Log odds by evidence and agreement; what is not known weighs nothing."""

COMPARED = ("entry_id", "record", "role", "name", "bare", "born", "registered", "sex", "paper")
"""The columns of people that are compared or joined by."""

LEAST = 8.0
"""Log odds against chance in a registry of a million entries: the sum from which a candidate counts."""

NEAR = 2.5
"""A candidate whose sum is this much below the best one is suggested beside it."""

AT_ONCE = 20_000
"""Acts whose candidates are in memory together."""

MOST_ALIKE = 60
"""Pairs of one key above which the key tells nothing (a specimen's number)."""

OF_PERSON, OF_ENTRY = ("name", "born", "sex", "paper"), ("named_number", "named_day", "order")


@dataclass(frozen=True)
class Entries:
    """What the matching needs of all entries.

    Attributes:
        people: Rows of ``comparable_people``.
        named: The number and day of the earlier entry that an act names: ``entry_id``, ``number``, ``registered_on``.
        own: The same of each entry itself.
    """

    people: pd.DataFrame
    named: pd.DataFrame
    own: pd.DataFrame


def act_links(entries: Entries, acts: Mapping[str, ActSpec]) -> Iterator[LinkSuggestion]:
    """Yield a suggestion for each likely earlier entry of each act.

    Args:
        acts: The acts by record.
    """
    people = _people(entries)
    named = _numbered(entries.named).add_prefix("named_")
    for record, act in acts.items():
        doers = people[(people["record"] == record) & people["role"].isin(act.roles)]
        doers = doers.merge(named, left_on="entry_id", right_on="named_entry_id", how="left")
        earlier = {
            (kind, ours): _by_key(
                people[(people["record"] == kind) & people["role"].isin(roles)], theirs, ours
            )
            for kind, roles in act.earlier.items()
            for ours, theirs in KEYS
        }
        ids = np.unique(doers["entry_id"].to_numpy())
        for start in range(0, len(ids), AT_ONCE):
            some = doers[doers["entry_id"].isin(ids[start : start + AT_ONCE])]
            joined = [_joined(some, rows, ours) for (_, ours), rows in earlier.items()]
            places = pd.concat(joined, ignore_index=True).drop_duplicates(["here", "there"])
            here, there = some.loc[places["here"]], people.loc[places["there"]].add_suffix("_there")
            pairs = pd.concat([here.reset_index(drop=True), there.reset_index(drop=True)], axis=1)
            pairs = pairs.assign(choice=_choices(pairs, act))
            yield from _suggested(_scored(pairs[pairs["entry_id"] != pairs["entry_id_there"]]))


def _suggested(pairs: pd.DataFrame) -> Iterator[LinkSuggestion]:
    """Yield the pairs that are likely, with their probability among those that compete with them."""
    if pairs.empty:
        return
    best = pairs.groupby(["act_id", "choice"])["sum"].transform("max")
    pairs = pairs[(pairs["sum"] >= LEAST) & (pairs["sum"] >= best - NEAR)]
    odds = pd.Series(np.exp(pairs["sum"].to_numpy() - LEAST), index=pairs.index)
    together = odds.groupby([pairs["act_id"], pairs["choice"]]).transform("sum")
    probability = (odds / (1 + together)).clip(upper=0.999).round(4)
    columns = ("act_id", "act_role", "earlier_id", "earlier_role", *WEIGHTS)
    for share, (act_id, act_role, earlier_id, earlier_role, *likes) in zip(
        probability.tolist(), iter_rows(pairs, *columns), strict=True
    ):
        first, second = sorted(((act_id, act_role), (earlier_id, earlier_role)))
        evidence = {name: like for name, like in zip(WEIGHTS, likes, strict=True) if like}
        yield LinkSuggestion(ACT, first, second, share, evidence)


def _people(entries: Entries) -> pd.DataFrame:
    """Return ``COMPARED`` of all people, with keys, and with the numbers and days of their own entries."""
    people = entries.people[list(COMPARED)]
    words = [bare.rsplit(" ", 1) for bare in people["bare"].tolist()]
    day = np.where(people["born"] % 100 > 0, people["born"] % 10_000, UNKNOWN)
    people = people.assign(
        year=people["born"] // 10_000,
        birthday=day,
        given=[parts[-1] for parts in words],
        front=[parts[0] if len(parts) > 1 else "" for parts in words],
    )
    own = _numbered(entries.own).add_prefix("own_")
    return people.merge(own, left_on="entry_id", right_on="own_entry_id", how="left")


def _choices(pairs: pd.DataFrame, act: ActSpec) -> pd.Series | str:
    """Return what each candidate competes for: the one entry that an act names, one of a kind, or one of a person."""
    if act.number:
        return ""
    alone = pairs["record_there"].map({kind: len(roles) == 1 for kind, roles in act.earlier.items()})
    return pairs["record_there"].where(~alone.astype(bool), pairs["role"] + "@" + pairs["record_there"])


KEYS: Sequence[tuple[tuple[str, ...], tuple[str, ...]]] = (
    (("named_number", "named_year", "named_day"), ("own_number", "own_year", "own_day")),
    (("named_number", "named_year", "given"), ("own_number", "own_year", "given")),
    (("named_day", "born"), ("own_day", "born")),
    (("paper",), ("paper",)),
    (("bare", "year"), ("bare", "year")),
    (("bare", "birthday"), ("bare", "birthday")),
    (("born", "given"), ("born", "given")),
    (("born", "front"), ("born", "front")),
)
"""What an act and an earlier entry must share, all parts known, to be compared."""


def _by_key(targets: pd.DataFrame, theirs: Sequence[str], ours: Sequence[str]) -> pd.DataFrame:
    """Return keys, named as in the act, and places of people in earlier entries; none of keys that too many share."""
    keys = targets.loc[_known(targets, theirs), list(theirs)].set_axis(list(ours), axis=1)
    keys = keys.assign(there=keys.index)
    return keys[keys.groupby(list(ours))["there"].transform("size") <= MOST_ALIKE]


def _joined(doers: pd.DataFrame, targets: pd.DataFrame, ours: Sequence[str]) -> pd.DataFrame:
    """Return the places of people in acts (``here``) and in earlier entries (``there``) that share a key."""
    keys = doers.loc[_known(doers, ours), list(ours)]
    return keys.assign(here=keys.index).merge(targets, on=list(ours))[["here", "there"]]


def _known(rows: pd.DataFrame, names: Sequence[str]) -> NDArray[np.bool_]:
    known = np.ones(len(rows), dtype=bool)
    for name in names:
        column = rows[name]
        unknown = "" if column.dtype == object or pd.api.types.is_string_dtype(column) else UNKNOWN
        known &= (column.notna() & (column != unknown)).to_numpy(dtype=bool)
    return known


def _numbered(entries: pd.DataFrame) -> pd.DataFrame:
    """Return number, year and day of registration; the year of a number without one is that of the day."""
    days = parse_days(entries["registered_on"])
    years = parse_years(entries["number"])
    return pd.DataFrame(
        {
            "entry_id": entries["entry_id"].to_numpy(),
            "number": parse_numbers(entries["number"]),
            "year": np.where(years == UNKNOWN, np.where(days > 0, days // 10_000, UNKNOWN), years),
            "day": days,
        }
    )


def _scored(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return each act with each earlier entry once: the agreements of the people that fit best, and the sum."""
    if pairs.empty:
        return pairs
    pairs = pairs.assign(
        name_like=_names(pairs),
        born_like=_days(pairs["born"], pairs["born_there"], with_year=True),
        sex_like=_equal(pairs["sex"], pairs["sex_there"], UNKNOWN),
        paper_like=_equal(pairs["paper"], pairs["paper_there"], ""),
        named_number_like=_numbers(pairs),
        named_day_like=_days(pairs["named_day"], pairs["own_day_there"], with_year=False),
        order_like=np.where(
            (pairs["registered"] > 0)
            & (pairs["registered_there"] > 0)
            & (pairs["registered"] < pairs["registered_there"]),
            DIFFERS,
            NOT_KNOWN,
        ),
    )
    person = sum(pairs[f"{name}_like"].map(WEIGHTS[name]).fillna(0.0) for name in OF_PERSON)
    shared = sum(pairs[f"{name}_like"].map(WEIGHTS[name]).fillna(0.0) for name in OF_ENTRY)
    pairs = pairs.assign(person=person, shared=shared).sort_values("person", ascending=False, kind="stable")
    pairs = pairs.drop_duplicates(["entry_id", "role", "entry_id_there"])
    both = pairs.groupby(["entry_id", "entry_id_there"])["person"].transform("sum")
    pairs = pairs.assign(sum=both + pairs["shared"]).drop_duplicates(["entry_id", "entry_id_there"])
    return pairs.rename(
        columns={
            "entry_id": "act_id", "role": "act_role", "entry_id_there": "earlier_id", "role_there": "earlier_role",
            "record_there": "earlier_record",
        }
    ).drop(columns=[*WEIGHTS.keys() & set(pairs.columns)]).rename(
        columns={f"{name}_like": name for name in WEIGHTS}
    )  # fmt: skip


def _names(pairs: pd.DataFrame) -> list[str]:
    likes = []
    for ours, theirs, bare, other in iter_rows(pairs, "name", "name_there", "bare", "bare_there"):
        if not ours or not theirs:
            likes.append(NOT_KNOWN)
        elif ours == theirs:
            likes.append(SAME)
        elif bare == other:
            likes.append("marks differ")
        else:
            likes.append(LIKE if Levenshtein.distance(bare, other, score_cutoff=1) <= 1 else DIFFERS)
    return likes


def _days(ours: pd.Series, theirs: pd.Series, *, with_year: bool) -> list[str]:
    """Return how days agree; ``with_year``: a day of which only the year is known agrees with any of that year."""
    likes = []
    for one, other in zip(ours.fillna(UNKNOWN).tolist(), theirs.fillna(UNKNOWN).tolist(), strict=True):
        if one <= 0 or other <= 0:
            likes.append(NOT_KNOWN)
        elif one == other:
            likes.append("same day" if one % 100 else PART if with_year else NOT_KNOWN)
        elif with_year and one // 10_000 == other // 10_000 and (one % 100 == 0 or other % 100 == 0):
            likes.append(PART)
        elif _one_figure(one, other):
            likes.append("one figure differs")
        else:
            likes.append(DIFFERS)
    return likes


def _one_figure(one: float, other: float) -> bool:
    return Levenshtein.distance(str(int(one)), str(int(other)), score_cutoff=1) == 1


def _equal(ours: pd.Series, theirs: pd.Series, unknown: object) -> NDArray[np.object_]:
    known = (ours != unknown) & (theirs != unknown)
    return np.where(known, np.where(ours == theirs, SAME, DIFFERS), NOT_KNOWN)


def _numbers(pairs: pd.DataFrame) -> NDArray[np.object_]:
    ours, theirs = pairs["named_number"].fillna(UNKNOWN), pairs["own_number_there"].fillna(UNKNOWN)
    known = (ours != UNKNOWN) & (theirs != UNKNOWN)
    years = pairs["named_year"].fillna(UNKNOWN), pairs["own_year_there"].fillna(UNKNOWN)
    same_year = (years[0] == years[1]) | (years[0] == UNKNOWN) | (years[1] == UNKNOWN)
    return np.where(known, np.where((ours == theirs) & same_year, SAME, DIFFERS), NOT_KNOWN)
