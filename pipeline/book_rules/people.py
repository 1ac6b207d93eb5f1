"""The people of the registry: one row for every time that someone stands in an entry."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from pipeline.book_rules.values import UNKNOWN, days_of
from pipeline.text.tones import folded, unaccented

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
"""What ``people_of`` takes, as texts in their canonical form (None = not known, ``""`` = blank). ``event``: what the
entry says of this person: ``born``, ``wed``, ``died`` or ``other``. ``id_fields``: the fields that numbers stand in."""

MALE, FEMALE = 1, 2
"""Codes of the list ``sex``."""

PERSONAL = re.compile(r"\d{12}", re.ASCII)


def people_of(texts: pd.DataFrame) -> pd.DataFrame:
    """People that can be compared: ``name`` as normalized but for its case, ``bare`` without marks, ``born``, ``died``
    and ``registered`` as ``yyyymmdd``, ``sex`` (MALE, FEMALE or UNKNOWN), ``personal`` (a number of 12 digits, else
    ``""``), ``paper`` (any number), ``silent`` (no margin note); a name that is not known is ``""``. Rows that have
    neither name nor number are left out."""
    people = texts.assign(
        name=_spelled(texts["name"]),
        sex=texts["sex"].map({"1": MALE, "2": FEMALE}).fillna(UNKNOWN).astype("int64"),
        born=days_of(texts["born_on"]),
        died=days_of(texts["died_on"]),
        registered=days_of(texts["registered_on"]),
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
    """Every different text changed once; ``""`` where there is none."""
    codes, texts = pd.factorize(column)
    known = np.asarray([*(changed(text) for text in texts), ""], dtype=object)
    return pd.Series(known[codes], index=column.index)
