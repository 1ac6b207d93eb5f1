"""Keyed values in the database: which of them are live, new ones, and the pages on which people are at work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from pipeline.base.model import FieldStatus, PageRef
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.registry.books.rows import page, scan
from pipeline.registry.database import clock
from pipeline.registry.database.audit import add
from pipeline.registry.database.columns import rows_of, values_of
from pipeline.registry.tasks.consensus import Consensus, Decision, KeyedValue, Verdict, consensus_of
from pipeline.registry.tasks.leases import KeyingMode
from pipeline.registry.tasks.rows import (
    KeyingRow,
    SubmissionRow,
    aside,
    decision,
    keying,
    lease,
    planted_answer,
    review_task,
    submission,
)
from pipeline.registry.typed_text import composed

EXCLUDED = "apart"
"""``aside.kind`` of a person who must not key reopened fields; ``words``: the token under which they were reopened."""

RELEASED = "let-back"
"""``aside.kind`` that lifts the exclusions set for the fields reopened under this token."""

_OF_LOT = "lot-"

Exclusions = Mapping[str, frozenset[int]]
"""Accounts that must not key reopened fields, by the token of the reopening."""

AT_ONCE = 500
"""Keyed values of one statement."""

_taking_back = keying.alias("taking_back")

is_keyed_value = func.coalesce(keying.c.takes_back_id, 0) == 0
"""Condition on rows that withdraw nothing. ``coalesce`` keeps SQLite from the index on ``takes_back_id``, in which
nearly all rows are NULL: with a million entries that took 70 ms."""

is_live = is_keyed_value & ~exists().where(_taking_back.c.takes_back_id == keying.c.id)
"""Condition on keyed values that are not withdrawn."""


def live_consensus(
    connection: Connection, decisions: Mapping[int, Mapping[str, Decision]]
) -> dict[int, dict[str, Consensus]]:
    """Return the consensus on the fields keyed since their last decision, by task and field.

    Args:
        decisions: The last decision on each field, for every task wanted.
    """
    words: dict[int, list[KeyingRow]] = {task_id: [] for task_id in decisions}
    for row in live_keyings(connection, keying.c.task_id.in_(decisions)):
        decided = decisions[row.task_id].get(row.field)
        if row.after_decision_id == (decided.decision_id if decided else None):
            words[row.task_id].append(row)
    excluded = excluded_by_token(connection, chain.from_iterable(words.values()))
    return {task_id: consensus_by_field(rows, excluded) for task_id, rows in words.items()}


def keyings_on(connection: Connection, task_ids: Collection[int]) -> dict[int, list[KeyingRow]]:
    """Return all rows of ``keying`` by task, oldest first, including withdrawals."""
    by_task: dict[int, list[KeyingRow]] = {task_id: [] for task_id in task_ids}
    query = select(keying).where(keying.c.task_id.in_(task_ids)).order_by(keying.c.id)
    for row in rows_of(connection, KeyingRow, query):
        by_task[row.task_id].append(row)
    return by_task


def live_consensus_among(
    rows: Iterable[KeyingRow], decisions: Mapping[str, Decision], excluded: Exclusions
) -> dict[str, Consensus]:
    """Return the result of ``live_consensus`` for a task whose rows and exclusions were read already."""
    rows = list(rows)
    gone = {row.takes_back_id for row in rows}
    in_force = {field: decision.decision_id for field, decision in decisions.items()}
    live = (
        row
        for row in rows
        if row.takes_back_id is None
        and row.id not in gone
        and row.after_decision_id == in_force.get(row.field)
    )
    return consensus_by_field(live, excluded)


def excluded_by_token(connection: Connection, rows: Iterable[KeyingRow]) -> Exclusions:
    """Return the accounts that must not key the fields that these rows of ``keying`` reopened, by the rows' token.

    They know the value. Only rows of mode ``LOT`` reopen a field; without one the database is not asked. A released
    token is left out.
    """
    asked = {(row.task_id, row.token) for row in rows if row.mode == KeyingMode.LOT}
    if not asked:
        return {}
    task_ids, tokens = map(set, zip(*asked, strict=True))
    excluded: dict[str, set[int]] = defaultdict(set)
    query = select(aside.c.kind, aside.c.words, aside.c.account_id).where(
        aside.c.task_id.in_(task_ids), aside.c.kind.in_((EXCLUDED, RELEASED)), aside.c.words.in_(tokens)
    )
    over: set[str] = set()
    for row in connection.execute(query):
        excluded[row.words].add(row.account_id)
        if row.kind == RELEASED:
            over.add(row.words)
    return {token: frozenset(accounts) for token, accounts in excluded.items() if token not in over}


def live_keyings(connection: Connection, *where: ColumnElement[bool]) -> Sequence[KeyingRow]:
    """Return the rows of ``keying`` that are not withdrawn, oldest first."""
    return rows_of(connection, KeyingRow, select(keying).where(*where, is_live).order_by(keying.c.id))


def consensus_by_field(rows: Iterable[KeyingRow], excluded: Exclusions) -> dict[str, Consensus]:
    """Return the consensus on the fields of a task after these live keyed values.

    A field is settled in the way in force when its first value was keyed, whatever the office sets later.
    """
    words: dict[str, list[KeyedValue]] = defaultdict(list)
    first: dict[str, KeyingRow] = {}
    for row in rows:
        words[row.field].append(keyed_value_of(row))
        first.setdefault(row.field, row)
    return {
        field: consensus_of(Way(first[field].way), said, excluded.get(first[field].token, frozenset()))
        for field, said in words.items()
    }


def lot_token(lot_id: int) -> str:
    """Return the token of the fields that a lot reopens."""
    return f"{_OF_LOT}{lot_id}"


def keyed_value_of(row: KeyingRow) -> KeyedValue:
    """Return the keyed value of a row of ``keying``."""
    verdict = Verdict(row.field, FieldStatus(row.status), row.text)
    in_force = row.mode == KeyingMode.LOT and row.token.startswith(_OF_LOT)
    return KeyedValue(row.id, row.account_id, row.login, verdict, row.compared, in_force)


def add_keyings(connection: Connection, rows: Sequence[KeyingRow]) -> tuple[int, ...]:
    """Add rows of ``keying`` and return their ids; the ids in the rows are ignored."""
    return add(connection, keying, [values_of(row) for row in rows])


def were_keyed(connection: Connection, token: str, task_id: int, words: Collection[Verdict]) -> bool:
    """Return whether exactly these values were submitted under that token on that task.

    Answers to hidden checks that count as no keyed values are among them.
    """
    same = (keying.c.token == token) & (keying.c.task_id == task_id)
    rows = connection.execute(select(keying.c.field, keying.c.status, keying.c.text).where(same)).all()
    answers = connection.execute(
        select(planted_answer.c.field, planted_answer.c.text).where(
            planted_answer.c.token == token,
            planted_answer.c.task_id == task_id,
            planted_answer.c.missed | (planted_answer.c.stage == Stage.SETTLED),
        )
    ).all()
    checked = {row.field for row in answers}
    sent = {
        (word.field, word.status.value, composed(word.text)) for word in words if word.field not in checked
    }
    sent_to_checks = {(word.field, composed(word.text)) for word in words if word.field in checked}
    return sent == {tuple(row) for row in rows} and sent_to_checks == {tuple(row) for row in answers}


def withdrawn(connection: Connection, keying_ids: Collection[int]) -> frozenset[int]:
    """Return those of these keyed values that were taken back."""
    if not keying_ids:
        return frozenset()
    return frozenset(
        connection.scalars(select(keying.c.takes_back_id).where(keying.c.takes_back_id.in_(keying_ids)))
    )


def keyed_by(connection: Connection, keying_ids: Collection[int]) -> dict[int, str]:
    """Return the login of whoever keyed each of these values."""
    logins: dict[int, str] = {}
    ids = sorted(set(keying_ids))
    for start in range(0, len(ids), AT_ONCE):
        query = select(keying.c.id, keying.c.login).where(keying.c.id.in_(ids[start : start + AT_ONCE]))
        logins.update({row.id: row.login for row in connection.execute(query)})
    return logins


def earlier_submissions(
    connection: Connection, token: str, task_ids: Collection[int]
) -> dict[int, SubmissionRow]:
    """Return the outcomes of the submission with a token, by task."""
    same = (submission.c.token == token) & submission.c.task_id.in_(task_ids)
    return {row.task_id: row for row in rows_of(connection, SubmissionRow, select(submission).where(same))}


def pages_at_work(connection: Connection, book_id: int) -> frozenset[PageRef]:
    """Return the pages of a book with a leased task or with keyed values that are not settled."""
    rows = connection.execute(
        select(scan.c.sha256, page.c.page_no)
        .join_from(review_task, page, review_task.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(review_task.c.book_id == book_id, at_work(connection))
        .distinct()
    )
    return frozenset(PageRef(sha256, page_no) for sha256, page_no in rows)


def at_work(connection: Connection) -> ColumnElement[bool]:
    """Return the condition on ``review_task`` that it is leased or has keyed values that are not settled."""
    leased = exists().where(lease.c.task_id == review_task.c.id, lease.c.until > clock.now(connection))
    keyed = exists().where(keying.c.task_id == review_task.c.id, is_live)
    return or_(leased, keyed & (review_task.c.stage != Stage.SETTLED))


def has_decisions(connection: Connection, book_id: int) -> bool:
    """Return whether people decided anything in a book."""
    return bool(connection.scalar(select(exists().where(decision.c.book_id == book_id))))


def scan_names(connection: Connection, book_id: int) -> dict[str, str]:
    """Return the names of the scans of a book, by SHA-256."""
    rows = connection.execute(select(scan.c.sha256, scan.c.name).where(scan.c.book_id == book_id))
    return {row.sha256: row.name for row in rows}
