"""A field read again where a person drew its region: as the flow reads it, and nothing is accepted."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from pipeline.base.model import Box, FieldReading, FieldStatus, PageImage, PageRef, Writing
from pipeline.base.text.tones import folded
from pipeline.digitize.drawn_region import read_drawn_region
from pipeline.layout.imaging.ruling.crossing_rules import find_crossing_rules
from tests.digitize.pages import DPI, SCHEMAS, engines, page_context

FORM, NAME = SCHEMAS.form("birth-2006"), "Trần Thị Thử"
SIZE = (1654, 2339)
PLACE = Box(500.0, 700.0, 1000.0, 770.0)
FONT = "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf"


def typed_page() -> PageImage:
    """A sheet on which nothing stands but one name between two rules, and a dotted line below it."""
    sheet = Image.new("RGB", SIZE, (243, 240, 232))
    draw = ImageDraw.Draw(sheet)
    draw.text((540, 710), NAME, font=ImageFont.truetype(FONT, 40), fill=(25, 25, 25))
    for x in (470, 1040):
        draw.line((x, 300, x, 1500), fill=(40, 40, 40), width=3)
    for x in range(480, 1030, 9):
        draw.ellipse((x, 760, x + 2, 762), fill=(60, 60, 60))
    return PageImage(PageRef("0" * 64, 1), np.asarray(sheet), DPI)


def again(box: Box) -> FieldReading:
    ledger = page_context(FORM).ledger
    field = "child_name"
    return read_drawn_region(
        typed_page(), np.eye(3), SIZE, box, field, Writing.PRINT, FORM, ledger, SCHEMAS, engines()
    )


@pytest.mark.tesseract
def test_a_region_is_read_without_its_rules_and_dots_and_never_accepted() -> None:
    reading = again(PLACE)
    assert (folded(reading.text), reading.status) == (folded(NAME), FieldStatus.READ)
    assert (reading.box, reading.accepted) == (PLACE, False)
    over_the_rules = again(Box(440.0, 690.0, 1070.0, 775.0))
    assert folded(over_the_rules.text) == folded(NAME)


def test_a_region_without_writing_is_called_unreadable_never_blank() -> None:
    reading = again(Box(500.0, 1200.0, 1000.0, 1270.0))
    assert (reading.status, reading.text, reading.accepted) == (FieldStatus.UNREADABLE, "", False)


def test_rules_that_cross_a_part_of_a_page_are_found_and_writing_is_not_one() -> None:
    ink = np.zeros((200, 300), np.uint8)
    ink[:, 80:83] = 255
    ink[120:122, :] = 255
    ink[40:100, 150:154] = 255  # a tall stroke
    upright, level = find_crossing_rules(ink)
    assert abs(upright[:, 0].mean() - 81) < 1
    assert abs(level[:, 1].mean() - 120.5) < 1
