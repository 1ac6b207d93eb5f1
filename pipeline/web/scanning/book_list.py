"""The list of books with their stages, filtered by place, record and year, and folders without a book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field

from pipeline.base.errors import LedgerError
from pipeline.base.files import printable
from pipeline.base.model import Ledger
from pipeline.declarations.ledger import load_ledger
from pipeline.registry.accounts.model import Person
from pipeline.registry.statistics.book_states import BOOK_STAGE_LABELS, BookStage, BookState
from pipeline.scans.inbox.book_folder import files_in_book
from pipeline.scans.inbox.separator_sheet import is_folder_name
from pipeline.values.places import AnsweringUnits

MOST_ROWS = 400
"""Largest number of books shown; filters reach the others."""

MOST_FOLDERS = 100

UNIT = "unit:"
"""What precedes the id of a unit of today in the filter by place."""


class BookFilter(BaseModel):
    """The filter of the list; ``""`` admits all.

    Attributes:
        place: A place code, or ``UNIT`` and the id of the unit that answers for the places today.
    """

    place: str = Field(default="", max_length=40)
    record: str = Field(default="", max_length=40)
    year: str = Field(default="", max_length=4)
    stage: str = Field(default="", max_length=20)

    def admitted(
        self, books: Iterable[BookState], units: AnsweringUnits, *, any_stage: bool = False
    ) -> list[BookState]:
        """Return the books that the list shows; with ``any_stage`` at whatever stage."""
        return [
            book
            for book in books
            if self._is_of_place(book, units)
            and self.record in ("", book.record)
            and self.year in ("", book.year)
            and (any_stage or self.stage in ("", book.stage))
        ]

    def _is_of_place(self, book: BookState, units: AnsweringUnits) -> bool:
        if not self.place.startswith(UNIT):
            return self.place in ("", book.place_code)
        return units.of_book(book.place_code, book.place, book.volume).key == self.place.removeprefix(UNIT)

    def query(self, stage: str) -> str:
        """Return the query of the same list at another stage."""
        parameters = (("place", self.place), ("record", self.record), ("year", self.year), ("stage", stage))
        return "&".join(f"{key}={value}" for key, value in parameters if value)


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """The values that a filter of books offers.

    Attributes:
        places: Code and name of places with books.
        units: Filter value and title of the units of today that answer for them, where these are others.
        records: Records with books.
        years: Years with books, the latest first.
    """

    places: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    records: tuple[str, ...]
    years: tuple[str, ...]

    @classmethod
    def of(cls, books: Sequence[BookState], units: AnsweringUnits) -> FilterChoices:
        """Return the choices for these books."""
        answers = {
            (units.of_book(book.place_code, book.place, book.volume), book.place_code) for book in books
        }
        single = {(one.units[0], code) for one, code in answers if len(one.units) == 1}
        titles = {UNIT + unit.id: unit.title for unit, _ in single}
        return cls(
            places=tuple(sorted({book.place_code: book.place for book in books}.items())),
            units=tuple(sorted(titles.items(), key=lambda one: one[1]))
            if any(unit.code != code for unit, code in single)
            else (),
            records=tuple(sorted({book.record for book in books})),
            years=tuple(sorted({book.year for book in books}, reverse=True)),
        )


@dataclass(frozen=True, slots=True)
class ListedBook:
    """A book in the list; ``files``: number of files in its folder, None where the folder is unknown."""

    state: BookState
    files: int | None

    @property
    def new_files(self) -> int:
        """Number of files that no run has noted yet."""
        return max(0, (self.files or 0) - self.state.scans - self.state.refused)


@dataclass(frozen=True, slots=True)
class UnknownFolder:
    """A folder among the books without a book in the registry, with its ledger or the ledger's flaw."""

    name: str
    files: int
    ledger: Ledger | None
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class BookList:
    """The list for a person.

    Attributes:
        rows: The books, at most ``MOST_ROWS``.
        stages: Counts of books by stage, regardless of the stage filter.
        choices: What the filter offers.
        folders: Folders without a book.
    """

    rows: tuple[ListedBook, ...]
    found: int
    stages: tuple[tuple[BookStage, str, int], ...]
    choices: FilterChoices
    folders: tuple[UnknownFolder, ...]


def book_list(
    mine: Sequence[BookState],
    person: Person,
    narrowed: BookFilter,
    folder: Path | None,
    known: Iterable[str],
    units: AnsweringUnits,
) -> BookList:
    """Return the list of the books that a person may see.

    Args:
        folder: The folder of all books; None where this server has none.
        known: Folder names of all books, whoever may see them.
    """
    matching = narrowed.admitted(mine, units)
    counts = Counter(state.stage for state in narrowed.admitted(mine, units, any_stage=True))
    return BookList(
        rows=tuple(
            ListedBook(state, None if folder is None else files_in_book(folder / state.folder_name))
            for state in matching[:MOST_ROWS]
        ),
        found=len(matching),
        stages=tuple((stage, label, counts[stage]) for stage, label in BOOK_STAGE_LABELS.items()),
        choices=FilterChoices.of(mine, units),
        folders=() if folder is None else unknown_folders(folder, known, person),
    )


def unknown_folders(books: Path, known: Iterable[str], person: Person) -> tuple[UnknownFolder, ...]:
    """Return the unregistered folders that the person may see; an unreadable ledger needs access to all places."""
    names = set(known)
    try:
        candidates = sorted(
            path
            for path in books.iterdir()
            if path.name not in names and not path.name.startswith(".") and path.is_dir()
        )
    except OSError:
        return ()
    folders: list[UnknownFolder] = []
    for path in candidates:
        if len(folders) == MOST_FOLDERS:
            break
        folder = _unknown_folder(path)
        if person.places is None if folder.ledger is None else person.may_see(folder.ledger.place_code):
            folders.append(folder)
    return tuple(folders)


def _unknown_folder(folder: Path) -> UnknownFolder:
    name = printable(folder.name)
    if folder.is_symlink():
        return UnknownFolder(name, 0, None, "Đây là một liên kết, không phải thư mục.")
    try:
        return UnknownFolder(name, files_in_book(folder), load_ledger(folder))
    except LedgerError as error:
        return UnknownFolder(name, files_in_book(folder), None, error.message.replace(f"{folder}/", ""))


def ledger_in(books: Path, folder: str) -> Ledger:
    """Return the ledger of a folder among the books; the name cannot lead outside."""
    if not is_folder_name(folder) or (books / folder).is_symlink() or not (books / folder).is_dir():
        raise LedgerError("Không có thư mục sổ ấy.")
    try:
        return load_ledger(books / folder)
    except LedgerError as error:
        raise LedgerError(error.message.replace(f"{books / folder}/", "")) from None
