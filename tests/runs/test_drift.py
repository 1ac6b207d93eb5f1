"""A book whose handwriting is unlike the calibration's: detected at the end of its run, kept as long as it holds."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.base.model import FieldStatus, Severity
from pipeline.declarations.schema import Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition.calibration import CHECKED, BookHold, Calibration, DriftAlarm
from pipeline.registry import CrossEntryFinding, Registry, Verdict
from pipeline.registry.statistics.book_counts import DRIFT
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import digitize_book
from pipeline.runs.handwriting_calibration import BOOK_HELD, BOOK_RELEASED, HELD, record_drift
from tests.cli.checked_book import FIELD, store, usual
from tests.fake_books import make_book
from tests.fake_pages import GOOD, draw
from tests.recognition.calibration.drawn_samples import drawn

UNLIKE = drawn(600, 1, harder=3.5).samples
READER = ""
OTHERWISE = {field: other for field, _, other in FIELD.values()}


@pytest.fixture(scope="module")
def known() -> Calibration:
    return usual()


@pytest.fixture
def calibrated(context: RunContext, known: Calibration) -> RunContext:
    return with_calibration(context, known)


@pytest.fixture(scope="module")
def accepted_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a book unlike the others, which the machine accepted and nobody has checked; a test works in a
    copy of it."""
    folder = tmp_path_factory.mktemp("accepted")
    store(folder / "workspace", make_book(folder / "book-1"), UNLIKE, checked=False, accepted=True)
    return folder / "workspace"


@pytest.fixture
def accepted(accepted_book: Path, calibrated: RunContext) -> RunContext:
    """Reads into a copy of ``accepted_book``."""
    shutil.copytree(accepted_book, calibrated.workspace, dirs_exist_ok=True)
    return calibrated


def with_calibration(context: RunContext, known: Calibration | None) -> RunContext:
    return replace(context, options=DigitizeOptions(routing=RoutingOptions(calibration=known)))


def weighed(context: RunContext, reader: str = READER) -> DriftAlarm | None:
    with context.open_registry() as registry:
        return record_drift(registry, context, only_book(registry), reader)


def only_book(registry: Registry) -> int:
    (book_id,) = registry.book_columns()["book_id"].tolist()
    return int(book_id)


CRITICAL = {"child_sex", "child_born_on", "entry_number", "child_name"}


def held(context: RunContext) -> list[CrossEntryFinding]:
    with context.open_registry() as registry:
        return [finding for finding in registry.cross_entry_findings() if finding.finding.code == HELD]


def decide(context: RunContext, number: int, *, wrong: int = 0) -> None:
    """People decide on so many critical values as the machine read them, but for the first ones."""
    with context.open_registry() as registry:
        for stored in registry.stored_entries(only_book(registry)):
            for reading in stored.readings:
                if not number or reading.field not in CRITICAL or reading.field in stored.decisions:
                    continue
                text = OTHERWISE[reading.field] if wrong else reading.text
                verdict = Verdict(reading.field, FieldStatus.READ, text)
                registry.decide(stored.entry_id, [verdict], author="người thử")
                number, wrong = number - 1, max(0, wrong - 1)
    assert number == 0


def audited(context: RunContext) -> list[tuple[str, Mapping[str, object]]]:
    """What the audit says of values that were held back or released, the oldest first."""
    with closing(sqlite3.connect(context.registry_url.removeprefix("sqlite:///"))) as database:
        rows = database.execute("SELECT action, detail FROM audit ORDER BY id").fetchall()
    return [(action, json.loads(detail)) for action, detail in rows if action in (BOOK_HELD, BOOK_RELEASED)]


def standing(context: RunContext) -> list[Mapping[str, str]]:
    with context.open_registry() as registry:
        return [one.finding.details for one in registry.cross_entry_findings() if one.finding.code == DRIFT]


def test_a_book_like_the_others_raises_no_alarm(book: Path, calibrated: RunContext) -> None:
    store(calibrated.workspace, book, drawn(600, 1).samples, checked=False)
    assert weighed(calibrated) is None
    assert standing(calibrated) == []


def test_a_book_unlike_the_others_is_recorded_with_the_fields_nobody_saw(accepted: RunContext) -> None:
    alarm = weighed(accepted)
    assert alarm is not None
    assert alarm.lower
    assert alarm.fields > 100
    assert alarm.hold is not None
    assert 0 < alarm.unseen == alarm.fields - alarm.hold.held
    (details,) = standing(accepted)
    assert details["unseen"] == str(alarm.unseen)
    assert "kém chắc hơn" in details["unusual"]


def test_critical_values_of_a_book_unlike_the_others_wait_for_a_person(accepted: RunContext) -> None:
    with accepted.open_registry() as registry:
        assert registry.queue() == ()
    alarm = weighed(accepted)
    assert alarm is not None
    assert alarm.hold is not None
    with accepted.open_registry() as registry:
        tasks = registry.queue()
        assert sum(len(task.fields) for task in tasks) == alarm.hold.held > CHECKED
        assert {reason for task in tasks for reason in task.reasons} == {HELD}
        assert {field for task in tasks for field in task.fields} <= CRITICAL
        for stored in registry.stored_entries(only_book(registry)):
            values = {reading.field: stored.values[reading.field] for reading in stored.readings}
            assert {field for field, value in values.items() if value is None} == values.keys() & CRITICAL
    assert audited(accepted) == [("book-held", {"held": alarm.hold.held, "checked": 0, "wrong": 0})]


def test_fifty_checked_values_without_an_error_release_the_others(accepted: RunContext) -> None:
    weighed(accepted)
    decide(accepted, CHECKED - 1)
    still = weighed(accepted)
    assert still is not None
    assert still.hold is not None
    assert (still.hold.checked, still.hold.is_over) == (CHECKED - 1, False)
    assert len(held(accepted)) == still.hold.held > 0
    decide(accepted, 1)
    alarm = weighed(accepted)
    assert alarm is not None
    assert alarm.hold is not None
    assert alarm.hold.is_over
    assert alarm.unseen > still.unseen  # still told, as nobody saw them
    assert held(accepted) == []
    with accepted.open_registry() as registry:
        assert registry.queue() == ()
        for stored in registry.stored_entries(only_book(registry)):
            assert all(stored.values[reading.field] for reading in stored.readings)
    released = {"released": still.hold.held, "reason": "checked", "checked": CHECKED, "wrong": 0}
    assert audited(accepted)[-1] == ("book-released", released)


def test_an_error_among_the_checked_values_keeps_the_others_waiting(accepted: RunContext) -> None:
    weighed(accepted)
    decide(accepted, CHECKED, wrong=1)
    alarm = weighed(accepted)
    assert alarm is not None
    assert alarm.hold is not None
    assert (alarm.hold.checked, alarm.hold.wrong, alarm.hold.is_over) == (CHECKED, 1, False)
    assert len(held(accepted)) == alarm.hold.held > 0
    assert [action for action, _ in audited(accepted)] == ["book-held"]


def test_an_error_that_is_found_later_holds_what_was_released(accepted: RunContext) -> None:
    weighed(accepted)
    decide(accepted, CHECKED)
    weighed(accepted)
    decide(accepted, 3, wrong=3)
    weighed(accepted)
    assert held(accepted)
    assert [action for action, _ in audited(accepted)] == ["book-held", "book-released", "book-held"]


def test_what_people_decided_is_not_asked_again(book: Path, calibrated: RunContext) -> None:
    store(calibrated.workspace, book, UNLIKE, accepted=True)
    assert weighed(calibrated) is not None
    assert held(calibrated) == []


@pytest.mark.parametrize(
    ("checked", "wrong", "over"),
    [(0, 0, False), (49, 0, False), (50, 0, True), (105, 1, False), (106, 1, True)],
)
def test_how_much_has_to_be_checked(checked: int, wrong: int, over: bool) -> None:
    assert BookHold(10, checked, wrong, 0.001, 0.1).is_over is over


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


def test_every_run_reports_the_alarm_even_when_it_reads_nothing(book: Path, accepted: RunContext) -> None:
    draw(book / "1.tiff", GOOD)
    first = digitize_book(book, accepted, workers=1)
    second = digitize_book(book, accepted, workers=1)
    assert (first.read, second.read) == (1, 0)
    assert first.drift == second.drift
    assert first.drift is not None
    assert first.drift.hold is not None
    assert first.drift.hold.held == first.book_findings[HELD] > 100
    assert first.book_findings[DRIFT] == 1
