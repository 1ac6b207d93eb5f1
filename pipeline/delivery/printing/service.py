"""The interface of printing for the browser and the command line; ``office_printer`` implements it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from pipeline.base.errors import PrintRefused
from pipeline.delivery.printing.contents import Signer
from pipeline.delivery.printing.extract_codes import CheckedExtract
from pipeline.delivery.printing.offices import IssuingOffice
from pipeline.delivery.printing.paper_kinds import EXTRACT, PaperKind
from pipeline.registry.accounts.model import Person
from pipeline.registry.extracts.model import ExtractOrder, IssuedExtract

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES: Mapping[str, str] = {".pdf": PDF, ".xlsx": XLSX}


@dataclass(frozen=True, slots=True)
class Asker:
    """The person or account that asks for a paper.

    Attributes:
        login: The name in the audit log.
        person: The person with their rights; ``None`` on the command line.
    """

    login: str
    person: Person | None = None

    @property
    def name(self) -> str:
        """The name that a paper bears; the login on the command line."""
        return self.login if self.person is None else self.person.name

    @classmethod
    def of(cls, person: Person) -> Asker:
        """Return the asker for a person of the web application."""
        return cls(person.login, person)


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """A printed file: name and content."""

    name: str
    content: bytes

    @property
    def media_type(self) -> str:
        """The media type, by the file's extension."""
        return MEDIA_TYPES[Path(self.name).suffix]


@dataclass(frozen=True, slots=True)
class PrintView:
    """An entry as shown to a person with the right to print it.

    Attributes:
        refusal: Reason why it may not be printed; ``""``: it may.
        refusal_of_extract: Reason why no extract is issued of a printable entry; ``""``: an extract may be issued.
        rows: Labels and values on an extract, without blank fields.
        notes: The margin note.
        amendments: The effective amendments as sentences.
        papers: The papers of its record.
        is_own: Whether the office's own template of the extract is used.
        is_generic: Whether the generic template is used, which only gives drafts.
        state: Digest of the entry, returned with the order.
    """

    entry_id: int
    book_id: int
    title: str
    refusal: str
    refusal_of_extract: str
    rows: tuple[tuple[str, str], ...]
    notes: str
    amendments: tuple[str, ...]
    office: IssuingOffice
    papers: tuple[PaperKind, ...]
    is_own: bool
    is_generic: bool
    state: str


@dataclass(frozen=True, slots=True)
class HandoverParty:
    """The giver or receiver of a package; unknown parts are left open on the paper."""

    office: str = ""
    name: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class HandoverOrder:
    """The entries of handover minutes that the package does not give.

    Attributes:
        place: The place before the date.
    """

    giver: HandoverParty = HandoverParty()
    receiver: HandoverParty = HandoverParty()
    place: str = ""


class Printer(Protocol):
    """Prints papers; every method records person and paper in the audit log."""

    def view(self, entry_id: int, asker: Asker, hidden: Collection[str] = ()) -> PrintView:
        """Return an entry as shown to a person with the right to print it.

        Args:
            hidden: Fields that wait for people; they are not shown.
        """
        ...

    def entry(self, entry_id: int, asker: Asker) -> PrintedFile:
        """Return the print of an entry beside the scans of its pages."""
        ...

    def draft(self, entry_id: int, signer: Signer, asker: Asker, paper: str = EXTRACT) -> PrintedFile:
        """Return the draft of an extract: without a number and marked as a draft."""
        ...

    def issue(self, entry_id: int, order: ExtractOrder, seen: str, asker: Asker) -> IssuedExtract:
        """Issue an extract: number it, typeset it, enter it into the book of issued extracts.

        Args:
            seen: Digest of the entry as shown to the person.
        """
        ...

    def issued(
        self, extract_id: int, asker: Asker, *, even_void: bool = False, even_outdated: bool = False
    ) -> PrintedFile:
        """Return the file of an issued extract, unchanged since its issue.

        Args:
            even_void: Also return void extracts.
            even_outdated: Also return extracts whose entry was withdrawn or changed since.
        """
        ...

    def check(self, text: str, asker: Asker) -> CheckedExtract:
        """Check the code on a paper against the book of issued extracts.

        Raises:
            PrintRefused: The text is no code, or this office has not signed it.
        """
        ...

    def code_on(self, scan: Path) -> str:
        """Return the text of the code on a scanned or photographed paper.

        Raises:
            PrintRefused: The file is no scan, or has no code.
        """
        ...

    def book_list(self, book_id: int, ending: str, asker: Asker) -> PrintedFile:
        """Return the entry list of a book, as ``.pdf`` or ``.xlsx``."""
        ...

    def handover(
        self, folder: Path, order: HandoverOrder, asker: Asker, book_id: int | None = None
    ) -> PrintedFile:
        """Return the handover minutes of a package after verifying it."""
        ...


class NoPrinter:
    """Refuses every print."""

    def __getattr__(self, name: str) -> object:
        raise PrintRefused("Máy chủ này không in. Hãy dùng lệnh hotich print.")


NO_PRINTER = cast(Printer, NoPrinter())
"""The printer of an application without printing."""


def name_of_extract(line: IssuedExtract) -> str:
    """Return the file name of an issued extract."""
    mark = "DA-HUY-" if line.is_void else "KHONG-CON-DUNG-" if line.outdated else ""
    return f"{mark}trich-luc-{line.office}-{line.year}-{line.number:04d}.pdf"
