"""Drawn pages of acts are read with the real program: acts are found, places hold their ink."""

from __future__ import annotations

import pytest

from benchmarks.acts.bench_acts import Measured, measure
from benchmarks.no_readers import without_readers
from pipeline.declarations import schema
from pipeline.digitize import default_engines

SEED = 777


def measured(acts: int, pages: int) -> Measured:
    return measure(acts, pages, schema.load(), without_readers(default_engines()), SEED)


@pytest.mark.tesseract
def test_places_of_one_act_a_page_narrow_and_hold_their_ink() -> None:
    figures = measured(1, 3).figures()
    assert (figures["acts_found"], figures["falsely_parted"]) == (3, 0)
    assert figures["fields"] == 27
    assert figures["narrowed"] > 0.85
    assert figures["narrowed_held"] == 1.0
    assert figures["pages_run_over_wrongly"] == figures["pages_unparted_told"] == 0


@pytest.mark.tesseract
def test_acts_of_a_page_are_parted_and_one_that_runs_over_is_told() -> None:
    figures = measured(3, 2).figures()
    assert (figures["acts_found"], figures["acts"], figures["falsely_parted"]) == (6, 6, 0)
    assert figures["narrowed_held"] == 1.0
    assert (figures["pages_run_over"], figures["pages_run_over_told"]) == (1, 1)
    assert figures["pages_run_over_wrongly"] == 0
