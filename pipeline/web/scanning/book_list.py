"""The list of books: where each stands, by place, kind of event and year, and folders that no book was made of yet."""

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

MOST_ROWS = 200
"""Books that are shown at once; filters find the others."""

MOST_FOLDERS = 100


class BookFilter(BaseModel):
    """What the list is narrowed to; ``""`` stands for all.

    Attributes:
        place: The code of the registration place.
        year: The year of the volume.
    """

    place: str = Field(default="", max_length=40)
    record: str = Field(default="", max_length=40)
    year: str = Field(default="", max_length=4)
    stage: str = Field(default="", max_length=20)

    def admits(self, book: BookState, *, any_stage: bool = False) -> bool:
        """Whether the list shows a book; with ``any_stage`` wherever it stands."""
        return (
            self.place in ("", book.place_code)
            and self.record in ("", book.record)
            and self.year in ("", book.year)
            and (any_stage or self.stage in ("", book.stage))
        )

    def query(self, stage: str) -> str:
        """The address of the same list, narrowed to another stage."""
        told = (("place", self.place), ("record", self.record), ("year", self.year), ("stage", stage))
        return "&".join(f"{key}={value}" for key, value in told if value)


@dataclass(frozen=True, slots=True)
class ListedBook:
    """A book of the list; ``files``: what lies in its folder now, None where the folder is not known."""

    state: BookState
    files: int | None

    @property
    def new_files(self) -> int:
        """Files that no run has noted yet."""
        return max(0, (self.files or 0) - self.state.scans - self.state.refused)


@dataclass(frozen=True, slots=True)
class UnknownFolder:
    """A folder among the books that is no book of the registry yet, with its ledger or with what is wrong with it."""

    name: str
    files: int
    ledger: Ledger | None
    flaw: str = ""


@dataclass(frozen=True, slots=True)
class BookList:
    """The list as a person sees it.

    Attributes:
        rows: The books, at most ``MOST_ROWS``.
        stages: How many books stand at each stage, whatever stage the list is narrowed to.
        places: Code and name of the places that have books.
        records: The kinds of event that have books.
        years: The years that have books, the last first.
        folders: Folders that are no books yet.
    """

    rows: tuple[ListedBook, ...]
    found: int
    stages: tuple[tuple[BookStage, str, int], ...]
    places: tuple[tuple[str, str], ...]
    records: tuple[str, ...]
    years: tuple[str, ...]
    folders: tuple[UnknownFolder, ...]


def book_list(
    mine: Sequence[BookState],
    person: Person,
    narrowed: BookFilter,
    folder: Path | None,
    known: Iterable[str],
) -> BookList:
    """Return the list of the books that a person may see.

    Args:
        folder: The folder of all books; None where this server knows none.
        known: The names of the folders that are of some book, whoever may see it.
    """
    found = [one for one in mine if narrowed.admits(one)]
    counts = Counter(one.stage for one in mine if narrowed.admits(one, any_stage=True))
    return BookList(
        rows=tuple(
            ListedBook(one, None if folder is None else files_in_book(folder / one.folder_name))
            for one in found[:MOST_ROWS]
        ),
        found=len(found),
        stages=tuple((stage, label, counts[stage]) for stage, label in BOOK_STAGE_LABELS.items()),
        places=tuple(sorted({one.place_code: one.place for one in mine}.items())),
        records=tuple(sorted({one.record for one in mine})),
        years=tuple(sorted({one.year for one in mine}, reverse=True)),
        folders=() if folder is None else unknown_folders(folder, known, person),
    )


def unknown_folders(books: Path, known: Iterable[str], person: Person) -> tuple[UnknownFolder, ...]:
    """Return the folders among the books that the registry knows no book of, and that the person may see.

    A folder whose ledger cannot be read belongs to no place yet: who may see all places is told of it.
    """
    names = set(known)
    try:
        there = sorted(
            one
            for one in books.iterdir()
            if one.name not in names and not one.name.startswith(".") and one.is_dir()
        )
    except OSError:
        return ()
    found: list[UnknownFolder] = []
    for one in there:
        if len(found) == MOST_FOLDERS:
            break
        told = _unknown_folder(one)
        if person.places is None if told.ledger is None else person.may_see(told.ledger.place_code):
            found.append(told)
    return tuple(found)


def _unknown_folder(folder: Path) -> UnknownFolder:
    name = printable(folder.name)
    if folder.is_symlink():
        return UnknownFolder(name, 0, None, "Đây là một liên kết, không phải thư mục.")
    try:
        return UnknownFolder(name, files_in_book(folder), load_ledger(folder))
    except LedgerError as error:
        return UnknownFolder(name, files_in_book(folder), None, error.message.replace(f"{folder}/", ""))
