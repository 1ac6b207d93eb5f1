"""The table of comments on review tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from sqlalchemy import UniqueConstraint

from pipeline.registry.data_entry.model import Corners
from pipeline.registry.database.columns import APPEND_ONLY, Id, Json, refers, table


@dataclass(frozen=True, slots=True)
class TaskCommentRow:
    """A comment on a task, an answer, or the closing of a thread (``kind``: ``CommentKind``).

    ``thread_id``: first comment of the thread, None in that comment itself; ``corners``: the region of the comment,
    four points [x, y] in pixels of the page as scanned; ``token``: identifies a form that is sent twice.
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
