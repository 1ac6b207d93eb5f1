"""Column mode: one field of many entries of a book at once, leased, keyed and taken back together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, select

from pipeline.derivations import Derived
from pipeline.errors import RegistryError
from pipeline.model import FieldReading, FieldStatus, PageRef
from pipeline.registry.database.audit import record
from pipeline.registry.database.locks import hold_tasks
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.consensus import Consensus, consensus_of
from pipeline.registry.model.decisions import WHOLE_ENTRY, Verdict
from pipeline.registry.model.desk import (
    ColumnCount,
    ColumnTask,
    KeyOutcome,
    LeasedColumn,
    NotYours,
)
from pipeline.registry.model.errors import NotThere, StaleTask
from pipeline.registry.model.withdrawals import Withdrawn
from pipeline.registry.repositories.added_fields import added_readings, with_added
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.effective_values import effective_values_of
from pipeline.registry.repositories.entries import reading_of_row
from pipeline.registry.repositories.keyed_values import (
    consensus_by_field,
    exclusions_among,
    is_keyed_value,
    live_keyings,
    withdrawn,
)
from pipeline.registry.repositories.leases import (
    KeyingMode,
    hand_back,
    lasts,
    lease_lost,
    renew,
    take_all,
)
from pipeline.registry.repositories.lots import seen_before
from pipeline.registry.repositories.permissions import STAGES, check_place, stages
from pipeline.registry.repositories.redrawn_regions import redrawn_readings
from pipeline.registry.repositories.withdrawals import part_of, refuse_withdrawn
from pipeline.registry.services.desk.keying import (
    KeyedTask,
    Submission,
    check_version,
    earlier_outcomes,
    record_keyed_values,
)
from pipeline.registry.services.desk.offers import Offers, effective_as_values
from pipeline.registry.services.desk.task_loading import LoadedTask, load_tasks
from pipeline.registry.services.desk.visibility import hides_number, is_blind, work_of
from pipeline.registry.tables.books import book, page, page_run, scan
from pipeline.registry.tables.desk import keying, lease
from pipeline.registry.tables.entries import entry, reading
from pipeline.registry.tables.tasks import decision, review_task
from pipeline.review_policy import BookPolicy
from pipeline.stages import Stage
from pipeline.text.tones import folded

OPEN_STAGES = (Stage.REVIEW, Stage.CHECK, Stage.THIRD)
"""Tasks whose fields may be worked on one by one."""


@dataclass(frozen=True, slots=True)
class WaitingField:
    """One field of one entry that waits.

    Attributes:
        task: The row of its task with page and scan.
        decided: What was decided of it before.
        number: The state of agreement on the entry's number, if it waits too.
    """

    task: RowMapping
    field: str
    consensus_of: Consensus
    decided: Verdict | None
    number: Consensus | None


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


def waiting_fields_of_book(
    context: DeskContext, of_book: RowMapping, person: Person
) -> Iterator[WaitingField]:
    """Return the fields of a book that wait for this person and that nobody else holds, in the order of the book."""
    connection = context.connection
    elsewhere = (lease.c.account_id != person.account_id) | (lease.c.mode != KeyingMode.COLUMN)
    in_hand = exists().where(lease.c.task_id == review_task.c.id, lasts(context), elsewhere)
    tasks = connection.execute(
        select(review_task, entry.c.record, entry.c.number_text, page.c.page_no, scan.c.sha256, scan.c.name)
        .join_from(review_task, entry, review_task.c.entry_id == entry.c.id)
        .join(page, review_task.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(*open_tasks(of_book), ~in_hand, ~seen_before(person))
        .order_by(review_task.c.page_id, review_task.c.row)
    )
    decisions = _decisions_on_book(connection, of_book["id"])
    words = _words_on_book(connection, of_book)
    excluded = exclusions_among(connection, chain.from_iterable(words.values()))
    book_policy = context.policy.of_book(of_book["folder_name"])
    for task in tasks.mappings().all():
        decided = decisions.get((task["sha256"], task["page_no"], task["row"]), {})
        in_force = {field: row["id"] for field, row in decided.items()}
        live = consensus_by_field(
            (
                row
                for row in words.get(task["id"], ())
                if row["after_decision_id"] == in_force.get(row["field"])
            ),
            excluded,
        )
        consensus = {
            field: live.get(field)
            or consensus_of(book_policy.way(context.declared.field(task["record"], field)), ())
            for field in task["fields"]
            if field != WHOLE_ENTRY
        }
        number = consensus.get(context.declared.number_field(task["record"]) or "")
        for field, one in consensus.items():
            if one.waits_for(person.account_id):
                yield WaitingField(task, field, one, _verdict(decided.get(field)), number)


def _decisions_on_book(
    connection: Connection, book_id: int
) -> dict[tuple[str, int, int], dict[str, RowMapping]]:
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


def _words_on_book(connection: Connection, of_book: RowMapping) -> dict[int, list[RowMapping]]:
    """Return the keyed values on the open tasks of a book that were not taken back, by task."""
    tasks = select(review_task.c.id).where(*open_tasks(of_book))
    found: dict[int, list[RowMapping]] = defaultdict(list)
    for row in live_keyings(connection, keying.c.task_id.in_(tasks)):
        found[row["task_id"]].append(row)
    return found


def _verdict(row: RowMapping | None) -> Verdict | None:
    return None if row is None else verdict_of_row(row)


def verdict_of_row(row: RowMapping) -> Verdict:
    return Verdict(row["field"], FieldStatus(row["status"]), row["text"])


LARGEST = 60
"""Snippets that a person may have in hand at once."""


def column_counts(context: DeskContext, person: Person, book_id: int) -> tuple[ColumnCount, ...]:
    """Return how many entries of a book wait for this person to key each field, in the record's order.

    Raises:
        NotYours: The book belongs to another place.
    """
    allowed = stages(person)
    of_book = book_row(context.connection, book_id, person)
    found = waiting_fields_of_book(context, of_book, person)
    waiting = Counter(
        (one.field, one.consensus_of.stage) for one in found if one.consensus_of.stage in allowed
    )
    order = {name: at for at, name in enumerate(context.declared.fields(of_book["record"]))}
    return tuple(
        ColumnCount(book_id, of_book["folder_name"], of_book["record"], field, stage, number)
        for (field, stage), number in sorted(
            waiting.items(), key=lambda item: (order.get(item[0][0], len(order)), item[0][1])
        )
    )


def take_column(
    context: DeskContext,
    person: Person,
    book_id: int,
    field: str,
    stage: Stage,
    size: int = 48,
    page_ids: Collection[int] | None = None,
) -> LeasedColumn | None:
    """Lease a person snippets of one field of a book, in place of the column in hand.

    Like readings follow one another; snippets that are keyed blind come in the order of the book.

    Args:
        context: The transaction and the policy of the desk.
        person: Who takes the column.
        book_id: The book.
        field: The field.
        stage: The stage at which the snippets wait.
        size: How many snippets, at most ``LARGEST``.
        page_ids: Only snippets of these pages; None: of the whole book.

    Returns:
        The column; None when nothing waits.
    """
    stages(person, stage)
    return take_snippets(context, person, book_id, field, stage, size, page_ids=page_ids)


def take_snippets(
    context: DeskContext,
    person: Person,
    book_id: int,
    field: str,
    stage: Stage,
    size: int,
    task_ids: Collection[int] | None = None,
    page_ids: Collection[int] | None = None,
) -> LeasedColumn | None:
    """As ``take_column``, from these tasks only."""
    of_book = book_row(context.connection, book_id, person)
    spec = context.declared.field(of_book["record"], field)
    hand_back(context.connection, person, KeyingMode.COLUMN)
    found = [
        one
        for one in waiting_fields_of_book(context, of_book, person)
        if (one.field, one.consensus_of.stage) == (spec.name, stage)
        and (task_ids is None or one.task["id"] in task_ids)
        and (page_ids is None or one.task["page_id"] in page_ids)
    ]
    policy = context.policy.of_book(of_book["folder_name"])
    readings = _readings(context.connection, of_book, field)
    offered = _offers(
        context, of_book, spec.name, [one for one in found if not is_blind(one.consensus_of, policy)]
    )
    found.sort(key=lambda one: _order(one, policy, readings.get(one.task["entry_id"]), offered))
    lent = _lent(context, found[: min(size, LARGEST)], person)
    if not lent:
        return None
    told = {"field": field, "stage": stage, "tasks": [one.task["id"] for one in lent]}
    record(context.connection, person.login, "column-shown", f"book:{book_id}", told)
    mine = _mine(context.connection, [one.task["id"] for one in lent], field, person)
    tasks = tuple(_task(one, policy, readings, mine, offered) for one in lent)
    return LeasedColumn(
        book_id, of_book["folder_name"], of_book["record"], field, stage, context.until, tasks
    )


def _task(
    one: WaitingField,
    policy: BookPolicy,
    readings: Mapping[int, FieldReading],
    mine: Mapping[int, Verdict],
    offered: Mapping[int, tuple[Derived, ...]],
) -> ColumnTask:
    """A snippet as the person sees it."""
    row = one.task
    said = readings.get(row["entry_id"])
    work = work_of(one.field, one.consensus_of, policy, said, one.decided, mine.get(row["id"]))
    return ColumnTask(
        task_id=row["id"],
        version=row["version"],
        entry_id=row["entry_id"],
        entry_number="" if hides_number(one.number, policy) else row["number_text"],
        ref=PageRef(row["sha256"], row["page_no"]),
        book_id=row["book_id"],
        work=replace(work, offers=offered.get(row["entry_id"], ())),
    )


def _offers(
    context: DeskContext, of_book: RowMapping, field: str, waiting: Sequence[WaitingField]
) -> dict[int, tuple[Derived, ...]]:
    """What follows for that field from the effective values of these entries, by entry."""
    kind = of_book["record"]
    if not waiting or field not in {one.field for one in context.declared.schemas.record(kind).derivations}:
        return {}
    offers = Offers(context.connection, context.declared, kind, of_book["id"])
    entries = {one.task["entry_id"]: one.task["record"] for one in waiting}
    values = effective_values_of(context.connection, context.declared, entries)
    return {entry_id: offers.of(field, effective_as_values(values[entry_id])) for entry_id in entries}


def _readings(connection: Connection, of_book: RowMapping, field: str) -> dict[int, FieldReading]:
    """What the machine reads of that field, by entry."""
    entries = select(review_task.c.entry_id).where(*open_tasks(of_book))
    rows = connection.execute(
        select(reading)
        .join(page_run, reading.c.page_run_id == page_run.c.id)
        .where(reading.c.entry_id.in_(entries), reading.c.field == field, page_run.c.latest)
    )
    found = {row["entry_id"]: reading_of_row(row) for row in rows.mappings()}
    for entry_id, added in added_readings(connection, entries, field).items():
        before = [found[entry_id]] if entry_id in found else []
        (found[entry_id],) = with_added(before, added)
    for entry_id, redrawn in redrawn_readings(connection, entries, field).items():
        found[entry_id] = redrawn[field]
    return found


def _order(
    one: WaitingField,
    policy: BookPolicy,
    said: FieldReading | None,
    offered: Mapping[int, tuple[Derived, ...]],
) -> tuple[str, str, int, int]:
    place = (one.task["page_id"], one.task["row"])
    if said is None or is_blind(one.consensus_of, policy):
        return ("", "", *place)
    text = said.canonical or said.text
    offer = "" if text else next((other.text for other in offered.get(one.task["entry_id"], ())), "")
    return (said.status, folded(text or offer), *place)


def _lent(context: DeskContext, wanted: Sequence[WaitingField], person: Person) -> list[WaitingField]:
    """Lend these tasks, but for those that somebody else is taking just now or that are others by now."""
    rows = select(review_task.c.id, review_task.c.version).where(
        review_task.c.id.in_([one.task["id"] for one in wanted])
    )
    locked = context.connection.execute(rows.order_by(review_task.c.id).with_for_update(skip_locked=True))
    versions = {row.id: row.version for row in locked}
    same = [one for one in wanted if versions.get(one.task["id"]) == one.task["version"]]
    taken = take_all(context, [one.task["id"] for one in same], person, KeyingMode.COLUMN)
    return [one for one in same if one.task["id"] in taken]


def _mine(connection: Connection, task_ids: Sequence[int], field: str, person: Person) -> dict[int, Verdict]:
    """What that person said last of the field and took back, by task."""
    rows = connection.execute(
        select(keying)
        .where(
            keying.c.task_id.in_(task_ids),
            keying.c.field == field,
            keying.c.account_id == person.account_id,
            is_keyed_value,
        )
        .order_by(keying.c.id)
    )
    last = {row["task_id"]: row for row in rows.mappings()}
    gone = withdrawn(connection, [row["id"] for row in last.values()])
    return {task_id: verdict_of_row(row) for task_id, row in last.items() if row["id"] in gone}


def key_column(
    context: DeskContext,
    person: Person,
    words: Sequence[tuple[int, int, Verdict]],
    *,
    token: str,
    seconds: float = 0.0,
    kept: Collection[str] = (),
) -> tuple[KeyOutcome, ...]:
    """Record the values (task, version, verdict) that a person keyed on snippets; return the outcome of each.

    A task that has changed, or that the person no longer holds, is left alone, and ``refused`` of its outcome says why;
    the others go on. A value that contradicts itself stops all of them. The same ``token`` again gets the same answers
    and adds nothing. ``kept``: as of ``keying.key``.
    """
    stages(person)
    sent = Submission(person, KeyingMode.COLUMN, token, seconds, kept)
    by_task = {task_id: (version, word) for task_id, version, word in words}
    if len(by_task) < len(words):
        raise RegistryError("Mỗi lần gửi, mỗi nhiệm vụ chỉ được một chữ.")
    hold_tasks(context.connection, by_task)
    outcomes = earlier_outcomes(context, sent, {task_id: [word] for task_id, (_, word) in by_task.items()})
    cases = load_tasks(context, [task_id for task_id in by_task if task_id not in outcomes])
    for case in cases.values():
        check_place(sent.person, case.row["place_code"])
    in_hand = renew(context, cases, sent.person, KeyingMode.COLUMN)
    said = []
    for task_id, case in cases.items():
        version, word = by_task[task_id]
        try:
            if case.stage is Stage.WITHDRAWN:
                refuse_withdrawn(context.connection, part_of(case.row))
            if task_id not in in_hand:
                raise lease_lost()
            check_version(case, version)
        except (NotYours, StaleTask, Withdrawn) as error:
            outcomes[task_id] = KeyOutcome(case.stage, (), case.version, refused=error.message)
        else:
            said.append(KeyedTask(case, [word], _keyable_fields(case, sent.person)))
    if said:
        outcomes |= record_keyed_values(context, said, sent)
        hand_back(context.connection, sent.person, KeyingMode.COLUMN, [one.case.task_id for one in said])
    return tuple(outcomes[task_id] for task_id in by_task)


def hand_back_column(context: DeskContext, person: Person) -> None:
    """End the leases of this person's column."""
    hand_back(context.connection, person, KeyingMode.COLUMN)


def _keyable_fields(case: LoadedTask, person: Person) -> tuple[str, ...]:
    """The fields of a task of which that person may say something in a column, at whatever stage each of them is."""
    if case.stage not in OPEN_STAGES:
        return ()
    allowed = STAGES[person.role]
    return tuple(
        field
        for field, one in case.consensus.items()
        if one.stage in allowed and one.waits_for(person.account_id)
    )
