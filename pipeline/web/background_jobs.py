"""Work that a person starts in the browser and that goes on behind the answer, one of a kind at a time."""

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
"""How many jobs of a kind are remembered, the newest."""

MOST_BYTES = 1 << 20
FAULT = "Chương trình gặp lỗi nên chưa làm xong. Hãy thử lại; nếu vẫn lỗi, hãy báo người quản trị máy."

OnProgress = Callable[[int, int], None]
"""Told how much is done, of how much."""


class JobPhase(StrEnum):
    """How far a job is; ``INTERRUPTED``: the server stopped meanwhile."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    INTERRUPTED = "interrupted"


class JobRefused(HotichError):
    """A job cannot be started; the message is for who wanted to."""

    code = "job"


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What a job came to.

    Attributes:
        sentences: The result in words.
        link: The page where it goes on; ``""``: none.
        good: Whether all is as it should be.
    """

    sentences: tuple[str, ...]
    link: str = ""
    good: bool = True


@dataclass(frozen=True, slots=True)
class Job:
    """A job as pages show it.

    Attributes:
        kind: What kind of work it is.
        number: Its number among those of its kind.
        title: What it works on.
        author: The login of who started it.
        begun_at: When it was started.
        phase: How far it is.
        done: How much is done, of ``total``.
        outcome: What it came to, at ``ended_at``.
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
"""Does the work; an exception of ``OnProgress`` ends it."""


class _Stopped(Exception):
    """The server stops."""


class BackgroundJobs:
    """Runs jobs, and remembers what they came to in ``<folder>/<kind>/<number>.json``.

    Use it as a context manager: leaving it ends what is under way at its next step.

    Args:
        folder: Where jobs are remembered.
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
        """Start a job behind the answer and return it.

        Args:
            kind: What kind of work it is.
            title: What it works on.
            author: The login of who starts it.
            work: Does the work.
            note: Notes in the audit that it is started, before it is.

        Raises:
            JobRefused: One of this kind is under way.
            StorageError: The disk refuses what is remembered of it.
        """
        with self._lock:
            held = self._running.get(kind)
            if held is not None:
                raise JobRefused(f"Đang làm rồi: “{held.title}”. Hãy đợi xong rồi bắt đầu việc mới.")
            number = max((one.number for one in self._kept(kind)), default=0) + 1
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
        found = sorted(self._kept(kind), key=lambda one: one.number, reverse=True)
        return tuple(
            running
            if running is not None and one.number == running.number
            else unwritten.get((kind, one.number), replace(one, phase=JobPhase.INTERRUPTED))
            if one.is_running
            else one
            for one in found
        )

    def running(self, kind: str) -> Job | None:
        """Return the job of a kind that is under way."""
        with self._lock:
            return self._running.get(kind)

    def wait(self) -> None:
        """Wait until nothing is under way."""
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
        except Exception as error:  # noqa: BLE001 (whatever it is, the page says so and the log where)
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
        found = []
        for path in (self._folder / kind).glob("*.json"):
            try:
                found.append(_job_of(json.loads(path.read_bytes()[:MOST_BYTES])))
            except (OSError, ValueError, KeyError, TypeError) as error:
                log_fault(error)
        return found


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
"""For an application that starts none."""
