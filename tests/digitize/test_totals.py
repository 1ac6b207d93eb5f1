from __future__ import annotations

import numpy as np
import pytest

from pipeline.base.model import Box, LineReading, Writing
from pipeline.declarations.schema import Slot
from pipeline.digitize.regions import (
    EntryRegion,
    FieldRegion,
    RecognizedEntry,
    RecognizedField,
    RecognizedLine,
    TextLine,
)
from pipeline.digitize.totals import is_total
from pipeline.layout.imaging.ink.connected_components import no_components

PLACE = Box(0, 0, 10, 10)


def row(*texts: str) -> RecognizedEntry:
    """A row of which these texts were read, column by column; an empty one is a cell without a line."""
    fields = []
    for column, text in enumerate(texts):
        line = TextLine(0, PLACE, np.array([0]))
        lines = (RecognizedLine(line, PLACE, LineReading(text, 0.9, "")),) if text else ()
        region = FieldRegion(Slot(f"c{column}", "", {"value": f"c{column}"}, column=column), (), PLACE)
        fields.append(RecognizedField(region, Writing.HAND, lines))
    components = no_components((4, 4))
    return RecognizedEntry(EntryRegion(0, (), components, components), tuple(fields))


@pytest.mark.parametrize(
    "texts",
    [
        ("", "Cộng mang sang", "125"),
        ("", "", "Mang sang trang sau"),
        ("", "Tổng cộng: 12"),
        ("", "cong chuyen sang"),
    ],
)
def test_a_total_carried_over_is_no_entry(texts: tuple[str, ...]) -> None:
    assert is_total(row(*texts))


@pytest.mark.parametrize(
    "texts",
    [
        ("7", "Cộng mang sang", "125"),  # it has a number
        ("", "Nguyễn Văn Cộng", "12"),
        ("", "Cộng Hòa"),
        ("", "12"),
        ("", ""),
        ("", "Cộng", "1", "2", "3", "4"),
    ],
)
def test_what_may_be_an_entry_stays_one(texts: tuple[str, ...]) -> None:
    assert not is_total(row(*texts))
