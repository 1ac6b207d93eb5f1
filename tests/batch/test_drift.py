"""A book whose handwriting is unlike that calibrated on: found at the end of its run, kept as long as it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batch import digitize_book
from pipeline.batch.handwriting_calibration import record_drift
from pipeline.calibration import Calibration, DriftAlarm
from pipeline.digitize import DigitizeOptions
from pipeline.digitize.route import RoutingOptions
from pipeline.model import Severity
from pipeline.registry import Registry
from pipeline.registry.services.statistics.books import DRIFT
from pipeline.run_context import RunContext
from pipeline.schema import Schemas
from tests.calibration.drawn_samples import drawn
from tests.cli.checked_book import store, usual
from tests.fake_pages import GOOD, draw

UNLIKE = drawn(600, 1, harder=3.5).samples
READER = ""


@pytest.fixture(scope="module")
def known() -> Calibration:
    return usual()


@pytest.fixture
def calibrated(context: RunContext, known: Calibration) -> RunContext:
    return with_calibration(context, known)


def with_calibration(context: RunContext, known: Calibration | None) -> RunContext:
    return replace(context, options=DigitizeOptions(routing=RoutingOptions(calibration=known)))


def weighed(context: RunContext, reader: str = READER) -> DriftAlarm | None:
    with context.open_registry() as registry:
        return record_drift(registry, context, only_book(registry), reader)


def only_book(registry: Registry) -> int:
    (book_id,) = registry.book_columns()["book_id"].tolist()
    return int(book_id)


def standing(context: RunContext) -> list[Mapping[str, str]]:
    with context.open_registry() as registry:
        return [one.finding.details for one in registry.cross_entry_findings() if one.finding.code == DRIFT]


def test_a_book_like_the_others_raises_no_alarm(book: Path, calibrated: RunContext) -> None:
    store(calibrated.workspace, book, drawn(600, 1).samples, checked=False)
    assert weighed(calibrated) is None
    assert standing(calibrated) == []


def test_a_book_unlike_the_others_is_recorded_with_the_fields_nobody_saw(
    book: Path, calibrated: RunContext
) -> None:
    store(calibrated.workspace, book, UNLIKE, checked=False, accepted=True)
    alarm = weighed(calibrated)
    assert alarm is not None
    assert alarm.lower
    assert alarm.unseen == alarm.fields > 100
    (details,) = standing(calibrated)
    assert details["unseen"] == str(alarm.unseen)
    assert "kém chắc hơn" in details["unusual"]
    with calibrated.open_registry() as registry:
        assert registry.queue() == ()  # a figure, not a task


def test_an_alarm_that_holds_is_not_raised_again_and_an_old_one_ends(
    book: Path, context: RunContext, calibrated: RunContext
) -> None:
    store(context.workspace, book, UNLIKE, checked=False)
    weighed(calibrated)
    with context.open_registry() as registry:
        (first,) = registry.cross_entry_findings()
    weighed(calibrated)
    with context.open_registry() as registry:
        assert registry.cross_entry_findings() == (first,)
    assert weighed(with_calibration(context, None)) is None
    assert standing(context) == []


def test_fields_of_another_reader_are_not_compared(book: Path, calibrated: RunContext) -> None:
    store(calibrated.workspace, book, UNLIKE, checked=False, reader="bản trước")
    assert weighed(calibrated) is None


def test_an_office_that_switched_the_alarm_off_gets_none(
    book: Path, calibrated: RunContext, schemas: Schemas
) -> None:
    store(calibrated.workspace, book, UNLIKE, checked=False)
    spec = schemas.findings[DRIFT].model_copy(update={"off": "không dùng", "severity": Severity.INFO})
    off = replace(schemas, findings={**schemas.findings, DRIFT: spec})
    assert weighed(calibrated) is not None
    assert weighed(replace(calibrated, schemas=off)) is None
    assert standing(calibrated) == []


def test_every_run_reports_the_alarm_even_when_it_reads_nothing(book: Path, calibrated: RunContext) -> None:
    store(calibrated.workspace, book, UNLIKE, checked=False, accepted=True)
    draw(book / "1.tiff", GOOD)
    first = digitize_book(book, calibrated, workers=1)
    second = digitize_book(book, calibrated, workers=1)
    assert (first.read, second.read) == (1, 0)
    assert first.drift == second.drift
    assert first.drift is not None
    assert first.drift.unseen > 100
    assert first.book_findings[DRIFT] == 1
