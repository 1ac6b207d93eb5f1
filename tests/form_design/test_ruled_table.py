"""Tables on specimens whose frame is not closed, whose rules are double, and whose rows no rule parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.base.model import PageImage, PageRef, Pixels, Word
from pipeline.form_design.ruled_table import UNRULED_TOP, find_table
from pipeline.form_design.specimen import StraightPage, straighten_page
from tests.form_design.specimens import page_of_form
from tests.registry.pages import SCHEMAS

RULES = (200, 320, 480, 700, 960, 1180)
TOP, HEADING, BOTTOM = 150, 260, 1500


class NoPrint:
    """Reads no print."""

    fingerprint = "none"

    def words(self, picture: Pixels, dpi: float) -> tuple[Word, ...]:
        return ()


def open_table(edge: int | None = None) -> Pixels:
    """A page with a table that has no rule at its foot, and the edge of another sheet beside it."""
    grey = np.full((1650, 1300), 235, np.uint8)
    for x in RULES:
        grey[TOP:BOTTOM, x : x + 3] = 30
    for y in (TOP, HEADING):
        grey[y : y + 3, RULES[0] : RULES[-1]] = 30
    if edge is not None:
        grey[:, edge : edge + 3] = 30
    return np.repeat(grey[:, :, None], 3, axis=2)


def straight(pixels: Pixels) -> StraightPage:
    return straighten_page(PageImage(PageRef("0" * 64, 1), pixels, 150.0), NoPrint(), (0,))


@pytest.mark.parametrize("edge", [None, 90, 1250])
def test_a_table_without_a_foot_reaches_as_far_as_its_rules_and_no_edge_of_paper_is_one(
    edge: int | None,
) -> None:
    page = straight(open_table(edge))
    shown = [page.u(x) for x in page.upright if -0.01 < page.u(x) < 1.01]
    wide = RULES[-1] - RULES[0]
    assert shown == pytest.approx([(x - RULES[0]) / wide for x in RULES], abs=0.006)
    scale = page.frame.height / (BOTTOM - TOP)
    assert page.frame.width / wide == pytest.approx(scale, rel=0.02)


def test_a_rule_between_rows_is_no_foot_of_a_frame_that_rules_run_out_of() -> None:
    pixels = open_table()
    pixels[900:903, RULES[0] : RULES[-1]] = 30
    page = straight(pixels)
    assert page.frame.height / page.frame.width == pytest.approx(
        (BOTTOM - TOP) / (RULES[-1] - RULES[0]), rel=0.02
    )


def test_rules_printed_double_are_one_and_lines_to_write_on_part_no_rows() -> None:
    form = SCHEMAS.form("birth-table")
    page = page_of_form(form, np.random.default_rng(1))
    assert form.table is not None
    double = np.sort(np.append(page.upright, page.upright[3] + 8))
    grey = page.grey.copy()
    at = round(page.upright[3]) + 8
    grey[round(page.frame.top) : round(page.frame.bottom), at - 1 : at + 2] = 0
    some = np.array([page.y(v) for v in (0.0, 0.13, 0.3, 0.35, 0.4, 1.0)])
    table = find_table([replace(page, grey=grey, upright=double, level=some)], [])
    assert len(table.columns) == len(form.table.columns)
    assert not table.ruled
    assert (table.top, table.bottom) == pytest.approx((0.13, 1.0), abs=0.002)
    plain = find_table([replace(page, level=np.array([page.y(0.0), page.y(1.0)]))], [])
    assert plain.top == UNRULED_TOP
