"""The registry as the rest of the house sees it: values in, values out, one transaction a call."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from pipeline.declarations.office.lot_sampling import SamplingPolicy
from pipeline.declarations.office.review import ReviewPolicy
from pipeline.declarations.schema import Schemas, load
from pipeline.registry import policy_changes, sampled_values, settled_flaws, tampered_rows
from pipeline.registry.accounts import saved_filters
from pipeline.registry.accounts.accounts import Accounts, utc_now
from pipeline.registry.accounts.model import AccountOptions, Person
from pipeline.registry.accounts.sign_ins import SignIns
from pipeline.registry.amendments import amendments
from pipeline.registry.approvals import approvals
from pipeline.registry.audit.audit import Audit
from pipeline.registry.audit.recorded_files import recorded_files
from pipeline.registry.books import (
    book_locks,
    browsing,
    corrections,
    failures,
    overview,
    page_order,
    pages,
    stored_books,
)
from pipeline.registry.books.rows import StoredBookRow
from pipeline.registry.checks import checks, links
from pipeline.registry.clear_values import clear_counts, clear_pages
from pipeline.registry.custody import custody
from pipeline.registry.custody.scanned_books import scanned_books
from pipeline.registry.database.audit import record
from pipeline.registry.database.audit.proven_rows import ProvenRows
from pipeline.registry.database.database import Database
from pipeline.registry.database.migration import bring_up_to_date
from pipeline.registry.database.record_tables import RecordSchema, all_tables, record_tables
from pipeline.registry.database.roles import may_change_decisions
from pipeline.registry.database.transactions import (
    ConnectionFacade,
    reading,
    reading_declared,
    reading_declared_proven,
    reading_proven,
    writing,
    writing_declared,
    writing_declared_proven,
)
from pipeline.registry.database.versions import database_version
from pipeline.registry.desk import Desk
from pipeline.registry.entries import (
    decisions,
    effective_values,
    places,
    second_copies,
    stored_entries,
    subjects,
)
from pipeline.registry.entries.confirmed_values import confirm_alike, confirm_delivery
from pipeline.registry.entries.model import StoredEntry
from pipeline.registry.entries.stored_entries import delivery_layers
from pipeline.registry.extracts import extracts, issue_book
from pipeline.registry.lots.lots import Lots
from pipeline.registry.publishing.book_events import ATTEMPTS
from pipeline.registry.publishing.publishing import Publishing
from pipeline.registry.reconciliation.reconciliations import Reconciliations
from pipeline.registry.search import following, open_acts, same_person, searching
from pipeline.registry.search.following import follow as follow_search
from pipeline.registry.search.model import (
    IndexAgreement,
    SearchCriteria,
    SearchOptions,
    SearchReason,
    SearchResult,
)
from pipeline.registry.statistics import countable_entries as countable
from pipeline.registry.statistics import sampling as statistics_of_samples
from pipeline.registry.statistics.statistics import RegistryStatistics
from pipeline.registry.tasks import keyed_values, rescans, stamps, teaching
from pipeline.registry.tasks.exclusions import release_exclusions
from pipeline.registry.withdrawals import page_replacement, withdrawing
from pipeline.registry.withdrawals.stored_withdrawals import refuse_withdrawn, withdrawals_of

if TYPE_CHECKING:
    from pipeline.registry.books.frames import Frame


class Registry(ConnectionFacade):
    """All that was read and decided, in one database. Use it as a context manager, from one thread or several.

    A method is a function of a subject in a transaction of its own, with the docstring of that function. Every method
    raises ``RegistryError`` or ``StorageError`` with advice when the database refuses.
    """

    @classmethod
    def open(
        cls,
        url: str,
        schemas: Schemas | None = None,
        *,
        wait_seconds: float = 15.0,
        audit_key: Path | None = None,
    ) -> Registry:
        """Create or upgrade a database and open it.

        An audit that was signed once takes no row without its key.

        Args:
            url: The database (``sqlite:////path/registry.db``, ``postgresql://host/name``).
            schemas: What gives the record tables; by default those of the installation.
            wait_seconds: How long to wait while another process writes, in seconds.
            audit_key: The file of the key that signs the audit, made when it is first needed.
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
        declared = RecordSchema(schemas, metadata, record_tables(metadata, schemas))
        database.follower = partial(follow_search, declared=declared)
        try:
            following.build_if_missing(database, declared)
        except BaseException:
            database.close()
            raise
        return cls(database, declared)

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    may_change_decisions = reading(may_change_decisions)

    # --- books, scans and pages -----------------------------------------------------------------------------------

    book_id = writing_declared(stored_books.book_id)
    find_book = reading_declared(stored_books.find_book)
    book = reading(stored_books.stored_book)
    known_book = reading(stored_books.known_book)
    likely_books = reading(stored_books.likely_books)
    add_book = writing_declared(stored_books.add_book)
    correction_overview = reading(corrections.correction_overview)
    correct_book = writing_declared(corrections.correct_book)
    numbers_of_year = reading(corrections.numbers_of_year)
    book_corrections = reading(corrections.book_corrections)
    book_rows = reading(stored_books.book_rows)
    book_progress = reading(stored_books.book_progress)
    note_package = writing(stored_books.note_package)
    store_scan = writing(stored_books.store_scan)
    stored_scans = reading(stored_books.stored_scans)
    book_with_scan = reading(stored_books.book_with_scan)
    folder_names = reading(stored_books.folder_names)
    page_counts = reading(stored_books.page_counts)
    unfit_pages = reading(failures.unfit_pages)
    columns_of = reading(overview.columns_of)
    forms_read_by = reading(overview.forms_read_by)
    undeclared_books = reading_declared(overview.undeclared_books)
    save_page = writing_declared(pages.save_page)
    fingerprints = reading(pages.fingerprints)
    last_readings = reading(pages.last_readings)
    has_decisions = reading(keyed_values.has_decisions)
    scan_names = reading(keyed_values.scan_names)
    places_of_moved = reading(page_order.places_of_moved)
    pages_at_work = reading(keyed_values.pages_at_work)
    rectification = reading(pages.rectification_of)
    rectifications = reading(pages.rectifications_of)
    save_failure = writing(failures.save_failure)
    read_failures = reading(failures.read_failures)
    set_aside = reading(failures.set_aside)

    accepted_values = reading(sampled_values.accepted_values)
    draw_samples = writing_declared(sampled_values.draw_samples)
    sampled_fields = reading(sampled_values.sampled_fields)
    drawn_readings = reading(sampled_values.drawn_readings)
    sampled_values = reading(statistics_of_samples.sampled_values)

    save_clear_page = writing_declared(clear_pages.save_clear_page)
    plan_teaching = writing(teaching.plan_teaching)
    note_stamps = writing(stamps.note_stamps)
    second_copy = reading(second_copies.second_copy)
    delivered_book = reading(second_copies.delivered_book)
    note_pairs = writing(second_copies.note_pairs)
    ledger_copies = reading(second_copies.ledger_copies)
    waiting_copies = reading(second_copies.waiting_copies)
    take_back_unfounded = writing_declared(clear_pages.take_back_unfounded)
    clear_or_recalled = reading(clear_counts.clear_or_recalled)
    take_back_unclear = writing_declared(clear_counts.take_back_unclear)
    take_back_book = writing_declared(clear_counts.take_back_book)
    last_work = reading(clear_counts.last_work)
    books_worked_on = reading(clear_counts.books_worked_on)
    books_decided_since = reading(clear_counts.books_decided_since)
    clear_counts = reading(clear_counts.clear_counts)

    def lock_book(self, book_id: int, seconds: float) -> AbstractContextManager[book_locks.BookLock]:
        """Lock a book while it is read, so that one run at a time reads it.

        Args:
            seconds: How long this run may say nothing before others take the book over.

        Raises:
            BookBusy: On entering, when another run has it.
        """
        return book_locks.lock_book(self._database, book_id, seconds)

    # --- entries and values ---------------------------------------------------------------------------------------

    queue = reading(overview.queue)
    summary = reading_declared(overview.summary)
    database_version = reading(database_version)
    entry = reading_declared(stored_entries.stored_entry)
    record_of = reading_declared(subjects.record_of)
    effective_value = reading_declared(effective_values.effective_value)
    record_rows = reading_declared(effective_values.record_rows)
    read_entries = reading_declared(stored_entries.read_entries)
    past_readings = reading(stored_entries.past_readings)
    resolve_places = writing_declared(places.resolve_places)
    entries = reading(stored_entries.entry_ids)

    def stored_entries(self, book_id: int) -> Iterator[StoredEntry]:
        """Yield all that is known of each valid entry of a book, in the order of the book and as of one moment.

        Many entries are read by one query a table, so that a whole book takes a few dozen queries. The
        transaction lasts until the last entry was taken.
        """
        with self._reading() as connection:
            ids = stored_entries.entry_ids(connection, book_id)
            yield from stored_entries.stored_entries(connection, self._declared, ids)

    def compared_entries(self, book_id: int) -> Iterator[tuple[StoredEntry, tuple[str, ...]]]:
        """Yield entries as ``stored_entries`` does, with the tables of tampered rows (``tampered_rows``)."""
        with self._reading() as connection:
            key = self._database.key
            yield from tampered_rows.compared_entries(connection, self._declared, key, book_id)

    countable_books = reading(countable.countable_books)

    def countable_entries(
        self,
        books: Sequence[StoredBookRow],
        fields: Mapping[str, Collection[str]],
        period: countable.RegistrationPeriod,
        *,
        signed: bool = True,
    ) -> Iterator[countable.CountableEntry]:
        """Yield entries for statistics as of one moment (``statistics.countable_entries``)."""
        with self._reading() as connection:
            yield from countable.countable_entries(
                connection, self._declared, self._database.key, books, fields, period, signed=signed
            )

    def altered_tables(self, book_id: int, entry_id: int) -> tuple[str, ...]:
        """Return the tables with a row of an entry that was changed or added behind the program's back."""
        with self._reading() as connection:
            key = self._database.key
            found = tampered_rows.altered_entries(connection, self._declared, key, book_id, entry_id)
            return found.get(entry_id, ())

    unproven_entries = reading_declared_proven(tampered_rows.unproven_entries)

    # --- what people say ------------------------------------------------------------------------------------------

    decide = writing_declared(decisions.decide)
    settle_page = writing_declared(decisions.settle_page)
    keyed_by = reading(keyed_values.keyed_by)
    amend = writing_declared(amendments.amend)
    withdraw_amendment = writing_declared(amendments.withdraw_amendment)
    amendments = reading_declared(amendments.amendments_of)
    sign_amendment = writing_declared(approvals.sign_amendment)
    unsigned_amendments = reading(approvals.unsigned_amendments)
    amendment_signers = reading(approvals.amendment_signers)
    approve_book = writing_declared(approvals.approve_book)
    withdraw_approval = writing_declared(approvals.withdraw_approval)
    value_digest = reading_declared(approvals.value_digest)
    book_approval = reading_declared(approvals.approval_in_force)
    confirm_delivery = writing_declared(confirm_delivery)
    confirm_alike = writing_declared(confirm_alike)
    delivery_layers = reading_declared(delivery_layers)

    note_learning = writing(record)

    def recorded_files(self, subject: str, made: str, dropped: str | None = None) -> frozenset[str]:
        """Return the SHA-256 of the files that the audit holds of a subject (``audit.recorded_files``)."""
        with self._reading() as connection:
            return recorded_files(connection, self._database.keys, subject, made, dropped)

    def note_view(
        self, person: Person, action: str, subject: str, detail: Mapping[str, str] | None = None
    ) -> None:
        """Record that someone was shown personal data, or had the office's machine do something.

        Args:
            action: As in ``docs/reference/audit.md`` (``task-shown``).
            subject: What of (``entry:12``, ``page:3``), never what they saw or typed.
            detail: Codes and digests; never personal data.
        """
        with self._writing() as connection:
            record(connection, person.login, action, subject, detail)

    # --- what is printed --------------------------------------------------------------------------------------------

    entry_to_print = reading_declared_proven(extracts.entry_to_print)
    next_extract = reading(extracts.next_extract)
    issued_before = reading(extracts.issued_before)
    issue_extract = writing_declared_proven(extracts.issue_extract)
    void_extract = writing(issue_book.void_extract)
    issued_extracts = writing_declared(issue_book.issued_extracts)
    extract_file = writing_declared(issue_book.extract_file)
    note_printed = writing(extracts.note_printed)
    listed_entries = reading_declared(browsing.listed_entries)

    # --- physical books ---------------------------------------------------------------------------------------------

    describe_books = writing_declared(custody.describe_books)
    make_custody_note = writing(custody.make_custody_note)
    sign_custody_note = writing(custody.sign_custody_note)
    cancel_custody_note = writing(custody.cancel_custody_note)
    custody_note_of = writing(custody.custody_note_of)
    custody_notes = writing(custody.custody_notes)
    books_in_custody = writing(custody.books_in_custody)

    late_books = reading_proven(custody.late_books)
    scanned_books = reading_proven(scanned_books)

    # --- what does not belong into the registry -------------------------------------------------------------------

    withdraw = writing_declared(withdrawing.withdraw)
    reinstate = writing_declared(withdrawing.reinstate)
    replace_page = writing_declared(page_replacement.replace_page)
    settle_ticket = writing_declared(rescans.settle_ticket)
    answered_tickets = reading(rescans.answered_tickets)
    withdrawal_preview = reading(withdrawing.preview)
    withdrawn_parts = reading(withdrawing.in_force)
    refuse_withdrawn = reading(refuse_withdrawn)
    withdrawn_deliveries = reading(withdrawing.withdrawn_deliveries)
    part_of_entry = reading(withdrawing.part_of_entry)
    books_named = reading(withdrawing.books_named)
    scans_named = reading(withdrawing.scans_named)
    withdrawals = reading(withdrawals_of)

    # --- checks across entries ------------------------------------------------------------------------------------

    save_checks = writing_declared(checks.save_checks)
    cross_entry_findings = reading(checks.cross_entry_findings)
    save_links = writing(links.save_links)
    decide_link = writing(links.decide_link)
    links = reading(links.stored_links)

    def series_columns(self, book_ids: Sequence[int] | None = None) -> tuple[Frame, Frame, Frame]:
        """Entries, pages and books as columns (``books.frames``, which loads pandas only when it is needed)."""
        from pipeline.registry.books import frames

        with self._reading() as connection:
            return frames.series_columns(connection, self._declared, book_ids, self._database.key)

    def series_books(self, book_id: int) -> tuple[int, ...]:
        """The books that are checked together with this one (``books.frames``)."""
        from pipeline.registry.books import frames

        with self._reading() as connection:
            return frames.series_books(connection, [book_id])

    def ink_prints(self, book_ids: Sequence[int]) -> Frame:
        """Where the ink of the pages of these books lies (``books.frames``)."""
        from pipeline.registry.books import frames

        with self._reading() as connection:
            return frames.ink_prints(connection, book_ids)

    def book_columns(self) -> Frame:
        """All books as columns (``books.frames``)."""
        from pipeline.registry.books import frames

        with self._reading() as connection:
            return frames.books(connection, self._declared, None, self._database.key)

    def people_columns(self) -> Frame:
        """The people of all entries as columns (``books.frames``)."""
        from pipeline.registry.books import frames

        with self._reading() as connection:
            return frames.people(connection, self._declared)

    def act_columns(self) -> tuple[Frame, Frame, Frame]:
        """The earlier entries that acts name, the numbers and days of all entries, and the acts noted in margins."""
        from pipeline.registry.books import frames

        with self._reading() as connection:
            return (
                frames.acts(connection, self._declared),
                frames.entries(connection, self._declared, None),
                frames.noted_acts(connection, self._declared),
            )

    # --- search ---------------------------------------------------------------------------------------------------

    def search(
        self,
        person: Person,
        criteria: SearchCriteria,
        reason: SearchReason,
        *,
        after: str = "",
        options: SearchOptions = SearchOptions(),
        now: Callable[[], datetime] | None = None,
    ) -> SearchResult:
        """Look for entries, and record who did so and why (``search.searching``)."""
        return searching.search(
            self._database,
            self._declared,
            person,
            criteria,
            reason,
            self._database.key,
            after=after,
            options=options,
            now=now,
        )

    ink_of_hit = reading_declared(searching.ink_of_hit)
    linked_entries = reading_declared(same_person.linked_entries)
    judge_link = writing_declared(same_person.judge_link)
    undecided_acts = reading_declared(open_acts.undecided_acts)
    waiting_acts = reading_declared(open_acts.waiting_acts)

    def compare_search_index(
        self, *, mend: bool, progress: following.Progress = lambda _at, _of: None
    ) -> IndexAgreement:
        """Compare the index of the search with the registry, and put it right where ``mend`` says so."""
        return following.compare(self._database, self._declared, mend=mend, progress=progress)

    filters_of = reading(saved_filters.filters_of)
    save_filter = writing(saved_filters.save_filter)
    delete_filter = writing(saved_filters.delete_filter)

    # --- rooms of their own ---------------------------------------------------------------------------------------

    def accounts(
        self, now: Callable[[], datetime] = utc_now, options: AccountOptions = AccountOptions()
    ) -> Accounts:
        """The accounts of people; ``now``: the clock, in UTC."""
        return Accounts(self._database, self._release_exclusions, now, options)

    def sign_ins(self, now: Callable[[], datetime] = utc_now) -> SignIns:
        """Sign-ins through a provider; ``now``: the clock, in UTC."""
        return SignIns(self._database, self._release_exclusions, now)

    def _release_exclusions(self, connection: Connection, at: datetime) -> None:
        release_exclusions(connection, self._declared, at)

    @cached_property
    def _attempts(self) -> ProvenRows:
        return ProvenRows(self._database.key_file, ATTEMPTS)

    def publishing(self, now: Callable[[], datetime] = utc_now) -> Publishing:
        """What other systems read, and their tokens; ``now``: the clock, in UTC."""
        return Publishing(self._database, self._declared, now, self._attempts)

    def reconciliations(self) -> Reconciliations:
        """What reconciliations found, to be stored, asked about and answered."""
        return Reconciliations(self._database, self._declared)

    settle_flaws = writing_declared(settled_flaws.settle)

    note_policies = writing(policy_changes.note_policies)
    ask_policy_change = writing(policy_changes.ask_policy_change)
    policy_change_for = writing(policy_changes.policy_change_for)
    answer_policy_change = writing(policy_changes.answer_policy_change)
    noted_policies = reading_proven(policy_changes.noted_policies)
    open_policy_changes = reading_proven(policy_changes.open_policy_changes)

    def audit(self) -> Audit:
        """Who did what, to be looked through, sealed and shown."""
        return Audit(self._database)

    def desk(self, policy: ReviewPolicy, *, now: Callable[[], datetime] | None = None) -> Desk:
        """Return the reviewers' desk under the policy of an office.

        Args:
            now: Returns the time in UTC; by default that of the database.
        """
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

    def statistics(
        self, places: Collection[str] | None, *, now: Callable[[], datetime] | None = None
    ) -> RegistryStatistics:
        """Counts for reports, over the books of these registration places (None = all). ``now``: as of ``desk``."""
        return RegistryStatistics(self._database, places, now)
