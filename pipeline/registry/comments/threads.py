"""Threads of comments on review tasks, read from the database."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from pipeline.registry.comments.model import CommentKind, CommentThread
from pipeline.registry.comments.rows import TaskCommentRow, task_comment
from pipeline.registry.database.columns import rows_of


def threads_on(connection: Connection, task_ids: Collection[int]) -> tuple[CommentThread, ...]:
    """Return the threads on tasks, open and closed, oldest first."""
    query = select(task_comment).where(task_comment.c.task_id.in_(task_ids)).order_by(task_comment.c.id)
    by_thread: dict[int, list[TaskCommentRow]] = {}
    closed_by: dict[int, str] = {}
    for row in rows_of(connection, TaskCommentRow, query):
        thread_id = row.thread_id or row.id
        if row.kind == CommentKind.CLOSED:
            closed_by.setdefault(thread_id, row.login)
        else:
            by_thread.setdefault(thread_id, []).append(row)
    return tuple(
        CommentThread(tuple(comments), closed_by.get(thread_id, ""))
        for thread_id, comments in by_thread.items()
    )
