"""Work behind the answer: one of a kind at a time, remembered, and told as it ended."""

from __future__ import annotations

import errno
from pathlib import Path
from threading import Event

import pytest

from pipeline.base.errors import ReconcileError, StorageError
from pipeline.web import background_jobs
from pipeline.web.background_jobs import (
    FAULT,
    BackgroundJobs,
    JobOutcome,
    JobPhase,
    JobRefused,
    OnProgress,
)


def done(on_progress: OnProgress) -> JobOutcome:
    on_progress(1, 2)
    return JobOutcome(("Xong.",), "/reconcile/1")


def test_a_second_job_of_a_kind_is_refused_while_the_first_is_under_way(tmp_path: Path) -> None:
    go_on = Event()

    def held(on_progress: OnProgress) -> JobOutcome:
        go_on.wait(60)
        return done(on_progress)

    with BackgroundJobs(tmp_path) as jobs:
        jobs.start("backup", "đêm", "an", held)
        with pytest.raises(JobRefused, match="đêm"):
            jobs.start("backup", "ngày", "an", done)
        jobs.start("audit", "nhật ký", "an", done)
        assert [one.is_running for one in jobs.jobs("backup")] == [True]
        go_on.set()
        jobs.wait()
        jobs.start("backup", "ngày", "an", done)
        jobs.wait()
        assert [(one.number, one.title) for one in jobs.jobs("backup")] == [(2, "ngày"), (1, "đêm")]


def test_what_a_job_came_to_is_known_to_the_next_server(tmp_path: Path) -> None:
    def refused(on_progress: OnProgress) -> JobOutcome:
        raise ReconcileError("Tệp hỏng.")

    def faulty(on_progress: OnProgress) -> JobOutcome:
        raise ZeroDivisionError("Nguyễn Văn Thử")

    with BackgroundJobs(tmp_path) as jobs:
        for work in (done, refused, faulty):
            jobs.start("reconcile", "a.xlsx", "an", work)
            jobs.wait()
    with BackgroundJobs(tmp_path) as later:
        told = [(one.phase, one.outcome.sentences, one.outcome.link) for one in later.jobs("reconcile")]
    assert told == [
        (JobPhase.REFUSED, (FAULT,), ""),
        (JobPhase.REFUSED, ("Tệp hỏng.",), ""),
        (JobPhase.DONE, ("Xong.",), "/reconcile/1"),
    ]


def test_a_server_that_stops_ends_the_work_and_the_next_one_tells_so(tmp_path: Path) -> None:
    begun, stopping = Event(), Event()

    def long(on_progress: OnProgress) -> JobOutcome:
        begun.set()
        stopping.wait(60)
        while True:
            on_progress(1, 2)

    jobs = BackgroundJobs(tmp_path)
    jobs.start("backup", "đêm", "an", long)
    begun.wait(60)
    jobs._stopping.set()
    stopping.set()
    jobs.__exit__()
    (kept,) = BackgroundJobs(tmp_path).jobs("backup")
    assert kept.phase is JobPhase.INTERRUPTED


def test_a_note_that_was_cut_off_hides_no_other(tmp_path: Path) -> None:
    with BackgroundJobs(tmp_path) as jobs:
        jobs.start("backup", "đêm", "an", done)
        jobs.wait()
        (tmp_path / "backup" / "000009.json").write_text('{"kind": ', encoding="utf-8")
        assert [one.number for one in jobs.jobs("backup")] == [1]


def test_a_job_that_was_running_when_the_power_went_is_told_as_interrupted(tmp_path: Path) -> None:
    go_on = Event()

    def held(on_progress: OnProgress) -> JobOutcome:
        go_on.wait(60)
        return done(on_progress)

    with BackgroundJobs(tmp_path) as jobs:
        jobs.start("backup", "đêm", "an", held)
        (seen,) = BackgroundJobs(tmp_path).jobs("backup")
        go_on.set()
    assert seen.phase is JobPhase.INTERRUPTED


def test_what_the_audit_cannot_note_is_not_started(tmp_path: Path) -> None:
    def fails() -> None:
        raise StorageError("Nhật ký không ghi được.")

    with BackgroundJobs(tmp_path) as jobs:
        with pytest.raises(StorageError):
            jobs.start("backup", "đêm", "an", done, fails)
        assert jobs.jobs("backup") == ()
        jobs.start("backup", "ngày", "an", done)
        jobs.wait()
        assert [one.title for one in jobs.jobs("backup")] == ["ngày"]


def test_a_full_disk_starts_nothing_and_does_not_hide_what_a_job_came_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "đầy")

    def fills(on_progress: OnProgress) -> JobOutcome:
        monkeypatch.setattr(background_jobs, "write_atomically", full)
        return done(on_progress)

    with BackgroundJobs(tmp_path) as jobs:
        jobs.start("backup", "đêm", "an", fills)
        jobs.wait()
        (kept,) = jobs.jobs("backup")
        assert (kept.phase, kept.outcome.sentences) == (JobPhase.DONE, ("Xong.",))
        with pytest.raises(StorageError, match="đầy"):
            jobs.start("backup", "ngày", "an", done)
        assert jobs.running("backup") is None
