"""A run over books, started again whenever it ends too early, with a person who decides meanwhile, and faults."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.orchestration.faults import children, most_memory, session_cpu
from benchmarks.orchestration.quick_reader import WAIT_SECONDS
from benchmarks.servers.postgresql import Cluster
from benchmarks.servers.prefect_server import PrefectServer
from pipeline.base.errors import HotichError
from pipeline.base.model import FieldStatus, PageRef
from pipeline.registry import Registry, Task, Verdict

DECISION_EVERY = 12
"""Pages between two decisions of the person at the desk."""
MOST_PAGES_BETWEEN = 30
MOST_STARTS = 2_000
OF_POISON = {
    "done",
    "crash",
    "timeout",
    "memory",
    "broken",
    "fault",
    "encrypted",
    "oversized",
    "empty",
    "unknown-type",
}
"""What an undisturbed run says at its end: nothing but pages and files that are bad themselves."""
AS_HOTICH_DOES = """
import sys
from pipeline.runs.worker_process import load_readers_ahead
load_readers_ahead()
from benchmarks.orchestration.run import main
sys.exit(main())
"""
"""Begin the run as ``pipeline.cli.main`` does."""
SILENT_SECONDS = 900.0
"""How long a run may say nothing; far more than a page takes on a busy machine."""
Decision = tuple[str, str, int, str]
"""Folder of the book, scan, page and what its note says."""


class ReadingProcess:
    """A process that reads; ``lines`` are what it tells; ``cpu``: seconds that it and its own had used by its first
    page."""

    def __init__(self, command: list[str], log: Path, environment: Mapping[str, str]) -> None:
        self.started = time.monotonic()
        self.pages = 0
        self.first_page: float | None = None
        self.cpu = 0.0
        self.lines: queue.Queue[str | None] = queue.Queue()
        with log.open("ab") as errors:
            self.process = subprocess.Popen(
                command,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def next_line(self) -> str | None:
        """Return its next line; ``None`` once it and all its children have ended.

        Raises:
            RuntimeError: It says nothing any more; it is ended with all that it started.
        """
        try:
            return self.lines.get(timeout=SILENT_SECONDS)
        except queue.Empty:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            raise RuntimeError("the run says nothing any more") from None

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("page ") and self.first_page is None:
                self.first_page, self.cpu = time.monotonic(), session_cpu(self.process.pid)
            self.pages += line.startswith("page ")
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)


@dataclass
class SupervisedRun:
    """``cluster``/``database``: the PostgreSQL server and database of ``url``, if it is one; ``server``: Prefect's,
    under which the flow reads then; ``attended``: whether a person decides meanwhile."""

    books: Path
    workspace: Path
    url: str
    random: np.random.Generator
    cluster: Cluster | None = None
    database: str = ""
    server: PrefectServer | None = None
    tell: Callable[[str], None] = lambda _: None
    attended: bool = True
    generation: int = 1
    decisions: dict[int, list[Decision]] = field(default_factory=dict)
    injected: Counter[str] = field(default_factory=Counter)
    resumed: list[float] = field(default_factory=list)
    resumed_cpu: list[float] = field(default_factory=list)
    memory: int = 0
    starts: int = 0
    victim: ReadingProcess = field(init=False)
    _told: set[tuple[str, int]] = field(default_factory=set)
    _before: dict[tuple[int, PageRef], str] = field(default_factory=dict)
    _since_decision: int = 0

    def start(self) -> None:
        self.victim = self._new()

    def peer(self) -> ReadingProcess:
        """A second run beside the first."""
        return self._new()

    def restart_database(self) -> None:
        """Until it is there again."""
        assert self.cluster is not None
        for _ in range(60):
            with suppress(AssertionError):
                if not self._database_answers():
                    self.cluster.start()
                return
            time.sleep(0.25)
        raise RuntimeError("the database does not come up again")

    def _database_answers(self) -> bool:
        assert self.cluster is not None
        try:
            self.cluster.execute("SELECT 1")
        except Exception:  # noqa: BLE001 (any refusal means no)
            return False
        return True

    def read_all(self, faults: list[tuple[str, Callable[[SupervisedRun], None]]]) -> None:
        """All pages of this generation, with as many of the faults as there is work for; they are taken off the list.
        Ends with a run in which nothing was done to it."""
        self._told.clear()
        self._before = self._prints() if self.attended else {}
        undisturbed = False
        while not undisturbed:
            self.starts += 1
            if self.starts > MOST_STARTS:
                raise RuntimeError("the books are never done")
            self.start()
            undisturbed = self._watch(faults)

    def _watch(self, faults: list[tuple[str, Callable[[SupervisedRun], None]]]) -> bool:
        """Follow a run to its end; return whether it ended by itself, well and undisturbed."""
        disturbed, line_read = False, ""
        wait = self._next()
        while True:
            victim = self.victim
            line = victim.next_line()
            if line is None:
                break
            if not line.startswith("page "):
                line_read = line
                continue
            _, sha256, page_no = line.split()
            self._told.add((sha256, int(page_no)))
            self._person()
            if faults and victim.pages >= wait and not victim.ended:
                name, fault = faults.pop()
                self.tell(f"  after {victim.pages} pages: {name}")
                self._measure()
                time.sleep(float(self.random.random()) * 0.05)
                fault(self)
                self.injected[name] += 1
                disturbed = True
                wait = self.victim.pages + self._next()
        self._note_resumed(self.victim)
        code = self.victim.process.wait()
        self.tell(
            f"start {self.starts}: {victim.pages} pages, exit {code}, {len(faults)} faults left, {line_read}"
        )
        return code == 0 and not disturbed and set(line_read.split()) <= OF_POISON

    def _next(self) -> int:
        return int(self.random.integers(1, MOST_PAGES_BETWEEN))

    def _note_resumed(self, victim: ReadingProcess) -> None:
        if victim.first_page is not None and victim.pages:
            self.resumed.append(victim.first_page - victim.started)
            self.resumed_cpu.append(victim.cpu)

    def _new(self) -> ReadingProcess:
        places = [str(self.books), str(self.workspace), self.url, str(self.generation)]
        command = [sys.executable, "-c", AS_HOTICH_DOES, *places]
        if self.server is not None:
            command.append("--prefect")
        environment = {} if self.server is None else self.server.environment
        return ReadingProcess(command, self.workspace.parent / "victims.log", {**os.environ, **environment})

    def _measure(self) -> None:
        servers = children(self.victim.process.pid)
        everyone = [
            self.victim.process.pid,
            *servers,
            *(child for server in servers for child in children(server)),
        ]
        self.memory = max(self.memory, *map(most_memory, everyone))

    # --- the person at the desk -----------------------------------------------------------------------------------

    def _person(self) -> None:
        """Every so many pages one more decision, about a page that this generation has read and saved: of one that it
        told of and failed with, the earlier reading still stands, and no other scene has it by then."""
        self._since_decision += 1
        if not self.attended or self._since_decision < DECISION_EVERY:
            return
        self._since_decision = 0
        with (
            suppress(HotichError),
            Registry.open(self.url, wait_seconds=WAIT_SECONDS, audit_key=self._key) as opened,
        ):
            ready = [
                task
                for task in opened.queue(limit=400)
                if (task.scan_sha256, task.page_no) in self._told and "notes" in task.fields
            ]
            if not ready:
                return
            task = ready[int(self.random.integers(len(ready)))]
            page = PageRef(task.scan_sha256, task.page_no)
            if opened.fingerprints(task.book_id).get(page) == self._before.get((task.book_id, page)):
                return
            note = f"ghi chú {int(self.random.integers(1_000_000))}"
            decided = (task.book, task.scan_sha256, task.page_no, note)
            decide(opened, task, note)
            self.decisions.setdefault(self.generation, []).append(decided)

    def _prints(self) -> dict[tuple[int, PageRef], str]:
        """Under which fingerprint each page is saved now."""
        with Registry.open(self.url, audit_key=self._key) as opened:
            books = [int(book_id) for book_id in opened.book_columns()["book_id"]]
            return {(book, page): last for book in books for page, last in opened.fingerprints(book).items()}

    @property
    def _key(self) -> Path:
        return self.workspace / "audit.key"

    def decide_alike(self, decisions: Mapping[int, list[Decision]]) -> None:
        """What a person decided in another scene while this generation was read."""
        with Registry.open(self.url, audit_key=self._key) as opened:
            for book, sha256, page_no, note in decisions.get(self.generation, []):
                tasks = {
                    (task.book, PageRef(task.scan_sha256, task.page_no)): task for task in opened.queue()
                }
                decide(opened, tasks[book, PageRef(sha256, page_no)], note)


def decide(registry: Registry, task: Task, note: str) -> None:
    assert task.entry_id is not None
    registry.decide(task.entry_id, [Verdict("notes", FieldStatus.READ, note)], author="nguoi-1", reason="thử")


def end_all(scene: SupervisedRun) -> None:
    """Leave no process behind."""
    with suppress(AttributeError, ProcessLookupError):
        os.killpg(scene.victim.process.pid, signal.SIGKILL)
