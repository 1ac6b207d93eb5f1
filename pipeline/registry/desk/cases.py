"""All that the desk must know of one task: where it stands, what the machine read, what people said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from pipeline.errors import RegistryError
from pipeline.model import FieldReading, Finding, PageRef
from pipeline.registry.accounts.person import Person
from pipeline.registry.desk.agreement import Standing, standing
from pipeline.registry.desk.leases import Mode, renew
from pipeline.registry.desk.permits import check_place, stages
from pipeline.registry.desk.sitting import Sitting
from pipeline.registry.desk.values import NotYours, Stage
from pipeline.registry.locks import hold_pages
from pipeline.registry.readback import (
    beside_of,
    decisions_of,
    findings_of,
    keyed_of,
    readings_of,
    values_in_force,
)
from pipeline.registry.tables import book, entry, page, review_task, scan
from pipeline.registry.values import WHOLE_ENTRY, Decision, Verdict
from pipeline.review_policy import Way


@dataclass(frozen=True, slots=True)
class Case:
    """One task. ``row``: its row with those of page, scan and book; ``findings`` of the machine's last run, and
    ``beside`` other entries; ``standings``: where each field stands that is left, in the order of the form; ``values``
    are those in force."""

    row: Mapping[str, Any]
    readings: Mapping[str, FieldReading]
    findings: tuple[Finding, ...]
    beside: tuple[Finding, ...]
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


def hold_tasks(connection: Connection, *task_ids: int) -> None:
    """Be the only one to write what belongs to the pages of these tasks, and to lend the tasks."""
    mine = review_task.c.id.in_(task_ids)
    hold_pages(connection, connection.scalars(select(review_task.c.page_id).where(mine)))
    connection.execute(select(review_task.c.id).where(mine).order_by(review_task.c.id).with_for_update())


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


def case_of(sitting: Sitting, task_id: int) -> Case:
    """All about one task. ``RegistryError`` when there is none."""
    connection, declared = sitting.connection, sitting.declared
    row = task_row(connection, task_id)
    decisions = decisions_of(connection, row)
    keyed = keyed_of(connection, row["page_id"], row["row"], decisions)
    of_book = sitting.policy.of_book(row["folder_name"])
    readings: dict[str, FieldReading] = {}
    values: Mapping[str, str | None] = {}
    beside = beside_of(connection, row["page_id"], row["entry_id"])
    if row["entry_id"] is not None:
        said = readings_of(connection, row["entry_id"])
        readings = {reading.field: reading for reading in said}
        values = values_in_force(declared, row["record"], said, decisions, beside, keyed)

    def way(field: str) -> Way:
        return of_book.whole if field == WHOLE_ENTRY else of_book.way(declared.field(row["record"], field))

    return Case(
        row=row,
        readings=readings,
        findings=findings_of(connection, row["page_id"], row["entry_id"]),
        beside=tuple(one.finding for one in beside),
        decisions=decisions,
        standings={field: keyed.get(field) or standing(way(field), ()) for field in row["fields"]},
        values=values,
    )


def held_case(sitting: Sitting, person: Person, task_id: int) -> Case:
    """All about a task that this person has in hand and may work on; its lease begins anew. Raises ``NotYours``."""
    allowed = stages(person)
    hold_tasks(sitting.connection, task_id)
    case = case_of(sitting, task_id)
    check_place(person, case.row["place_code"])
    renew(sitting, task_id, person, Mode.DESK)
    if case.stage not in allowed:
        raise NotYours("Việc này không còn ở bước của bạn. Hãy nhận việc khác.")
    return case
