"""The tasks that wait for people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TaskState(StrEnum):
    """Whether a task waits for people, is done, or is about something that was withdrawn."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Task:
    """Something a person has to look at: an entry, or a whole page.

    Attributes:
        entry_id: Its entry, None for a whole page.
        volume: Number and year of the volume.
        record: Kind of event, as in ``schemas/records``.
        scan: File name of the scan.
        page_no: Page of the scan, from 1.
        row: Row on the page, from 0; -1 for a whole page.
        entry_number: The effective number, else the one the machine read, else ``""``.
        reasons: Codes of findings.
        fields: Fields left to decide (``""`` = the entry as a whole).
        reopened: Whether the machine now reads something else than a person saw when deciding.
        version: Changes with the task; ``decide`` takes it back and refuses an old one.
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
