"""A book unlike those calibrated on is told of, with what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batch.checking import book_drift, checked_samples
from pipeline.calibration import Calibration, DriftAlarm, fitted
from pipeline.cli.drift import drift_alarms, show_drift, told
from pipeline.digitize import DigitizeOptions
from pipeline.routing import RoutingOptions
from pipeline.settings import Settings
from pipeline.workbench import Workbench
from tests.calibration.drawn import drawn
from tests.cli.checked_book import store
from tests.fake_pages import fake_engines

ALARM = DriftAlarm(fields=300, distance=0.42, allowed=0.2, shifted=("support",), lower=True)


def bench(workspace: Path, known: Calibration | None) -> Workbench:
    options = DigitizeOptions(routing=RoutingOptions(calibration=known))
    return replace(Settings().workbench(workspace), options=options, make_engines=fake_engines)


def usual(harder: float = 0.0) -> Calibration:
    """Fitted on samples as the registry gives them back: every value parses, no finding doubts any."""
    samples = drawn(6000, 3, harder=harder).samples
    return fitted(
        [replace(s, grounds=replace(s.grounds, parses=True, doubted=False, letters=7)) for s in samples]
    )


def test_a_book_like_the_others_is_not_told_of(book: Path, workspace: Path) -> None:
    store(workspace, book, drawn(600, 1).samples, checked=False)
    assert drift_alarms([book], bench(workspace, usual())) == {}


def test_a_book_unlike_the_others_is_told_of_with_what_went_in_unseen(book: Path, workspace: Path) -> None:
    store(workspace, book, drawn(600, 1, harder=3.5).samples, checked=False)
    alarm, accepted = drift_alarms([book], bench(workspace, usual()))[book]
    assert alarm.lower
    assert accepted == 0


def test_what_another_reader_read_is_not_weighed(book: Path, workspace: Path) -> None:
    store(workspace, book, drawn(600, 1, harder=3.5).samples, checked=False, reader="bản trước")
    assert drift_alarms([book], bench(workspace, usual())) == {}


def test_without_a_calibration_nothing_is_unusual(book: Path, workspace: Path) -> None:
    store(workspace, book, drawn(600, 1, harder=3.5).samples, checked=False)
    assert book_drift(book, bench(workspace, None)) == (None, 0)


def test_a_book_that_cannot_be_used_is_passed_over(tmp_path: Path, workspace: Path) -> None:
    assert drift_alarms([tmp_path], bench(workspace, usual())) == {}


def test_the_warning_says_what_is_unusual_and_what_to_do(
    book: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_drift({book: (ALARM, 17)}, bench(workspace, None))
    text = capsys.readouterr().out
    for part in ("CẢNH BÁO", book.name, "0,42", "nhiều chữ lạ", "17 ô viết tay", f"hotich calibrate {book}"):
        assert part in text
    assert "kém chắc hơn" in told(ALARM)
    assert "lệch" not in told(replace(ALARM, distance=0.1))


def test_samples_are_the_fields_people_decided_on(book: Path, workspace: Path) -> None:
    given = drawn(60, 1).samples
    store(workspace, book, given)
    checked = checked_samples(book, bench(workspace, None))
    found = checked.samples
    assert checked.others == 0
    wanted = {(s.entry, s.grounds.kind): s for s in reversed(given)}
    assert len(found) == len(wanted)
    assert sum(s.right for s in found) == sum(s.right for s in wanted.values())
    assert {s.grounds.evidence for s in found} == {s.grounds.evidence for s in wanted.values()}
    assert {s.grounds.kind for s in found if s.critical} == {"choice:sex", "date", "entry_number", "name"}
