"""The shares of values in fields, from public statistics and law (``ocr_models/field-priors/shares.toml``).

``[[list]]`` holds the shares of a list's terms, for the whole country or a province; ``[[years]]`` the ages of a year
by the year of the book. Every entry names its source.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.base.text.tones import folded

FILE = "shares.toml"

BY_LABEL = 0.7
"""The share of a term's own label where it has aliases, which have the rest in equal parts. A belief."""

LOCAL = 0.95
"""The weight of a province's shares, mixed with the country's. A belief."""

NEVER_EXPECTED = 0.002
"""The share of years outside all expectation, spread over ``_YEARS``: clerks err, books hold exceptions. A belief."""

_YEARS = range(1750, 2100)
_BOOK_YEARS = range(1880, 2060)

OUTSIDE = math.log(NEVER_EXPECTED / 10_000)
"""The log share of any other year."""


@dataclass(frozen=True)
class TermShares:
    """The shares of a list.

    Attributes:
        by_label: By folded label; they sum to 1.
        unlisted: The share of texts outside the list.
    """

    by_label: Mapping[str, float]
    unlisted: float

    def spellings(self, terms: Iterable[str]) -> dict[str, float]:
        """Return the share of each folded spelling; terms without a share get what the rarest term has.

        Args:
            terms: Each label, followed by its aliases (``Vocabulary.spellings``).
        """
        groups: list[tuple[str, list[str]]] = []
        for term in map(folded, terms):
            if term in self.by_label or not groups:
                groups.append((term, []))
            else:
                groups[-1][1].append(term)
        least = min(self.by_label.values())
        shares: dict[str, float] = {}
        for label, aliases in groups:
            share = self.by_label.get(label, least)
            shares[label] = share * (BY_LABEL if aliases else 1.0)
            shares |= {alias: share * (1.0 - BY_LABEL) / len(aliases) for alias in aliases}
        total = sum(shares.values()) / (1.0 - self.unlisted)
        return {spelling: share / total for spelling, share in shares.items()}


@dataclass(frozen=True)
class YearShares:
    """The shares of a year by the age that it gives in the year of the book.

    Attributes:
        alone: The share of years without day and month.
        by_age: The share of each age.
    """

    alone: float
    by_age: Mapping[int, float]

    def logs(self, book_year: int) -> dict[int, float]:
        """Return the log share of each year in a book of a year; without a year (0) all are alike."""
        rest, kept = NEVER_EXPECTED / len(_YEARS), 1.0 - NEVER_EXPECTED
        if book_year:
            shares = {year: self.by_age.get(book_year - year, 0.0) for year in _YEARS}
        else:
            shares = {year: (year in _BOOK_YEARS) / len(_BOOK_YEARS) for year in _YEARS}
        return {year: math.log(rest + kept * share) for year, share in shares.items()}


UNKNOWN_YEARS = YearShares(0.3, dict.fromkeys(range(-1, 130), 1 / 131))
"""The shares where nothing is known of a year: no older than a long life."""


@dataclass(frozen=True, eq=False)
class FieldShares:
    """All shares: of lists, by name and province (``""``: the country), and of years, by name."""

    lists: Mapping[tuple[str, str], TermShares]
    years: Mapping[str, YearShares]

    def terms(self, name: str, province: str = "") -> TermShares | None:
        """Return the shares of a list in a province; ``None``: not known."""
        country, local = self.lists.get((name, "")), self.lists.get((name, province))
        if country is None or local is None:
            return local or country
        labels = {**country.by_label, **local.by_label}
        mixed = {
            label: LOCAL * local.by_label.get(label, 0.0) + (1 - LOCAL) * country.by_label.get(label, 0.0)
            for label in labels
        }
        return TermShares(mixed, local.unlisted)


def read_shares(folder: Path) -> FieldShares:
    """Read the shares of a folder. Raises ``OSError`` without the file, ``ValueError`` where it is damaged."""
    try:
        data = tomllib.loads((folder / FILE).read_text(encoding="utf-8"))
        lists = {(entry["name"], entry.get("province", "")): _term_shares(entry) for entry in data["list"]}
        return FieldShares(lists, {entry["name"]: _year_shares(entry) for entry in data["years"]})
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder / FILE}: {error}") from None


def _term_shares(entry: Mapping[str, Any]) -> TermShares:
    total = sum(entry["shares"].values())
    shares = {folded(label): count / total for label, count in entry["shares"].items()}
    return TermShares(shares, entry["unlisted"])


def _year_shares(entry: Mapping[str, Any]) -> YearShares:
    total = sum(share for _, _, share in entry["ages"])
    return YearShares(
        entry["alone"],
        {
            age: share / total / (oldest + 1 - youngest)
            for youngest, oldest, share in entry["ages"]
            for age in range(youngest, oldest + 1)
        },
    )
