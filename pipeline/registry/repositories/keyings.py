"""People's words in the database: which of them are live, and new ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any
from unicodedata import normalize

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, func, select

from pipeline.model import FieldStatus
from pipeline.registry.database.audit import add
from pipeline.registry.model.consensus import Standing, Word, standing
from pipeline.registry.model.decisions import Decision, Verdict
from pipeline.registry.repositories.leases import Mode
from pipeline.registry.tables.desk import aside, keying, submission
from pipeline.review_policy import Way

APART = "apart"
"""The kind of ``aside`` of a person who is to say no word of what was put into question; its ``words`` are the token of
the words that put it there."""

LET_BACK = "let-back"
"""The kind of ``aside`` by which nobody is apart any longer from what the words of that token put into question."""

Apart = Mapping[str, frozenset[int]]
"""The accounts that are apart, by that token."""

_taking_back = keying.alias("taking_back")

is_word = func.coalesce(keying.c.takes_back_id, 0) == 0
"""Rows that take nothing back. Said so that SQLite does not look for them by the index of ``takes_back_id``, in which
nearly all rows are alike: of a million entries that took 70 ms."""

not_taken_back = is_word & ~exists().where(_taking_back.c.takes_back_id == keying.c.id)
"""Rows that are words, and that nobody has taken back."""


def live_standings(
    connection: Connection, decisions: Mapping[int, Mapping[str, Decision]]
) -> dict[int, dict[str, Standing]]:
    """Where the fields of tasks stand of which somebody has said something since they were last decided. ``decisions``:
    the last ones on every task that is asked about."""
    words: dict[int, list[RowMapping]] = {task_id: [] for task_id in decisions}
    for row in word_rows(connection, keying.c.task_id.in_(decisions)):
        decided = decisions[row["task_id"]].get(row["field"])
        if row["after_decision_id"] == (decided.decision_id if decided else None):
            words[row["task_id"]].append(row)
    apart = kept_apart(connection, chain.from_iterable(words.values()))
    return {task_id: standings_of(rows, apart) for task_id, rows in words.items()}


def words_on(connection: Connection, task_ids: Collection[int]) -> dict[int, list[RowMapping]]:
    """All rows of ``keying`` of each of these tasks, oldest first: words, and such as take words back."""
    found: dict[int, list[RowMapping]] = {task_id: [] for task_id in task_ids}
    rows = connection.execute(
        select(keying).where(keying.c.task_id.in_(task_ids)).order_by(keying.c.id)
    ).mappings()
    for row in rows:
        found[row["task_id"]].append(row)
    return found


def live_among(
    rows: Iterable[RowMapping], decisions: Mapping[str, Decision], apart: Apart
) -> dict[str, Standing]:
    """What ``live_standings`` tells of one task, of all its ``words_on`` and who is ``kept_apart`` from them."""
    rows = list(rows)
    gone = {row["takes_back_id"] for row in rows}
    in_force = {field: decision.decision_id for field, decision in decisions.items()}
    live = (
        row
        for row in rows
        if row["takes_back_id"] is None
        and row["id"] not in gone
        and row["after_decision_id"] == in_force.get(row["field"])
    )
    return standings_of(live, apart)


def kept_apart(connection: Connection, rows: Iterable[RowMapping]) -> Apart:
    """Who is to say nothing where these rows of ``keying`` put something into question. Asks only where one does."""
    asked = {(row["task_id"], row["token"]) for row in rows if row["mode"] == Mode.LOT}
    if not asked:
        return {}
    task_ids, tokens = map(set, zip(*asked, strict=True))
    found: dict[str, set[int]] = defaultdict(set)
    query = select(aside.c.kind, aside.c.words, aside.c.account_id).where(
        aside.c.task_id.in_(task_ids), aside.c.kind.in_((APART, LET_BACK)), aside.c.words.in_(tokens)
    )
    over: set[str] = set()
    for row in connection.execute(query):
        found[row.words].add(row.account_id)
        if row.kind == LET_BACK:
            over.add(row.words)
    return {token: frozenset(accounts) for token, accounts in found.items() if token not in over}


def word_rows(connection: Connection, *where: ColumnElement[bool]) -> Sequence[RowMapping]:
    """The rows of ``keying`` that were not taken back, oldest first."""
    found = connection.execute(select(keying).where(*where, not_taken_back).order_by(keying.c.id))
    return found.mappings().all()


def standings_of(rows: Iterable[RowMapping], apart: Apart) -> dict[str, Standing]:
    """Where the fields of one task stand after these live words. A field is settled in the way that held when its first
    word was said, whatever an office sets meanwhile."""
    words: dict[str, list[Word]] = defaultdict(list)
    first: dict[str, RowMapping] = {}
    for row in rows:
        words[row["field"]].append(word_of(row))
        first.setdefault(row["field"], row)
    return {
        field: standing(Way(first[field]["way"]), said, apart.get(first[field]["token"], frozenset()))
        for field, said in words.items()
    }


def word_of(row: RowMapping) -> Word:
    """A row of ``keying``."""
    verdict = Verdict(row["field"], FieldStatus(row["status"]), row["text"])
    return Word(row["id"], row["account_id"], row["login"], verdict)


def add_words(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """New rows of ``keying``, in this order; their ids."""
    return add(connection, keying, rows)


def were_said(connection: Connection, token: str, task_id: int, words: Collection[Verdict]) -> bool:
    """Whether these words, and no others, came in under that token on that task."""
    same = (keying.c.token == token) & (keying.c.task_id == task_id)
    rows = connection.execute(select(keying.c.field, keying.c.status, keying.c.text).where(same)).all()
    told = {(word.field, word.status.value, normalize("NFC", word.text)) for word in words}
    return told == {tuple(row) for row in rows}


def taken_back(connection: Connection, keying_ids: Collection[int]) -> frozenset[int]:
    """Those of these words that were taken back."""
    if not keying_ids:
        return frozenset()
    return frozenset(
        connection.scalars(select(keying.c.takes_back_id).where(keying.c.takes_back_id.in_(keying_ids)))
    )


def earlier_submissions(
    connection: Connection, token: str, task_ids: Collection[int]
) -> dict[int, RowMapping]:
    """What the submission of that token came to on each of these tasks on which there was one."""
    same = (submission.c.token == token) & submission.c.task_id.in_(task_ids)
    return {row["task_id"]: row for row in connection.execute(select(submission).where(same)).mappings()}
