"""Comments on review tasks: their rows as threads."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, RowMapping, select

from pipeline.registry.model.comments import Comment, CommentKind, CommentThread
from pipeline.registry.tables.comments import task_comment


def threads_on(connection: Connection, task_ids: Collection[int]) -> tuple[CommentThread, ...]:
    """Return the threads on these tasks, the oldest first, closed ones included."""
    rows = connection.execute(
        select(task_comment).where(task_comment.c.task_id.in_(task_ids)).order_by(task_comment.c.id)
    )
    by_thread: dict[int, list[RowMapping]] = {}
    for row in rows.mappings():
        by_thread.setdefault(row["thread_id"] or row["id"], []).append(row)
    return tuple(_thread(words) for words in by_thread.values())


def _thread(rows: Sequence[RowMapping]) -> CommentThread:
    first = rows[0]
    closing = next((row["login"] for row in rows if row["kind"] == CommentKind.CLOSED), "")
    said = [row for row in rows if row["kind"] != CommentKind.CLOSED]
    return CommentThread(
        first["id"],
        first["task_id"],
        first["account_id"],
        tuple(Comment(row["text"], row["login"], row["said_at"]) for row in said),
        None if first["corners"] is None else tuple((x, y) for x, y in first["corners"]),
        closing,
    )
