"""The debug picture says what stands in a blank so that it can be read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.base.model import Box, EntryResult, FieldReading, FieldStatus, Frame, PageImage, Pixels
from pipeline.layout.imaging.overlay import draw_overlay
from tests.layout.locate.forms import SCHEMAS
from tests.training.evaluation.pages import page_result


def drawn(*texts: str) -> Pixels:
    """Where fields with these texts share one blank."""
    box = Box(200.0, 600.0, 700.0, 640.0)
    readings = tuple(
        FieldReading(f"field_{number}", FieldStatus.READ, text, box=box, lines=(box,))
        for number, text in enumerate(texts)
    )
    result = replace(
        page_result(),
        frame=Frame(np.array([[50.0, 50.0], [950.0, 50.0], [950.0, 1350.0], [50.0, 1350.0]]), ()),
        entries=(EntryResult(0, readings, ()),),
    )
    page = PageImage(result.ref, np.full((1400, 1000, 3), 255, np.uint8), 0)
    return draw_overlay(page, result, SCHEMAS)[:, 190:800]


def test_captions_of_fields_that_share_a_blank_are_drawn_above_one_another() -> None:
    alone, other, shared = drawn("CCCD"), drawn("0921"), drawn("CCCD", "0921")
    line = slice(582, 597)
    assert (shared[line] == alone[line]).all()
    above = slice(562, 577)
    assert (shared[above] == other[line]).all()
    assert (alone[above] == 255).all()
