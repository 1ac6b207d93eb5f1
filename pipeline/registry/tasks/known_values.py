"""Values of the other fields of an entry: for the rules, and offered with a reason, never filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, and_, func, select

from pipeline.base.model import BookSeries, FieldReading, FieldStatus
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.accounts.permissions import check_place, stages
from pipeline.registry.books.rows import book
from pipeline.registry.books.stored_books import book_row
from pipeline.registry.database.record_tables import RecordSchema
from pipeline.registry.desk_context import DeskContext
from pipeline.registry.entries.effective_values import effective_values_of
from pipeline.registry.tasks import leases
from pipeline.registry.tasks.consensus import WHOLE_ENTRY, Decision, Verdict
from pipeline.registry.tasks.loading import LoadedTask, load_task, task_row
from pipeline.registry.tasks.model import KnownEntry
from pipeline.registry.tasks.rows import decision
from pipeline.registry.tasks.visibility import is_blind
from pipeline.registry.withdrawals.stored_withdrawals import decision_stands
from pipeline.values.derivations import DerivationContext, Derived, Known, derived
from pipeline.values.predicates import Value


def load_shown_task(context: DeskContext, person: Person, task_id: int) -> LoadedTask:
    """Return all about a task that a person was shown.

    Its lease is not renewed: what a page asks by itself keeps nothing from others.

    Raises:
        NotYours: The person neither has the task in hand nor supervises its place.
    """
    stages(person)
    case = load_task(context, task_id)
    check_place(person, case.row.place_code)
    if person.role is not Role.SUPERVISOR and not leases.keeps(context.connection, task_id, person):
        raise leases.lease_lost()
    return case


def known_entry(context: DeskContext, person: Person, task_id: int) -> KnownEntry:
    """Return the known part of the entry of a task, for a person who holds it or supervises its place.

    Nothing is recorded: the person has been shown all of it. Where a field is blind for them no value is known.

    Raises:
        NotYours: The person neither has the task in hand nor supervises its place.
    """
    case = load_shown_task(context, person, task_id)
    keyable = case.keyable_by(person.account_id)
    hidden = any(is_blind(case.consensus[field]) for field in keyable)
    return KnownEntry(
        entry_id=case.row.entry_id,
        record=case.row.record,
        form=case.row.form,
        ledger=book_row(context.connection, case.row.book_id).ledger,
        fields=keyable,
        readings=() if hidden else _readings(case, keyable),
        is_blind=hidden,
    )


def _readings(case: LoadedTask, keyable: tuple[str, ...]) -> tuple[FieldReading, ...]:
    """Return the effective values of the fields that the person does not key, as readings."""
    names = dict.fromkeys((*case.readings, *case.decisions))
    effective = (_effective(case, name) for name in names if name and name not in keyable)
    return tuple(reading for reading in effective if reading is not None)


def _effective(case: LoadedTask, name: str) -> FieldReading | None:
    decided = case.decisions.get(name)
    if decided is not None:
        return _decided(decided)
    reading = case.readings[name]
    is_known = reading.accepted or reading.status is FieldStatus.NOT_ON_FORM
    return reading if is_known and name not in case.consensus else None


def _decided(decision: Decision) -> FieldReading:
    return FieldReading(decision.field, decision.status, decision.text, decision.canonical)


class Offers:
    """Derived values in the entries of a book."""

    def __init__(self, connection: Connection, declared: RecordSchema, record: str, book_id: int) -> None:
        series = connection.scalar(select(book.c.series).where(book.c.id == book_id))
        schemas = declared.schemas
        self._rules = {derivation.field: derivation for derivation in schemas.record(record).derivations}
        places = schemas.places if self._rules else None
        self._context = DerivationContext(
            BookSeries(series) if series else BookSeries.ORDINARY, places, schemas.vocabularies
        )

    def of(self, field: str, values: Mapping[str, Known]) -> tuple[Derived, ...]:
        """Return the offers for a field; values that are not given count as unknown."""
        rule = self._rules.get(field)
        if rule is None:
            return ()
        given = [values.get(name) for name in rule.fields]
        derivable = derived(rule.rule, given, rule.limits, self._context)
        return () if derivable is None else (derivable,)


def effective_as_values(values: Mapping[str, str | None]) -> dict[str, Known]:
    """Return effective values in the form that derivations take."""
    return {
        name: None if value is None else Value(value, value, FieldStatus.READ if value else FieldStatus.BLANK)
        for name, value in values.items()
    }


def typed_as_values(declared: RecordSchema, record: str, words: Iterable[Verdict]) -> dict[str, Known]:
    """Return a typed text in the form that derivations take."""
    return {
        word.field: Value(word.text, declared.canonical(record, word.field, word.text), word.status)
        for word in words
        if word.field in declared.fields(record)
    }


def offers_for(
    context: DeskContext, person: Person, task_id: int, words: Sequence[Verdict]
) -> dict[str, tuple[Derived, ...]]:
    """Return the offers for the fields of a leased task, given the texts typed so far.

    Whoever keys a field of it blind is offered what follows from their own words alone.

    Raises:
        NotYours: The person neither has the task in hand nor supervises its place.
    """
    case = load_shown_task(context, person, task_id)
    entry_id, record = case.row.entry_id, case.row.record
    if entry_id is None:
        return {}
    fields = [field for field in case.keyable_by(person.account_id) if field != WHOLE_ENTRY]
    known: dict[str, Known] = {}
    if not any(is_blind(case.consensus[field]) for field in fields):
        effective = effective_values_of(context.connection, context.declared, {entry_id: record})
        known = effective_as_values(effective[entry_id])
    known |= typed_as_values(context.declared, record, words)
    offers = Offers(context.connection, context.declared, record, case.row.book_id)
    return {field: offered for field in fields if (offered := offers.of(field, known))}


FEWEST_ENTRIES = 2
"""Number of other entries on which a text must have been decided; a text on one entry may be of one person alone."""

MOST_VALUES = 100


def book_values(context: DeskContext, person: Person, task_id: int, field: str) -> tuple[str, ...]:
    """Return the last decided texts of a field on other entries of the book of a task, commonest first.

    Nothing decided of the task itself is among them, so that they tell nothing of a field that is keyed blind. Names of
    the people whom an entry is about are never among them.

    Raises:
        NotYours: The person neither has the task in hand nor supervises its place.
        NotThere: There is no such task.
    """
    stages(person)
    row = task_row(context.connection, task_id)
    check_place(person, row.place_code)
    if person.role is not Role.SUPERVISOR and not leases.keeps(context.connection, task_id, person):
        raise leases.lease_lost()
    record = context.declared.schemas.record(row.record)
    if field not in record.by_name or field in {one.name for one in record.people}:
        return ()
    spot = (decision.c.scan_sha256, decision.c.page_no, decision.c.row)
    own = and_(
        *(column == here for column, here in zip(spot, (row.sha256, row.page_no, row.row), strict=True))
    )
    last = (
        select(func.max(decision.c.id))
        .where(decision.c.book_id == row.book_id, decision.c.field == field, ~own, decision_stands)
        .group_by(*spot)
    )
    texts = context.connection.scalars(
        select(decision.c.text)
        .where(decision.c.id.in_(last), decision.c.status == FieldStatus.READ)
        .group_by(decision.c.text)
        .having(func.count() >= FEWEST_ENTRIES)
        .order_by(func.count().desc(), decision.c.text)
        .limit(MOST_VALUES)
    )
    return tuple(texts)
