"""A new reader's confidence: fitted on what people decided and no network learnt from, judged on other entries."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from pipeline.base.model import Evidence, PageResult
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition.calibration import Calibration, Sample, fit_calibration
from pipeline.recognition.ocr import Engines
from pipeline.training.office_reader.calibration_samples import (
    LEAST_FIELDS,
    ReaderSamples,
    recalibrated,
    samples_of_books,
    shares_of,
)
from pipeline.training.office_reader.gate import Refusal, judge_reader
from pipeline.training.office_reader.line_store import LinePart, part_of
from tests.fake_pages import fake_engines
from tests.recognition.calibration.drawn_samples import drawn
from tests.registry.pages import entry, page, read
from tests.training.office_reader.decided_pages import DecidedBook, Written
from tests.training.office_reader.test_gate import QUICK, better, office

ROUTING = RoutingOptions(tolerated=0.02, tolerated_critical=0.02)


@cache
def known() -> Calibration:
    return fit_calibration(drawn(6000, 3).samples, reader="old")


def poorer(samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Yield the same fields read by a reader that is wrong where it is sure: each third right value becomes another."""
    return tuple(replace(one, right=one.right and number % 3 != 0) for number, one in enumerate(samples))


def test_a_calibration_is_fitted_on_the_entries_held_for_it_and_judged_on_the_frozen_ones() -> None:
    samples = drawn(9000, 5).samples
    both = ReaderSamples(samples, samples)
    made, refitted = recalibrated(both, known(), "new")
    assert made is not None
    assert (made.reader, refitted) == ("new", True)
    held = sum(part_of(sample.entry) is LinePart.CALIBRATION for sample in samples)
    assert made.samples + made.held == held
    before, after = shares_of(both, known(), made, ROUTING)["other"]
    assert before is not None
    assert after is not None
    frozen = sum(part_of(sample.entry) is LinePart.FROZEN and not sample.critical for sample in samples)
    assert before.fields == after.fields == frozen
    assert not after.refuted


def test_with_few_fields_the_one_in_use_is_taken_over_and_judged_all_the_same() -> None:
    samples = drawn(LEAST_FIELDS, 7).samples
    made, refitted = recalibrated(ReaderSamples(samples, samples), known(), "new")
    assert made is not None
    assert (made.reader, made.model, refitted) == ("new", known().model, False)
    assert recalibrated(ReaderSamples(samples, samples), None, "new") == (None, False)


def test_a_reader_that_is_wrong_where_it_is_sure_does_not_pass() -> None:
    samples = drawn(9000, 9).samples
    both = ReaderSamples(samples, poorer(samples))
    taken_over = replace(known(), reader="new")
    verdict = judge_reader(office(better), shares_of(both, known(), taken_over, ROUTING), options=QUICK)
    assert Refusal.MORE_WRONG in {objection.why for objection in verdict.objections}


def read_by(engines: Engines, result: PageResult, name: str) -> PageResult:
    """Return a reader's reading of a page: the new reading is right."""
    right = engines.fingerprint == "new"
    evidence = Evidence(0.9, 0.8, 0.9, 0.8, 1.0, 1.0)
    reading = replace(read("child_name", name if right else "Trần Văn Bè"), evidence=evidence)
    return replace(result, entries=(entry(reading),))


class _Named(Engines):
    """Engines of a name."""

    @property
    def fingerprint(self) -> str:
        return "new"


@pytest.fixture
def book(tmp_path: Path) -> tuple[DecidedBook, int]:
    """Add pages until nothing learns from a page and something learns from another."""
    made = DecidedBook(tmp_path)
    book_id, _ = made.add(Written("child_name", ("Trần Văn Bé",), "Trần Văn Bé"))
    while len(parts_of(made, book_id)) < 2:
        made.add(Written("child_name", ("Trần Văn Bé",), "Trần Văn Bé"))
    return made, book_id


def parts_of(book: DecidedBook, book_id: int) -> set[bool]:
    with book.context.open_registry() as registry:
        keys = [f"{book_id}/{one.ref.scan_sha256}/1/0" for one in registry.stored_entries(book_id)]
    return {part_of(key) is LinePart.LEARNT for key in keys}


def test_decided_pages_are_read_again_by_both_readers_and_none_that_was_learnt_from(
    book: tuple[DecidedBook, int],
) -> None:
    made, book_id = book

    def reads(image, form, ledger, schemas, engines, options):  # type: ignore[no-untyped-def]
        return read_by(engines, page(page_no=1, scan=image.ref.scan_sha256), "Trần Văn Bé")

    context = replace(made.context, read_page=reads)
    old = fake_engines()
    new = _Named(old.labels, old.print)
    with context.open_registry() as registry:
        found = samples_of_books(registry, context, [book_id], old, new, pages=99)
        standing = len(registry.entries(book_id))
        none = samples_of_books(registry, context, [book_id], old, new, pages=0)
    assert 0 < len(found.after) == len(found.before) == found.pages < standing
    assert {one.right for one in found.before} == {False}
    assert {one.right for one in found.after} == {True}
    assert all(part_of(one.entry) is not LinePart.LEARNT for one in found.after)
    assert none.pages == 0
