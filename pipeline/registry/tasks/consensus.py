"""Verdicts and decisions on fields, and the consensus of keyed values that settles a field.

The functions are pure; ``docs/reference/review.md`` gives the rules. Three properties hold: only one keyed value of
each person counts, nobody alone settles a field that is keyed blind, and people agree on values, not on spelling.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.base.model import TYPED, FieldReading, FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.office.review import BLIND_SECOND, SETTLED_BY_ONE, Way

WHOLE_ENTRY = ""
"""Field name of a decision on a whole entry or page: a person has seen its findings that name no field."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person's word on a field.

    Attributes:
        field: Name of the field, ``""`` for the entry as a whole.
        status: Read, blank, illegible, struck through, …
        text: What the paper says; ``""`` unless the status is READ or STRUCK_THROUGH.
    """

    field: str
    status: FieldStatus
    text: str = ""


@dataclass(frozen=True, slots=True)
class SeenReading:
    """The content of a machine's reading; equal for two runs that read the same.

    Attributes:
        status: As in ``FieldStatus``.
        text: Verbatim text.
        canonical: Its canonical form, or ``""``.
    """

    status: str
    text: str
    canonical: str

    @classmethod
    def of(cls, reading: FieldReading | None) -> SeenReading | None:
        """Return the content of a reading; None if there is none, as for a field that is only typed."""
        if reading is None or reading.engine == TYPED:
            return None
        return cls(reading.status, reading.text, reading.canonical)


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of a person on a field.

    Attributes:
        field: Name of the field, ``""`` for the entry as a whole.
        status: Read, blank, illegible, struck through, …
        text: Verbatim text of the paper.
        canonical: Its canonical form, ``""`` when it has none.
        author: Login of the last person.
        decided_at: UTC.
        reason: As typed, often ``""``.
        seen: The reading that they had before them.
        seen_fingerprint: Fingerprint of the run of that reading.
        keyings: Ids of the keyed values that led to the decision.
    """

    decision_id: int
    field: str
    status: FieldStatus
    text: str
    canonical: str
    author: str
    decided_at: datetime
    reason: str
    seen: SeenReading | None
    seen_fingerprint: str
    keyings: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PendingDecisions:
    """The fields of an entry that wait for decisions.

    Attributes:
        fields: Fields to decide, in the order of the readings (``""`` = the entry as a whole).
        reasons: Codes of the findings that ask for a decision.
        reopened: Whether the machine has read something else since a decision was made.
    """

    fields: tuple[str, ...]
    reasons: tuple[str, ...]
    reopened: bool


MOST_WORDS = {way: 1 if way in SETTLED_BY_ONE else 3 if way in BLIND_SECOND else 2 for way in Way}
"""Largest number of keyed values until a field is settled."""

ORDER = (Stage.REVIEW, Stage.CHECK, Stage.THIRD)
"""The stages of a field in order; a task is at the earliest stage of its fields."""


@dataclass(frozen=True, slots=True)
class KeyedValue:
    """The value that a person keyed for a field.

    Attributes:
        compared: Form for comparison (``kinds.compared_form``); None for an old value without such a form.
        in_force: Whether it is the effective value that a lot reopened, and not a newly keyed value.
    """

    keying_id: int
    account_id: int
    login: str
    verdict: Verdict
    compared: str | None = None
    in_force: bool = False


@dataclass(frozen=True, slots=True)
class Consensus:
    """The state of agreement on a field.

    Attributes:
        words: Counted keyed values, oldest first.
        settled: The agreed keyed value, at ``SETTLED``.
        excluded: Accounts that must not key a value, as they knew the effective value before the field was reopened.
    """

    way: Way
    stage: Stage
    words: tuple[KeyedValue, ...]
    settled: KeyedValue | None = None
    excluded: frozenset[int] = frozenset()

    @property
    def authors(self) -> tuple[str, ...]:
        """The logins of the people who keyed the settled value, in whatever spelling."""
        said = self.settled
        return tuple(word.login for word in self.words if said and agree(word, said))

    @property
    def values_wanted(self) -> int:
        """The largest number of keyed values still required."""
        return 0 if self.stage is Stage.SETTLED else MOST_WORDS[self.way] - len(self.words)

    def waits_for(self, account_id: int) -> bool:
        """Return whether a person may key the next value: the field is not settled, and they are not ineligible."""
        return self.stage is not Stage.SETTLED and account_id not in self.ineligible

    @property
    def ineligible(self) -> frozenset[int]:
        """The accounts that may key no further value."""
        return self.excluded.union(word.account_id for word in self.words)


def agree(one: KeyedValue, other: KeyedValue) -> bool:
    """Return whether two people keyed the same value: the same status, and the same form for comparison.

    Without such a form the texts are compared, regardless of Unicode composition and spacing.
    """
    if one.verdict.status != other.verdict.status:
        return False
    if one.compared is not None and one.compared == other.compared:
        return True
    return folded_text(one.verdict.text) == folded_text(other.verdict.text)


def consensus_of(way: Way, words: Iterable[KeyedValue], excluded: frozenset[int] = frozenset()) -> Consensus:
    """Return the consensus on a field after these keyed values.

    Only the first value of each person counts; a person withdraws it to key another value.

    Args:
        words: Keyed values in the order of submission.
        excluded: Accounts that must not key a value.
    """
    counted = independent(words)
    for number in range(1, len(counted) + 1):
        settled = _settled(way, counted[:number])
        if settled is not None:
            return Consensus(way, Stage.SETTLED, counted[:number], settled, excluded)
    return Consensus(way, ORDER[len(counted)], counted, excluded=excluded)


def independent(words: Iterable[KeyedValue]) -> tuple[KeyedValue, ...]:
    """Return the first keyed value of each person."""
    first: dict[int, KeyedValue] = {}
    for word in words:
        first.setdefault(word.account_id, word)
    return tuple(first.values())


def stage_of(consensus: Iterable[Consensus]) -> Stage:
    """Return the stage of a task with these fields: the earliest stage of its fields."""
    stages = {one.stage for one in consensus}
    return next((stage for stage in ORDER if stage in stages), Stage.SETTLED)


def finished(consensus: Iterable[Consensus], stage: Stage) -> tuple[int, ...]:
    """Return the accounts that have nothing more to key at a stage, in order.

    For a task that is not settled these are at most one at ``CHECK`` and two at ``THIRD``, and the excluded accounts.
    """
    ineligible = [one.ineligible for one in consensus if one.stage is stage]
    return tuple(sorted(frozenset.intersection(*ineligible))) if ineligible else ()


def _settled(way: Way, words: Sequence[KeyedValue]) -> KeyedValue | None:
    if way in SETTLED_BY_ONE:
        return words[0] if words else None
    if way not in BLIND_SECOND:
        return words[1] if len(words) > 1 else None
    if len(words) > 1 and agree(words[0], words[1]):
        return _kept_spelling(words[0], words[1])
    return words[2] if len(words) > 2 else None


def _kept_spelling(first: KeyedValue, second: KeyedValue) -> KeyedValue:
    """Return which of two agreeing keyed values gives the spelling.

    The second value was keyed from the ink alone; the first may repeat the machine's reading. An effective value that
    the sample of a lot confirms keeps its spelling.
    """
    return first if first.in_force else second


def folded_text(text: str) -> str:
    """Return a text in NFC with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())
