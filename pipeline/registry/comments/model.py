"""Comments on review tasks: threads about a task or a region of its page."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pipeline.base.model import PageRef
from pipeline.registry.comments.rows import TaskCommentRow
from pipeline.registry.data_entry.model import Corners

MOST_LETTERS = 2000
"""Length of a comment at most, in letters."""


class CommentKind(StrEnum):
    """Whether a row of ``task_comment`` opens a thread, answers in it or closes it."""

    OPENED = "opened"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CommentThread:
    """A comment with its answers, oldest first.

    Attributes:
        closed_by: Login of the person who closed the thread; ``""`` while it is open.
    """

    comments: tuple[TaskCommentRow, ...]
    closed_by: str

    @property
    def first(self) -> TaskCommentRow:
        return self.comments[0]

    @property
    def thread_id(self) -> int:
        return self.first.id

    @property
    def corners(self) -> Corners | None:
        """Region of the page that the thread is about; None if it is about the task as a whole."""
        return None if self.first.corners is None else tuple((x, y) for x, y in self.first.corners)

    @property
    def is_open(self) -> bool:
        return not self.closed_by

    def is_of(self, login: str) -> bool:
        """Return whether all comments of the thread are by that person."""
        return all(comment.login == login for comment in self.comments)


@dataclass(frozen=True, slots=True)
class CommentedTask:
    """The comments on a task that a person may see.

    Attributes:
        scan: File name of the scan.
        hidden: Number of threads of other people that are withheld, as the person keys a field blind.
        sees_page: Whether the person may see the page, and so draw a region on it.
        supervises: Whether the person may close threads of others.
    """

    task_id: int
    book_id: int
    book: str
    volume: str
    ref: PageRef
    scan: str
    row: int
    threads: tuple[CommentThread, ...]
    hidden: int
    sees_page: bool
    supervises: bool
