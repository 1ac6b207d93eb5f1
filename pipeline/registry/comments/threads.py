"""The table of comments on review tasks, and its rows as threads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy import Connection, RowMapping, UniqueConstraint, select

from pipeline.registry.comments.model import Comment, CommentKind, CommentThread
from pipeline.registry.data_entry.model import Corners
from pipeline.registry.database.columns import APPEND_ONLY, Id, Json, refers, table


@dataclass(frozen=True, slots=True)
class TaskCommentRow:
    """A comment on a task, an answer, or the closing of a thread (``kind``: ``CommentKind``).

    ``thread_id``: the comment that is answered or closed; ``corners``: the region it is about, four points [x, y]
    in pixels of the page as scanned; ``token``: the same for the same form sent again.
    """

    id: Id
    task_id: Annotated[int, refers("review_task", index=True)]
    thread_id: Annotated[int | None, refers("task_comment")]
    kind: str
    text: str
    corners: Json[Corners | None]
    account_id: int
    login: str
    said_at: datetime
    token: str


task_comment = table(
    "task_comment", TaskCommentRow, UniqueConstraint("token"), sqlite_autoincrement=True, info=APPEND_ONLY
)


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
