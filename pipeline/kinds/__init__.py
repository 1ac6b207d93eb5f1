"""One module a kind of value. What is declared in ``schemas/`` names its kind by the keys of these two
tables.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.kinds import (
    choice,
    date,
    date_words,
    death_notice,
    entry_number,
    id_number,
    identity_paper,
    moment,
    name,
    number,
    place,
    signer,
    text,
    time,
    volume,
)
from pipeline.kinds.ditto import is_ditto
from pipeline.kinds.kind import UNCODED, Composite, Kind, Parsed, Vocabulary

__all__ = [
    "COMPOSITES",
    "KINDS",
    "PROBLEMS",
    "UNCODED",
    "Composite",
    "Kind",
    "Parsed",
    "Vocabulary",
    "is_ditto",
]

KINDS: Mapping[str, Kind] = {
    "text": text,
    "name": name,
    "date": date,
    "date_words": date_words,
    "time": time,
    "entry_number": entry_number,
    "volume": volume,
    "number": number,
    "id_number": id_number,
    "choice": choice,
    "place": place,
}

PROBLEMS: Mapping[str, tuple[str, ...]] = {
    "text": ("L07",),
    "name": ("L05", "L06", "L07"),
    "date": ("D01", "D03", "D09", "L07"),
    "date_words": ("D01", "D03", "D09", "L07", "MISREAD"),
    "time": ("D08", "L07"),
    "entry_number": ("K01", "L07"),
    "volume": ("K02", "L07"),
    "number": ("K11", "L07"),
    "id_number": ("I01", "I04", "L07"),
    "choice": ("L07",),
    "place": ("L07",),
}
"""What each kind may find about a text by itself; a choice also has the finding of its list, and UNCODED where a
printed box has no code in it."""

COMPOSITES: Mapping[str, Composite] = {
    "signer": signer,
    "identity_paper": identity_paper,
    "death_notice": death_notice,
    "moment": moment,
}
