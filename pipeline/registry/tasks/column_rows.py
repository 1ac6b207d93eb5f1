"""The rows of a column: waiting fields of a book with equal values.

Two values are equal if the office compares them as equal, wherever the tones stand on their vowels
(``LikelyValues.form``). Fields with the
same stamp are equal whatever was read there; their value is the commonest among them. Fields that are keyed blind, and
fields without a value to show, lie in a row without a value, but those with one stamp in a row of their own: pictures
tell who keys blind nothing that the person does not see.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.base.model import FieldStatus
from pipeline.registry.tasks.consensus import Verdict
from pipeline.registry.tasks.likely_values import BookValue
from pipeline.registry.tasks.model import FieldWork

EntryId = int

_Key = tuple[str, str]
"""Status and form for comparison; ``""`` and the number of a stamp; nothing for fields that are keyed alone."""

_ALONE: _Key = ("", "")


@dataclass(frozen=True, slots=True)
class EqualFields:
    """Waiting fields with equal values.

    Attributes:
        verdict: The value in the wording of the book, else the commonest among them; None where no value is shown.
        entries: Their entries, in the given order.
        is_stamp: Whether all of them hold one stamp.
        is_known: Whether people keyed the value in the book.
    """

    verdict: Verdict | None
    entries: tuple[EntryId, ...]
    is_stamp: bool = False
    is_known: bool = False


def equal_fields(
    works: Mapping[EntryId, FieldWork],
    form_of: Callable[[str], str],
    stamps: Mapping[EntryId, int] = {},
    known: Mapping[str, BookValue] = {},
) -> list[EqualFields]:
    """Return the rows of a column.

    Values that people keyed in the book come first, then large rows; the row of fields that are keyed alone comes last.

    Args:
        works: The waiting field of each entry, in the order of the book.
        form_of: Returns the form in which a text equals every other text of the same value.
        stamps: Number of the stamp that the field of an entry holds.
        known: The values that people keyed in the book, by form.
    """
    own = {
        entry_id: (initial.status.value, form_of(initial.text))
        for entry_id, work in works.items()
        if (initial := work.initial) is not None
    }
    of_stamp = _values_of_stamps(works, own, stamps)
    by_key: dict[_Key, list[EntryId]] = defaultdict(list)
    for entry_id, work in works.items():
        stamp = stamps.get(entry_id)
        if stamp is None or work.first is not None or work.candidates:
            key = own.get(entry_id, _ALONE)
        elif work.blind or stamp not in of_stamp:
            key = ("", str(stamp))
        else:
            key = of_stamp[stamp]
        by_key[key].append(entry_id)
    for key in [key for key, entries in by_key.items() if not key[0] and key[1] and len(entries) == 1]:
        by_key[_ALONE] += by_key.pop(key)

    def is_known(key: _Key) -> bool:
        return key[0] == FieldStatus.READ and key[1] in known

    place = {entry_id: place for place, entry_id in enumerate(works)}
    by_key[_ALONE].sort(key=place.__getitem__)
    keys = sorted(
        filter(by_key.get, by_key), key=lambda key: (key == _ALONE, not is_known(key), -len(by_key[key]), key)
    )
    rows = []
    for key in keys:
        entries = by_key[key]
        verdict = _wording([works[one] for one in entries if own.get(one) == key]) if key[0] else None
        if verdict and is_known(key):
            verdict = replace(verdict, text=known[key[1]].text)
        numbers = {stamps.get(one) for one in entries}
        is_stamp = len(numbers) == 1 and None not in numbers
        rows.append(EqualFields(verdict, tuple(entries), is_stamp, is_known(key)))
    return rows


def _values_of_stamps(
    works: Mapping[EntryId, FieldWork], own: Mapping[EntryId, _Key], stamps: Mapping[EntryId, int]
) -> dict[int, _Key]:
    """Return the commonest value of each stamp, as far as any value of it is shown."""
    votes: dict[int, Counter[_Key]] = defaultdict(Counter)
    for entry_id, key in own.items():
        if entry_id in stamps and works[entry_id].first is None:
            votes[stamps[entry_id]][key] += 1
    return {stamp: max(counts, key=lambda key: (counts[key], key)) for stamp, counts in votes.items()}


def _wording(works: Sequence[FieldWork]) -> Verdict:
    """Return the commonest value among equal values; among equally common values the surest."""
    counts = Counter(work.initial for work in works if work.initial is not None)
    surest: dict[Verdict, float] = defaultdict(float)
    for work in works:
        if work.initial is not None and work.reading is not None:
            surest[work.initial] = max(surest[work.initial], work.reading.confidence)
    return max(counts, key=lambda verdict: (counts[verdict], surest[verdict], verdict.text))


def of_row(
    work: FieldWork, row: Verdict | None, form_of: Callable[[str], str], *, is_verbatim: bool
) -> Verdict | None:
    """Return the value that a field takes when its row is accepted.

    Equal names and other equal verbatim texts differ in capitals and in the place of tones alone, so that they take the
    row's wording. Of other kinds (``CMND`` and ``Chứng minh nhân dân``, ``1`` and ``01``) each field keeps its own.
    """
    own = work.initial
    if row is None or own is None or is_verbatim:
        return row
    return own if own.status is row.status and form_of(own.text) == form_of(row.text) else row
