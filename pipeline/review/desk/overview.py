"""What waits, by book and stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.registry.accounts import Role
from pipeline.registry.desk.permits import STAGES
from pipeline.registry.desk.values import QueueCount, Stage
from pipeline.review.desk.task_view import STAGE_WORDS

ORDER = (Stage.REVIEW, Stage.CHECK, Stage.THIRD, Stage.SUPERVISOR, Stage.RESCAN)


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A column of the table; ``mine``: this person may work at the stage."""

    stage: Stage
    words: str
    mine: bool


@dataclass(frozen=True, slots=True)
class BookRow:
    """One book; ``waiting``: tasks at each stage, in the order of the columns."""

    book_id: int
    book: str
    volume: str
    waiting: tuple[int, ...]


def stages_of(role: Role) -> tuple[StageColumn, ...]:
    return tuple(StageColumn(stage, STAGE_WORDS[stage], stage in STAGES[role]) for stage in ORDER)


def rows_of(counts: Iterable[QueueCount], stages: Sequence[StageColumn]) -> tuple[BookRow, ...]:
    """A row a book, in the order in which books come."""
    books: dict[int, QueueCount] = {}
    waiting: dict[tuple[int, Stage], int] = {}
    for count in counts:
        books.setdefault(count.book_id, count)
        waiting[count.book_id, count.stage] = count.waiting
    return tuple(
        BookRow(
            book_id, count.book, count.volume, tuple(waiting.get((book_id, one.stage), 0) for one in stages)
        )
        for book_id, count in books.items()
    )
