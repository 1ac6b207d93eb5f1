"""Jobs that a person starts in the browser and that run in the background, at most one of a kind at a time."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from pipeline.base.errors import HotichError
from pipeline.base.files import storage_errors, write_atomically
from pipeline.web.security.middleware import log_fault

KEPT = 30
"""Number of newest jobs of a kind that are remembered."""

MOST_BYTES = 1 << 20
FAULT = "Chương trình gặp lỗi nên chưa làm xong. Hãy thử lại; nếu vẫn lỗi, hãy báo người quản trị máy."

OnProgress = Callable[[int, int], None]
"""Called with the finished and the total number of steps."""


class JobPhase(StrEnum):
    """The phase of a job; ``INTERRUPTED``: the server stopped while it ran."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"


class JobRefused(HotichError):
    """A job cannot be started; the message is for the person who asked for it."""

    code = "job"


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """The result of a job.

    Attributes:
        sentences: The result in words.
            link: The page on which the work continues; ``""``: none.
            good: Whether the job succeeded without a complaint.
    """

    sentences: tuple[str, ...]
    link: str = ""
    good: bool = True


@dataclass(frozen=True, slots=True)
class Job:
    """A job as the pages show it.

    Attributes:
        number: The serial number among the jobs of its kind.
        author: The login of the person who started it.
        done: Number of finished steps out of ``total``.
        outcome: The result, known from ``ended_at`` on.
    """

    kind: str
    number: int
    title: str
    author: str
    begun_at: datetime
    phase: JobPhase = JobPhase.RUNNING
    done: int = 0
    total: int = 0
    outcome: JobOutcome = JobOutcome(())
    ended_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        return self.phase is JobPhase.RUNNING


JobWork = Callable[[OnProgress], JobOutcome]
"""Does the work; an exception raised by ``OnProgress`` ends it."""


class _Stopped(Exception):
    """The server is stopping."""


class BackgroundJobs:
    """Runs jobs and keeps their results in ``<folder>/<kind>/<number>.json``.

    A context manager: on exit, running jobs end at their next step.

    Args:
        folder: The folder of the kept results.
        now: The clock, in UTC.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder, self._now = folder, now
        self._running: dict[str, Job] = {}
        self._unwritten: dict[tuple[str, int], Job] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._worker = ThreadPoolExecutor(3, thread_name_prefix="jobs")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._worker.shutdown(cancel_futures=True)

    def start(
        self, kind: str, title: str, author: str, work: JobWork, note: Callable[[], object] = lambda: None
    ) -> Job:
        """Start a job in the background and return it.

        Args:
            author: The login of the person who starts it.
            note: Writes the start into the audit log, before the job starts.

        Raises:
            JobRefused: A job of this kind is running.
            StorageError: The record of the job cannot be written.
        """
        with self._lock:
            running = self._running.get(kind)
            if running is not None:
                raise JobRefused(f"Đang làm rồi: “{running.title}”. Hãy đợi xong rồi bắt đầu việc mới.")
            number = max((job.number for job in self._kept(kind)), default=0) + 1
            job = Job(kind, number, title, author, self._now())
            self._running[kind] = job
        try:
            note()
            with storage_errors(self._folder):
                self._keep(job)
            self._worker.submit(self._run, job, work)
        except BaseException:
            self._forget(kind)
            raise
        return job

    def jobs(self, kind: str) -> tuple[Job, ...]:
        """Return the jobs of a kind, the newest first."""
        with self._lock:
            running, unwritten = self._running.get(kind), dict(self._unwritten)
        kept = sorted(self._kept(kind), key=lambda job: job.number, reverse=True)
        return tuple(
            running
            if running is not None and job.number == running.number
            else unwritten.get((kind, job.number), replace(job, phase=JobPhase.INTERRUPTED))
            if job.is_running
            else job
            for job in kept
        )

    def ended_since(self, author: str, since: datetime) -> tuple[Job, ...]:
        """Return the jobs of a person, of any kind, that ended after a moment."""
        folders = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        return tuple(
            job
            for folder in folders
            for job in self.jobs(folder.name)
            if job.author == author and job.ended_at is not None and job.ended_at > since
        )

    def running(self, kind: str) -> Job | None:
        with self._lock:
            return self._running.get(kind)

    def wait(self) -> None:
        self._worker.shutdown()
        self._worker = ThreadPoolExecutor(3, thread_name_prefix="jobs")

    def _run(self, job: Job, work: JobWork) -> None:
        def on_progress(done: int, total: int) -> None:
            if self._stopping.is_set():
                raise _Stopped
            with self._lock:
                self._running[job.kind] = replace(job, done=done, total=total)

        phase, outcome = JobPhase.REFUSED, JobOutcome((FAULT,), good=False)
        try:
            outcome = work(on_progress)
            phase = JobPhase.DONE
        except _Stopped:
            phase, outcome = JobPhase.INTERRUPTED, JobOutcome(())
        except HotichError as error:
            outcome = JobOutcome((error.message,), good=False)
        except Exception as error:  # noqa: BLE001 (any fault is shown on the page and logged)
            log_fault(error)
        ended = replace(job, phase=phase, outcome=outcome, ended_at=self._now())
        try:
            self._keep(ended)
        except (OSError, HotichError) as error:
            log_fault(error)
            with self._lock:
                self._unwritten[job.kind, job.number] = ended
        finally:
            self._forget(job.kind)

    def _forget(self, kind: str) -> None:
        with self._lock:
            self._running.pop(kind, None)

    def _keep(self, job: Job) -> None:
        folder = self._folder / job.kind
        text = json.dumps(asdict(job), ensure_ascii=False, default=_as_text)
        write_atomically(folder / f"{job.number:06}.json", text)
        for old in sorted(folder.glob("*.json"))[:-KEPT]:
            with suppress(OSError):
                old.unlink()

    def _kept(self, kind: str) -> list[Job]:
        jobs = []
        for path in (self._folder / kind).glob("*.json"):
            try:
                jobs.append(_job_of(json.loads(path.read_bytes()[:MOST_BYTES])))
            except (OSError, ValueError, KeyError, TypeError) as error:
                log_fault(error)
        return jobs


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _job_of(stored: Mapping[str, Any]) -> Job:
    outcome = stored["outcome"]
    ended = stored["ended_at"]
    return Job(
        kind=str(stored["kind"]),
        number=int(stored["number"]),
        title=str(stored["title"]),
        author=str(stored["author"]),
        begun_at=datetime.fromisoformat(stored["begun_at"]),
        phase=JobPhase(stored["phase"]),
        outcome=JobOutcome(
            tuple(map(str, outcome["sentences"])), str(outcome["link"]), bool(outcome["good"])
        ),
        ended_at=datetime.fromisoformat(ended) if ended else None,
    )


NO_JOBS = BackgroundJobs(Path(os.devnull))
"""For an application that starts no jobs."""
