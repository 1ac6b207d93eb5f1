"""A file on its way from a browser into a book, and its note on disk."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipeline.base.errors import ScanError
from pipeline.base.files import FileRefused, parse_json, read_regular_file, storage_errors, write_atomically
from pipeline.scans.inbox.intake_folders import safe_name
from pipeline.scans.intake.folder import is_ignored

NOTE = "upload.json"
PART = "part"


class UploadRefused(ScanError):
    """A browser's upload is refused; the message says what to do."""

    code = "upload"


class UploadState(StrEnum):
    """The state of an upload.

    Attributes:
        RECEIVING: Pieces are missing; no other part of the program sees it.
        CHECKING: It is complete and waits for verification and inspection.
        STORED: It is in the store and in the folder of its book.
        REFUSED: It is not a usable scan; the reason is given.
    """

    RECEIVING = "receiving"
    CHECKING = "checking"
    STORED = "stored"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way into a book.

    Attributes:
        upload_id: The browser's id: 32 hex digits, the same for the same file, book and person.
        size: Its size in bytes.
        began: The time of its beginning, in seconds since 1970.
        digest: The SHA-256 of the whole file according to the browser; ``""`` before the end.
        file: Its name in the book's folder, once placed.
        broken: Numbers of pages that cannot be decoded.
        again: Whether the book already had the same bytes.
        code: The code of its refusal.
        message: The reason of its refusal, in Vietnamese.
        ticket_id: The rescan ticket that it answers.
        prefix: The prefix of its name in the book.
        is_original: Whether it is a photograph from which a page was cut; it is stored but is no scan of the book.
    """

    upload_id: str
    book_id: int
    folder: str
    login: str
    name: str
    size: int
    began: float
    state: UploadState = UploadState.RECEIVING
    digest: str = ""
    file: str = ""
    pages: int = 0
    broken: tuple[int, ...] = ()
    again: bool = False
    code: str = ""
    message: str = ""
    ticket_id: int | None = None
    prefix: str = ""
    is_original: bool = False

    @property
    def is_over(self) -> bool:
        return self.state in (UploadState.STORED, UploadState.REFUSED)


def upload_id_of(book_id: int, login: str, name: str, size: int, modified: int, ticket_id: int | None) -> str:
    """Return an upload's id; a browser that sends the same file again gets the same id and continues there."""
    identity = json.dumps([book_id, login, name, size, modified, ticket_id])
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def name_in_book(upload: Upload) -> str:
    """Return the file's name in its book: its own name, made safe and visible to runs."""
    name = safe_name(upload.name if upload.prefix == "" else f"{upload.prefix}{safe_name(upload.name)}")
    if is_ignored(name) or name.startswith("-"):
        ending = Path(name).suffix[:6]
        name = f"ban-quet-{upload.upload_id[:8]}{'' if is_ignored(f'x{ending}') else ending}"
    return name


def write_note(folder: Path, upload: Upload) -> None:
    """Write an upload's state to disk.

    Raises:
        StorageError: The disk cannot be written.
    """
    with storage_errors(folder):
        write_atomically(folder / NOTE, json.dumps(dataclasses.asdict(upload), ensure_ascii=False))


def read_note(folder: Path) -> Upload | None:
    """Return the upload of a folder; None if the note is missing or unreadable."""
    try:
        content = parse_json(read_regular_file(folder / NOTE))
        return Upload(
            **{**content, "state": UploadState(content["state"]), "broken": tuple(content["broken"])}
        )
    except (FileRefused, OSError, ValueError, KeyError, TypeError):
        return None
