"""Typed pages: what is accepted is right."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from pipeline.base.model import FieldReading, FieldStatus, Writing
from pipeline.base.text.tones import folded
from pipeline.declarations.ledger import load_ledger
from pipeline.digitize import digitize_page
from pipeline.scans.intake import list_scans, page_of
from pipeline.values.kinds import KINDS
from tests.digitize.pages import PAGE_FORMS, SCHEMAS, drawn, engines, read, readings

pytestmark = pytest.mark.tesseract

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "birth-2006-typed"

SEEDS = dict(zip(PAGE_FORMS, range(1, 9), strict=False))


@cache
def typed() -> tuple[tuple[str, str, FieldReading, str], ...]:
    """Form, field, reading and truth of every value that stands on the typed pages."""
    found = []
    for form, seed in SEEDS.items():
        page = drawn(form, seed, writing="typed", tilt=1.5)
        for key, reading in readings(read(form, seed, writing="typed", tilt=1.5)).items():
            if page.texts.get(key) and key not in page.struck:
                found.append((form, key[1], reading, page.texts[key]))
    return tuple(found)


def is_right(form: str, field: str, text: str, truth: str) -> bool:
    """Whether the texts are alike but for capitals and spaces, or mean the same."""
    spec = SCHEMAS.record(SCHEMAS.form(form).record).by_name[field]
    meant = KINDS[spec.kind].parse(text, SCHEMAS.vocabulary(spec)).canonical
    return folded(text) == folded(truth) or (
        bool(meant) and meant == KINDS[spec.kind].parse(truth, SCHEMAS.vocabulary(spec)).canonical
    )


def test_typed_pages_are_known_as_typed() -> None:
    pages: dict[str, list[bool]] = {}
    for form, _, reading, _ in typed():
        pages.setdefault(form, []).append(reading.writing is not Writing.HAND)
    known = [form for form, lines in pages.items() if sum(lines) > 0.8 * len(lines)]
    assert len(known) >= len(PAGE_FORMS) - 1, sorted(set(pages) - set(known))


def test_accepted_values_of_typed_pages_are_right() -> None:
    accepted = [
        (form, field, reading.text, truth)
        for form, field, reading, truth in typed()
        if reading.accepted and reading.status is FieldStatus.READ
    ]
    wrong = [value for value in accepted if not is_right(*value)]
    assert len(accepted) > 30
    assert not wrong


def test_no_typed_value_is_called_blank() -> None:
    assert not [(form, field) for form, field, reading, _ in typed() if reading.status is FieldStatus.BLANK]


def test_most_typed_values_are_read_right() -> None:
    """At 200 dpi, whatever the confidence. How a shared blank comes apart is told elsewhere."""
    slots = [slot for form in PAGE_FORMS for slot in SCHEMAS.form(form).slots]
    alone = {name for slot in slots if len(slot.roles) == 1 for name in slot.field_names}
    values = [value for value in typed() if value[1] in alone]
    right = [is_right(form, field, reading.text, truth) for form, field, reading, truth in values]
    assert sum(right) >= 0.8 * len(right)


def test_a_dot_below_that_has_run_into_the_leader_is_read() -> None:
    """When it went with the leader, Tesseract read ``Thi`` there and was as sure of it as of any other name."""
    (scan,) = list_scans(SAMPLE)
    ledger = load_ledger(SAMPLE)
    result = digitize_page(page_of(scan, 2), SCHEMAS.form(ledger.form), ledger, SCHEMAS, engines())
    (entry,) = result.entries
    mother = next(reading for reading in entry.readings if reading.field == "mother_name")
    assert mother.writing is Writing.PRINT
    assert mother.text == "Trần Thị Như Hà"
    assert sum(reading.accepted for reading in entry.readings) > 10
