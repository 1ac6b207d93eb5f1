"""The registry as the rest of the house sees it: values in, values out, one transaction a call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from sqlalchemy import select

from pipeline.model import Ledger, PageRef, PageResult
from pipeline.registry import (
    checks,
    deciding,
    failures,
    link_decisions,
    links,
    overview,
    page_readings,
    placing,
    readback,
    records,
    saving,
)
from pipeline.registry.accounts.accounts import Accounts, utc_now
from pipeline.registry.accounts.person import Person
from pipeline.registry.accounts.values import AccountOptions
from pipeline.registry.amendments import Amendment, AmendmentOrder, amending
from pipeline.registry.audit import MACHINE, record
from pipeline.registry.audit.audit import Audit
from pipeline.registry.book_progress import BookProgress, book_progress
from pipeline.registry.book_runs import Turn, turn_at
from pipeline.registry.database import Database
from pipeline.registry.declared import Declared
from pipeline.registry.desk.desk import Desk
from pipeline.registry.lots.lots import Lots
from pipeline.registry.migration import bring_up_to_date
from pipeline.registry.reconciliation.reconciliations import Reconciliations
from pipeline.registry.records import BookRow, RecordRow
from pipeline.registry.roles import may_change_decisions
from pipeline.registry.stored_book import StoredBook, stored_book
from pipeline.registry.stored_entry import past_readings, stored_entry
from pipeline.registry.straightening import Straightening, straightening_of
from pipeline.registry.tables import all_tables, entry, page, record_tables, scan
from pipeline.registry.tallies.counting import Counting
from pipeline.registry.values import (
    BookSummary,
    ChecksOutcome,
    InForce,
    Link,
    LinkVerdict,
    PastReading,
    SaveOutcome,
    StandingFinding,
    StandingLink,
    StoredEntry,
    Task,
    Verdict,
)
from pipeline.review_policy import ReviewPolicy
from pipeline.sampling import SamplingPolicy
from pipeline.schema import RecordSpec, Schemas, load

if TYPE_CHECKING:
    from pipeline.registry.columns import Frame


class Registry:
    """All that was read and decided, in one database. Use it as a context manager, from one thread or several.

    Every method raises ``RegistryError`` or ``StorageError`` with advice when the database refuses.
    """

    def __init__(self, database: Database, declared: Declared) -> None:
        self._database = database
        self._declared = declared

    @classmethod
    def open(
        cls,
        url: str,
        schemas: Schemas | None = None,
        *,
        wait_seconds: float = 15.0,
        audit_key: Path | None = None,
    ) -> Registry:
        """Create or upgrade the database at ``url`` (``sqlite:////path/registry.db``, ``postgresql://host/name``) and
        open it.

        ``schemas`` give the record tables (by default those of the installation); ``wait_seconds``: how long to wait
        while another process writes; ``audit_key``: the file of the key that signs the audit, made when it is first
        needed. An audit that was signed once takes no row without its key.
        """
        schemas = schemas or load()
        metadata = all_tables(schemas)
        database = Database(url, wait_seconds, audit_key)
        try:
            with database.errors_in_words():
                bring_up_to_date(database, metadata)
        except BaseException:
            database.close()
            raise
        return cls(database, Declared(schemas, metadata, record_tables(metadata, schemas)))

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def may_change_decisions(self) -> bool | None:
        """Whether this account could change what was decided, were it not for the triggers; ``None`` for a file."""
        with self._database.reading() as connection:
            return may_change_decisions(connection)

    # --- who may come in ------------------------------------------------------------------------------------------

    def accounts(
        self, now: Callable[[], datetime] = utc_now, options: AccountOptions = AccountOptions()
    ) -> Accounts:
        """The accounts of people; ``now``: the clock, in UTC."""
        return Accounts(self._database, now, options)

    # --- the machine writes ---------------------------------------------------------------------------------------

    def book_id(self, ledger: Ledger, folder_name: str) -> int:
        """The id of a book, made when it is new. A book is its folder's name, place code, volume and kind of
        event; the rest of ``ledger`` is brought up to date."""
        with self._database.writing() as connection:
            return saving.book_id(connection, self._declared, ledger, folder_name)

    def store_scan(self, book_id: int, sha256: str, name: str, size: int, pages: int) -> None:
        """Note a readable scan of a book; ``size`` in bytes. Its failure as a whole, if any was noted, is cleared."""
        with self._database.writing() as connection:
            saving.store_scan(connection, book_id, sha256, name, size, pages)

    def find_book(self, ledger: Ledger, folder_name: str) -> int | None:
        """The id of a book as ``book_id`` tells it, None when it was never read."""
        with self._database.reading() as connection:
            return saving.find_book(connection, self._declared, ledger, folder_name)

    def last_readings(
        self, book_id: int, ref: PageRef
    ) -> Mapping[tuple[int, str], page_readings.LastReading]:
        """What the machine last read on a page, by row and field."""
        with self._database.reading() as connection:
            return page_readings.last_readings(connection, book_id, ref)

    def book_progress(self) -> Mapping[str, BookProgress]:
        """How far every book is, by the name of its folder."""
        with self._database.reading() as connection:
            return book_progress(connection)

    def page_counts(self, book_id: int) -> Mapping[str, int]:
        """How many pages each readable scan of a book has, by its SHA-256."""
        with self._database.reading() as connection:
            return saving.page_counts(connection, book_id)

    def fingerprints(self, book_id: int) -> Mapping[PageRef, str]:
        """Under which fingerprint each page of a book was last saved; pages that never were are missing."""
        with self._database.reading() as connection:
            return saving.fingerprints(connection, book_id)

    def save_page(self, book_id: int, result: PageResult, fingerprint: str) -> SaveOutcome:
        """Store what one run read on a page, whole or not at all. The scan must be stored before.

        Nothing happens when the page was last saved under the same ``fingerprint``; else the new readings and
        findings count from now on. What people decided stays in force; where the machine now reads something
        else than they saw, the task opens again.
        """
        with self._database.writing() as connection:
            return saving.save_page(connection, self._declared, book_id, result, fingerprint)

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
        """Note that a page, or with ``page_no`` None the scan, could not be used; cleared when that succeeds
        later. ``fingerprint``: of the reading that was tried."""
        with self._database.writing() as connection:
            saving.save_failure(connection, book_id, sha256, name, page_no, code, message, fingerprint)

    def set_aside(
        self, book_id: int, codes: Collection[str], tries: int, prints: Mapping[str, str]
    ) -> Mapping[tuple[str, int | None], failures.Unread]:
        """What failed so often in a row that trying again is no use until something changes
        (``pipeline.registry.failures``). ``prints``: fingerprint of the reading by SHA-256 of the scan."""
        with self._database.reading() as connection:
            return failures.set_aside(connection, book_id, codes, tries, prints)

    def turn_at(self, book_id: int, seconds: float) -> AbstractContextManager[Turn]:
        """Hold a book while it is read: one run at a time. ``seconds``: how long this run may say nothing before others
        take the book over. Entering raises ``BookBusy`` when another run has it."""
        return turn_at(self._database, book_id, seconds)

    def resolve_places(self, entry_id: int) -> bool:
        """Resolve the places of an entry anew, after the tables of administrative units have changed. Returns
        whether any came out otherwise. What was noted before stays on record; nothing is added where it comes
        out the same."""
        with self._database.writing() as connection:
            stored = stored_entry(connection, self._declared, entry_id)
            in_force = InForce(entry_id, stored.record, stored.values)
            changed = placing.follow_places(connection, self._declared, [in_force])
            if changed:
                record(connection, MACHINE, "places-resolved", f"entry:{entry_id}")
            return changed

    def save_checks(
        self,
        findings: Iterable[StandingFinding],
        codes: Collection[str],
        book_ids: Sequence[int] | None = None,
    ) -> ChecksOutcome:
        """Make ``findings`` those that hold among the ``codes`` that were looked for, in these books or in all. A value
        that a new one names is in force no longer until someone decides it; tasks open and close accordingly."""
        with self._database.writing() as connection:
            return checks.save_checks(connection, self._declared, findings, codes, book_ids)

    def save_links(self, suggested: Iterable[Link]) -> ChecksOutcome:
        """Make these the suggestions that stand. Nothing else changes by them."""
        with self._database.writing() as connection:
            return links.save_links(connection, suggested)

    # --- people write ---------------------------------------------------------------------------------------------

    def decide(
        self,
        entry_id: int,
        verdicts: Sequence[Verdict],
        *,
        author: str,
        reason: str = "",
        version: int | None = None,
    ) -> bool:
        """Record a person's word on fields of an entry, for good. Returns whether nothing is left to decide on it.

        ``version`` is that of the ``Task`` that was shown: ``StaleTask`` when it has changed since. A verdict on
        ``WHOLE_ENTRY`` says that findings which name no field were seen.
        """
        with self._database.writing() as connection:
            return deciding.decide(
                connection,
                self._declared,
                entry_id,
                verdicts,
                author=author,
                reason=reason,
                version=version,
            )

    def settle_page(self, page_id: int, *, author: str, reason: str = "", version: int | None = None) -> None:
        """Record that a person has seen what was found about a page itself; its task is done."""
        with self._database.writing() as connection:
            deciding.settle_page(
                connection, self._declared, page_id, author=author, reason=reason, version=version
            )

    def decide_link(self, link_id: int, verdict: LinkVerdict, *, author: str, reason: str = "") -> None:
        """Record a person's word on a suggested link, for good; the last one counts. No later run suggests a rejected
        pair again unless its evidence changes."""
        with self._database.writing() as connection:
            link_decisions.decide_link(connection, link_id, verdict, author=author, reason=reason)

    def amend(
        self, entry_id: int, field: str, text: str, order: AmendmentOrder, *, author: str, reason: str = ""
    ) -> int:
        """Note that a decision of an authority gives a field another value; returns the number of the amendment. What
        was read and decided stays as it is. ``RegistryError`` says what is missing or wrong."""
        with self._database.writing() as connection:
            entry_ = stored_entry(connection, self._declared, entry_id)
            return amending.amend(
                connection, self._declared, entry_, field, text, order, author=author, reason=reason
            )

    def withdraw_amendment(self, entry_id: int, amendment_id: int, *, author: str, reason: str) -> None:
        """Take back an amendment that was noted by mistake; it stays on record."""
        with self._database.writing() as connection:
            entry_ = stored_entry(connection, self._declared, entry_id)
            amending.withdraw(connection, entry_, amendment_id, author=author, reason=reason)

    def reconciliations(self) -> Reconciliations:
        """What reconciliations found, to be stored, asked about and answered."""
        return Reconciliations(self._database, self._declared)

    def note_view(self, person: Person, action: str, subject: str) -> None:
        """Record that someone was shown personal data: ``action`` as in ``docs/reference/audit.md`` (``task-shown``),
        ``subject`` what of (``entry:12``, ``page:3``), never what they saw or typed."""
        with self._database.writing() as connection:
            record(connection, person.login, action, subject)

    def note_package(self, book_id: int, entries: int, manifest_sha256: str) -> None:
        """Record that so many entries of a book left the registry in a package, and the hash of its manifest."""
        with self._database.writing() as connection:
            told = {"entries": entries, "manifest": manifest_sha256}
            record(connection, MACHINE, "package-written", f"book:{book_id}", told)

    def audit(self) -> Audit:
        """Who did what, to be looked through, sealed and shown."""
        return Audit(self._database)

    def desk(self, policy: ReviewPolicy, *, now: Callable[[], datetime] | None = None) -> Desk:
        """The reviewers' desk under what an office has set. ``now``: the time in UTC (by default that of the
        database)."""
        return Desk(self._database, self._declared, policy, now)

    def lots(
        self,
        review: ReviewPolicy,
        sampling: SamplingPolicy = SamplingPolicy(),
        *,
        now: Callable[[], datetime] | None = None,
    ) -> Lots:
        """Acceptance sampling under what an office has set. ``now``: as of ``desk``."""
        return Lots(self._database, self._declared, review, sampling, now)

    def counting(
        self, places: Collection[str] | None, *, now: Callable[[], datetime] | None = None
    ) -> Counting:
        """Counts for reports, over the books of these registration places (None = all). ``now``: as of ``desk``."""
        return Counting(self._database, places, now)

    # --- what stands ----------------------------------------------------------------------------------------------

    def queue(self, book_id: int | None = None, limit: int | None = None) -> Sequence[Task]:
        """What waits for a person, reopened tasks first, then in the order of the book."""
        with self._database.reading() as connection:
            return overview.queue(connection, book_id, limit)

    def unread(self, book_id: int | None = None) -> Sequence[failures.Unread]:
        """Pages and scans that could not be read, of a book or of all."""
        with self._database.reading() as connection:
            return failures.unread(connection, book_id)

    def summary(self, book_id: int | None = None) -> BookSummary:
        """Where a book stands, or all of them."""
        with self._database.reading() as connection:
            return overview.summary(connection, self._declared, book_id)

    def shelf_columns(self, book_ids: Sequence[int] | None = None) -> tuple[Frame, Frame, Frame]:
        """Entries, pages and books as columns, of these books and all others of the same offices and kinds of event, or
        of the whole registry (``pipeline.registry.columns``). Values are those in force, else what was read."""
        from pipeline.registry import columns  # pandas: not for every command

        with self._database.reading() as connection:
            shelf = None if book_ids is None else columns.shelf_mates(connection, book_ids)
            return (
                columns.entries(connection, self._declared, shelf),
                columns.pages(connection, shelf),
                columns.books(connection, self._declared, shelf),
            )

    def ink_prints(self, book_ids: Sequence[int]) -> Frame:
        """Where the ink of the pages of these books lies (``pipeline.registry.columns``)."""
        from pipeline.registry import columns

        with self._database.reading() as connection:
            return columns.ink_prints(connection, book_ids)

    def book_columns(self) -> Frame:
        """All books as columns."""
        from pipeline.registry import columns

        with self._database.reading() as connection:
            return columns.books(connection, self._declared, None)

    def people_columns(self) -> Frame:
        """The people of all entries as columns (``pipeline.registry.columns``)."""
        from pipeline.registry import columns

        with self._database.reading() as connection:
            return columns.people(connection, self._declared)

    def standing_findings(self, book_ids: Sequence[int] | None = None) -> Sequence[StandingFinding]:
        """What the last checks of books and of the registry found."""
        with self._database.reading() as connection:
            return checks.standing_findings(connection, book_ids)

    def links(
        self, kind: str | None = None, limit: int | None = None, *, rejected: bool = False
    ) -> Sequence[StandingLink]:
        """What is suggested to belong together and what people confirmed: first what nobody has decided on its present
        evidence, then the surest. Those that people ``rejected`` only on demand."""
        with self._database.reading() as connection:
            return link_decisions.standing_links(connection, kind, limit, rejected=rejected)

    def entries(self, book_id: int | None = None) -> Sequence[int]:
        """The ids of the entries that stand, in the order of the books."""
        with self._database.reading() as connection:
            query = (
                select(entry.c.id)
                .join(page, entry.c.page_id == page.c.id)
                .join(scan, page.c.scan_id == scan.c.id)
                .where(entry.c.stands)
                .order_by(scan.c.book_id, scan.c.id, page.c.page_no, entry.c.row)
            )
            return connection.scalars(
                query if book_id is None else query.where(scan.c.book_id == book_id)
            ).all()

    def entry(self, entry_id: int) -> StoredEntry:
        """All that is known of an entry now."""
        with self._database.reading() as connection:
            return stored_entry(connection, self._declared, entry_id)

    def record_of(self, entry_id: int) -> RecordSpec:
        """The record that an entry is of."""
        with self._database.reading() as connection:
            place = readback.place_of(connection, entry_id)
            return self._declared.schemas.record(place["record"])

    def book(self, book_id: int) -> StoredBook:
        """A book with its pages and what has no result."""
        with self._database.reading() as connection:
            return stored_book(connection, book_id)

    def book_rows(self, record: str) -> Sequence[BookRow]:
        """All books of a record, with how many entries of each stand."""
        with self._database.reading() as connection:
            return records.book_rows(connection, record)

    def record_rows(self, record: str, book_ids: Sequence[int]) -> Sequence[RecordRow]:
        """The values in force of all entries of these books, which are of that record."""
        with self._database.reading() as connection:
            return tuple(records.record_rows(connection, self._declared, record, book_ids))

    def straightening(self, book_id: int, ref: PageRef) -> Straightening | None:
        """How that page was set straight, for cutting the boxes of its readings from the scan again."""
        with self._database.reading() as connection:
            return straightening_of(connection, book_id, ref)

    def amendments(self, entry_id: int) -> Sequence[Amendment]:
        """Every amendment of an entry, those taken back included, the oldest first."""
        with self._database.reading() as connection:
            return amending.history_of(connection, stored_entry(connection, self._declared, entry_id))

    def past_readings(self, entry_id: int) -> Sequence[PastReading]:
        """What every run read on an entry, oldest first."""
        with self._database.reading() as connection:
            return tuple(past_readings(connection, entry_id))

    def value_in_force(self, entry_id: int, field: str) -> str | None:
        """The last decision, else the accepted reading, else None; ``""`` is a field known to be blank."""
        with self._database.reading() as connection:
            place = readback.place_of(connection, entry_id)
            self._declared.field(place["record"], field)
            column = self._declared.records[place["record"]].c[field]
            table = column.table
            return connection.scalar(select(column).where(table.c.entry_id == entry_id))
