"""The index of the search built, compared with the registry and put right, some entries a transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, func, insert, select, union, update

from pipeline.registry.database.database import Database
from pipeline.registry.database.locks import Whole, hold
from pipeline.registry.model.search import IndexAgreement
from pipeline.registry.repositories.search_index import bring_in_step, mend_names
from pipeline.registry.repositories.search_words import one_of
from pipeline.registry.tables.entries import entry
from pipeline.registry.tables.record_schema import RecordSchema
from pipeline.registry.tables.search import search_entry, search_number, search_person, search_state

AT_ONCE = 1000
"""Entries of one transaction: others who write wait for no more."""

BUILT_AT_ONCE = 5000
"""The same of a registry whose index is built for the first time: hardly anybody works while it is opened."""

Progress = Callable[[int, int], None]
"""Told the last entry that was compared, and the last one there is."""


def is_built(connection: Connection) -> bool:
    """Return whether the index holds every entry of the registry."""
    return bool(connection.scalar(select(search_state.c.built)))


def build_if_missing(database: Database, declared: RecordSchema) -> None:
    """Build the index of a registry that has none yet, or go on where that was interrupted."""
    with database.reading() as connection:
        if is_built(connection):
            return
    compare(database, declared, mend=True, only_missing=True)


def compare(
    database: Database,
    declared: RecordSchema,
    *,
    mend: bool,
    only_missing: bool = False,
    progress: Progress = lambda _at, _of: None,
) -> IndexAgreement:
    """Compare the index with every entry of the registry.

    Entries of a kind of register that is not declared now stay as the index has them; as long as there are any, an
    index that is built for the first time is not whole, and is gone through again when the registry is next opened.

    Args:
        mend: Put right what differs.
        only_missing: Go on after the entries that the index was built for before.
        progress: Called now and then.
    """
    entries = differing = 0
    with database.writing() as connection:
        _make_state(connection)
        at = connection.scalar(select(search_state.c.upto)) if only_missing else 0
    at, passed_over = at or 0, False
    while True:
        with database.writing() as connection:
            hold(connection, Whole.SEARCH)
            ids = _next_ids(connection, at, BUILT_AT_ONCE if only_missing else AT_ONCE)
            if not ids:
                names = 0 if only_missing else mend_names(connection, mend=mend)
                if mend and not passed_over:
                    connection.execute(update(search_state).values(built=True))
                elif only_missing:
                    connection.execute(update(search_state).values(upto=0))
                return IndexAgreement(entries, differing, names, mended=mend)
            entries += len(ids)
            undeclared = _undeclared(connection, declared, ids)
            passed_over = passed_over or bool(undeclared)
            compared = [one for one in ids if one not in undeclared]
            differing += bring_in_step(connection, declared, compared, mend=mend)
            at = max(ids)
            if mend and only_missing:
                connection.execute(update(search_state).values(upto=at))
            last = connection.scalar(select(func.max(entry.c.id))) or at
        progress(at, last)


def _undeclared(connection: Connection, declared: RecordSchema, ids: Sequence[int]) -> frozenset[int]:
    """Return those of these entries whose kind of register is not declared now."""
    other = entry.c.record.not_in(list(declared.schemas.records))
    return frozenset(connection.scalars(select(entry.c.id).where(one_of(connection, entry.c.id, ids), other)))


def _make_state(connection: Connection) -> None:
    """Hold the one row that says how far the index is."""
    hold(connection, Whole.SEARCH)
    if connection.scalar(select(search_state.c.id)) is None:
        connection.execute(insert(search_state), [{"upto": 0, "built": False}])


def _next_ids(connection: Connection, after: int, most: int) -> list[int]:
    """The next entries, of the registry or of the index, in the order of their ids."""
    some = [
        select(column).where(column > after).order_by(column).limit(most).subquery()
        for column in (
            entry.c.id,
            search_entry.c.entry_id,
            search_person.c.entry_id,
            search_number.c.entry_id,
        )
    ]
    both = union(*(select(one.c[0].label("id")) for one in some)).subquery()
    return list(connection.scalars(select(both.c.id).order_by(both.c.id).limit(most)))
