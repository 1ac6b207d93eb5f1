"""The registry where the machine writes: books, scans, pages, failures, checks; and what a run asks of it first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager

from pipeline.model import Ledger, PageRef, PageResult
from pipeline.registry.database.audit import MACHINE, record
from pipeline.registry.model.books import BookProgress, ReadFailure, SaveOutcome
from pipeline.registry.model.checks import ChecksOutcome, CrossEntryFinding, Link
from pipeline.registry.model.entries import EffectiveValues, LastReading
from pipeline.registry.repositories import books, checks, failures, links, pages, places
from pipeline.registry.repositories.book_locks import BookLock, lock_book
from pipeline.registry.repositories.connected import Repository
from pipeline.registry.repositories.stored_entries import stored_entry


class IngestRepository(Repository):
    """What runs store, and what they must know to store it."""

    def book_id(self, ledger: Ledger, folder_name: str) -> int:
        """The id of a book, made when it is new.

        A book is its folder's name, place code, volume and kind of event; the rest of ``ledger`` is brought
        up to date.
        """
        with self._database.writing() as connection:
            return books.book_id(connection, self._declared, ledger, folder_name)

    def store_scan(self, book_id: int, sha256: str, name: str, size: int, pages: int) -> None:
        """Note a readable scan of a book; ``size`` in bytes. Its failure as a whole, if any was noted, is cleared."""
        with self._database.writing() as connection:
            books.store_scan(connection, book_id, sha256, name, size, pages)

    def find_book(self, ledger: Ledger, folder_name: str) -> int | None:
        """The id of a book as ``book_id`` tells it, None when it was never read."""
        with self._database.reading() as connection:
            return books.find_book(connection, self._declared, ledger, folder_name)

    def last_readings(self, book_id: int, ref: PageRef) -> Mapping[tuple[int, str], LastReading]:
        """What the machine last read on a page, by row and field."""
        with self._database.reading() as connection:
            return pages.last_readings(connection, book_id, ref)

    def book_progress(self) -> Mapping[str, BookProgress]:
        """How far every book is, by the name of its folder."""
        with self._database.reading() as connection:
            return books.book_progress(connection)

    def page_counts(self, book_id: int) -> Mapping[str, int]:
        """How many pages each readable scan of a book has, by its SHA-256."""
        with self._database.reading() as connection:
            return books.page_counts(connection, book_id)

    def fingerprints(self, book_id: int) -> Mapping[PageRef, str]:
        """Under which fingerprint each page of a book was last saved; pages that never were are missing."""
        with self._database.reading() as connection:
            return pages.fingerprints(connection, book_id)

    def save_page(self, book_id: int, result: PageResult, fingerprint: str) -> SaveOutcome:
        """Store what one run read on a page, whole or not at all. The scan must be stored before.

        Nothing happens when the page was last saved under the same ``fingerprint``; else the new readings and
        findings count from now on. What people decided stays effective; where the machine now reads something
        else than they saw, the task opens again.
        """
        with self._database.writing() as connection:
            return pages.save_page(connection, self._declared, book_id, result, fingerprint)

    def save_failure(
        self,
        book_id: int,
        sha256: str,
        name: str,
        page_no: int | None,
        code: str,
        message: str,
        fingerprint: str | None = None,
    ) -> None:
        """Record that a page, or with ``page_no`` None the scan, could not be used.

        The record is removed when that succeeds later. ``fingerprint`` is that of the reading that was tried.
        """
        with self._database.writing() as connection:
            failures.save_failure(connection, book_id, sha256, name, page_no, code, message, fingerprint)

    def set_aside(
        self, book_id: int, codes: Collection[str], tries: int, prints: Mapping[str, str]
    ) -> Mapping[tuple[str, int | None], ReadFailure]:
        """Return what failed so often in a row that trying again is no use until something changes.

        See ``pipeline.registry.repositories.failures``.

        Args:
            book_id: The book.
            codes: The error codes that count.
            tries: How many failures in a row.
            prints: The current fingerprint of the reading by SHA-256 of the scan.
        """
        with self._database.reading() as connection:
            return failures.set_aside(connection, book_id, codes, tries, prints)

    def lock_book(self, book_id: int, seconds: float) -> AbstractContextManager[BookLock]:
        """Hold a book while it is read: one run at a time.

        ``seconds``: how long this run may say nothing before others take the book over. Entering raises
        ``BookBusy`` when another run has it.
        """
        return lock_book(self._database, book_id, seconds)

    def resolve_places(self, entry_id: int) -> bool:
        """Resolve the places of an entry anew, after the tables of administrative units have changed.

        Returns whether any came out otherwise. What was noted before stays on record; nothing is added where
        it comes out the same.
        """
        with self._database.writing() as connection:
            stored = stored_entry(connection, self._declared, entry_id)
            in_force = EffectiveValues(entry_id, stored.record, stored.values)
            changed = places.refresh_places(connection, self._declared, [in_force])
            if changed:
                record(connection, MACHINE, "places-resolved", f"entry:{entry_id}")
            return changed

    def save_checks(
        self,
        findings: Iterable[CrossEntryFinding],
        codes: Collection[str],
        book_ids: Sequence[int] | None = None,
    ) -> ChecksOutcome:
        """Replace the findings of the ``codes`` that were checked, in these books or in all.

        A value that a new finding names is no longer effective until someone decides it; tasks open and close
        accordingly.
        """
        with self._database.writing() as connection:
            return checks.save_checks(connection, self._declared, findings, codes, book_ids)

    def save_links(self, suggested: Iterable[Link]) -> ChecksOutcome:
        """Replace the suggested links. Nothing else changes."""
        with self._database.writing() as connection:
            return links.save_links(connection, suggested)

    def note_package(self, book_id: int, entries: int, manifest_sha256: str) -> None:
        """Record that so many entries of a book left the registry in a package, and the hash of its manifest."""
        with self._database.writing() as connection:
            told = {"entries": entries, "manifest": manifest_sha256}
            record(connection, MACHINE, "package-written", f"book:{book_id}", told)
