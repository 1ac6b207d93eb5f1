"""A file counts as the program's own only by an act of the audit that the office's key signed."""

from __future__ import annotations

import json

from pipeline.registry import Registry
from tests.registry.audit.intruder import Intruder, chained_anew

BOOK, MADE, DROPPED = "book:1", "hand-learnt", "hand-forgotten"


def note(registry: Registry, action: str, file: str | None = None) -> None:
    registry.note_learning("(máy)", action, BOOK, {} if file is None else {"file": file})


def test_a_file_counts_until_what_was_made_is_dropped(lived: Registry) -> None:
    for file in ("first", "second"):
        note(lived, MADE, file)
    lived.note_learning("(máy)", MADE, "book:2", {"file": "of another book"})
    assert lived.recorded_files(BOOK, MADE, DROPPED) == {"first", "second"}
    note(lived, DROPPED)
    note(lived, MADE, "third")
    assert lived.recorded_files(BOOK, MADE, DROPPED) == {"third"}


def test_a_file_of_a_changed_or_an_added_act_does_not_count(lived: Registry, intruder: Intruder) -> None:
    """The intruder knows how hashes are made and has no key."""
    note(lived, MADE, "own")
    rows = intruder.audit()
    changed = {**rows[-1], "detail": json.dumps({"file": "changed"})}
    added = {**rows[-1], "id": rows[-1]["id"] + 1, "detail": json.dumps({"file": "added"})}
    intruder.rewrite(chained_anew([*rows, added]))
    assert lived.recorded_files(BOOK, MADE, DROPPED) == {"own"}
    intruder.rewrite(chained_anew([*rows[:-1], changed]))
    assert lived.recorded_files(BOOK, MADE, DROPPED) == frozenset()
    intruder.rewrite(chained_anew([*rows, added], signed=False))
    assert lived.recorded_files(BOOK, MADE, DROPPED) == frozenset()
