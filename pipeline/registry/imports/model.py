"""Imports of workbooks that an office typed earlier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ImportMode(StrEnum):
    """The standing of an imported value.

    Attributes:
        DECIDED: It is a decision of a named person.
        TO_CHECK: It is the first keyed value of a field; another person compares it with the paper.
    """

    DECIDED = "decided"
    TO_CHECK = "to-check"


@dataclass(frozen=True, slots=True)
class WorkbookFile:
    """A workbook: its file name and the SHA-256 of its content."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ImportedValues:
    """The result of importing the values of some entries.

    Attributes:
        entries: Number of entries with imported values.
        fields: Number of imported values.
        busy: Number of entries left alone because they are leased or wait for a supervisor or a scan.
        left: Number of values of fields that no longer waited.
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
    """An import.

    Attributes:
        entries: Number of entries with imported values.
        fields: Number of imported values.
        in_force: Number of imported values in force.
        taken_back_at: Time of its withdrawal, if it was withdrawn.
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
    """The result of withdrawing an import.

    Attributes:
        fields: Number of withdrawn values.
        kept: Entries on which somebody has built or works; their values stay.
    """

    fields: int
    kept: tuple[int, ...]
