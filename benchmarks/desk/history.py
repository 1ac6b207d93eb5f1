"""The desk's history once more, step by step in the order of the audit's chain, held against the rules of
``registry/model/consensus.py``; and the chain itself, with the rows that it answers for.

Ids alone do not tell the order of words and decisions; the audit does, as it takes one writer at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Select, select

from pipeline.base.model import FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.registry.books.rows import page, scan
from pipeline.registry.database.audit.chain import StoredAuditRow, audit, newest_lines
from pipeline.registry.database.audit.key import KeyFile
from pipeline.registry.database.audit.rows import unpacked
from pipeline.registry.database.audit.stored import digests
from pipeline.registry.tasks.consensus import Verdict, consensus_of
from pipeline.registry.tasks.keyed_values import keyed_value_of
from pipeline.registry.tasks.rows import KeyingRow, decision, keying, review_task

AT_ONCE = 500

Place = tuple[int, str]
"""A task and a field of its entry."""


@dataclass
class History:
    """What the replay came to. ``decisions`` rest on words, ``undone`` of them on one that was taken back later.

    ``doubled``: made while another decision stood that its words did not know of, or on a word that was taken back or
    on which one that stands rests already; ``wrong``: not what the words say by the rules; ``missing``: the words
    settle the field and nobody decided; ``astray``: words that name another decision in force than the one that was.
    """

    decisions: int = 0
    undone: int = 0
    doubled: int = 0
    wrong: int = 0
    missing: int = 0
    astray: int = 0


@dataclass
class _Field:
    """A field at a moment.

    ``standing``: decisions, the last of them in force, each with its keyed values; ``words``: keyed values that nobody
    took back, oldest first.
    """

    standing: dict[int, frozenset[int]] = field(default_factory=dict)
    words: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def in_force(self) -> int | None:
        return max(self.standing, default=None)

    @property
    def live(self) -> list[Mapping[str, Any]]:
        return [word for word in self.words.values() if word["after_decision_id"] == self.in_force]


@dataclass(frozen=True)
class AuditCheck:
    """How many rows of the audit, and of others, were looked at, and how many flaws there are."""

    audit_rows: int
    rows: int
    flaws: int


def history(connection: Connection, filled: int) -> History:
    """Replay every keyed value and decision since the audit's row ``filled``."""
    steps = _steps(connection, filled)
    words = {row["id"]: row for row in _rows(connection, select(keying), keying.c.id, _ids(steps, "keying"))}
    decisions = {
        row["id"]: row for row in _rows(connection, _placed(), decision.c.id, _ids(steps, "decision"))
    }
    fields = _before(connection, {row["task_id"] for row in words.values()}, words.keys(), decisions.keys())
    past = History()
    for step in steps:
        touched = set()
        for word_id in sorted(step.get("keying", ())):
            touched.add(_say(past, fields, words[word_id]))
        for decision_id in sorted(step.get("decision", ())):
            touched.discard(_decide(past, fields, decisions[decision_id]))
        past.missing += sum(_settles(fields[place].live) is not None for place in touched)
    return past


def _say(past: History, fields: dict[Place, _Field], row: Mapping[str, Any]) -> Place:
    """Replay a keyed value, or the taking back of a keyed value."""
    place = (row["task_id"], row["field"])
    live_field = fields[place]
    if row["takes_back_id"] is not None:
        past.astray += live_field.words.pop(row["takes_back_id"], None) is None
        gone = [made for made, rests_on in live_field.standing.items() if row["takes_back_id"] in rests_on]
        past.undone += len(gone)
        for made in gone:
            del live_field.standing[made]
        return place
    past.astray += row["after_decision_id"] != live_field.in_force
    live_field.words[row["id"]] = row
    return place


def _decide(past: History, fields: dict[Place, _Field], row: Mapping[str, Any]) -> Place:
    place = (row["task_id"], row["field"])
    live_field = fields[place]
    rests_on = frozenset(row["keyings"] or ())
    if row["keyings"] is not None:
        past.decisions += 1
        known = all(
            word_id in live_field.words
            and live_field.words[word_id]["after_decision_id"] == live_field.in_force
            for word_id in rests_on
        )
        past.doubled += not known or any(rests_on & other for other in live_field.standing.values())
        consensus, own_verdict = (
            _settles(live_field.live),
            Verdict(row["field"], FieldStatus(row["status"]), row["text"]),
        )
        past.wrong += consensus != own_verdict
    live_field.standing[row["id"]] = rests_on
    return place


def _settles(words: Iterable[Mapping[str, Any]]) -> Verdict | None:
    """What these live words settle, None as long as they do not."""
    rows = list(words)
    if not rows:
        return None
    consensus = consensus_of(Way(rows[0]["way"]), (keyed_value_of(KeyingRow(**row)) for row in rows))
    return consensus.settled.verdict if consensus.stage is Stage.SETTLED and consensus.settled else None


def _steps(connection: Connection, filled: int) -> list[dict[str, set[int]]]:
    """The ids of words and decisions that each action since then has added, in the order of the chain."""
    steps = []
    query = select(audit.c.rows).where(audit.c.id > filled).order_by(audit.c.id)
    for rows in connection.execution_options(yield_per=AT_ONCE).scalars(query):
        step: dict[str, set[int]] = defaultdict(set)
        for table_name, row_id, *_ in unpacked(rows):
            if table_name in (keying.name, decision.name):
                step[table_name].add(row_id)
        if step:
            steps.append(dict(step))
    return steps


def _ids(steps: Iterable[Mapping[str, set[int]]], table_name: str) -> list[int]:
    return sorted(row_id for step in steps for row_id in step.get(table_name, ()))


def _before(
    connection: Connection, task_ids: Iterable[int], spoken: Iterable[int], decided: Iterable[int]
) -> dict[Place, _Field]:
    """Return the fields of these tasks as they were before these keyed values and decisions."""
    fields: dict[Place, _Field] = defaultdict(_Field)
    tasks = sorted(set(task_ids))
    later_words, later_decisions = set(spoken), set(decided)
    for row in _rows(connection, _placed(), review_task.c.id, tasks):
        if row["id"] not in later_decisions:
            fields[row["task_id"], row["field"]].standing[row["id"]] = frozenset(row["keyings"] or ())
    for row in _rows(connection, select(keying), keying.c.task_id, tasks):
        if row["id"] not in later_words:
            fields[row["task_id"], row["field"]].words[row["id"]] = row
    return fields


def _placed() -> Select[Any]:
    """Decisions with the task that stands where they were made."""
    return (
        select(decision, review_task.c.id.label("task_id"))
        .join_from(
            decision, scan, (scan.c.book_id == decision.c.book_id) & (scan.c.sha256 == decision.c.scan_sha256)
        )
        .join(page, (page.c.scan_id == scan.c.id) & (page.c.page_no == decision.c.page_no))
        .join(review_task, (review_task.c.page_id == page.c.id) & (review_task.c.row == decision.c.row))
    )


def _rows(connection: Connection, query: Select[Any], key: Any, ids: list[int]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(ids), AT_ONCE):
        rows = connection.execute(query.where(key.in_(ids[start : start + AT_ONCE])))
        yield from [dict(row) for row in rows.mappings()]


def flaws_since(connection: Connection, key_file: KeyFile | None, filled: int) -> AuditCheck:
    """Every row of the audit beside the one before it, its hash and its signature; and every row that was written since
    the audit's row ``filled`` beside what the audit said of it last."""
    keys = {} if key_file is None else {key.name: key for key in key_file.known()}
    written: dict[str, dict[int, bytes]] = defaultdict(dict)
    count = flaws = 0
    later: StoredAuditRow | None = None
    for row in newest_lines(connection, AT_ONCE):
        count += 1
        key = keys.get(row.key or "")
        flaws += row.true_hash != row.hash
        flaws += row.key is not None and (key is None or not key.signed(row.hash, row.signature))
        flaws += row.key is None and later is not None and later.id > filled and bool(keys)
        flaws += later is not None and (later.id != row.id + 1 or later.previous != row.hash)
        later = row
        if row.id > filled:
            for table_name, row_id, digest, _ in unpacked(row.rows):
                written[table_name].setdefault(row_id, digest)
    flaws += later is None or later.id != 1 or later.previous != ""
    for table_name, expected in written.items():
        now = digests(connection, table_name, expected)
        flaws += sum(now[row_id] != digest for row_id, digest in expected.items())
    return AuditCheck(count, sum(map(len, written.values())), flaws)
