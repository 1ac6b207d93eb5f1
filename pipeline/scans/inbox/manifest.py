"""The manifest of a scanner and day: a line of JSON for the outcome of each delivery, append-only."""

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
    """The outcome of a delivery.

    Attributes:
        STORED: It is in the store of scans.
        QUARANTINED: It is in the quarantine, with a reason.
        WITHDRAWN: Others removed it before the intake, so it was never delivered.
    """

    STORED = "stored"
    QUARANTINED = "quarantined"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class IntakeRow:
    """The outcome of a delivery.

    Attributes:
        serial: The delivery's number (from 1) within its scanner and day.
        name: Its name in the inbox.
        outcome: Whether it was stored, quarantined or withdrawn.
        size: Its size in bytes.
        sha256: The SHA-256 of its bytes, lower-case hex.
        pages: The pages of a stored scan.
        again: Whether the same bytes were delivered before.
        code: The code of the error behind its refusal, ``""`` without refusal.
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
    """Pages of a scan that go to a book.

    Attributes:
        pages: Their page numbers in the scan.
        book: The name of the book's folder; ``""`` while they wait for a person.
        file: The name of their file in that folder.
        reason: The reason for waiting.
        like: Pages that resemble a page already in the book, each with that page's file and number.
    """

    pages: tuple[int, ...]
    book: str = ""
    file: str = ""
    reason: str = ""
    like: tuple[tuple[int, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class BookAssignment:
    """The books of a delivery's pages; a delivery's last assignment counts.

    Attributes:
        serial: The delivery's number within its scanner and day.
        by: The person who assigned them, ``""`` for the machine.
    """

    serial: int
    at: str
    parts: tuple[BookPart, ...]
    by: str = ""


@dataclass(frozen=True, slots=True)
class IntakeManifest:
    """A manifest of a scanner and day.

    Attributes:
        rows: The outcomes, by serial number.
        assignments: The last assignments, by serial number.
    """

    rows: dict[int, IntakeRow]
    assignments: dict[int, BookAssignment]


def append_to_manifest(path: Path, entry: IntakeRow | BookAssignment) -> None:
    """Append a line to a manifest and wait until it is on disk.

    Raises:
        StorageError: The disk cannot be written.
    """
    kind = "row" if isinstance(entry, IntakeRow) else "assignment"
    content = {
        key: value for key, value in dataclasses.asdict(entry).items() if value not in ("", (), False, 0)
    }
    append_line(path, json.dumps({kind: content}, separators=(",", ":")))


def read_manifest(path: Path) -> IntakeManifest:
    """Read a manifest; a missing file gives an empty manifest.

    Raises:
        StorageError: A line is unreadable: another program wrote to the file.
    """
    rows: dict[int, IntakeRow] = {}
    assignments: dict[int, BookAssignment] = {}
    for number, line in enumerate(complete_lines(path), 1):
        try:
            ((kind, content),) = parse_json(line).items()
            if kind == "row":
                row = _parse_row(content)
                rows[row.serial] = row
            else:
                assignment = _parse_assignment(content)
                assignments[assignment.serial] = assignment
        except (FileRefused, ValueError, TypeError, KeyError, AttributeError):
            raise StorageError(
                f"Bản kê {path} hỏng ở dòng {number}. Hãy lấy lại tệp này từ bản sao lưu rồi chạy lại."
            ) from None
    return IntakeManifest(rows, assignments)


def manifest_scans(folder: Path, *, skip_damaged: bool = False) -> dict[str, str]:
    """Return the names of all stored scans in the manifests, by SHA-256.

    Args:
        folder: The folder of all manifests.
        skip_damaged: Log a damaged manifest and continue with the others.

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


def _parse_row(content: dict[str, Any]) -> IntakeRow:
    pages = tuple(
        InspectedPage(**{**page, "codes": tuple(page["codes"])}) for page in content.pop("pages", ())
    )
    return IntakeRow(**{**content, "outcome": IntakeOutcome(content["outcome"]), "pages": pages})


def _parse_assignment(content: dict[str, Any]) -> BookAssignment:
    parts = tuple(
        BookPart(
            **{
                **part,
                "pages": tuple(part["pages"]),
                "like": tuple((int(page), str(file), int(other)) for page, file, other in part["like"]),
            }
        )
        for part in content.pop("parts", ())
    )
    return BookAssignment(**content, parts=parts)
