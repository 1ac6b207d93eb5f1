"""The declarations as files that a slip of the pen may spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.base.errors import SchemaError
from pipeline.declarations import schema

ROOT = Path(__file__).parents[3]
PRINTED = ("birth-2006", "marriage-2006", "death-2006", "birth-2016", "marriage-2016", "death-2016")
"""The forms that are printed as sheets."""
OTHER_RECORDS = (
    "parentage", "marital_status", "guardianship", "adoption", "change", "guardianship_end", "supervision",
    "noted_divorce",
)  # fmt: skip
ASSUMED = (
    "birth-table", "marriage-table", "death-table", "parentage-2016", "marital-status-2016", "guardianship-2016",
    "adoption-2016", "parentage-2006", "marital-status-2006", "change-2016", "guardianship-end-2016",
    "supervision-2016", "noted-divorce-2016", "cover-2006", "cover-2016", "cover-marital-status",
    "birth-south", "marriage-south", "death-south", "birth-north", "marriage-north", "death-north", "birth-colonial",
    "marriage-colonial", "death-colonial",
)  # fmt: skip
"""The forms of which no sheet was seen."""


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def complaint(folder: Path) -> str:
    with pytest.raises(SchemaError) as caught:
        schema.load(folder)
    return caught.value.message
