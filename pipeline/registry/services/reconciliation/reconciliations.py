"""Reconciliations as the rest of the house sees them: stored, asked about, answered; one transaction a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.errors import RegistryError
from pipeline.registry.database.audit import record
from pipeline.registry.database.database import Database
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.amendments import AmendmentOrder
from pipeline.registry.model.reconciliation import Answer, Asked, FoundDifference, Reconciliation
from pipeline.registry.repositories import amendments
from pipeline.registry.services.reconciliation import differences
from pipeline.registry.tables.record_schema import RecordSchema


class Reconciliations:
    """Those of one registry. Every method that a person calls raises ``NotYours`` for what is not theirs to see."""

    def __init__(self, database: Database, declared: RecordSchema) -> None:
        self._database, self._declared = database, declared

    def save(
        self,
        of_record: str,
        file_name: str,
        file_sha256: str,
        found: Iterable[FoundDifference],
        counts: Mapping[str, Any],
        *,
        author: str,
    ) -> int:
        """Store what was found, all or nothing; returns the number of the reconciliation."""
        with self._database.writing() as connection:
            return differences.save(
                connection, of_record, file_name, file_sha256, found, counts, author=author
            )

    def all_for(self, person: Person) -> Sequence[Reconciliation]:
        """Those with differences that this person may see, the newest first."""
        with self._database.reading() as connection:
            return differences.all_for(connection, person)

    def next_for(
        self, person: Person, reconciliation_id: int, after: int = 0, *, unclear: bool = False
    ) -> Asked | None:
        """Return the next difference that waits for an answer; None when there is none.

        With ``unclear`` it returns those that were called unclear. The audit records that this person was shown it.
        """
        with self._database.writing() as connection:
            found = differences.next_for(connection, person, reconciliation_id, after, unclear=unclear)
            if found is not None:
                record(connection, person.login, "difference-shown", f"difference:{found.difference_id}")
            return found

    def asked(self, person: Person, difference_id: int) -> Asked:
        """One difference."""
        with self._database.reading() as connection:
            return differences.asked(connection, person, difference_id)

    def listed(self, person: Person | None, reconciliation_id: int, answer: Answer | None) -> Sequence[Asked]:
        """The differences with that last answer (None: without one), of the places of ``person`` or of all."""
        with self._database.reading() as connection:
            return tuple(differences.listed(connection, person, reconciliation_id, answer))

    def answer(self, person: Person, difference_id: int, answer: Answer, note: str = "") -> None:
        """Record who is wrong, or that the paper does not decide it (then with a question). The last answer counts."""
        if answer is Answer.AMENDED:
            raise ValueError("an amendment is noted by amend()")
        if answer is Answer.UNCLEAR and not note.strip():
            raise RegistryError("Hãy ghi điều chưa rõ trên giấy để người sau xem.")
        with self._database.writing() as connection:
            found = differences.asked(connection, person, difference_id)
            differences.answer_with(connection, found, answer, note=note, author=person.login)

    def amend(self, person: Person, difference_id: int, text: str, order: AmendmentOrder) -> int:
        """Record an amendment that gives the field ``text``, as the registry is wrong, together with the answer.

        Returns:
            The number of the amendment.
        """
        with self._database.writing() as connection:
            found = differences.asked(connection, person, difference_id)
            if found.found.entry_id is None or not found.found.field:
                raise RegistryError("Khác biệt này không ở một ô nên không cải chính được.")
            amendment_id = amendments.amend(
                connection,
                self._declared,
                found.found.entry_id,
                found.found.field,
                text,
                order,
                author=person.login,
            )
            differences.answer_with(
                connection, found, Answer.AMENDED, note="", author=person.login, amendment_id=amendment_id
            )
            return amendment_id
