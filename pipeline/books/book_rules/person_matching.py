"""The people of the registry as rows that compare, and whether two rows can be one person."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from pipeline.base.text.tones import folded, unaccented
from pipeline.books.book_rules.columns import UNKNOWN, parse_days

COLUMNS = (
    "entry_id",
    "page_id",
    "book_id",
    "record",
    "role",
    "event",
    "id_fields",
    "name",
    "sex",
    "born_on",
    "died_on",
    "registered_on",
    "id_number",
    "home",
    "mother",
    "father",
    "notes",
)
"""The columns that ``comparable_people`` takes, as texts in canonical form (None = not known, ``""`` = blank).

``event``: what the entry says of this person: ``born``, ``wed``, ``died`` or ``right``. ``id_fields``: the names of the
fields that hold the numbers."""

MALE, FEMALE = 1, 2
"""Codes of the list ``sex``."""

PERSONAL = re.compile(r"\d{12}", re.ASCII)


def comparable_people(texts: pd.DataFrame) -> pd.DataFrame:
    """Return people that can be compared; rows that have neither name nor number are left out.

    Args:
        texts: Rows with ``COLUMNS``.

    Returns:
        ``name`` (folded), ``bare`` (without marks), ``born``, ``died`` and ``registered`` as ``yyyymmdd``, ``sex``
        (MALE, FEMALE or UNKNOWN), ``personal`` (a number of 12 digits, else ``""``), ``paper`` (any number), ``silent``
        (no margin note); a name that is not known is ``""``.
    """
    people = texts.assign(
        name=_spelled(texts["name"]),
        sex=texts["sex"].map({"1": MALE, "2": FEMALE}).fillna(UNKNOWN).astype("int64"),
        born=parse_days(texts["born_on"]),
        died=parse_days(texts["died_on"]),
        registered=parse_days(texts["registered_on"]),
        mother=_spelled(texts["mother"]),
        father=_spelled(texts["father"]),
        home=_bare(texts["home"]),
        paper=texts["id_number"].fillna(""),
        silent=texts["notes"].fillna("?").eq("").to_numpy(),
    )
    people["bare"] = _bare(people["name"])
    people["personal"] = _each(people["paper"], lambda paper: paper if PERSONAL.fullmatch(paper) else "")
    kept = people[(people["name"] != "") | (people["paper"] != "")]
    return kept.drop(columns=["born_on", "died_on", "registered_on", "id_number", "notes"]).reset_index(
        drop=True
    )


def _spelled(column: pd.Series) -> pd.Series:
    return _each(column, folded)


def _bare(column: pd.Series) -> pd.Series:
    return _each(column, unaccented)


def _each(column: pd.Series, changed: Callable[[str], str]) -> pd.Series:
    """Apply ``changed`` once to each different text; ``""`` where there is none."""
    codes, texts = pd.factorize(column)
    known = np.asarray([*(changed(text) for text in texts), ""], dtype=object)
    return pd.Series(known[codes], index=column.index)


class ComparedPerson(NamedTuple):
    """What is compared of a person: bare name, sex, and birth as ``yyyymmdd`` with zeros where not known."""

    bare: str
    sex: int
    born: int


def may_be_same_person(left: ComparedPerson, right: ComparedPerson) -> bool:
    """Return whether nothing known of both differs. An abbreviation matches every word that begins with it."""
    return (
        (UNKNOWN in (left.sex, right.sex) or left.sex == right.sex)
        and same_day(left.born, right.born)
        and same_name(left.bare, right.bare)
    )


def same_day(left: int, right: int) -> bool:
    """Return whether two days are the same as far as both are known."""
    if UNKNOWN in (left, right):
        return True
    exact = (
        10_000
        if 0 in (left // 100 % 100, right // 100 % 100)
        else 100
        if 0 in (left % 100, right % 100)
        else 1
    )
    return left // exact == right // exact


def same_name(left: str, right: str) -> bool:
    if not left or not right or left == right:
        return True
    ours, theirs = left.split(), right.split()
    return len(ours) == len(theirs) and all(map(_same_word, ours, theirs))


def _same_word(left: str, right: str) -> bool:
    return left == right or _abbreviates(left, right) or _abbreviates(right, left)


def _abbreviates(short: str, long: str) -> bool:
    return short[-1:] in (".", "~") and long.startswith(short[:-1])
