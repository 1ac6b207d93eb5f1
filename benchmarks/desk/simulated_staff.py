"""People at the desk as a load: processes of threads, each thread one person who takes tasks, thinks and keys, at their
own pace.

Everything that a person was answered is noted, so that it can be held against what the registry says afterwards.
"""

from __future__ import annotations

import random
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.desk.cpu_waits import watch_backends
from benchmarks.desk.load_log import WAIT_SECONDS, AcknowledgedValue, LoadLog, Start, TaskHold, timed
from benchmarks.desk.upload_writer import uploading
from pipeline.base.errors import HotichError
from pipeline.base.model import FieldStatus
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import Registry, StaleTask, Verdict
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.desk import Desk
from pipeline.registry.tasks.model import CannotUndo, ColumnTask, DeskTask, KeyOutcome, NotYours
from pipeline.web.server import SWITCH_SECONDS

T = TypeVar("T")
COLUMN = 24
"""Snippets of a column."""

COLUMNS, SKIPPED, HANDED_BACK, UNDONE, SENT_TWICE, MISTAKEN = 0.15, 0.03, 0.03, 0.02, 0.05, 0.03
"""Share of rounds that are columns, of tasks that are skipped, handed back, taken back after keying, sent twice at the
same moment, and of words that are wrong (so that others disagree)."""

IN_HAND = 2
"""The task on the screen and the task loaded ahead."""

ROLES = tuple(
    {"r": Role.REVIEWER, "c": Role.CHECKER, "s": Role.SUPERVISOR}[letter] for letter in "rcrrcrrscr"
)
PLACES_SEEN = {Role.REVIEWER: 2, Role.CHECKER: 8, Role.SUPERVISOR: None}
SHARING = 3
"""Reviewers that begin at the same place."""


@dataclass(frozen=True)
class Pace:
    """For how many ``seconds`` people work, and how long they think about a field on average (exponential; about a
    snippet of a column a third of it). ``name`` makes tokens of different runs differ."""

    name: str
    seconds: float
    think: float


def people(number: int, places: Sequence[str]) -> list[Person]:
    """Return the people of an office: of ten, six review two places, three check eight, and one supervises all."""
    office = []
    for at in range(number):
        role = ROLES[at % len(ROLES)]
        seen = PLACES_SEEN[role]
        first = at // SHARING * 2
        reviewed = (
            None if seen is None else frozenset(places[(first + at) % len(places)] for at in range(seen))
        )
        office.append(Person(at + 1, f"nguoi-{at + 1}", "", role, reviewed))
    return office


def work(
    url: str, key_file: Path, who: Sequence[Person], pace: Pace, seed: int, upload_every: float, start: Start
) -> LoadLog:
    """These people at one registry until their time is over; a scan comes every ``upload_every`` seconds (0: none)."""
    watch_backends()
    sys.setswitchinterval(SWITCH_SECONDS)
    with Registry.open(url, wait_seconds=WAIT_SECONDS, audit_key=key_file) as registry:
        desk = registry.desk(ReviewPolicy(check="all", blind="critical"))
        desks = [_Worker(desk, worker, pace, random.Random(f"{seed} {worker.account_id}")) for worker in who]
        for worker in desks:
            worker.desk.held(worker.person)  # what is declared, and the connection, are loaded
        start()
        with uploading(registry, upload_every) as sent, ThreadPoolExecutor(len(desks)) as together:
            list(together.map(_Worker.work, desks))
    log = LoadLog()
    log.take(sent)
    for worker in desks:
        log.take(worker.log)
    return log


class _Worker:
    """One person. Only their own thread touches their log."""

    def __init__(self, desk: Desk, person: Person, pace: Pace, drawn: random.Random) -> None:
        self.desk, self.person, self.log = desk, person, LoadLog()
        self._pace, self._drawn = pace, drawn
        self._in_hand: deque[tuple[DeskTask, float]] = deque()
        self._tokens = 0
        self._book = 0

    def work(self) -> None:
        end = time.monotonic() + self._pace.seconds
        self._think(2.0)
        while time.monotonic() < end:
            try:
                self._round()
            except (StaleTask, NotYours, CannotUndo) as error:
                self.log.refusals[type(error).__name__] += 1
            except HotichError as error:
                self.log.errors[f"{type(error).__name__}: {error}"[:200]] += 1
        for task, since in self._in_hand:
            self._let_go(task.task_id, since)
            self.desk.hand_back(self.person, task.task_id)
        self.desk.hand_back_column(self.person)

    def _round(self) -> None:
        if self._drawn.random() < COLUMNS:
            self._column()
            return
        while len(self._in_hand) < IN_HAND:
            known = [task.task_id for task, _ in self._in_hand]
            task = self._called("next_task", partial(self.desk.next_task, self.person, known=known))
            if task is None:
                break
            self._in_hand.append((task, time.monotonic()))
        if not self._in_hand:
            self.log.refusals["nothing waits"] += 1
            self._think(1.0)
            return
        task, since = self._in_hand.popleft()
        self._think(len(task.fields))
        try:
            self._do(task, since)
        except StaleTask:
            self._called("hand_back", lambda: self.desk.hand_back(self.person, task.task_id))
            raise

    def _do(self, task: DeskTask, since: float) -> None:
        """One task, begun ``since``; its hold on it is noted up to the moment before it may end."""
        fate = self._drawn.random()
        self._let_go(task.task_id, since)
        if fate < SKIPPED:
            self._called("skip", lambda: self.desk.skip(self.person, task.task_id, "khó đọc"))
        elif fate < SKIPPED + HANDED_BACK:
            self._called("hand_back", lambda: self.desk.hand_back(self.person, task.task_id))
        else:
            outcome = self._key(task)
            if outcome.waiting:
                again = self._called("task", lambda: self.desk.task(self.person, task.task_id))
                self._key(again)
            if self._drawn.random() < UNDONE:
                undone = self._called("undo", lambda: self.desk.undo(self.person))
                self._key(undone)

    def _key(self, task: DeskTask) -> KeyOutcome:
        words = [self._word(work.field, task.task_id) for work in task.fields]
        token = self._token()

        def send() -> KeyOutcome:
            return self.desk.key(self.person, task.task_id, task.version, words, token=token, seconds=3.0)

        twice = self._drawn.random() < SENT_TWICE
        with ThreadPoolExecutor(1) as beside:
            again = beside.submit(send) if twice else None
            outcome = self._sent(token, "key", send)
        if again is not None and (again.exception() or again.result()) != outcome:
            self.log.errors["the same submission was answered otherwise"] += 1
        self._acknowledged(token, [(task.task_id, word) for word in words])
        return outcome

    def _column(self) -> None:
        """Key a column of the current book, or of another book when nothing waits there any more."""
        if not self._book:
            waiting = self._called("counts", lambda: self.desk.counts(self.person))
            if not waiting:
                return
            self._book = waiting[self._drawn.randrange(min(len(waiting), 20))].book_id
        counted = self._called("column_counts", lambda: self.desk.column_counts(self.person, self._book))
        if not counted:
            self._book = 0
            return
        most = max(counted, key=lambda column: column.waiting)
        shown = self._called(
            "column", lambda: self.desk.column(self.person, self._book, most.field, most.stage, COLUMN)
        )
        if shown is None:
            self._book = 0
            return
        since = time.monotonic()
        self._think(len(shown.tasks) / 3)
        for task in shown.tasks:
            self._let_go(task.task_id, since)
        self._key_column(shown.tasks)

    def _key_column(self, tasks: Sequence[ColumnTask]) -> None:
        words = [(task.task_id, task.version, self._word(task.work.field, task.task_id)) for task in tasks]
        token = self._token()
        outcomes = self._sent(
            token, "key_column", lambda: self.desk.key_column(self.person, words, token=token, seconds=3.0)
        )
        taken = [
            (task_id, word)
            for (task_id, _, word), outcome in zip(words, outcomes, strict=True)
            if not outcome.refused
        ]
        self.log.refusals["snippet refused"] += len(words) - len(taken)
        self._acknowledged(token, taken)

    def _word(self, name: str, task_id: int) -> Verdict:
        """What all would say, or now and then something else."""
        text = f"Thử {task_id}"
        if self._drawn.random() < MISTAKEN:
            text = f"{text} {self.person.account_id}"
        return Verdict(name, FieldStatus.READ, text)

    def _sent(self, token: str, name: str, send: Callable[[], T]) -> T:
        """Return the answer to a submission; whether a submission that failed for no good reason counts stays open."""
        try:
            return self._called(name, send)
        except (StaleTask, NotYours):
            raise
        except HotichError:
            self.log.unanswered.add(token)
            raise

    def _acknowledged(self, token: str, words: Sequence[tuple[int, Verdict]]) -> None:
        account_id = self.person.account_id
        self.log.said.extend(
            AcknowledgedValue(token, task_id, word.field, word.text, account_id) for task_id, word in words
        )

    def _let_go(self, task_id: int, since: float) -> None:
        self.log.held.append(TaskHold(task_id, self.person.account_id, since, time.monotonic()))

    def _called(self, name: str, call: Callable[[], T]) -> T:
        return timed(self.log, name, call)

    def _token(self) -> str:
        self._tokens += 1
        return f"{self._pace.name}-{self.person.account_id}-{self._tokens}"

    def _think(self, share: float) -> None:
        if self._pace.think:
            time.sleep(self._drawn.expovariate(1 / (self._pace.think * share)))
