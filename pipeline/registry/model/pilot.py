"""What an office's own figures of some books are made from: counts by field, never a value or a name."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.registry.model.sampled_values import SampledValue


@dataclass(frozen=True, slots=True)
class PilotField:
    """The fields of one name on one form, as they were first read and as they stand now.

    Attributes:
        form: The form that was recognized.
        fields: Fields of entries that stand.
        accepted_first: Those that the first reading accepted.
        accepted_now: Those that are accepted now without a person.
        decided: Those that people decided.
        right_first: Those of the decided ones that the first reading had right.
        right_now: Those of the decided ones that the latest reading has right.
    """

    record: str
    form: str
    field: str
    fields: int
    accepted_first: int
    accepted_now: int
    decided: int
    right_first: int
    right_now: int


@dataclass(frozen=True, slots=True)
class PilotCounts:
    """All counts of some books.

    Attributes:
        finished: Entries of which nothing waits.
        seconds: Of each entry that people finished, the seconds that keying its fields took, in the order in which
            people came to them.
        sampled: Accepted values that were drawn for a blind check.
        readers: Fingerprints of the readers of handwriting of the latest runs.
        adapted: How many books were read with what was learnt of their hand.
        clear: Values that are clear by decisions on other entries.
    """

    books: int
    pages: int
    entries: int
    finished: int
    fields: tuple[PilotField, ...]
    seconds: tuple[float, ...]
    sampled: tuple[SampledValue, ...]
    readers: tuple[str, ...]
    adapted: int
    clear: int
