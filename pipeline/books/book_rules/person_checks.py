"""Checks of people across all books.

They find one personal number in two hands (I07), two marriages at once (M06), and a small child's death
without its birth (B06).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from pipeline.books.book_rules.columns import UNKNOWN, full_days, iter_rows, years
from pipeline.books.book_rules.finding import BookFinding
from pipeline.books.book_rules.person_matching import ComparedPerson, may_be_same_person, same_name

SHARED = "I07"

MOST = 40
"""How many rows with one number are compared; a number that occurs more often is the specimen of a form."""


def identity_findings(people: pd.DataFrame) -> Iterator[BookFinding]:
    """Yield every row whose personal number another row bears with a different name, sex or birth.

    The same person may occur in many entries. Numbers of 9 digits were issued by provinces and are not compared.
    """
    numbered = people[people["personal"] != ""]
    again = numbered[numbered.duplicated("personal", keep=False)]
    if again.empty:
        return
    differing = again.groupby("personal")[["bare", "sex", "born"]].nunique().gt(1).any(axis=1)
    again = again[again["personal"].isin(differing[differing].index)]
    for _, rows in again.groupby("personal", sort=False):
        yield from _shared(rows.head(MOST))


def _shared(rows: pd.DataFrame) -> Iterator[BookFinding]:
    entries = rows["entry_id"].tolist()
    known = [ComparedPerson(*row) for row in iter_rows(rows, "bare", "sex", "born")]
    against: dict[int, set[int]] = {}
    for one, other in combinations(range(len(known)), 2):
        if not may_be_same_person(known[one], known[other]):
            against.setdefault(one, set()).add(other)
            against.setdefault(other, set()).add(one)
    for place, row in enumerate(iter_rows(rows, "book_id", "page_id", "entry_id", "id_fields")):
        if place in against:
            book_id, page_id, entry_id, fields = row
            others = " ".join(str(entries[other]) for other in sorted(against[place]))
            yield BookFinding(SHARED, book_id, page_id, entry_id, tuple(fields.split()), {"others": others})


TWICE = "M06"

PLACE = ("entry_id", "page_id", "book_id", "registered", "silent")
COMPARED = ComparedPerson._fields
NOBODY = ComparedPerson("", UNKNOWN, UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Spouse:
    entry_id: int
    page_id: int
    book_id: int
    registered: int
    silent: bool
    known: ComparedPerson
    partner: ComparedPerson


def marriage_findings(people: pd.DataFrame) -> Iterator[BookFinding]:
    """Yield both marriages of a person, identified by a number, or by name, full day of birth and residence.

    There is no finding for the same couple (registered again), for a marriage with a margin note (which may be of a
    divorce), or after the death of the first partner.
    """
    wed = people[people["event"] == "wed"]
    key = _keys(wed)
    wed = wed.assign(key=key)[key != ""]
    wed = wed[wed.duplicated("key", keep=False)]
    if wed.empty:
        return
    partners = _partners(people[people["entry_id"].isin(wed["entry_id"]) & (people["event"] == "wed")])
    dead = _dead(people)
    marriages: dict[str, list[_Spouse]] = {}
    rows = iter_rows(wed.sort_values("registered", kind="stable"), "key", "role", *PLACE, *COMPARED)
    for key, role, entry, page, book, day, silent, *known in rows:
        partner = partners.get((entry, role), NOBODY)
        spouse = _Spouse(entry, page, book, day, silent, ComparedPerson(*known), partner)
        marriages.setdefault(key, []).append(spouse)
    for of_one in marriages.values():
        for first, second in pairwise(of_one):
            if _both_live(first, second, dead):
                for one, other in ((first, second), (second, first)):
                    others = {"others": str(other.entry_id)}
                    yield BookFinding(TWICE, one.book_id, one.page_id, one.entry_id, (), others)


def _keys(wed: pd.DataFrame) -> pd.Series:
    """Return what identifies each person: a number; else name, full day of birth and residence."""
    whole = (wed["born"] % 100 > 0) & (wed["name"] != "") & (wed["home"] != "")
    name_key = wed["name"] + "|" + wed["born"].astype(str) + "|" + wed["home"]
    return wed["paper"].where(wed["paper"] != "", name_key.where(whole, ""))


def _partners(wed: pd.DataFrame) -> dict[tuple[int, str], ComparedPerson]:
    """Return the partner in each marriage, by entry and role."""
    couples: dict[int, list[tuple[str, ComparedPerson]]] = {}
    for entry_id, role, *known in iter_rows(wed, "entry_id", "role", *COMPARED):
        couples.setdefault(entry_id, []).append((role, ComparedPerson(*known)))
    return {
        (entry_id, role): partner
        for entry_id, couple in couples.items()
        for role, _ in couple
        for other, partner in couple
        if other != role
    }


def _dead(people: pd.DataFrame) -> dict[str, list[tuple[int, ComparedPerson]]]:
    """Return the dead by bare name: the day of death, and what is compared."""
    dead: dict[str, list[tuple[int, ComparedPerson]]] = {}
    for died, *known in iter_rows(people[people["event"] == "died"], "died", *COMPARED):
        dead.setdefault(known[0], []).append((died, ComparedPerson(*known)))
    return dead


def _both_live(first: _Spouse, second: _Spouse, dead: dict[str, list[tuple[int, ComparedPerson]]]) -> bool:
    if first.entry_id == second.entry_id or not (first.silent and second.silent):
        return False
    if not may_be_same_person(first.known, second.known) or not (first.partner.bare and second.partner.bare):
        return False
    if same_name(first.partner.bare, second.partner.bare):
        return False
    return not any(
        may_be_same_person(known, first.partner) and died <= second.registered
        for died, known in dead.get(first.partner.bare, ())
    )


UNREGISTERED = "B06"

LIFE = ("born", "died")

OLDEST = 5 * 365
"""Days of age up to which a child counts as small: the forms mark deaths of children under five."""


def infant_findings(people: pd.DataFrame, places: pd.Series) -> Iterator[BookFinding]:
    """Yield deaths of small children whose birth is not in the registry (a mere count, not a doubt).

    Args:
        people: Rows of ``comparable_people``.
        places: The code of the registration place, by book id. A place and year without any births is left out.
    """
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
    for book_id, page_id, entry_id, *days in iter_rows(died[there], "book_id", "page_id", "entry_id", *LIFE):
        age = (_date(days[1]) - _date(days[0])).days
        if 1 <= age <= OLDEST:
            yield BookFinding(UNREGISTERED, book_id, page_id, entry_id, (), {"days": str(age)})


def _date(day: int) -> datetime.date:
    return datetime.date(day // 10_000, day // 100 % 100, day % 100)
