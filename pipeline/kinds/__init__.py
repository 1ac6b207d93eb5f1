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
from pipeline.kinds.kind import Composite, Kind, Parsed, Vocabulary

__all__ = [
    "COMPOSITES",
    "KINDS",
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

COMPOSITES: Mapping[str, Composite] = {
    "signer": signer,
    "identity_paper": identity_paper,
    "death_notice": death_notice,
    "moment": moment,
}
