"""Which people of different entries may be one: probabilistic linkage after Fellegi and Sunter (1969), by Splink.

The weights are set, not learnt from the registry at hand: a small registry teaches nothing, and the same two entries
must come out the same next year. ``m`` is how often something agrees for one person (misreadings and changes of
residence taken off), ``u`` how often it does for two; names that are common count for less (term frequencies).

The results are suggestions of re-registrations, duplicates and events of one life. Nothing is merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.books.book_rules.columns import UNKNOWN, iter_rows

EVIDENCE = ("name", "born", "sex", "number", "mother", "father", "home")
"""What is compared, in this order."""


def _level(condition: str, label: str, m: float, u: float, **more: Any) -> dict[str, Any]:
    return {
        "sql_condition": condition,
        "label_for_charts": label,
        "m_probability": m,
        "u_probability": u,
        **more,
    }


def _unknown(column: str) -> dict[str, Any]:
    return {
        "sql_condition": f"{column}_l IS NULL OR {column}_r IS NULL",
        "label_for_charts": "not known",
        "is_null_level": True,
    }


def _same(column: str) -> str:
    return f"{column}_l = {column}_r"


_ONE_YEAR = "born_l // 10000 = born_r // 10000"
_YEAR_ONLY = "(born_l % 10000 = 0 OR born_r % 10000 = 0)"

LEVELS: dict[str, tuple[dict[str, Any], ...]] = {
    "name": (
        _unknown("name"),
        _level(_same("name"), "same", 0.86, 1e-4, tf_adjustment_column="name"),
        _level(_same("bare"), "marks differ", 0.05, 1e-4),
        _level("damerau_levenshtein(bare_l, bare_r) <= 1", "one letter differs", 0.05, 5e-4),
        _level("ELSE", "differs", 0.04, 0.9993),
    ),
    "born": (
        _unknown("born"),
        _level(f"{_same('born')} AND born_l % 100 > 0", "same day", 0.60, 4e-5),
        _level(f"{_ONE_YEAR} AND {_YEAR_ONLY}", "same year", 0.30, 0.015),
        _level(
            f"NOT {_YEAR_ONLY} AND damerau_levenshtein(CAST(born_l AS VARCHAR), CAST(born_r AS VARCHAR)) <= 1",
            "one figure differs", 0.06, 6e-4,
        ),
        _level("ELSE", "differs", 0.04, 0.98436),
    ),
    "sex": (
        _unknown("sex"),
        _level(_same("sex"), "same", 0.99, 0.5),
        _level("ELSE", "differs", 0.01, 0.5),
    ),
    "number": (
        _unknown("number"),
        {
            "sql_condition": "length(number_l) <> length(number_r)",
            "label_for_charts": "of another kind",
            "is_null_level": True,
        },
        _level(_same("number"), "same", 0.85, 1e-6),
        _level("damerau_levenshtein(number_l, number_r) <= 1", "one figure differs", 0.05, 1e-5),
        _level("ELSE", "differs", 0.10, 0.999989),
    ),
    "mother": (
        _unknown("mother"),
        _level(_same("mother"), "same", 0.90, 3e-4),
        _level("ELSE", "differs", 0.10, 0.9997),
    ),
    "father": (
        _unknown("father"),
        _level(_same("father"), "same", 0.90, 3e-4),
        _level("ELSE", "differs", 0.10, 0.9997),
    ),
    "home": (
        _unknown("home"),
        _level(_same("home"), "same", 0.40, 0.004),
        _level("ELSE", "differs", 0.60, 0.996),
    ),
}  # fmt: skip
"""From most to least similar; Splink takes the first level whose condition holds."""

CANDIDATES = (
    "l.number = r.number",
    "l.bare = r.bare AND l.born = r.born",
    "l.bare = r.bare AND l.born // 10000 = r.born // 10000 AND l.home = r.home",
    "l.born = r.born AND l.mother = r.mother",
    "l.born = r.born AND l.father = r.father",
)
"""Blocking rules: only people who share one of these are compared at all."""

FEWEST = 1000
"""The prior of a match is that of so many people at least: a small registry is part of a larger population."""


def link_people(people: pd.DataFrame, least: float) -> pd.DataFrame:
    """Return the pairs of rows that are one person with a probability of ``least`` or more. Needs the package splink.

    Args:
        people: Rows of ``comparable_people`` with a unique index.
        least: The least probability 0..1.

    Returns:
        ``first``, ``second`` (index values), ``probability``, and a column for each of ``EVIDENCE`` (``""`` where it is
        not known).
    """
    import splink
    from splink.backends.duckdb import DuckDBAPI

    columns = [*EVIDENCE, "bare"]
    if len(people) < 2:
        return pd.DataFrame(columns=["first", "second", "probability", *EVIDENCE])
    asked = pd.DataFrame(
        {
            "unique_id": people.index,
            "entry_id": people["entry_id"],
            **{name: _or_null(people["paper" if name == "number" else name]) for name in columns},
        }
    )
    api = DuckDBAPI()
    linker = splink.Linker(api.register(asked), _settings(len(asked)), log_level=None)
    predicted = linker.inference.predict(threshold_match_probability=least)
    found: pd.DataFrame = predicted.as_pandas_dataframe()  # type: ignore[no-untyped-call]
    return pd.DataFrame(
        {
            "first": found["unique_id_l"],
            "second": found["unique_id_r"],
            "probability": found["match_probability"].round(4),
            **{name: found[f"gamma_{name}"].map(_labels(name)).fillna("") for name in EVIDENCE},
        }
    ).sort_values(["first", "second"], ignore_index=True)


def _settings(people: int) -> dict[str, Any]:
    apart = "l.entry_id <> r.entry_id"
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": 1 / max(people, FEWEST),
        "comparisons": [
            {"output_column_name": name, "comparison_levels": [dict(level) for level in LEVELS[name]]}
            for name in EVIDENCE
        ],
        "blocking_rules_to_generate_predictions": [f"{rule} AND {apart}" for rule in CANDIDATES],
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
    }


def _labels(name: str) -> dict[int, str]:
    """Return the label of each of Splink's level numbers (the best one highest, 0 the last, -1 not known)."""
    labels = [level["label_for_charts"] for level in LEVELS[name] if not level.get("is_null_level")]
    return {len(labels) - 1 - place: label for place, label in enumerate(labels)}


def _or_null(column: pd.Series) -> pd.Series:
    """Return the column with unknown values missing, so that they agree with nothing."""
    if pd.api.types.is_numeric_dtype(column):
        return column.where(column != UNKNOWN).astype("Int64")
    return column.where(column != "")


AGAIN = "again"
PERSON = "person"

LEAST = 0.9
"""The least probability of a suggestion."""

LIVES = ("born", "wed", "died")

_ONE = ("entry_id", "role", "event", "name", "registered", "died")


@dataclass(frozen=True, slots=True)
class LinkSuggestion:
    """Two entries that may belong together.

    Attributes:
        kind: AGAIN (one event registered again) or PERSON (events of one life).
        first: An entry's id and the role of the person in it.
        second: The same of the other entry.
        probability: Of a match, 0..1.
        evidence: What agrees and what does not, without names.
    """

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


def suggest_links(people: pd.DataFrame, least: float = LEAST) -> Iterator[LinkSuggestion]:
    """Yield what may belong together, of people born, wed or died in an entry. Needs the package splink.

    Twins are not one child: two births with dissimilar names are left out, and of two that were registered on one day
    those whose names differ at all. Nobody weds after death.
    """
    lives = people[people["event"].isin(LIVES)].reset_index(drop=True)
    pairs = link_people(lives, least)
    rows = {index: _Row(*row) for index, *row in iter_rows(lives.assign(at=lives.index), "at", *_ONE)}
    couples = _couples(pairs, rows)
    for first, second, probability, *labels in iter_rows(pairs, "first", "second", "probability", *EVIDENCE):
        left, right = sorted((rows[first], rows[second]), key=lambda row: (row.entry_id, row.role))
        evidence = {name: label for name, label in zip(EVIDENCE, labels, strict=True) if label}
        if not _possible(left, right, evidence):
            continue
        again = left.event == right.event and (
            left.event != "wed" or (left.entry_id, right.entry_id) in couples
        )
        kind = AGAIN if again else PERSON
        yield LinkSuggestion(
            kind, (left.entry_id, left.role), (right.entry_id, right.role), probability, evidence
        )


def _possible(left: _Row, right: _Row, evidence: Mapping[str, str]) -> bool:
    if left.event == right.event == "born":
        apart = left.registered != right.registered or left.registered == UNKNOWN
        return evidence.get("name") == "same" or (apart and evidence.get("name") != "differs")
    died = max(left.died, right.died)
    wed = max(row.registered if row.event == "wed" else UNKNOWN for row in (left, right))
    return UNKNOWN in (died, wed) or wed <= died


def _couples(pairs: pd.DataFrame, rows: Mapping[int, _Row]) -> set[tuple[int, int]]:
    """Return the pairs of marriages of which both sides match."""
    sides: dict[tuple[int, int], set[str]] = {}
    for first, second in iter_rows(pairs, "first", "second"):
        left, right = sorted((rows[first], rows[second]), key=lambda row: row.entry_id)
        if left.event == right.event == "wed" and left.role == right.role:
            sides.setdefault((left.entry_id, right.entry_id), set()).add(left.role)
    return {pair for pair, roles in sides.items() if len(roles) > 1}
