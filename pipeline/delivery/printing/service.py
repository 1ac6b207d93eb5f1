"""What is printed, as the browser and the command line ask for it; ``delivery.printing.office_printer`` does it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

from pipeline.base.errors import PrintRefused
from pipeline.delivery.printing.contents import IssuingOffice, Signer
from pipeline.registry.accounts.model import Person
from pipeline.registry.extracts.model import ExtractOrder, IssuedExtract

PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES: Mapping[str, str] = {".pdf": PDF, ".xlsx": XLSX}


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for a paper.

    Attributes:
        login: The name that the audit gets.
        person: The same with rights; None on the command line.
    """

    login: str
    person: Person | None = None

    @classmethod
    def of(cls, person: Person) -> Asker:
        """Return a person of the web application."""
        return cls(person.login, person)


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """A file that was printed: its name and its bytes."""

    name: str
    content: bytes

    @property
    def media_type(self) -> str:
        """Its type, after the end of its name."""
        return MEDIA_TYPES[Path(self.name).suffix]


@dataclass(frozen=True, slots=True)
class PrintView:
    """An entry as a person sees it who may print it.

    Attributes:
        entry_id: The entry.
        book_id: Its book.
        title: What it is called.
        refusal: Why nothing of it is printed; ``""``: it may be.
        refusal_of_extract: Why no extract of it is issued, though it may be printed; ``""``: one may be.
        rows: What an extract says: label and value, without what is blank.
        notes: The margin note.
        amendments: The amendments in force, in words.
        office: In whose name.
        is_own: Whether the office's own template is printed from.
        is_generic: Whether the generic template is, of which drafts alone are made.
        state: The digest of the entry, which comes back with the order.
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
    is_own: bool
    is_generic: bool
    state: str


@dataclass(frozen=True, slots=True)
class HandoverParty:
    """Who hands a package over, or receives it; what is not known stays open on the paper."""

    office: str = ""
    name: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class HandoverOrder:
    """What is asked of handover minutes.

    Attributes:
        giver: Who hands over.
        receiver: Who receives.
        place: Where, as written before the date.
    """

    giver: HandoverParty = HandoverParty()
    receiver: HandoverParty = HandoverParty()
    place: str = ""


class Printer(Protocol):
    """Prints. Every method records in the audit who printed what."""

    def view(self, entry_id: int, asker: Asker, hidden: Collection[str] = ()) -> PrintView:
        """Return an entry as a person sees it who may print it.

        Args:
            entry_id: The entry.
            asker: Who asks.
            hidden: Fields that wait for people, of which nothing is told.
        """
        ...

    def entry(self, entry_id: int, asker: Asker) -> PrintedFile:
        """Return an entry beside the scans of its pages."""
        ...

    def draft(self, entry_id: int, signer: Signer, asker: Asker) -> PrintedFile:
        """Return the draft of an extract, which has no number and says that it is a draft."""
        ...

    def issue(self, entry_id: int, order: ExtractOrder, seen: str, asker: Asker) -> IssuedExtract:
        """Issue an extract: number it, set it, enter it into the book of issued extracts.

        Args:
            entry_id: The entry.
            order: What is asked of it.
            seen: The digest of the entry as the person saw it.
            asker: Who asks.
        """
        ...

    def issued(
        self, extract_id: int, asker: Asker, *, even_void: bool = False, even_outdated: bool = False
    ) -> PrintedFile:
        """Return the file of an issued extract, as it was issued.

        Args:
            extract_id: The extract.
            asker: Who asks.
            even_void: Also one that was declared void.
            even_outdated: Also one whose entry was withdrawn or says something else by now.
        """
        ...

    def book_list(self, book_id: int, ending: str, asker: Asker) -> PrintedFile:
        """Return the list of the entries of a book, as ``.pdf`` or ``.xlsx``."""
        ...

    def handover(
        self, folder: Path, order: HandoverOrder, asker: Asker, book_id: int | None = None
    ) -> PrintedFile:
        """Return the handover minutes of a package, which is verified first."""
        ...


class NoPrinter:
    """Prints nothing, and says so."""

    def __getattr__(self, name: str) -> object:
        raise PrintRefused("Máy chủ này không in. Hãy dùng lệnh hotich print.")


NO_PRINTER = cast(Printer, NoPrinter())
"""For an application that prints nothing."""


def name_of_extract(line: IssuedExtract) -> str:
    """Return the name of the file of an issued extract."""
    mark = "DA-HUY-" if line.is_void else "KHONG-CON-DUNG-" if line.outdated else ""
    return f"{mark}trich-luc-{line.office}-{line.year}-{line.number:04d}.pdf"
