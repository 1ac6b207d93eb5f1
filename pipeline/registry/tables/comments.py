"""The table of comments on review tasks. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table, UniqueConstraint

from pipeline.registry.tables.metadata import (
    APPEND_ONLY,
    METADATA,
    count_column,
    id_column,
    json_column,
    text_column,
    time_column,
)

task_comment = Table(
    "task_comment",
    METADATA,
    id_column(),
    Column("task_id", Integer, ForeignKey("review_task.id"), nullable=False, index=True),
    Column("thread_id", Integer, ForeignKey("task_comment.id"), nullable=True),
    text_column("kind"),
    text_column("text"),
    json_column("corners", nullable=True),
    count_column("account_id"),
    text_column("login"),
    time_column("said_at"),
    text_column("token"),
    UniqueConstraint("token"),
    sqlite_autoincrement=True,
    info=APPEND_ONLY,
)
"""``kind``: as in ``CommentKind``; ``thread_id``: the comment that is answered or closed; ``corners``: the region it is
about, four points [x, y] in pixels of the page as scanned; ``token``: the same for the same form sent again."""
