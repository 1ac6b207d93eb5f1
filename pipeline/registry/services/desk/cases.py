"""All that the desk must know of one task: where it stands, what the machine read, what people said."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select

from pipeline.model import FieldReading, PageRef
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.consensus import Standing, standing
from pipeline.registry.model.decisions import WHOLE_ENTRY, Decision, Verdict
from pipeline.registry.model.desk import NotYours, Stage
from pipeline.registry.model.errors import NotThere
from pipeline.registry.repositories.desk_context import Sitting
from pipeline.registry.repositories.effective_values import derive_effective_values
from pipeline.registry.repositories.entries import MachineView, decisions_at, machine_views
from pipeline.registry.repositories.keyings import Apart, kept_apart, live_among, word_of, words_on
from pipeline.registry.repositories.leases import Mode, no_longer_in_hand, renew
from pipeline.registry.repositories.permits import check_place, stages
from pipeline.registry.services.desk.answers import last_answer
from pipeline.registry.tables.books import book, page, scan
from pipeline.registry.tables.desk import lease
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.tasks import review_task


@dataclass(frozen=True, slots=True)
class Case:
    """One task. ``row``: its row with those of page, scan and book; ``machine``: what it says of it; ``standings``:
    where each field stands that is left, in the order of the form; ``values`` are those in force; ``words``: all its
    rows of ``keying``, oldest first."""

    row: Mapping[str, Any]
    machine: MachineView
    readings: Mapping[str, FieldReading]
    decisions: Mapping[str, Decision]
    standings: Mapping[str, Standing]
    values: Mapping[str, str | None]
    words: Sequence[RowMapping]

    @property
    def task_id(self) -> int:
        return int(self.row["id"])

    @property
    def version(self) -> int:
        return int(self.row["version"])

    @property
    def stage(self) -> Stage:
        return Stage(self.row["stage"])

    @property
    def ref(self) -> PageRef:
        return PageRef(self.row["sha256"], self.row["page_no"])

    def taken_back_by(self, account_id: int) -> dict[str, Verdict]:
        """What that person said last of each field, where they took it back."""
        gone = {row["takes_back_id"] for row in self.words}
        mine = {
            row["field"]: row
            for row in self.words
            if row["account_id"] == account_id and row["takes_back_id"] is None
        }
        return {field: word_of(row).verdict for field, row in mine.items() if row["id"] in gone}

    def decided(self, field: str) -> Verdict | None:
        """What was decided of that field last."""
        found = self.decisions.get(field)
        return None if found is None else Verdict(field, found.status, found.text)

    def wanted_of(self, account_id: int) -> tuple[str, ...]:
        """The fields of which that person may say something at the stage where the task stands."""
        if self.stage in (Stage.RESCAN, Stage.SETTLED):
            return ()
        return tuple(
            field
            for field, one in self.standings.items()
            if one.waits_for(account_id) and self.stage in (one.stage, Stage.SUPERVISOR)
        )


def task_row(connection: Connection, task_id: int) -> Mapping[str, Any]:
    """The row of a task with those of its page, scan and book, ``lease_until`` when somebody has it (None: nobody) and
    the last ``answer`` on it (None: there is none). ``NotThere`` when there is no such task."""
    return task_rows(connection, [task_id])[task_id]


def task_rows(connection: Connection, task_ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """The same of many tasks, by their ids in the order in which they were asked for."""
    query = (
        select(
            review_task,
            page.c.page_no,
            scan.c.sha256,
            scan.c.name,
            book.c.folder_name,
            book.c.volume,
            book.c.form,
            func.coalesce(entry.c.record, book.c.record).label("record"),
            func.coalesce(entry.c.number_text, "").label("number_text"),
            lease.c.until.label("lease_until"),
            last_answer().label("answer"),
        )
        .join_from(review_task, page, review_task.c.page_id == page.c.id)
        .join(scan)
        .join(book)
        .outerjoin(entry, review_task.c.entry_id == entry.c.id)
        .outerjoin(lease, lease.c.task_id == review_task.c.id)
        .where(review_task.c.id.in_(task_ids))
    )
    found = {row["id"]: dict(row) for row in connection.execute(query).mappings()}
    for task_id in task_ids:
        if task_id not in found:
            raise NotThere(f"Không có việc số {task_id}. Hãy tải lại danh sách việc.")
    return {task_id: found[task_id] for task_id in task_ids}


def case_of(sitting: Sitting, task_id: int) -> Case:
    """All about one task. Raises ``NotThere``."""
    return cases_of(sitting, [task_id])[task_id]


def cases_of(sitting: Sitting, task_ids: Collection[int]) -> dict[int, Case]:
    """All about many tasks, with as few questions to the database as about one."""
    connection = sitting.connection
    rows = task_rows(connection, task_ids)
    decisions = decisions_at(connection, [(row["page_id"], row["row"]) for row in rows.values()])
    by_task = {task_id: decisions[row["page_id"], row["row"]] for task_id, row in rows.items()}
    words = words_on(connection, task_ids)
    apart = kept_apart(connection, chain.from_iterable(words.values()))
    machines = machine_views(connection, [(row["page_id"], row["entry_id"]) for row in rows.values()])
    return {
        task_id: _case(
            sitting, row, machines[row["page_id"], row["entry_id"]], by_task[task_id], words[task_id], apart
        )
        for task_id, row in rows.items()
    }


def _case(
    sitting: Sitting,
    row: Mapping[str, Any],
    machine: MachineView,
    decisions: Mapping[str, Decision],
    words: Sequence[RowMapping],
    apart: Apart,
) -> Case:
    keyed = live_among(words, decisions, apart)
    values: Mapping[str, str | None] = {}
    if row["entry_id"] is not None:
        values = derive_effective_values(
            sitting.declared, row["record"], machine.readings, decisions, machine.cross_entry_findings, keyed
        )
    return Case(
        row=row,
        machine=machine,
        readings={reading.field: reading for reading in machine.readings},
        decisions=decisions,
        standings={field: keyed.get(field) or untouched(sitting, row, field) for field in row["fields"]},
        values=values,
        words=words,
    )


def untouched(sitting: Sitting, row: Mapping[str, Any], field: str) -> Standing:
    """Where a field of a task stands of which nobody has said anything. ``row``: that of the task with its book."""
    of_book = sitting.policy.of_book(row["folder_name"])
    if field == WHOLE_ENTRY:
        return standing(of_book.whole, ())
    return standing(of_book.way(sitting.declared.field(row["record"], field)), ())


def held_case(sitting: Sitting, person: Person, task_id: int) -> Case:
    """All about a task that this person has in hand and may work on; its lease begins anew. Raises ``NotYours``."""
    hold_tasks(sitting.connection, [task_id])
    return case_in_hand(sitting, person, task_id)


def case_in_hand(sitting: Sitting, person: Person, task_id: int) -> Case:
    """The same of a task that the caller holds already."""
    allowed = stages(person)
    case = case_of(sitting, task_id)
    check_place(person, case.row["place_code"])
    if not renew(sitting, [task_id], person, Mode.DESK):
        raise no_longer_in_hand()
    if case.stage not in allowed:
        raise NotYours("Việc này không còn ở bước của bạn. Hãy nhận việc khác.")
    return case
