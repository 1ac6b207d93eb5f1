"""Reopening of settled fields, so that people key them again from the paper. Nothing is deleted.

The effective value becomes the first keyed value of the field, under the name of the person who settled it, in mode
``lot``; the desk then asks for a second value as for any field, and for a third value if the two differ.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, or_, select

from pipeline.base.errors import RegistryError
from pipeline.base.model import FieldReading, FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.declarations.schema import FieldSpec
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_place, require_text
from pipeline.registry.accounts.rows import account
from pipeline.registry.books.rows import book
from pipeline.registry.database.audit import MACHINE, add, record
from pipeline.registry.database.locks import Whole, hold, hold_page_of
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.machine_view import decisions_of, machine_view
from pipeline.registry.entries.model import StoredEntry
from pipeline.registry.entries.projections import refresh_projections
from pipeline.registry.entries.rows import EntryPlace, entry
from pipeline.registry.entries.stored_entries import stored_entry
from pipeline.registry.entries.subjects import place_of
from pipeline.registry.errors import NotThere
from pipeline.registry.tasks.assignment import checkers
from pipeline.registry.tasks.consensus import Decision
from pipeline.registry.tasks.exclusions import NOBODY, Seen, release_exclusions, seen_of
from pipeline.registry.tasks.keyed_values import EXCLUDED, add_keyings, live_consensus
from pipeline.registry.tasks.leases import KeyingMode
from pipeline.registry.tasks.model import NotYours, TaskState
from pipeline.registry.tasks.rows import KeyingRow, aside, keying, review_task

AccountRef = tuple[int, str]
"""Account id and login of a person who knew the effective value."""

ModeByField = Callable[[FieldSpec], Way]


@dataclass(frozen=True, slots=True)
class ReopenedFields:
    """The task of an entry, and its newly reopened fields."""

    task_id: int
    fields: tuple[str, ...]


def reopen_fields(
    context: DeskContext,
    entry_id: int,
    specs: Iterable[FieldSpec],
    way_of: ModeByField,
    token: str,
    account_id: int = NOBODY,
    excluded: Iterable[AccountRef] = (),
) -> ReopenedFields:
    """Reopen fields of an entry: each is keyed again in the way that ``way_of`` returns.

    Fields that wait for people anyway, and fields without a value, are left alone. ``token`` is that of the new
    keyings. ``account_id``, who saw the effective values, and the people in ``excluded`` must not key the next value.
    """
    connection, declared = context.connection, context.declared
    hold_page_of(connection, entry_id)
    place = place_of(connection, entry_id)
    task_id = _task_of(context, place, entry_id)
    decisions = decisions_of(connection, place.subject)
    machine = machine_view(connection, declared, place.subject)
    readings = {reading.field: reading for reading in machine.readings}
    waiting = live_consensus(connection, {task_id: decisions})[task_id]
    of_book = connection.execute(
        select(book.c.folder_name, book.c.volume).where(book.c.id == place.book_id)
    ).one()
    words = []
    for spec in specs:
        effective = _effective(decisions.get(spec.name), readings.get(spec.name))
        if effective is not None and spec.name not in waiting:
            value, login, decision_id = effective
            words.append(
                KeyingRow(
                    id=0,
                    task_id=task_id,
                    entry_id=entry_id,
                    page_id=place.page_id,
                    field=spec.name,
                    stage=Stage.REVIEW,
                    way=way_of(spec),
                    status=value.status,
                    text=value.text,
                    canonical=value.canonical,
                    account_id=account_id,
                    login=login,
                    keyed_at=context.now,
                    seconds=0.0,
                    mode=KeyingMode.LOT,
                    token=token,
                    after_decision_id=decision_id,
                    takes_back_id=None,
                    compared=context.compared(
                        of_book.folder_name, of_book.volume, place.record, spec.name, value.text
                    ),
                )
            )
    add_keyings(connection, words)
    if words:
        add(connection, aside, [_apart(context, task_id, token, *witness) for witness in excluded])
    refresh_projections(connection, declared, [place.subject], {place.subject: machine})
    return ReopenedFields(task_id, tuple(word.field for word in words))


def _apart(context: DeskContext, task_id: int, token: str, account_id: int, login: str) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "account_id": account_id,
        "login": login,
        "kind": EXCLUDED,
        "words": token,
        "said_at": context.now,
    }


def _effective(
    decided: Decision | None, reading: FieldReading | None
) -> tuple[Decision | FieldReading, str, int | None] | None:
    """Return the effective value of a field, its author and its decision; None if nothing is known."""
    if decided is not None:
        return decided, decided.author, decided.decision_id
    if reading is None or not reading.accepted or reading.status not in (FieldStatus.READ, FieldStatus.BLANK):
        return None
    return reading, MACHINE, None


def _task_of(context: DeskContext, place: EntryPlace, entry_id: int) -> int:
    """Return the task of an entry; a missing task is added as settled and opened by ``refresh_projections``."""
    connection: Connection = context.connection
    mine = (review_task.c.page_id == place.page_id) & (review_task.c.row == place.row)
    task_id = connection.scalar(select(review_task.c.id).where(mine))
    if task_id is not None:
        return int(task_id)
    made = {
        "page_id": place.page_id,
        "row": place.row,
        "entry_id": entry_id,
        "state": TaskState.DONE,
        "reasons": [],
        "fields": [],
        "reopened": False,
        "version": 1,
        "opened_at": context.now,
        "closed_at": context.now,
        "stage": Stage.SETTLED,
        "book_id": place.book_id,
        "place_code": place.place_code,
        "question": "",
    }
    return add(connection, review_task, [made])[0]


REOPENED = "reopened"
"""``aside.kind`` of the reason for reopening an entry."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """The result of reopening fields.

    Attributes:
        fields: Fields that are newly reopened, or that more people may key now.
        by_others: Whether enough people are left who have neither keyed the fields nor seen the entry.
    """

    fields: tuple[str, ...]
    by_others: bool


def check_entry(context: DeskContext, person: Person, entry_id: int) -> str:
    """Return the folder name of the entry's book, after the check that the person may reopen its entries.

    Raises:
        NotYours: The person may not.
        NotThere: There is no such entry on paper.
    """
    if person.role is not Role.SUPERVISOR:
        raise NotYours("Chỉ người phụ trách mở lại được sự kiện đã xong.")
    place = place_of(context.connection, entry_id)
    row = context.connection.execute(
        select(book.c.place_code, book.c.folder_name, entry.c.stands)
        .join_from(book, entry, entry.c.id == entry_id)
        .where(book.c.id == place.book_id)
    ).one()
    check_place(person, row.place_code)
    if not row.stands:
        raise NotThere(
            f"Sự kiện mã {entry_id} không còn trên trang của lần đọc sau cùng. Hãy tìm sự kiện thay nó ở trang ấy."
        )
    return str(row.folder_name)


def settled_entry(context: DeskContext, person: Person, entry_id: int) -> tuple[StoredEntry, frozenset[str]]:
    """Return an entry for a person who may reopen it, and its fields that wait for people; the audit records the view.

    Waiting fields must not be shown to a person who may still key them blind.

    Raises:
        NotYours: The person may not open the entry again.
    """
    check_entry(context, person, entry_id)
    record(context.connection, person.login, "entry-shown", f"entry:{entry_id}")
    entry = stored_entry(context.connection, context.declared, entry_id)
    return entry, _waiting_fields(context.connection, entry_id)


def _waiting_fields(connection: Connection, entry_id: int) -> frozenset[str]:
    """Return the fields of an entry that wait for people."""
    place = place_of(connection, entry_id)
    of_entry = (review_task.c.page_id == place.page_id) & (review_task.c.row == place.row)
    fields = connection.scalar(
        select(review_task.c.fields).where(of_entry, review_task.c.state == TaskState.OPEN)
    )
    return frozenset(fields or ())


def seen_so_far(context: DeskContext, person: Person, entry_id: int) -> Seen:
    """Return the people who have seen an entry, for ``reopen``: this reads the whole audit while nobody waits.

    Raises as ``check_entry`` does.
    """
    check_entry(context, person, entry_id)
    return seen_of(context.connection, place_of(context.connection, entry_id))


def reopen(
    context: DeskContext, person: Person, entry_id: int, fields: Collection[str], reason: str, seen: Seen
) -> Reopened:
    """Reopen these fields of an entry.

    The effective value becomes the first keyed value; another person keys the next value from the paper, blind if the
    office keys blind. Neither this person nor anybody who keyed or saw the value (``seen``) keys it, as long as the
    place has enough other people. Of a field that waits already only the exclusions are checked anew.

    Raises:
        RegistryError: No field is reopened.
    """
    hold(context.connection, Whole.ACCOUNTS)
    book_name = check_entry(context, person, entry_id)
    reason = require_text(reason, "lý do mở lại")
    of_book = context.policy.of_book(book_name)

    place = place_of(context.connection, entry_id)
    wanted = [spec for name, spec in context.declared.fields(place.record).items() if name in fields]
    token = f"reopened-{uuid4().hex}"
    seen = seen_of(context.connection, place, seen)
    excluded = _witnesses(context.connection, place, [spec.name for spec in wanted], seen.logins)
    made = reopen_fields(context, entry_id, wanted, of_book.reopened_way, token, person.account_id, excluded)
    freed = release_exclusions(context.connection, context.declared, context.now, made.task_id)
    shared = freed.get(made.task_id, frozenset()).intersection(fields)
    opened = (*made.fields, *sorted(shared.difference(made.fields)))
    if not opened:
        raise RegistryError("Chưa mở lại ô nào: hãy chọn ô đã có giá trị và chưa chờ ai.")
    row = {
        "task_id": made.task_id,
        "account_id": person.account_id,
        "login": person.login,
        "kind": REOPENED,
        "words": reason,
        "said_at": context.now,
    }
    add(context.connection, aside, [row])
    record(context.connection, person.login, "entry-reopened", f"entry:{entry_id}", {"fields": list(opened)})
    place_code = place.place_code or ""
    others = checkers(context.connection, place_code) - {person.account_id}
    return Reopened(opened, by_others=bool(others) and not shared)


def _witnesses(
    connection: Connection, place: EntryPlace, fields: Sequence[str], seen: Collection[str]
) -> Sequence[AccountRef]:
    """Return the people who have keyed or decided these fields of an entry, and the logins in ``seen``."""
    decisions = decisions_of(connection, place.subject)
    authors = [decisions[field].author for field in fields if field in decisions]
    logins = {login.strip() for together in authors for login in together.split(",")}.union(seen)
    of_entry = (review_task.c.page_id == place.page_id) & (review_task.c.row == place.row)
    keyed = (
        select(keying.c.account_id)
        .join(review_task, keying.c.task_id == review_task.c.id)
        .where(of_entry, keying.c.field.in_(fields))
    )
    known = or_(account.c.login.in_(logins), account.c.id.in_(keyed))
    return [tuple(row) for row in connection.execute(select(account.c.id, account.c.login).where(known))]
