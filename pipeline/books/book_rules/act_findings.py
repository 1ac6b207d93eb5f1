"""Checks of acts against the entries that they change, both ways (W01 to W05).

All but W02 rest on links that a person confirmed, so that no machine's guess opens a task.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.books.book_rules.columns import iter_rows
from pipeline.books.book_rules.finding import BookFinding
from pipeline.declarations.schema import ActSpec

SILENT, UNKNOWN_ACT, OTHER_NUMBER, TOO_EARLY, AGAIN = "W01", "W02", "W03", "W04", "W05"

ACT_CODES = (SILENT, UNKNOWN_ACT, OTHER_NUMBER, TOO_EARLY, AGAIN)


@dataclass(frozen=True, slots=True)
class ConfirmedAct:
    """A link that a person confirmed: an act, and the earlier entry that it changes."""

    act_id: int
    earlier_id: int


@dataclass(frozen=True, slots=True)
class _Entry:
    page_id: int
    book_id: int
    record: str
    registered: int
    silent: bool


def act_findings(
    people: pd.DataFrame,
    noted: pd.DataFrame,
    confirmed: Sequence[ConfirmedAct],
    differing: Mapping[tuple[int, int], Sequence[str]],
    acts: Mapping[str, ActSpec],
    places: pd.Series,
) -> Iterator[BookFinding]:
    """Yield the contradictions between acts and earlier entries.

    Args:
        people: Rows of ``comparable_people``.
        noted: The acts in the margin of each entry, ``""`` where its words name none: ``entry_id``, ``page_id``,
            ``book_id``, ``act``.
        differing: By act and earlier entry, what of the named entry differs: ``named_number``, ``named_day``.
        acts: The acts by record.
        places: The code of the registration place, by book id.
    """
    entries = _entries(people)
    of_earlier: dict[tuple[int, str], list[int]] = {}
    kinds_in_margin: dict[int, set[str]] = {}
    for entry_id, code in iter_rows(noted, "entry_id", "act"):
        kinds_in_margin.setdefault(entry_id, set()).add(code or "")
    for one in confirmed:
        act, earlier = entries.get(one.act_id), entries.get(one.earlier_id)
        if act is None or earlier is None:
            continue
        spec = acts[act.record]
        of_earlier.setdefault((one.earlier_id, act.record), []).append(one.act_id)
        says = kinds_in_margin.get(one.earlier_id)
        if spec.noted and (earlier.silent or (says is not None and says.isdisjoint(spec.noted))):
            yield _finding(SILENT, earlier, one.earlier_id, ("notes",), one.act_id)
        fields = {"named_number": spec.number, "named_day": spec.registered_on}
        wrong = tuple(fields[name] or "" for name in differing.get((one.act_id, one.earlier_id), ()))
        if wrong:
            yield _finding(OTHER_NUMBER, act, one.act_id, wrong, one.earlier_id)
        if 0 < act.registered < earlier.registered:
            yield _finding(TOO_EARLY, act, one.act_id, ("registered_on",), one.earlier_id)
    for (_, record), act_ids in of_earlier.items():
        if acts[record].once and len(act_ids) > 1:
            for act_id in act_ids:
                others = [other for other in act_ids if other != act_id]
                yield _finding(AGAIN, entries[act_id], act_id, (), *others)
    yield from _unknown_acts(entries, noted, of_earlier, acts, places)


def _unknown_acts(
    entries: Mapping[int, _Entry],
    noted: pd.DataFrame,
    known: Mapping[tuple[int, str], Sequence[int]],
    acts: Mapping[str, ActSpec],
    places: pd.Series,
) -> Iterator[BookFinding]:
    """Yield margins that note an act which no entry of its register is linked to, where the place has that register."""
    if noted.empty:
        return
    kept = {(places.get(one.book_id), one.record) for one in entries.values() if one.record in acts}
    asked: set[int] = set()
    for entry_id, page_id, book_id, code in iter_rows(noted, "entry_id", "page_id", "book_id", "act"):
        entry = entries.get(entry_id)
        if not code or entry is None or entry_id in asked:
            continue
        registers = [
            record for record, spec in acts.items() if code in spec.noted and entry.record in spec.earlier
        ]
        held = [record for record in registers if (places.get(book_id), record) in kept]
        if held and not any((entry_id, record) in known for record in registers):
            asked.add(entry_id)
            yield BookFinding(UNKNOWN_ACT, book_id, page_id, entry_id, ("notes",))


def _entries(people: pd.DataFrame) -> Mapping[int, _Entry]:
    once = people.drop_duplicates("entry_id")
    columns = ("entry_id", "page_id", "book_id", "record", "registered", "silent")
    return {entry_id: _Entry(*rest) for entry_id, *rest in iter_rows(once, *columns)}


def _finding(code: str, entry: _Entry, entry_id: int, fields: tuple[str, ...], *others: int) -> BookFinding:
    details = {"others": ", ".join(map(str, sorted(others)))}
    return BookFinding(code, entry.book_id, entry.page_id, entry_id, fields, details)
