"""Names of the files of a package, from a pattern that an office sets.

A pattern names parts in braces; what stands in square brackets is left out when a part in it is empty:
``{kind}.{opened}.{place}.{volume}.{paper}[.{registered}].{number}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.export.values import BookFacts

PRESETS: Mapping[str, str] = {
    "day-du": "{kind}.{opened}.{place}.{volume}.{paper}[.{registered}].{number}",
    "ngan": "{kind}.{opened}.{volume}[.{registered}].{number}",
}
"""Patterns of PDF names in use: the long one of Hậu Giang's scripts, and the short ``KS.1994.01.01``."""

BOOK_PATTERN = "{place}-{kind}.{opened}.{volume}"
"""How the workbook and the archive of a book are named, as in ``<xã>-KS.2006.01.xlsx``."""

PARTS = frozenset({"kind", "opened", "place", "volume", "paper", "registered", "number"})
BOOK_PARTS = PARTS - {"registered", "number"}
CORRECTION = "cc"

_PART = re.compile(r"\{(\w+)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]')


def pattern_flaw(pattern: str, parts: frozenset[str]) -> str:
    """What is wrong with a pattern, in Vietnamese; ``""`` when nothing is."""
    unknown = [name for name in _PART.findall(pattern) if name not in parts]
    if unknown:
        return f"phần lạ {{{unknown[0]}}}; các phần dùng được: {', '.join(sorted(parts))}."
    without_optional = _OPTIONAL.sub("", pattern)
    if "number" in parts and "number" not in _PART.findall(without_optional):
        return "phải có {number}, và không nằm trong ngoặc vuông."
    rest = _PART.sub("", _OPTIONAL.sub(r"\1", pattern))
    if _UNSAFE.search(rest) or re.search(r"[{}\[\]]", rest):
        return "có dấu không dùng được trong tên tệp, hoặc dấu ngoặc không khớp nhau."
    return ""


def filled(pattern: str, parts: Mapping[str, str]) -> str:
    """The name that a pattern gives; what no file may have in its name becomes ``-``."""

    def optional(found: re.Match[str]) -> str:
        return found[1] if all(parts[name] for name in _PART.findall(found[1])) else ""

    plain = _OPTIONAL.sub(optional, pattern)
    return _UNSAFE.sub("-", _PART.sub(lambda found: parts[found[1]], plain)).strip(" .")


@dataclass(frozen=True, slots=True)
class BookNames:
    """The names of one book. ``spans``: entries of several years stand in it, or of another year than it was opened
    in; then the year of registration is part of a name."""

    facts: BookFacts
    paper: str
    spans: bool
    pattern: str = PRESETS["day-du"]
    book_pattern: str = BOOK_PATTERN

    @property
    def book(self) -> str:
        """Of the workbook and of the archive, without ending."""
        return filled(self.book_pattern, self._parts)

    def entry(self, number: str, registered: str) -> str:
        """Of an entry's PDF without ending; ``number`` as ``NN/YYYY``, ``registered`` its year."""
        parts = self._parts | {
            "registered": registered if self.spans else "",
            "number": number.split("/", maxsplit=1)[0].zfill(2),
        }
        return filled(self.pattern, parts)

    @property
    def _parts(self) -> dict[str, str]:
        volume, opened = self.facts.ledger.volume.split("/")
        return {
            "kind": self.facts.prefix,
            "opened": opened,
            "place": self.facts.ledger.place_code,
            "volume": volume.zfill(2),
            "paper": self.paper,
        }


class UniqueNames:
    """Gives each name once: what comes again gets ``(1)``, ``(2)`` …"""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, name: str) -> str:
        unique, again = name, 0
        while unique.casefold() in self._given:
            again += 1
            unique = f"{name}({again})"
        self._given.add(unique.casefold())
        return unique


def paper_of(year: int) -> str:
    """The paper of books of that year: A2 from 1999 to 2005, else A4 (as the scripts of Hậu Giang name it)."""
    return "A2" if 1999 <= year <= 2005 else "A4"
