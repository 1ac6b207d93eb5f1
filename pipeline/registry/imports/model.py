"""Imports of workbooks that an office typed before: what was brought, by whom, and whether it was taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ImportMode(StrEnum):
    """What a value of a workbook counts for.

    Attributes:
        DECIDED: A named person answers for it: it is a decision.
        TO_CHECK: It is the first keyed value of a field; somebody else says from the paper whether it is right.
    """

    DECIDED = "decided"
    TO_CHECK = "to-check"


@dataclass(frozen=True, slots=True)
class WorkbookFile:
    """A workbook that is imported: the name that people gave it, and its content."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ImportedValues:
    """What came of the values for some entries.

    Attributes:
        entries: Entries for which any value was taken.
        busy: Entries that somebody has in hand, or that wait for a supervisor or a scan: left as they are.
        left: Values of fields that did not wait for anybody any longer.
    """

    entries: int = 0
    fields: int = 0
    busy: int = 0
    left: int = 0

    def __add__(self, other: ImportedValues) -> ImportedValues:
        return ImportedValues(
            self.entries + other.entries,
            self.fields + other.fields,
            self.busy + other.busy,
            self.left + other.left,
        )


@dataclass(frozen=True, slots=True)
class WorkbookImport:
    """One import.

    Attributes:
        mode: What its values count for.
        entries: Entries for which it has said anything.
        fields: Values that it brought.
        in_force: How many of them still count.
        taken_back_at: When it was taken back; None: it was not.
    """

    import_id: int
    record: str
    file: WorkbookFile
    mode: ImportMode
    login: str
    made_at: datetime
    entries: int
    fields: int
    in_force: int
    taken_back_at: datetime | None = None
    taken_back_by: str = ""


@dataclass(frozen=True, slots=True)
class TakenBackImport:
    """What taking an import back came to.

    Attributes:
        fields: Values that no longer count.
        kept: Entries on which somebody has built, or has at work: their values stay.
    """

    fields: int
    kept: tuple[int, ...]
