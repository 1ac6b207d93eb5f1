"""The fields of a book that wait for a person, across its tasks, for column mode."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import ColumnElement, Connection, exists, select

from pipeline.base.model import FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.registry.accounts.model import Person
from pipeline.registry.accounts.permissions import check_place
from pipeline.registry.books.rows import StoredBookRow, book, page, scan
from pipeline.registry.database.columns import rows_of
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.rows import entry
from pipeline.registry.errors import NotThere
from pipeline.registry.lots.stored_lots import seen_before
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, Consensus, Verdict, consensus_of
from pipeline.registry.tasks.found_readings import saw_reading
from pipeline.registry.tasks.keyed_values import consensus_by_field, excluded_by_token, live_keyings
from pipeline.registry.tasks.leases import KeyingMode, lasts
from pipeline.registry.tasks.rows import (
    ChosenWayRow,
    DecisionRow,
    KeyingRow,
    ReviewTaskRow,
    chosen_way,
    decision,
    keying,
    lease,
    review_task,
)
from pipeline.registry.tasks.way_plans import chosen_first, plan_of
from pipeline.registry.withdrawals.model import RegistryPart
from pipeline.registry.withdrawals.stored_withdrawals import part_of, part_of_row

OPEN_STAGES = (Stage.REVIEW, Stage.CHECK, Stage.THIRD)
"""Stages of tasks whose fields may be keyed in column mode."""


@dataclass(frozen=True, slots=True)
class _OpenTask(ReviewTaskRow):
    """A task about an entry, with the entry and its page."""

    of_entry: int
    record: str
    number_text: str
    page_no: int
    sha256: str
    name: str


@dataclass(frozen=True, slots=True)
class WaitingField:
    """A waiting field of an entry.

    Attributes:
        task: The row of its task with page and scan.
        decided: What was decided of it before.
        decision_id: That decision.
        number: The state of agreement on the entry's number, if it waits too.
    """

    task: _OpenTask
    field: str
    consensus_of: Consensus
    decided: Verdict | None
    decision_id: int | None
    number: Consensus | None


def book_row(connection: Connection, book_id: int, person: Person) -> StoredBookRow:
    rows = rows_of(connection, StoredBookRow, select(book).where(book.c.id == book_id))
    if not rows:
        raise NotThere(f"Không có quyển sổ số {book_id}. Hãy tải lại danh sách.")
    check_place(person, rows[0].place_code)
    return rows[0]


def open_tasks(of_book: StoredBookRow) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions on ``review_task`` for the waiting tasks about entries of a book."""
    return (
        review_task.c.stage.in_(OPEN_STAGES),
        review_task.c.place_code == of_book.place_code,
        review_task.c.book_id == of_book.id,
        review_task.c.entry_id.is_not(None),
    )


def waiting_fields_of_book(
    context: DeskContext, of_book: StoredBookRow, person: Person
) -> Iterator[WaitingField]:
    """Return the fields of a book that wait for a person and that nobody else holds, in the order of the book."""
    connection = context.connection
    elsewhere = (lease.c.account_id != person.account_id) | (lease.c.mode != KeyingMode.COLUMN)
    in_hand = exists().where(lease.c.task_id == review_task.c.id, lasts(context), elsewhere)
    query = (
        select(
            review_task,
            entry.c.id,
            entry.c.record,
            entry.c.number_text,
            page.c.page_no,
            scan.c.sha256,
            scan.c.name,
        )
        .join_from(review_task, entry, review_task.c.entry_id == entry.c.id)
        .join(page, review_task.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(
            *open_tasks(of_book), ~in_hand, ~seen_before(person.account_id), ~saw_reading(person.account_id)
        )
        .order_by(review_task.c.page_id, review_task.c.row)
    )
    decisions = _decisions_on_book(connection, of_book.id)
    words = _words_on_book(connection, of_book)
    excluded = excluded_by_token(connection, chain.from_iterable(words.values()))
    book_policy = context.policy.of_book(of_book.folder_name)
    is_chosen = book_policy.check == "chosen"
    planned = plan_of(context, of_book.id, of_book.folder_name).ways if is_chosen else {}
    chosen = chosen_first(connection, chosen_way.c.book_id == of_book.id) if is_chosen else {}
    for task in rows_of(connection, _OpenTask, query):
        decided = decisions.get(part_of(task), {})
        in_force = {field: row.id for field, row in decided.items()}
        live = consensus_by_field(
            (row for row in words.get(task.id, ()) if row.after_decision_id == in_force.get(row.field)),
            excluded,
        )
        consensus = {
            field: live.get(field)
            or consensus_of(
                book_policy.way(context.declared.field(task.record, field))
                or _chosen(chosen, planned, task.id, field, in_force.get(field)),
                (),
            )
            for field in task.fields
            if field != WHOLE_ENTRY
        }
        number = consensus.get(context.declared.number_field(task.record) or "")
        for field, state in consensus.items():
            if state.waits_for(person.account_id):
                yield WaitingField(
                    task, field, state, _verdict(decided.get(field)), in_force.get(field), number
                )


def _chosen(
    chosen: Mapping[tuple[int, str], ChosenWayRow],
    planned: Mapping[tuple[int, str], Way],
    task_id: int,
    field: str,
    decision_id: int | None,
) -> Way:
    """Return the way that the program has chosen for a field; a field that began to wait just now is checked."""
    row = chosen.get((task_id, field))
    if row is not None and row.after_decision_id == decision_id:
        return Way(row.way)
    return planned.get((task_id, field), Way.CHECKED)


def _decisions_on_book(connection: Connection, book_id: int) -> dict[RegistryPart, dict[str, DecisionRow]]:
    """Return the last decision on every field of a book's entries, without withdrawn decisions."""
    query = select(decision).where(decision.c.book_id == book_id).order_by(decision.c.id)
    withdrawals = select(keying.c.takes_back_id).where(
        keying.c.takes_back_id.is_not(None),
        keying.c.page_id.in_(select(page.c.id).join(scan).where(scan.c.book_id == book_id)),
    )
    gone = set(connection.scalars(withdrawals))
    by_entry: dict[RegistryPart, dict[str, DecisionRow]] = defaultdict(dict)
    for row in rows_of(connection, DecisionRow, query):
        if gone.isdisjoint(row.keyings or ()):
            by_entry[part_of_row(row)][row.field] = row
    return by_entry


def _words_on_book(connection: Connection, of_book: StoredBookRow) -> dict[int, list[KeyingRow]]:
    """Return the live keyed values on the open tasks of a book, by task."""
    tasks = select(review_task.c.id).where(*open_tasks(of_book))
    by_task: dict[int, list[KeyingRow]] = defaultdict(list)
    for row in live_keyings(connection, keying.c.task_id.in_(tasks)):
        by_task[row.task_id].append(row)
    return by_task


def _verdict(row: DecisionRow | None) -> Verdict | None:
    return None if row is None else verdict_of_row(row)


def verdict_of_row(row: DecisionRow | KeyingRow) -> Verdict:
    return Verdict(row.field, FieldStatus(row.status), row.text)
