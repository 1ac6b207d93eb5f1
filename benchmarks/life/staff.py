"""The people of the office at the desk: they key what stands on the paper until nothing waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.desk.keystroke_model import ACCEPT, STATUS, typed
from benchmarks.life.month import Month
from benchmarks.life.paper import misread, share
from pipeline.base.model import FieldStatus
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.registry import WHOLE_ENTRY, Registry, Verdict
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.tasks.model import DeskTask, FieldWork

SLIPS = 0.02
"""The share of values that a person types wrong; who is shown the right one takes it."""

PEOPLE = (
    Person(1, "ra-soat-1", "", Role.REVIEWER, None),
    Person(2, "ra-soat-2", "", Role.REVIEWER, None),
    Person(3, "kiem-tra-1", "", Role.CHECKER, None),
    Person(4, "kiem-tra-2", "", Role.CHECKER, None),
    Person(5, "phu-trach", "", Role.SUPERVISOR, None),
)
SUPERVISOR = PEOPLE[-1]


@dataclass
class DeskDay:
    """What a day at the desk came to.

    Attributes:
        tasks: Submissions.
        keys: Keys that they took.
        rescans: Pages that somebody asked to be scanned again.
        by_stage: Submissions at each stage.
    """

    tasks: int = 0
    keys: int = 0
    rescans: int = 0
    by_stage: Counter[str] = field(default_factory=Counter)


class Staff:
    """The people, who know the paper.

    Args:
        month: Its paper, and what people type beside and instead of it.
        day: The number of the day, so that submissions of different days differ.
    """

    def __init__(self, registry: Registry, month: Month, day: int) -> None:
        self.desk = registry.desk(ReviewPolicy(check="all", blind="critical"))
        self._paper, self._month, self._day = month.paper, month, day
        self._sent = 0

    def work(self) -> DeskDay:
        """Let everybody work in turn until nobody gets a task."""
        day = DeskDay()
        idle = 0
        while idle < len(PEOPLE):
            idle = 0
            for person in PEOPLE:
                idle += not self._work(person, day)
        return day

    def _work(self, person: Person, day: DeskDay) -> bool:
        worked = False
        while (task := self.desk.next_task(person)) is not None:
            if self._is_too_faint(task):
                self.desk.request_rescan(person, task.task_id, "Mờ, không đọc được")
                day.rescans += 1
                continue
            while self._key(person, task, day):
                task = self.desk.task(person, task.task_id)
            worked = True
        return worked

    def _key(self, person: Person, task: DeskTask, day: DeskDay) -> bool:
        """Key all fields of a task; whether others of it wait for this person now."""
        words = [self._verdict(person, task, work, day) for work in task.fields]
        self._sent += 1
        token = f"{self._day}-{self._sent}"
        outcome = self.desk.key(person, task.task_id, task.version, words, token=token, seconds=1.0)
        day.tasks += 1
        day.by_stage[task.stage.value] += 1
        return bool(outcome.waiting)

    def _verdict(self, person: Person, task: DeskTask, work: FieldWork, day: DeskDay) -> Verdict:
        if work.field == WHOLE_ENTRY:
            day.keys += ACCEPT.keys
            return Verdict(WHOLE_ENTRY, FieldStatus.READ)
        text = self.on_paper(task, work.field)
        shown = work.first or work.reading
        is_shown = shown is not None and shown.text == text
        drawn = share(f"{person.account_id} {task.task_id} {work.field} {work.candidates}")
        if text and not is_shown and not work.candidates and drawn < SLIPS:
            text = misread(text)
        if not text:
            day.keys += STATUS.keys
            return Verdict(work.field, FieldStatus.BLANK)
        day.keys += ACCEPT.keys if is_shown else typed(text).keys
        return Verdict(work.field, FieldStatus.READ, text)

    def _is_too_faint(self, task: DeskTask) -> bool:
        page = self._paper.pages[task.ref.scan_sha256]
        return all(name in page.faint for entry in page.entries for name in entry.values) and bool(page.faint)

    def on_paper(self, task: DeskTask, name: str) -> str:
        """Return what stands on the paper in a field of a task."""
        sha256 = task.ref.scan_sha256
        row = self._month.typed_rows.get((sha256, task.row), task.row)
        if (sha256, row, name) in self._month.mistyped:
            return self._month.mistyped[sha256, row, name]
        if (task.book, name) in self._month.off_form:
            return self._month.off_form[task.book, name]
        page = self._paper.pages[sha256]
        values: Mapping[str, str] = next(entry.values for entry in page.entries if entry.row == row)
        return values.get(name, "")
