"""Acts in running text: nothing is read, each field waits for a person beside the block where it stands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.base.errors import SchemaError
from pipeline.base.model import (
    COPIED,
    TO_COPY,
    FieldStatus,
    Ledger,
    PageImage,
    PageKind,
    PageRef,
    PageResult,
    Pixels,
)
from pipeline.declarations.schema import Form, check_form
from pipeline.digitize import digitize_page
from tests.digitize.pages import SCHEMAS, silent_engines

ACT = Form.model_validate(
    {
        "id": "birth-act", "record": "birth", "title": "Khai sinh ghi thành văn", "layout": "act", "evidence": "seen",
        "years": (1955, 1975), "paper_mm": (210.0, 297.0), "frame": (0.1, 0.1, 0.9, 0.9),
        "area": [
            {"box": [0.0, 0.0, 0.2, 0.1], "field": "entry_number"},
            {"box": [0.0, 0.2, 0.2, 1.0], "field": "notes"},
            {"box": [0.25, 0.0, 1.0, 0.5], "field": "child_name"},
            {"box": [0.25, 0.5, 1.0, 0.8], "field": "mother_name"},
            {"box": [0.25, 0.8, 1.0, 1.0], "signature": True},
        ],
    }
)  # fmt: skip


def written(lines: int) -> Pixels:
    """A page of 100 dpi with a frame and that many lines of strokes in its right part."""
    picture = np.full((1169, 827, 3), 255, np.uint8)
    for edge in (slice(116, 119), slice(1050, 1053)):
        picture[edge, 82:745] = 0
    for edge in (slice(82, 85), slice(742, 745)):
        picture[116:1053, edge] = 0
    for number in range(lines):
        picture[160 + 24 * number : 172 + 24 * number, 260:700:7] = 0
    return picture


def digitized(pixels: Pixels) -> PageResult:
    ledger = Ledger(ACT.id, "Xã Thử", "93611", "01/1960")
    known = replace(SCHEMAS, forms={**SCHEMAS.forms, ACT.id: ACT})
    silent = silent_engines()
    return digitize_page(PageImage(PageRef("0" * 64, 1), pixels, 100.0), ACT, ledger, known, silent)


def test_every_field_of_an_act_waits_beside_its_block_and_none_is_called_blank() -> None:
    result = digitized(written(20))
    (entry,) = result.entries
    assert (result.kind, result.form) == (PageKind.ENTRIES, ACT.id)
    fields = {one.field: one for one in entry.readings if one.box is not None}
    assert set(fields) == {"entry_number", "notes", "child_name", "mother_name"}
    assert {(one.status, one.accepted, one.engine) for one in fields.values()} == {
        (FieldStatus.UNREADABLE, False, COPIED)
    }
    told = {name: one.code for one in entry.findings for name in one.fields if one.code.startswith("READ-")}
    assert told == dict.fromkeys(fields, TO_COPY), "not that it could not be read"
    grown = result.size[0] / 827
    box = fields["child_name"].box
    assert box is not None
    seen = np.array([box.left, box.top, box.right, box.bottom]) / grown
    assert np.abs(seen - (249, 117, 743, 584)).max() < 6, "beside the frame that is on this page"
    ledger = {one.field: one.text for one in entry.readings if one.accepted}
    assert ledger["volume_number"] == "01/1960"


def test_an_empty_page_has_no_act() -> None:
    blank = np.full((1169, 827, 3), 250, np.uint8)
    result = digitized(blank)
    assert (result.kind, result.entries) == (PageKind.BLANK, ())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"line": [{"at": 0.1, "cells": [{"field": "child_sex", "from": 0.1, "to": 0.3}]}]}, "chỉ có các khoảng"),
        (
            {"checkbox": [{"box": [0, 0, 1, 1], "at": [0, 0], "label": "", "field": "child_sex", "value": "Nam"}]},
            "không có ô đánh dấu",
        ),
    ],
)  # fmt: skip
def test_a_form_of_acts_has_blocks_alone(changed: dict[str, object], said: str) -> None:
    form = Form.model_validate(ACT.model_dump(by_alias=True) | changed)
    with pytest.raises(SchemaError, match=said):
        check_form(form, SCHEMAS, Path("a.toml"))
