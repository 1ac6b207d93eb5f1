"""The registry as the rest of the house sees it: values in, values out, one transaction a call."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path
from types import TracebackType

from sqlalchemy import Connection

from pipeline.registry.database.database import Database
from pipeline.registry.database.migration import bring_up_to_date
from pipeline.registry.database.roles import may_change_decisions
from pipeline.registry.model.accounts import AccountOptions
from pipeline.registry.repositories.ingest import IngestRepository
from pipeline.registry.repositories.queries import RegistryQueries
from pipeline.registry.repositories.review import ReviewRepository
from pipeline.registry.services.accounts.accounts import Accounts, utc_now
from pipeline.registry.services.audit.audit import Audit
from pipeline.registry.services.desk.desk import Desk
from pipeline.registry.services.desk.exclusions import release_exclusions
from pipeline.registry.services.lots.lots import Lots
from pipeline.registry.services.reconciliation.reconciliations import Reconciliations
from pipeline.registry.services.statistics.statistics import RegistryStatistics
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.registry.tables.records import all_tables, record_tables
from pipeline.review_policy import ReviewPolicy
from pipeline.sampling import SamplingPolicy
from pipeline.schema import Schemas, load


class Registry(IngestRepository, ReviewRepository, RegistryQueries):
    """All that was read and decided, in one database. Use it as a context manager, from one thread or several.

    Every method raises ``RegistryError`` or ``StorageError`` with advice when the database refuses.
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
        return cls(database, RecordSchema(schemas, metadata, record_tables(metadata, schemas)))

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

    # --- rooms of their own ---------------------------------------------------------------------------------------

    def accounts(
        self, now: Callable[[], datetime] = utc_now, options: AccountOptions = AccountOptions()
    ) -> Accounts:
        """The accounts of people; ``now``: the clock, in UTC."""

        def fewer_at_work(connection: Connection, at: datetime) -> object:
            return release_exclusions(connection, self._declared, at)

        return Accounts(self._database, fewer_at_work, now, options)

    def reconciliations(self) -> Reconciliations:
        """What reconciliations found, to be stored, asked about and answered."""
        return Reconciliations(self._database, self._declared)

    def audit(self) -> Audit:
        """Who did what, to be looked through, sealed and shown."""
        return Audit(self._database)

    def desk(self, policy: ReviewPolicy, *, now: Callable[[], datetime] | None = None) -> Desk:
        """Return the reviewers' desk under the policy of an office.

        Args:
            policy: What the office has set.
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
