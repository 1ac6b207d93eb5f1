"""What people do with the pages of a book, for a pass of the machine that is not to come between."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from pipeline.base.model import PageRef
from pipeline.base.stages import Stage
from pipeline.registry.database import clock
from pipeline.registry.repositories.keyed_values import is_live
from pipeline.registry.tables.books import page, scan
from pipeline.registry.tables.desk import keying, lease
from pipeline.registry.tables.tasks import decision, review_task


def pages_at_work(connection: Connection, book_id: int) -> frozenset[PageRef]:
    """Return the pages of a book on which a person has a task in hand, or has keyed values that are not settled."""
    rows = connection.execute(
        select(scan.c.sha256, page.c.page_no)
        .join_from(review_task, page, review_task.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(review_task.c.book_id == book_id, at_work(connection))
        .distinct()
    )
    return frozenset(PageRef(sha256, page_no) for sha256, page_no in rows)


def at_work(connection: Connection) -> ColumnElement[bool]:
    """Return the condition on ``review_task`` that somebody has it in hand, or keyed values that are not settled."""
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
