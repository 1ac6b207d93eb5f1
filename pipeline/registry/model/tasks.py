"""The tasks that wait for people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Task:
    """Something a person has to look at: an entry, or a whole page (``entry_id`` is None, ``row`` -1).

    ``entry_number`` is the number in force, else what the machine took it for, else ``""``. ``reasons`` are
    codes of findings; ``fields`` what is left to decide (``""`` = the whole); ``reopened``: the machine now
    reads something else than what a person saw when deciding. ``version`` goes back to ``decide``.
    """

    task_id: int
    page_id: int
    entry_id: int | None
    book_id: int
    book: str
    volume: str
    record: str
    scan_sha256: str
    scan: str
    page_no: int
    row: int
    entry_number: str
    reasons: tuple[str, ...]
    fields: tuple[str, ...]
    reopened: bool
    version: int

    @property
    def field_count(self) -> int:
        return len(self.fields)
