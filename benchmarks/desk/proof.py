"""What must hold after people have worked at the desk, looked for in the registry itself: no word lost, no decision
doubled, no task in two hands, and an audit without a flaw.

The decisions are held against the rules in the order in which they came about, which the chain of the audit gives
(``_desk_history.py``). Of a registry of ``ALL_ROWS`` rows or less every row is held against the audit; of a larger one
the whole chain, and every row that was written since it was filled.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from pathlib import Path

from sqlalchemy import Connection, select

from benchmarks.desk.history import AuditCheck, flaws_since, history
from benchmarks.desk.load_log import AcknowledgedValue, LoadLog, TaskHold
from pipeline.registry import Registry
from pipeline.registry.database.audit.baseline import ROWS
from pipeline.registry.database.audit.chain import audit
from pipeline.registry.database.database import Database
from pipeline.registry.tasks.rows import keying

ALL_ROWS = 200_000
"""Rows of a registry that are all held against the audit, which takes a few seconds."""

TAKEN = ("task-shown", "lease-taken-over")


@dataclass(frozen=True)
class LoadProof:
    """Numbers of what was looked at, and of what must not be.

    ``words``: acknowledged; ``words_lost``: not there once exactly and as they were said; ``words_unknown``: there,
    though nobody was told so; ``decisions`` that rest on words, ``undone`` of them that rest on one taken back;
    ``decisions_doubled``, ``decisions_wrong``, ``decisions_missing``, ``words_astray``: as ``History`` has them;
    ``shared_by_trail``, ``shared_by_clock``: tasks that two had at a time, by the audit and by what people saw;
    ``audit_flaws`` of ``audit_rows`` and of the ``rows`` that were held against them.
    """

    words: int
    words_lost: int
    words_unknown: int
    decisions: int
    undone: int
    decisions_doubled: int
    decisions_wrong: int
    decisions_missing: int
    words_astray: int
    shared_by_trail: int
    shared_by_clock: int
    audit_rows: int
    rows: int
    audit_flaws: int

    @property
    def holds(self) -> bool:
        return not any((
            self.words_lost, self.words_unknown, self.decisions_doubled, self.decisions_wrong,
            self.decisions_missing, self.words_astray, self.shared_by_trail, self.shared_by_clock, self.audit_flaws,
        ))  # fmt: skip

    def figures(self) -> dict[str, int | bool]:
        return {**asdict(self), "holds": self.holds}


def prove(url: str, key_file: Path, log: LoadLog, filled: int) -> LoadProof:
    """Prove all of it; ``filled``: the last row of the audit that covers the rows from before."""
    database = Database(url, 60.0, key_file)
    try:
        with database.reading() as connection:
            lost, unknown = _words(connection, log)
            past = history(connection, filled)
            shared = _shared_by_trail(connection, filled)
            small = filled <= ALL_ROWS // ROWS
            audited = None if small else flaws_since(connection, database.key_file, filled)
    finally:
        database.close()
    if audited is None:
        with Registry.open(url, audit_key=key_file) as registry:
            verified = registry.audit().verify()
        audited = AuditCheck(verified.audit_rows, verified.rows, verified.flaw_count)
    return LoadProof(
        words=len(log.said),
        words_lost=lost,
        words_unknown=unknown,
        decisions=past.decisions,
        undone=past.undone,
        decisions_doubled=past.doubled,
        decisions_wrong=past.wrong,
        decisions_missing=past.missing,
        words_astray=past.astray,
        shared_by_trail=shared,
        shared_by_clock=shared_by_clock(log.held),
        audit_rows=audited.audit_rows,
        rows=audited.rows,
        audit_flaws=audited.flaws,
    )


def _words(connection: Connection, log: LoadLog) -> tuple[int, int]:
    """Return how many acknowledged values are not stored exactly once, and how many stored ones are unknown."""
    columns = (keying.c.token, keying.c.task_id, keying.c.field, keying.c.text, keying.c.account_id)
    own_keyings = keying.c.takes_back_id.is_(None) & keying.c.account_id.in_(
        {value.account_id for value in log.said}
    )
    there = Counter(
        AcknowledgedValue(*row) for row in connection.execute(select(*columns).where(own_keyings))
    )
    lost = sum(there[value] != 1 for value in log.said)
    acknowledged = set(log.said)
    return lost, sum(value not in acknowledged and value.token not in log.unanswered for value in there)


def _shared_by_trail(connection: Connection, filled: int) -> int:
    """How often the audit, in its order, has a task go to somebody while somebody else had it."""
    actions = (*TAKEN, "column-shown", "lease-ended")
    rows = connection.execute(
        select(audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail)
        .where(audit.c.id > filled, audit.c.action.in_(actions))
        .order_by(audit.c.id)
    )
    holder: dict[int, str] = {}
    shared = 0
    for actor, action, subject, detail in rows:
        for task_id in _tasks(action, subject, detail):
            before = holder.get(task_id)
            if action == "lease-ended":
                shared += before != actor
                holder.pop(task_id, None)
                continue
            shared += before not in (None, actor) and action != "lease-taken-over"
            holder[task_id] = actor
    return shared


def _tasks(action: str, subject: str, detail: str) -> Iterable[int]:
    if action == "column-shown":
        tasks: list[int] = json.loads(detail)["tasks"]
        return tasks
    return (int(subject.removeprefix("task:")),)


def shared_by_clock(held: Sequence[TaskHold]) -> int:
    """Return how often a person got a task before the previous holder had let go."""
    by_task: dict[int, list[TaskHold]] = defaultdict(list)
    for hold in held:
        by_task[hold.task_id].append(hold)
    return sum(_overlaps(sorted(spells, key=attrgetter("since"))) for spells in by_task.values())


def _overlaps(spells: Sequence[TaskHold]) -> int:
    def pairs() -> Iterator[bool]:
        for at, spell in enumerate(spells):
            for other in spells[at + 1 :]:
                yield other.account_id != spell.account_id and other.since < spell.until

    return sum(pairs())
