"""M06: one person in two marriages of which neither is known to have ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from pipeline.book_rules.finding import BookFinding
from pipeline.book_rules.sameness import Known, can_be_one, same_name
from pipeline.book_rules.values import UNKNOWN, rows_of

TWICE = "M06"

PLACE = ("entry_id", "page_id", "book_id", "registered", "silent")
KNOWN = Known._fields
NOBODY = Known("", UNKNOWN, UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Spouse:
    entry_id: int
    page_id: int
    book_id: int
    registered: int
    silent: bool
    known: Known
    partner: Known


def marriage_findings(people: pd.DataFrame) -> Iterator[BookFinding]:
    """Both marriages of a person who is known for the same by a number, or by name, full day of birth and residence.

    Nothing is said of the same couple (registered again), of a marriage with a margin note (which may tell of a
    divorce), or after the death of the first partner."""
    wed = people[people["event"] == "wed"]
    key = _keys(wed)
    wed = wed.assign(key=key)[key != ""]
    wed = wed[wed.duplicated("key", keep=False)]
    if wed.empty:
        return
    partners = _partners(people[people["entry_id"].isin(wed["entry_id"]) & (people["event"] == "wed")])
    dead = _dead(people)
    marriages: dict[str, list[_Spouse]] = {}
    rows = rows_of(wed.sort_values("registered", kind="stable"), "key", "role", *PLACE, *KNOWN)
    for told_by, role, entry, page, book, day, silent, *known in rows:
        partner = partners.get((entry, role), NOBODY)
        spouse = _Spouse(entry, page, book, day, silent, Known(*known), partner)
        marriages.setdefault(told_by, []).append(spouse)
    for of_one in marriages.values():
        for first, second in pairwise(of_one):
            if _both_live(first, second, dead):
                for one, other in ((first, second), (second, first)):
                    others = {"others": str(other.entry_id)}
                    yield BookFinding(TWICE, one.book_id, one.page_id, one.entry_id, (), others)


def _keys(wed: pd.DataFrame) -> pd.Series:
    """What a person is known by: a number; else name, full day of birth and residence."""
    whole = (wed["born"] % 100 > 0) & (wed["name"] != "") & (wed["home"] != "")
    told = wed["name"] + "|" + wed["born"].astype(str) + "|" + wed["home"]
    return wed["paper"].where(wed["paper"] != "", told.where(whole, ""))


def _partners(wed: pd.DataFrame) -> dict[tuple[int, str], Known]:
    """The other one of each marriage, by entry and role."""
    couples: dict[int, list[tuple[str, Known]]] = {}
    for entry_id, role, *known in rows_of(wed, "entry_id", "role", *KNOWN):
        couples.setdefault(entry_id, []).append((role, Known(*known)))
    return {
        (entry_id, role): partner
        for entry_id, couple in couples.items()
        for role, _ in couple
        for other, partner in couple
        if other != role
    }


def _dead(people: pd.DataFrame) -> dict[str, list[tuple[int, Known]]]:
    """Who is known to have died, by bare name: the day of death, and what else is known."""
    dead: dict[str, list[tuple[int, Known]]] = {}
    for died, *known in rows_of(people[people["event"] == "died"], "died", *KNOWN):
        dead.setdefault(known[0], []).append((died, Known(*known)))
    return dead


def _both_live(first: _Spouse, second: _Spouse, dead: dict[str, list[tuple[int, Known]]]) -> bool:
    if first.entry_id == second.entry_id or not (first.silent and second.silent):
        return False
    if not can_be_one(first.known, second.known) or not (first.partner.bare and second.partner.bare):
        return False
    if same_name(first.partner.bare, second.partner.bare):
        return False
    return not any(
        can_be_one(known, first.partner) and died <= second.registered
        for died, known in dead.get(first.partner.bare, ())
    )
