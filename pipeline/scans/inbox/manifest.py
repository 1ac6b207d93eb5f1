"""The manifest of a scanner and day: one line of JSON for what became of each delivery, added to and never changed."""

from __future__ import annotations

import dataclasses
import json
import logging
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipeline.base.errors import StorageError
from pipeline.base.files import FileRefused, append_line, complete_lines, parse_json, printable
from pipeline.scans.intake import InspectedPage

log = logging.getLogger(__name__)


class IntakeOutcome(StrEnum):
    """What became of a delivery.

    Attributes:
        STORED: It is in the store of scans.
        QUARANTINED: It is kept apart, with a reason.
        WITHDRAWN: Others took it away before it was taken in, so it was never delivered.
    """

    STORED = "stored"
    QUARANTINED = "quarantined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """What became of one delivery.

    Attributes:
        serial: The delivery's number (from 1) within its scanner and day.
        name: Its name in the inbox.
        outcome: Whether it was stored, quarantined or withdrawn.
        at: When, as text.
        size: Its size in bytes.
        sha256: The SHA-256 of its bytes, lower-case hex.
        pages: The pages of a stored scan.
        again: Whether the same bytes were delivered before.
        code: The code of the error it was refused for, ``""`` if it was not.
        message: That error in Vietnamese.
        file: Its name in the quarantine.
    """

    serial: int
    name: str
    outcome: IntakeOutcome
    at: str
    size: int = 0
    sha256: str = ""
    pages: tuple[InspectedPage, ...] = ()
    again: bool = False
    code: str = ""
    message: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class BookPart:
    """Pages of one scan that go to one book.

    Attributes:
        pages: Their page numbers in the scan.
        book: The name of the book's folder; ``""`` while they wait for a person.
        file: The name of their file in that folder.
        reason: Why they wait for a person.
        like: The pages that look like one that is in the book already, each with that page's file and number.
    """

    pages: tuple[int, ...]
    book: str = ""
    file: str = ""
    reason: str = ""
    like: tuple[tuple[int, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class BookAssignment:
    """Where the pages of a delivery went; the last assignment of a delivery counts.

    Attributes:
        serial: The delivery's number within its scanner and day.
        at: When, as text.
        parts: The books with the pages that went to each.
        by: The person who assigned them, ``""`` for the machine.
    """

    serial: int
    at: str
    parts: tuple[BookPart, ...]
    by: str = ""


@dataclass(frozen=True, slots=True)
class IntakeManifest:
    """What a manifest records of one scanner and day.

    Attributes:
        rows: The outcomes by serial number.
        assignments: The last assignments by serial number.
    """

    rows: dict[int, IntakeRow]
    assignments: dict[int, BookAssignment]


def append_to_manifest(path: Path, entry: IntakeRow | BookAssignment) -> None:
    """Add one line to a manifest and wait until it is on disk.

    Raises:
        StorageError: The disk cannot be written.
    """
    kind = "row" if isinstance(entry, IntakeRow) else "assignment"
    told = {key: value for key, value in dataclasses.asdict(entry).items() if value not in ("", (), False, 0)}
    append_line(path, json.dumps({kind: told}, separators=(",", ":")))


def read_manifest(path: Path) -> IntakeManifest:
    """Return what a manifest says; an empty manifest where there is none.

    Raises:
        StorageError: A line cannot be understood: somebody else wrote to it.
    """
    rows: dict[int, IntakeRow] = {}
    assignments: dict[int, BookAssignment] = {}
    for number, line in enumerate(complete_lines(path), 1):
        try:
            ((kind, told),) = parse_json(line).items()
            if kind == "row":
                row = _row(told)
                rows[row.serial] = row
            else:
                assignment = _assignment(told)
                assignments[assignment.serial] = assignment
        except (FileRefused, ValueError, TypeError, KeyError, AttributeError):
            raise StorageError(
                f"Bản kê {path} hỏng ở dòng {number}. Hãy lấy lại tệp này từ bản sao lưu rồi chạy lại."
            ) from None
    return IntakeManifest(rows, assignments)


def manifest_scans(folder: Path, *, skip_damaged: bool = False) -> dict[str, str]:
    """Return the names of all scans that manifests say are stored, by SHA-256.

    Args:
        folder: The folder of all manifests.
        skip_damaged: Log that a manifest is damaged, and go on with the others.

    Raises:
        StorageError: A manifest is damaged.
    """
    scans: dict[str, str] = {}
    for path in sorted(folder.glob("*/*.jsonl")):
        try:
            rows = read_manifest(path).rows.values()
        except StorageError:
            if not skip_damaged:
                raise
            log.error("Manifest %s/%s is damaged", printable(path.parent.name), printable(path.name))
            continue
        for row in rows:
            if row.outcome is IntakeOutcome.STORED:
                scans[row.sha256] = f"{path.parent.name} {path.stem} số {row.serial}"
    return scans


def _row(told: dict[str, Any]) -> IntakeRow:
    pages = tuple(InspectedPage(**{**page, "codes": tuple(page["codes"])}) for page in told.pop("pages", ()))
    return IntakeRow(**{**told, "outcome": IntakeOutcome(told["outcome"]), "pages": pages})


def _assignment(told: dict[str, Any]) -> BookAssignment:
    parts = tuple(
        BookPart(
            **{
                **part,
                "pages": tuple(part["pages"]),
                "like": tuple((int(page), str(file), int(other)) for page, file, other in part["like"]),
            }
        )
        for part in told.pop("parts", ())
    )
    return BookAssignment(**told, parts=parts)
