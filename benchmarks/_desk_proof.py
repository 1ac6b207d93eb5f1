"""What must hold after people have worked at the desk, looked for in the registry itself: no word lost, no decision
doubled, no task in two hands, and an audit without a flaw."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from pathlib import Path

from sqlalchemy import Connection, select

from benchmarks._desk_people import Held, Log, Said
from pipeline.registry import Registry
from pipeline.registry.audit.tables import audit
from pipeline.registry.database import Database
from pipeline.registry.desk.tables import keying
from pipeline.registry.tables import decision

TAKEN = ("task-shown", "lease-taken-over")


@dataclass(frozen=True)
class Proof:
    """Numbers of what was looked at, and of what must not be.

    ``words``: acknowledged; ``words_lost``: not there once exactly and as they were said; ``words_unknown``: there,
    though nobody was told so; ``decisions_doubled``: that stand on a word on which another one stands, or after the
    same one as another; ``shared_by_trail``, ``shared_by_clock``: tasks that two had at a time, by the audit and by
    what people saw; ``audit_flaws`` of ``audit_rows`` and ``rows``.
    """

    words: int
    words_lost: int
    words_unknown: int
    decisions: int
    decisions_doubled: int
    shared_by_trail: int
    shared_by_clock: int
    audit_rows: int
    rows: int
    audit_flaws: int

    @property
    def holds(self) -> bool:
        return not any((
            self.words_lost, self.words_unknown, self.decisions_doubled, self.shared_by_trail,
            self.shared_by_clock, self.audit_flaws,
        ))  # fmt: skip

    def figures(self) -> dict[str, int | bool]:
        return {**asdict(self), "holds": self.holds}


def prove(url: str, key_file: Path, log: Log) -> Proof:
    """Look for all of it."""
    database = Database(url, 60.0, key_file)
    try:
        with database.reading() as connection:
            lost, unknown = _words(connection, log)
            decisions, doubled = _decisions(connection)
            shared = _shared_by_trail(connection)
    finally:
        database.close()
    with Registry.open(url, audit_key=key_file) as registry:
        verified = registry.audit().verify()
    return Proof(
        words=len(log.said),
        words_lost=lost,
        words_unknown=unknown,
        decisions=decisions,
        decisions_doubled=doubled,
        shared_by_trail=shared,
        shared_by_clock=shared_by_clock(log.held),
        audit_rows=verified.audit_rows,
        rows=verified.rows,
        audit_flaws=verified.flaw_count,
    )


def _words(connection: Connection, log: Log) -> tuple[int, int]:
    """How many acknowledged words are not there exactly once, and how many there are that nobody was told of."""
    columns = (keying.c.token, keying.c.task_id, keying.c.field, keying.c.text, keying.c.account_id)
    mine = keying.c.takes_back_id.is_(None) & keying.c.account_id.in_({one.account_id for one in log.said})
    there = Counter(Said(*row) for row in connection.execute(select(*columns).where(mine)))
    lost = sum(there[one] != 1 for one in log.said)
    said = set(log.said)
    return lost, sum(one not in said and one.token not in log.unanswered for one in there)


def _decisions(connection: Connection) -> tuple[int, int]:
    """How many decisions rest on people's words, and how many of them are one too many."""
    words = {
        row.id: row.after_decision_id
        for row in connection.execute(
            select(keying.c.id, keying.c.after_decision_id).where(keying.c.takes_back_id.is_(None))
        )
    }
    taken_back = set(
        connection.scalars(select(keying.c.takes_back_id).where(keying.c.takes_back_id.is_not(None)))
    )
    rows = connection.execute(select(decision).where(decision.c.keyings.is_not(None))).mappings().all()
    standing = [row for row in rows if taken_back.isdisjoint(row["keyings"])]
    uses = Counter(one for row in standing for one in row["keyings"])
    place = ("book_id", "scan_sha256", "page_no", "row", "field")
    after = Counter((*(row[name] for name in place), words[row["keyings"][0]]) for row in standing)
    return len(rows), sum(one - 1 for one in (*uses.values(), *after.values()))


def _shared_by_trail(connection: Connection) -> int:
    """How often the audit, in its order, has a task go to somebody while somebody else had it."""
    actions = (*TAKEN, "column-shown", "lease-ended")
    rows = connection.execute(
        select(audit.c.actor, audit.c.action, audit.c.subject, audit.c.detail)
        .where(audit.c.action.in_(actions))
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


def shared_by_clock(held: Sequence[Held]) -> int:
    """How often a person got a task before somebody else had let go of it."""
    by_task: dict[int, list[Held]] = defaultdict(list)
    for one in held:
        by_task[one.task_id].append(one)
    return sum(_overlaps(sorted(spells, key=attrgetter("since"))) for spells in by_task.values())


def _overlaps(spells: Sequence[Held]) -> int:
    def pairs() -> Iterator[bool]:
        for at, one in enumerate(spells):
            for other in spells[at + 1 :]:
                yield other.account_id != one.account_id and other.since < one.until

    return sum(pairs())
