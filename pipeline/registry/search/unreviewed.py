"""The lines of the search index for readings that nobody has accepted or decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, delete, select

from pipeline.registry.search.rows import (
    UnreviewedKind,
    drop_words,
    held_words,
    keep_words,
    one_of,
    search_unreviewed,
    words_of,
)

UnreviewedLine = tuple[UnreviewedKind, str, str]
"""Kind, field and spelling; ``""`` is the field of the words of a whole entry."""

COLUMNS = ("id", "entry_id", "field", "kind", "spelled", "bare", "number", "name_id", "ordered")

_LINES_OF_ENTRY = 1000
"""Ids of lines that are set aside for an entry: more than any record has fields."""

_WORDED = (UnreviewedKind.NAME, UnreviewedKind.WORDS)


def held_lines(connection: Connection, entry_ids: Collection[int]) -> dict[int, frozenset[UnreviewedLine]]:
    """Return the present lines of these entries; a line whose words are indexed otherwise is spelled ``"\\0"``."""
    query = select(*(search_unreviewed.c[name] for name in COLUMNS[:7])).where(
        one_of(connection, search_unreviewed.c.entry_id, entry_ids)
    )
    rows = connection.execute(query).all()
    worded = [row for row in rows if row.kind in _WORDED]
    words = held_words(connection, search_unreviewed, [row.id for row in worded])
    on_sqlite = connection.dialect.name == "sqlite"
    wrong = {row.id for row in worded if on_sqlite and words.get(row.id) != row.bare}
    found: defaultdict[int, set[UnreviewedLine]] = defaultdict(set)
    for row in rows:
        spelled = "\0" if row.id in wrong else row.number or row.spelled or row.bare
        found[row.entry_id].add((UnreviewedKind(row.kind), row.field, spelled))
    return {entry_id: frozenset(lines) for entry_id, lines in found.items()}


def remove_lines(connection: Connection, entry_ids: Collection[int]) -> None:
    """Remove the lines of these entries."""
    of_entries = one_of(connection, search_unreviewed.c.entry_id, entry_ids)
    drop_words(
        connection,
        search_unreviewed,
        connection.scalars(select(search_unreviewed.c.id).where(of_entries)).all(),
    )
    connection.execute(delete(search_unreviewed).where(of_entries))


def new_rows(
    lines: Mapping[int, frozenset[UnreviewedLine]], names: Mapping[str, tuple[int, str, int]]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of new lines, in the order of ``COLUMNS``.

    Args:
        names: The row of ``search_name`` that each spelled name would have.
    """
    for entry_id, of_entry in lines.items():
        for at, (kind, field, spelled) in enumerate(sorted(of_entry)):
            line = entry_id * _LINES_OF_ENTRY + at, entry_id, field, kind.value
            if kind is UnreviewedKind.NAME:
                name_id, bare, ordered = names[spelled]
                yield *line, spelled, bare, None, name_id, ordered
            elif kind is UnreviewedKind.WORDS:
                yield *line, "", spelled, None, None, None
            else:
                yield *line, "", "", spelled, None, None


def keep_line_words(connection: Connection, rows: Collection[tuple[Any, ...]]) -> None:
    """Index the words of new rows, where the database does not do so by itself."""
    keep_words(connection, search_unreviewed, [(row[0], row[5]) for row in rows])


def joined_words(texts: Collection[str]) -> str:
    """Return the words of texts without diacritics, each once."""
    return " ".join(dict.fromkeys(word for text in texts for word in words_of(text)))
