"""Made-up people in made-up entries, as the registry would give them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.books.book_rules import comparable_people
from pipeline.books.book_rules.person_matching import COLUMNS


def crowd(*people: dict[str, Any]) -> pd.DataFrame:
    """Each person in an entry of its own (``entry_id`` from 1) unless it says otherwise; the rest is not known."""
    rows = []
    for number, person in enumerate(people, start=1):
        row = dict.fromkeys(COLUMNS, None) | {"entry_id": number, "page_id": number, "book_id": 1}
        rows.append(row | {"record": "birth", "role": "child", "event": "born", "id_fields": "id"} | person)
    return comparable_people(pd.DataFrame(rows, columns=list(COLUMNS)))


def couple(entry_id: int, husband: dict[str, Any], wife: dict[str, Any], **both: Any) -> list[dict[str, Any]]:
    """The two sides of one marriage without a margin note."""
    shared = {"entry_id": entry_id, "record": "marriage", "event": "wed", "notes": "", **both}
    return [
        {**shared, "role": "husband", "sex": "1", **husband},
        {**shared, "role": "wife", "sex": "2", **wife},
    ]
