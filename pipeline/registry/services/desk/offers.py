"""Values that follow from others of an entry, offered to who keys a field: with the reason, never put in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from pipeline.base.model import BookSeries, FieldStatus
from pipeline.registry.model.accounts import Person
from pipeline.registry.model.decisions import WHOLE_ENTRY, Verdict
from pipeline.registry.repositories.desk_context import DeskContext
from pipeline.registry.repositories.effective_values import effective_values_of
from pipeline.registry.services.desk.known_values import load_shown_task
from pipeline.registry.services.desk.visibility import is_blind
from pipeline.registry.tables.books import book
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.values.derivations import DerivationContext, Derived, Known, derived
from pipeline.values.predicates import Value


class Offers:
    """What follows in the entries of one book."""

    def __init__(self, connection: Connection, declared: RecordSchema, record: str, book_id: int) -> None:
        series = connection.scalar(select(book.c.series).where(book.c.id == book_id))
        schemas = declared.schemas
        self._rules = {one.field: one for one in schemas.record(record).derivations}
        places = schemas.places if self._rules else None
        self._context = DerivationContext(BookSeries(series) if series else BookSeries.ORDINARY, places)

    def of(self, field: str, values: Mapping[str, Known]) -> tuple[Derived, ...]:
        """Return what may be offered for a field; values that are not among these are not known."""
        rule = self._rules.get(field)
        if rule is None:
            return ()
        given = [values.get(name) for name in rule.fields]
        found = derived(rule.rule, given, rule.limits, self._context)
        return () if found is None else (found,)


def effective_as_values(values: Mapping[str, str | None]) -> dict[str, Known]:
    """Return effective values as derivations see them."""
    return {
        name: None if value is None else Value(value, value, FieldStatus.READ if value else FieldStatus.BLANK)
        for name, value in values.items()
    }


def typed_as_values(declared: RecordSchema, record: str, words: Iterable[Verdict]) -> dict[str, Known]:
    """Return what a person has just typed as derivations see it."""
    return {
        word.field: Value(word.text, declared.canonical(record, word.field, word.text), word.status)
        for word in words
        if word.field in declared.fields(record)
    }


def offers_for(
    context: DeskContext, person: Person, task_id: int, words: Sequence[Verdict]
) -> dict[str, tuple[Derived, ...]]:
    """Return what may be offered for the fields of a task in hand, with what the person has typed in it so far.

    Whoever keys a field of it blind is offered what follows from their own words alone.

    Raises:
        NotYours: The person neither has the task in hand nor supervises its place.
    """
    case = load_shown_task(context, person, task_id)
    entry_id, record = case.row["entry_id"], case.row["record"]
    if entry_id is None:
        return {}
    fields = [field for field in case.keyable_by(person.account_id) if field != WHOLE_ENTRY]
    policy = context.policy.of_book(case.row["folder_name"])
    known: dict[str, Known] = {}
    if not any(is_blind(case.consensus[field], policy) for field in fields):
        effective = effective_values_of(context.connection, context.declared, {entry_id: record})
        known = effective_as_values(effective[entry_id])
    known |= typed_as_values(context.declared, record, words)
    offers = Offers(context.connection, context.declared, record, case.row["book_id"])
    return {field: found for field in fields if (found := offers.of(field, known))}
