"""The entries of a book as a supervisor finds them who looks through it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.base.model import PageRef
from pipeline.base.stages import Stage
from pipeline.registry.model.page_positions import PagePosition


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry of a book, without what waits for people: who keys it blind must not have seen it.

    Attributes:
        scan: The name of the scan's file.
        place: Where its page lies in the book.
        number: Its effective number, ``""`` where none is or it waits.
        registered_on: The effective day of registration, likewise.
        page_number: The effective number of the page in the book, likewise.
        stage: The stage of its task; ``SETTLED`` where nothing waits.
        waiting: How many of its fields wait for people.
        amended: How many of its fields have an amendment in force.
        subject: Whom it is about: the effective names, those that wait left out.
    """

    entry_id: int
    ref: PageRef
    scan: str
    place: PagePosition
    row: int
    record: str
    number: str
    registered_on: str
    page_number: str
    stage: Stage
    waiting: int
    amended: int
    subject: str = ""

    @property
    def waits(self) -> bool:
        """Whether something of it waits for people."""
        return self.stage is not Stage.SETTLED
