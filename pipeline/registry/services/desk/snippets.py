"""What waits in a book, field by field: the stuff that columns are made of. Few statements, however many entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, select

from pipeline.model import FieldStatus
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.consensus import Standing, standing
from pipeline.registry.model.decisions import WHOLE_ENTRY, Verdict
from pipeline.registry.model.desk import Stage
from pipeline.registry.model.errors import NotThere
from pipeline.registry.repositories.desk_context import Sitting
from pipeline.registry.repositories.keyings import kept_apart, standings_of, word_rows
from pipeline.registry.repositories.leases import Mode
from pipeline.registry.repositories.lot_routing import seen_before
from pipeline.registry.repositories.permits import check_place
from pipeline.registry.tables.books import book, page, scan
from pipeline.registry.tables.desk import keying, lease
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.tasks import decision, review_task

OPEN_STAGES = (Stage.REVIEW, Stage.CHECK, Stage.THIRD)
"""Tasks whose fields may be worked on one by one."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """One field of one entry that waits. ``task``: the row of its task with page and scan; ``decided``: what was
    decided of it before; ``number``: where the entry's number stands, if it waits too."""

    task: RowMapping
    field: str
    standing: Standing
    decided: Verdict | None
    number: Standing | None


def book_row(connection: Connection, book_id: int, person: Person) -> RowMapping:
    row = connection.execute(select(book).where(book.c.id == book_id)).mappings().first()
    if row is None:
        raise NotThere(f"Không có quyển sổ số {book_id}. Hãy tải lại danh sách.")
    check_place(person, row["place_code"])
    return row


def open_tasks(of_book: RowMapping) -> tuple[ColumnElement[bool], ...]:
    """Those of a book's tasks that are about entries and wait at the desk."""
    return (
        review_task.c.stage.in_(OPEN_STAGES),
        review_task.c.place_code == of_book["place_code"],
        review_task.c.book_id == of_book["id"],
        review_task.c.entry_id.is_not(None),
    )


def snippets(sitting: Sitting, of_book: RowMapping, person: Person) -> Iterator[Snippet]:
    """All that waits in a book for a word of this person and is in nobody else's hands, in the order of the book."""
    connection = sitting.connection
    elsewhere = (lease.c.account_id != person.account_id) | (lease.c.mode != Mode.COLUMN)
    in_hand = exists().where(lease.c.task_id == review_task.c.id, lease.c.until > sitting.now, elsewhere)
    tasks = connection.execute(
        select(review_task, entry.c.record, entry.c.number_text, page.c.page_no, scan.c.sha256, scan.c.name)
        .join_from(review_task, entry, review_task.c.entry_id == entry.c.id)
        .join(page, review_task.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(*open_tasks(of_book), ~in_hand, ~seen_before(person))
        .order_by(review_task.c.page_id, review_task.c.row)
    )
    decisions = _decisions(connection, of_book["id"])
    words = _words(connection, of_book)
    apart = kept_apart(connection, chain.from_iterable(words.values()))
    book_policy = sitting.policy.of_book(of_book["folder_name"])
    for task in tasks.mappings().all():
        decided = decisions.get((task["sha256"], task["page_no"], task["row"]), {})
        in_force = {field: row["id"] for field, row in decided.items()}
        live = standings_of(
            (
                row
                for row in words.get(task["id"], ())
                if row["after_decision_id"] == in_force.get(row["field"])
            ),
            apart,
        )
        standings = {
            field: live.get(field)
            or standing(book_policy.way(sitting.declared.field(task["record"], field)), ())
            for field in task["fields"]
            if field != WHOLE_ENTRY
        }
        number = standings.get(sitting.declared.number_field(task["record"]) or "")
        for field, one in standings.items():
            if one.waits_for(person.account_id):
                yield Snippet(task, field, one, _verdict(decided.get(field)), number)


def _decisions(connection: Connection, book_id: int) -> dict[tuple[str, int, int], dict[str, RowMapping]]:
    """The last decision on every field of every entry of a book, without those that were taken back."""
    rows = connection.execute(
        select(decision).where(decision.c.book_id == book_id).order_by(decision.c.id)
    ).mappings()
    withdrawals = select(keying.c.takes_back_id).where(
        keying.c.takes_back_id.is_not(None),
        keying.c.page_id.in_(select(page.c.id).join(scan).where(scan.c.book_id == book_id)),
    )
    gone = set(connection.scalars(withdrawals))
    found: dict[tuple[str, int, int], dict[str, RowMapping]] = defaultdict(dict)
    for row in rows:
        if gone.isdisjoint(row["keyings"] or ()):
            found[row["scan_sha256"], row["page_no"], row["row"]][row["field"]] = row
    return found


def _words(connection: Connection, of_book: RowMapping) -> dict[int, list[RowMapping]]:
    """The words on the open tasks of a book that were not taken back, by task."""
    tasks = select(review_task.c.id).where(*open_tasks(of_book))
    found: dict[int, list[RowMapping]] = defaultdict(list)
    for row in word_rows(connection, keying.c.task_id.in_(tasks)):
        found[row["task_id"]].append(row)
    return found


def _verdict(row: RowMapping | None) -> Verdict | None:
    return None if row is None else said_in(row)


def said_in(row: RowMapping) -> Verdict:
    return Verdict(row["field"], FieldStatus(row["status"]), row["text"])
