"""The registry where people write: what they decide, amend and are shown."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.registry.database.audit import record
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.amendments import AmendmentOrder
from pipeline.registry.model.checks import LinkVerdict
from pipeline.registry.model.decisions import Verdict
from pipeline.registry.repositories import amendments, decisions, links
from pipeline.registry.repositories.connected import Repository
from pipeline.registry.repositories.stored_entries import stored_entry


class ReviewRepository(Repository):
    """What people said, for good."""

    def decide(
        self,
        entry_id: int,
        verdicts: Sequence[Verdict],
        *,
        author: str,
        reason: str = "",
        version: int | None = None,
    ) -> bool:
        """Record a person's verdicts on fields of an entry, for good.

        A verdict on ``WHOLE_ENTRY`` says that findings which name no field were seen. ``version`` is that of
        the ``Task`` that was shown.

        Returns:
            Whether nothing is left to decide on the entry.

        Raises:
            StaleTask: The task has changed since it was shown.
        """
        with self._database.writing() as connection:
            return decisions.decide(
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
            decisions.settle_page(
                connection, self._declared, page_id, author=author, reason=reason, version=version
            )

    def decide_link(self, link_id: int, verdict: LinkVerdict, *, author: str, reason: str = "") -> None:
        """Record a person's verdict on a suggested link, for good; the last one counts.

        No later run suggests a rejected pair again unless its evidence changes.
        """
        with self._database.writing() as connection:
            links.decide_link(connection, link_id, verdict, author=author, reason=reason)

    def amend(
        self, entry_id: int, field: str, text: str, order: AmendmentOrder, *, author: str, reason: str = ""
    ) -> int:
        """Record that a decision of an authority gives a field another value; what was read and decided stays as it is.

        Returns:
            The number of the amendment.

        Raises:
            RegistryError: Something is missing or wrong.
        """
        with self._database.writing() as connection:
            entry_ = stored_entry(connection, self._declared, entry_id)
            return amendments.amend(
                connection, self._declared, entry_, field, text, order, author=author, reason=reason
            )

    def withdraw_amendment(self, entry_id: int, amendment_id: int, *, author: str, reason: str) -> None:
        """Take back an amendment that was noted by mistake; it stays on record."""
        with self._database.writing() as connection:
            entry_ = stored_entry(connection, self._declared, entry_id)
            amendments.withdraw(connection, entry_, amendment_id, author=author, reason=reason)

    def note_view(self, person: Person, action: str, subject: str) -> None:
        """Record that someone was shown personal data.

        ``action`` as in ``docs/reference/audit.md`` (``task-shown``), ``subject`` what of (``entry:12``,
        ``page:3``), never what they saw or typed.
        """
        with self._database.writing() as connection:
            record(connection, person.login, action, subject)
