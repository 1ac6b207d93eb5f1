"""All that the desk must know of one task: where it stands, what the machine read, what people said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.errors import RegistryError
from pipeline.model import FieldReading, PageRef
from pipeline.registry.accounts.person import Person
from pipeline.registry.desk.agreement import Standing, standing
from pipeline.registry.desk.leases import Mode, renew
from pipeline.registry.desk.permits import check_place, stages
from pipeline.registry.desk.sitting import Sitting
from pipeline.registry.desk.values import NotYours, Stage
from pipeline.registry.desk.words import live_standings
from pipeline.registry.locks import hold_tasks
from pipeline.registry.readback import MachineView, decisions_of, machine_view
from pipeline.registry.standing import values_in_force
from pipeline.registry.tables import book, entry, page, review_task, scan
from pipeline.registry.values import WHOLE_ENTRY, Decision, Verdict
from pipeline.review_policy import Way


@dataclass(frozen=True, slots=True)
class Case:
    """One task. ``row``: its row with those of page, scan and book; ``machine``: what it says of it; ``standings``:
    where each field stands that is left, in the order of the form; ``values`` are those in force."""

    row: Mapping[str, Any]
    machine: MachineView
    readings: Mapping[str, FieldReading]
    decisions: Mapping[str, Decision]
    standings: Mapping[str, Standing]
    values: Mapping[str, str | None]

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
    """The row of a task with those of its page, scan and book. ``RegistryError`` when there is none."""
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
        )
        .join_from(review_task, page, review_task.c.page_id == page.c.id)
        .join(scan)
        .join(book)
        .outerjoin(entry, review_task.c.entry_id == entry.c.id)
        .where(review_task.c.id == task_id)
    )
    found = connection.execute(query).mappings().first()
    if found is None:
        raise RegistryError(f"Không có việc số {task_id}. Hãy tải lại danh sách việc.")
    return dict(found)


def case_of(sitting: Sitting, task_id: int, machine: MachineView | None = None) -> Case:
    """All about one task. ``machine``: what it says of it, of a caller who knows. Raises ``RegistryError``."""
    connection, declared = sitting.connection, sitting.declared
    row = task_row(connection, task_id)
    decisions = decisions_of(connection, row["page_id"], row["row"])
    keyed = live_standings(connection, {task_id: decisions})[task_id]
    of_book = sitting.policy.of_book(row["folder_name"])
    machine = machine or machine_view(connection, row["page_id"], row["entry_id"])
    values: Mapping[str, str | None] = {}
    if row["entry_id"] is not None:
        values = values_in_force(declared, row["record"], machine.readings, decisions, machine.beside, keyed)

    def way(field: str) -> Way:
        return of_book.whole if field == WHOLE_ENTRY else of_book.way(declared.field(row["record"], field))

    return Case(
        row=row,
        machine=machine,
        readings={reading.field: reading for reading in machine.readings},
        decisions=decisions,
        standings={field: keyed.get(field) or standing(way(field), ()) for field in row["fields"]},
        values=values,
    )


def held_case(sitting: Sitting, person: Person, task_id: int) -> Case:
    """All about a task that this person has in hand and may work on; its lease begins anew. Raises ``NotYours``."""
    hold_tasks(sitting.connection, [task_id])
    return case_in_hand(sitting, person, task_id)


def case_in_hand(sitting: Sitting, person: Person, task_id: int) -> Case:
    """The same of a task that the caller holds already."""
    allowed = stages(person)
    case = case_of(sitting, task_id)
    check_place(person, case.row["place_code"])
    renew(sitting, task_id, person, Mode.DESK)
    if case.stage not in allowed:
        raise NotYours("Việc này không còn ở bước của bạn. Hãy nhận việc khác.")
    return case
