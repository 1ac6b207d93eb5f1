"""One field of many entries of a book at once: how many wait, and the snippets of one column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, RowMapping, select

from pipeline.model import FieldReading, PageRef
from pipeline.registry.database.audit import record
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.decisions import Verdict
from pipeline.registry.model.desk import Column, ColumnCount, ColumnTask, Stage
from pipeline.registry.repositories.desk_context import Sitting
from pipeline.registry.repositories.entries import reading_of_row
from pipeline.registry.repositories.keyings import is_word, taken_back
from pipeline.registry.repositories.leases import Mode, hand_back, take_all
from pipeline.registry.services.desk.showing import hides_number, is_blind, work_of
from pipeline.registry.services.desk.snippets import Snippet, book_row, open_tasks, said_in, snippets
from pipeline.registry.tables.books import page_run
from pipeline.registry.tables.desk import keying
from pipeline.registry.tables.entries import reading
from pipeline.registry.tables.tasks import review_task
from pipeline.review_policy import BookPolicy
from pipeline.text.tones import folded

LARGEST = 60
"""Snippets that a person may have in hand at once."""


def column_counts(
    sitting: Sitting, person: Person, stages: Collection[Stage], book_id: int
) -> tuple[ColumnCount, ...]:
    """How many entries of a book wait for a word on each field at these stages that this person may say now, in the
    order of the record. Raises ``NotYours`` for a book of another place."""
    of_book = book_row(sitting.connection, book_id, person)
    found = snippets(sitting, of_book, person)
    waiting = Counter((one.field, one.standing.stage) for one in found if one.standing.stage in stages)
    order = {name: at for at, name in enumerate(sitting.declared.fields(of_book["record"]))}
    return tuple(
        ColumnCount(book_id, of_book["folder_name"], of_book["record"], field, stage, number)
        for (field, stage), number in sorted(
            waiting.items(), key=lambda item: (order.get(item[0][0], len(order)), item[0][1])
        )
    )


def take_column(
    sitting: Sitting,
    person: Person,
    book_id: int,
    field: str,
    stage: Stage,
    size: int,
    task_ids: Collection[int] | None = None,
) -> Column | None:
    """Lend a person, in place of the column in hand, up to ``size`` snippets of a field at that stage (of these tasks):
    like readings beside one another, in the order of the book where they are to key blind. None when nothing waits."""
    of_book = book_row(sitting.connection, book_id, person)
    spec = sitting.declared.field(of_book["record"], field)
    hand_back(sitting.connection, person, Mode.COLUMN)
    found = [
        one
        for one in snippets(sitting, of_book, person)
        if (one.field, one.standing.stage) == (spec.name, stage)
        and (task_ids is None or one.task["id"] in task_ids)
    ]
    policy = sitting.policy.of_book(of_book["folder_name"])
    readings = _readings(sitting.connection, of_book, field)
    found.sort(key=lambda one: _order(one, policy, readings.get(one.task["entry_id"])))
    lent = _lent(sitting, found[: min(size, LARGEST)], person)
    if not lent:
        return None
    told = {"field": field, "stage": stage, "tasks": [one.task["id"] for one in lent]}
    record(sitting.connection, person.login, "column-shown", f"book:{book_id}", told)
    mine = _mine(sitting.connection, [one.task["id"] for one in lent], field, person)
    tasks = tuple(_task(one, policy, readings, mine) for one in lent)
    return Column(book_id, of_book["folder_name"], of_book["record"], field, stage, sitting.until, tasks)


def _task(
    one: Snippet, policy: BookPolicy, readings: Mapping[int, FieldReading], mine: Mapping[int, Verdict]
) -> ColumnTask:
    """A snippet as the person sees it."""
    row = one.task
    said = readings.get(row["entry_id"])
    work = work_of(one.field, one.standing, policy, said, one.decided, mine.get(row["id"]))
    return ColumnTask(
        task_id=row["id"],
        version=row["version"],
        entry_id=row["entry_id"],
        entry_number="" if hides_number(one.number, policy) else row["number_text"],
        ref=PageRef(row["sha256"], row["page_no"]),
        book_id=row["book_id"],
        work=work,
    )


def _readings(connection: Connection, of_book: RowMapping, field: str) -> dict[int, FieldReading]:
    """What the machine reads of that field, by entry."""
    entries = select(review_task.c.entry_id).where(*open_tasks(of_book))
    rows = connection.execute(
        select(reading)
        .join(page_run, reading.c.page_run_id == page_run.c.id)
        .where(reading.c.entry_id.in_(entries), reading.c.field == field, page_run.c.latest)
    )
    return {row["entry_id"]: reading_of_row(row) for row in rows.mappings()}


def _order(one: Snippet, policy: BookPolicy, said: FieldReading | None) -> tuple[str, str, int, int]:
    place = (one.task["page_id"], one.task["row"])
    if said is None or is_blind(one.standing, policy):
        return ("", "", *place)
    return (said.status, folded(said.canonical or said.text), *place)


def _lent(sitting: Sitting, wanted: Sequence[Snippet], person: Person) -> list[Snippet]:
    """Lend these tasks, but for those that somebody else is taking just now or that are others by now."""
    rows = select(review_task.c.id, review_task.c.version).where(
        review_task.c.id.in_([one.task["id"] for one in wanted])
    )
    locked = sitting.connection.execute(rows.order_by(review_task.c.id).with_for_update(skip_locked=True))
    versions = {row.id: row.version for row in locked}
    same = [one for one in wanted if versions.get(one.task["id"]) == one.task["version"]]
    taken = take_all(sitting, [one.task["id"] for one in same], person, Mode.COLUMN)
    return [one for one in same if one.task["id"] in taken]


def _mine(connection: Connection, task_ids: Sequence[int], field: str, person: Person) -> dict[int, Verdict]:
    """What that person said last of the field and took back, by task."""
    rows = connection.execute(
        select(keying)
        .where(
            keying.c.task_id.in_(task_ids),
            keying.c.field == field,
            keying.c.account_id == person.account_id,
            is_word,
        )
        .order_by(keying.c.id)
    )
    last = {row["task_id"]: row for row in rows.mappings()}
    gone = taken_back(connection, [row["id"] for row in last.values()])
    return {task_id: said_in(row) for task_id, row in last.items() if row["id"] in gone}
