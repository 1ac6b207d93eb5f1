"""The registry where it is asked: what waits, what was read and decided, what is in force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.model import PageRef
from pipeline.registry.model.amendments import Amendment
from pipeline.registry.model.books import BookRow, BookSummary, ReadFailure, Rectification, StoredBook
from pipeline.registry.model.checks import CrossEntryFinding, StoredLink
from pipeline.registry.model.entries import PastReading, ReadEntry, RecordRow, StoredEntry
from pipeline.registry.model.tasks import Task
from pipeline.registry.repositories import (
    amendments,
    books,
    checks,
    effective_values,
    entries,
    failures,
    links,
    overview,
    stored_entries,
)
from pipeline.registry.repositories.connected import Repository
from pipeline.registry.repositories.pages import rectification_of
from pipeline.schema import RecordSpec

if TYPE_CHECKING:
    from pipeline.registry.repositories.frames import Frame


class RegistryQueries(Repository):
    """The present content of the registry, and its history. Nothing is written."""

    def queue(self, book_id: int | None = None, limit: int | None = None) -> Sequence[Task]:
        """What waits for a person, reopened tasks first, then in the order of the book."""
        with self._database.reading() as connection:
            return overview.queue(connection, book_id, limit)

    def read_failures(self, book_id: int | None = None) -> Sequence[ReadFailure]:
        """Pages and scans that could not be read, of a book or of all."""
        with self._database.reading() as connection:
            return failures.unread(connection, book_id)

    def summary(self, book_id: int | None = None) -> BookSummary:
        """Return the progress of a book, or of all of them."""
        with self._database.reading() as connection:
            return overview.summary(connection, self._declared, book_id)

    def series_columns(self, book_ids: Sequence[int] | None = None) -> tuple[Frame, Frame, Frame]:
        """Return entries, pages and books as columns; values are the effective ones, else what was read.

        The result covers these books and all others of the same offices and kinds of event, or the whole registry
        (``pipeline.registry.repositories.frames``).
        """
        from pipeline.registry.repositories import frames

        with self._database.reading() as connection:
            shelf = None if book_ids is None else frames.series_books(connection, book_ids)
            return (
                frames.entries(connection, self._declared, shelf),
                frames.pages(connection, shelf),
                frames.books(connection, self._declared, shelf),
            )

    def ink_prints(self, book_ids: Sequence[int]) -> Frame:
        """Where the ink of the pages of these books lies (``pipeline.registry.repositories.frames``)."""
        from pipeline.registry.repositories import frames

        with self._database.reading() as connection:
            return frames.ink_prints(connection, book_ids)

    def book_columns(self) -> Frame:
        """All books as columns."""
        from pipeline.registry.repositories import frames

        with self._database.reading() as connection:
            return frames.books(connection, self._declared, None)

    def people_columns(self) -> Frame:
        """The people of all entries as columns (``pipeline.registry.repositories.frames``)."""
        from pipeline.registry.repositories import frames

        with self._database.reading() as connection:
            return frames.people(connection, self._declared)

    def cross_entry_findings(self, book_ids: Sequence[int] | None = None) -> Sequence[CrossEntryFinding]:
        """What the last checks of books and of the registry found."""
        with self._database.reading() as connection:
            return checks.cross_entry_findings(connection, book_ids)

    def links(
        self, kind: str | None = None, limit: int | None = None, *, rejected: bool = False
    ) -> Sequence[StoredLink]:
        """What is suggested to belong together and what people confirmed.

        First what nobody has decided on its present evidence, then the surest. Those that people ``rejected``
        only on demand.
        """
        with self._database.reading() as connection:
            return links.stored_links(connection, kind, limit, rejected=rejected)

    def entries(self, book_id: int | None = None) -> Sequence[int]:
        """Return the ids of the valid entries, in the order of the books."""
        with self._database.reading() as connection:
            return stored_entries.entry_ids(connection, book_id)

    def entry(self, entry_id: int) -> StoredEntry:
        """All that is known of an entry now."""
        with self._database.reading() as connection:
            return stored_entries.stored_entry(connection, self._declared, entry_id)

    def stored_entries(self, book_id: int) -> Iterator[StoredEntry]:
        """Yield all that is known of each valid entry of a book, in the order of the book and as of one moment.

        Many entries are read by one query a table, so that a whole book takes a few dozen queries. The
        transaction lasts until the last entry was taken.
        """
        with self._database.reading() as connection:
            ids = stored_entries.entry_ids(connection, book_id)
            yield from stored_entries.stored_entries(connection, self._declared, ids)

    def read_entries(self, book_id: int, hand_reader: str) -> Sequence[ReadEntry]:
        """Yield the latest readings of the valid entries of a book that this handwriting reader has read."""
        with self._database.reading() as connection:
            return tuple(stored_entries.read_entries(connection, book_id, hand_reader))

    def record_of(self, entry_id: int) -> RecordSpec:
        """The record that an entry is of."""
        with self._database.reading() as connection:
            place = entries.place_of(connection, entry_id)
            return self._declared.schemas.record(place["record"])

    def book(self, book_id: int) -> StoredBook:
        """A book with its pages and what has no result."""
        with self._database.reading() as connection:
            return books.stored_book(connection, book_id)

    def book_rows(self, record: str) -> Sequence[BookRow]:
        """Return all books of a record, each with the number of its valid entries."""
        with self._database.reading() as connection:
            return books.book_rows(connection, record)

    def record_rows(self, record: str, book_ids: Sequence[int]) -> Sequence[RecordRow]:
        """Return the effective values of all entries of these books, which are of that record."""
        with self._database.reading() as connection:
            return tuple(effective_values.record_rows(connection, self._declared, record, book_ids))

    def rectification(self, book_id: int, ref: PageRef) -> Rectification | None:
        """How that page was set straight, for cutting the boxes of its readings from the scan again."""
        with self._database.reading() as connection:
            return rectification_of(connection, book_id, ref)

    def amendments(self, entry_id: int) -> Sequence[Amendment]:
        """Every amendment of an entry, those taken back included, the oldest first."""
        with self._database.reading() as connection:
            return amendments.history_of(
                connection, stored_entries.stored_entry(connection, self._declared, entry_id)
            )

    def past_readings(self, entry_id: int) -> Sequence[PastReading]:
        """What every run read on an entry, oldest first."""
        with self._database.reading() as connection:
            return tuple(stored_entries.past_readings(connection, entry_id))

    def effective_value(self, entry_id: int, field: str) -> str | None:
        """The last decision, else the accepted reading, else None; ``""`` is a field known to be blank."""
        with self._database.reading() as connection:
            record = entries.place_of(connection, entry_id)["record"]
            self._declared.field(record, field)
            of_entry = effective_values.effective_values_of(connection, self._declared, {entry_id: record})
            return of_entry[entry_id][field]
