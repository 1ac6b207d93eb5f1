"""A book unlike those calibrated on is told of, with what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cli.run import drift_alarms, show_drift
from pipeline.recognition.calibration import DriftAlarm
from pipeline.recognition.calibration.drift import drift_sentence
from pipeline.runs.book_run import BookReport
from pipeline.runs.handwriting_calibration import checked_samples
from pipeline.settings import Settings
from tests.cli.checked_book import store
from tests.fake_pages import fake_engines
from tests.recognition.calibration.drawn_samples import drawn

ALARM = DriftAlarm(fields=300, distance=0.42, allowed=0.2, shifted=("support",), lower=True, unseen=17)


def test_alarms_are_those_of_the_reports_by_folder(book: Path, tmp_path: Path) -> None:
    other = tmp_path / "books" / "book-2"
    reports = [BookReport(book.name, drift=ALARM), BookReport(other.name)]
    assert drift_alarms([book, other], reports) == {book: ALARM}


def test_the_warning_says_what_is_unusual_and_what_to_do(
    book: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_drift({book: ALARM}, workspace)
    text = " ".join(capsys.readouterr().out.split())
    for part in ("CẢNH BÁO", book.name, "0,42", "nhiều chữ lạ", "17 ô viết tay", f"hotich calibrate {book}"):
        assert part in text
    assert "kém chắc hơn" in drift_sentence(ALARM)
    assert "lệch" not in drift_sentence(replace(ALARM, distance=0.1))


def test_a_warning_over_a_book_of_which_nothing_went_in_unseen_puts_no_value_in_doubt(
    book: Path, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    show_drift({book: replace(ALARM, unseen=0)}, workspace)
    assert "ô viết tay" not in capsys.readouterr().out


def test_samples_are_the_fields_people_decided_on(book: Path, workspace: Path) -> None:
    given = drawn(60, 1).samples
    store(workspace, book, given)
    context = replace(Settings().run_context(workspace), make_engines=fake_engines)
    checked = checked_samples(book, context)
    found = checked.samples
    assert checked.others == 0
    wanted = {(s.entry, s.features.kind): s for s in reversed(given)}
    assert len(found) == len(wanted)
    assert sum(s.right for s in found) == sum(s.right for s in wanted.values())
    assert {s.features.evidence for s in found} == {s.features.evidence for s in wanted.values()}
    assert {s.features.kind for s in found if s.critical} == {"choice:sex", "date", "entry_number", "name"}
