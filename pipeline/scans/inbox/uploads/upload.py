"""One file on its way from a browser into a book, and how it is noted on disk."""

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
    """What a browser sends is not taken as it is; the message says what to do."""

    code = "upload"


class UploadState(StrEnum):
    """How far an upload is.

    Attributes:
        RECEIVING: Pieces of it are missing; nothing else sees it.
        CHECKING: All of it is here and waits to be proven and looked through.
        STORED: It is in the store and in the folder of its book.
        REFUSED: It is no scan that can be used; the reason is told.
    """

    RECEIVING = "receiving"
    CHECKING = "checking"
    STORED = "stored"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way into a book.

    Attributes:
        upload_id: What the browser calls it: 32 hex digits, the same for the same file, book and person.
        book_id: The book in the registry.
        folder: The name of the book's folder.
        login: The person who sends it.
        name: Its name where it came from.
        size: Its size in bytes.
        began: When it began, in seconds since 1970.
        state: How far it is.
        digest: The SHA-256 that the browser computed of all of it; ``""`` before the end.
        file: Its name in the folder of the book, once it is there.
        pages: How many pages it has.
        broken: Numbers of pages that cannot be decoded.
        again: Whether the book had the same bytes before.
        code: The code of why it was refused.
        message: Why, in Vietnamese.
        ticket_id: The rescan ticket that it answers.
        prefix: What its name in the book begins with.
        is_original: It is a photograph from which a page was cut; it is kept and is no scan of the book.
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
    """Return the id of an upload; a browser that asks again for the same file gets the same, and goes on there."""
    told = json.dumps([book_id, login, name, size, modified, ticket_id])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def name_in_book(upload: Upload) -> str:
    """Return the name that the file gets in its book: its own, made safe, and never one that runs overlook."""
    name = safe_name(upload.name if upload.prefix == "" else f"{upload.prefix}{safe_name(upload.name)}")
    if is_ignored(name) or name.startswith("-"):
        ending = Path(name).suffix[:6]
        name = f"ban-quet-{upload.upload_id[:8]}{'' if is_ignored(f'x{ending}') else ending}"
    return name


def write_note(folder: Path, upload: Upload) -> None:
    """Note on disk how far an upload is.

    Raises:
        StorageError: The disk cannot be written.
    """
    with storage_errors(folder):
        write_atomically(folder / NOTE, json.dumps(dataclasses.asdict(upload), ensure_ascii=False))


def read_note(folder: Path) -> Upload | None:
    """Return the upload that a folder is of; None where the note is missing or cannot be understood."""
    try:
        told = parse_json(read_regular_file(folder / NOTE))
        return Upload(**{**told, "state": UploadState(told["state"]), "broken": tuple(told["broken"])})
    except (FileRefused, OSError, ValueError, KeyError, TypeError):
        return None
