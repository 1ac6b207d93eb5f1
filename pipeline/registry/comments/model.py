"""Comments on review tasks: what people tell one another about a task or a region of its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.base.model import PageRef
from pipeline.registry.data_entry.model import Corners

MOST_LETTERS = 2000
"""Letters of one comment."""


class CommentKind(StrEnum):
    """What a row of ``task_comment`` does: it begins a thread, answers in it, or closes it."""

    OPENED = "opened"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Comment:
    """One thing that a person said. ``login``: who said it."""

    text: str
    login: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class CommentThread:
    """A comment with its answers.

    Attributes:
        thread_id: The number of the comment that began it.
        task_id: The task that it is about.
        account_id: Who began it.
        comments: The comment and its answers, in the order in which they were said.
        corners: The region that it is about; None: the task as a whole.
        closed_by: Who closed it; ``""``: it is open.
    """

    thread_id: int
    task_id: int
    account_id: int
    comments: tuple[Comment, ...]
    corners: Corners | None
    closed_by: str

    @property
    def is_open(self) -> bool:
        return not self.closed_by

    def is_of(self, login: str) -> bool:
        """Return whether nobody else has said anything in it."""
        return all(one.login == login for one in self.comments)


@dataclass(frozen=True, slots=True)
class CommentedTask:
    """The comments on a task as a person may see them.

    Attributes:
        book_id: The book.
        book: The name of its folder.
        ref: The page of the task.
        scan: The file name of the scan.
        row: The row of the entry on its page.
        threads: What the person may read.
        hidden: How many threads of others are kept from them, as they are to key a field blind.
        sees_page: Whether they may see the page, and so draw on it.
        supervises: Whether they may close threads of others.
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


@dataclass(frozen=True, slots=True)
class ListedThread:
    """An open thread in the list of a person.

    Attributes:
        said: The comment that began it.
        answers: How many answers it has.
        answered_last: Whether the last word is of somebody else than its author.
    """

    thread_id: int
    task_id: int
    book: str
    volume: str
    scan: str
    page_no: int
    said: Comment
    answers: int
    answered_last: bool
