"""Verdicts and decisions on fields, and when enough people have keyed the same value.

These are pure functions over keyed values, without a database; ``docs/reference/review.md`` gives the rules. Three
properties hold: of one person only one keyed value counts, a field that is keyed blind is settled by nobody alone, and
people agree on values, not on their spelling.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.base.model import TYPED, FieldReading, FieldStatus
from pipeline.base.stages import Stage
from pipeline.declarations.review_policy import Way

WHOLE_ENTRY = ""
"""The field name of a decision on an entry (or a page) as a whole: its findings that name no field have been seen."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says of one field.

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
    """The content of a machine's reading; two runs that read the same have equal ones.

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
        """Return the content of a reading; None where nothing was read, as of a field that is only to be typed."""
        if reading is None or reading.engine == TYPED:
            return None
        return cls(reading.status, reading.text, reading.canonical)


@dataclass(frozen=True, slots=True)
class Decision:
    """One row of the append-only record of what people decided.

    Attributes:
        decision_id: The row in the registry.
        field: Name of the field, ``""`` for the entry as a whole.
        status: Read, blank, illegible, struck through, …
        text: What the paper says, verbatim.
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
    """The decisions that an entry waits for.

    Attributes:
        fields: Fields to decide, in the order of the readings (``""`` = the entry as a whole).
        reasons: Codes of the findings that ask for a decision.
        reopened: The machine has read something else since a decision was made.
    """

    fields: tuple[str, ...]
    reasons: tuple[str, ...]
    reopened: bool


MOST_WORDS = {Way.SINGLE: 1, Way.CHECKED: 2, Way.BLIND: 3}
"""How many keyed values a field may take until it is settled."""

ORDER = (Stage.REVIEW, Stage.CHECK, Stage.THIRD)
"""The stages that a field goes through; a task is at the earliest one of its fields."""


@dataclass(frozen=True, slots=True)
class KeyedValue:
    """The value that one person keyed for one field.

    Attributes:
        keying_id: The row that holds it.
        account_id: The account of the person.
        login: The login of the person.
        verdict: The value, with its status.
        compared: Its form for comparison (``kinds.compared_form``); None of one keyed before there was any.
        in_force: It is the effective value that a lot put into question, and not what somebody keyed now.
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
        way: How the field is keyed.
        stage: The stage at which the field is.
        words: The keyed values that count so far, oldest first.
        settled: The keyed value that was agreed on, at ``SETTLED``.
        excluded: Accounts that key no value, as they knew the effective one before the field was opened again.
    """

    way: Way
    stage: Stage
    words: tuple[KeyedValue, ...]
    settled: KeyedValue | None = None
    excluded: frozenset[int] = frozenset()

    @property
    def authors(self) -> tuple[str, ...]:
        """The logins of those who keyed the value that was settled, however they spelled it."""
        said = self.settled
        return tuple(word.login for word in self.words if said and agree(word, said))

    @property
    def values_wanted(self) -> int:
        """Return how many people may still have to key a value."""
        return 0 if self.stage is Stage.SETTLED else MOST_WORDS[self.way] - len(self.words)

    def waits_for(self, account_id: int) -> bool:
        """Return whether that person may key the next value: one is wanted, and they are not ineligible."""
        return self.stage is not Stage.SETTLED and account_id not in self.ineligible

    @property
    def ineligible(self) -> frozenset[int]:
        """The accounts that may say nothing more."""
        return self.excluded.union(word.account_id for word in self.words)


def agree(one: KeyedValue, other: KeyedValue) -> bool:
    """Return whether two people keyed the same value: the same status, and the same form for comparison.

    Where one of them has no such form, the texts are compared, however they were composed and spaced.
    """
    if one.verdict.status != other.verdict.status:
        return False
    if one.compared is not None and one.compared == other.compared:
        return True
    return folded_text(one.verdict.text) == folded_text(other.verdict.text)


def consensus_of(way: Way, words: Iterable[KeyedValue], excluded: frozenset[int] = frozenset()) -> Consensus:
    """Return the state of agreement on a field after these keyed values.

    Only the first value of each person counts: to key another one, a person takes the first back.

    Args:
        way: How the field is keyed.
        words: The keyed values in the order in which they were submitted.
        excluded: Accounts that may key no value.
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
    """Return the stage of a task with these fields: that of the field that is furthest behind."""
    stages = {one.stage for one in consensus}
    return next((stage for stage in ORDER if stage in stages), Stage.SETTLED)


def finished(consensus: Iterable[Consensus], stage: Stage) -> tuple[int, ...]:
    """Return the accounts that have keyed all they may of the fields at that stage.

    Of a task that is not settled these are at most one at ``CHECK`` and two at ``THIRD``, and those that are
    excluded.
    """
    ineligible = [one.ineligible for one in consensus if one.stage is stage]
    return tuple(sorted(frozenset.intersection(*ineligible))) if ineligible else ()


def _settled(way: Way, words: Sequence[KeyedValue]) -> KeyedValue | None:
    if way is Way.SINGLE:
        return words[0] if words else None
    if way is Way.CHECKED:
        return words[1] if len(words) > 1 else None
    if len(words) > 1 and agree(words[0], words[1]):
        return _kept_spelling(words[0], words[1])
    return words[2] if len(words) > 2 else None


def _kept_spelling(first: KeyedValue, second: KeyedValue) -> KeyedValue:
    """Return which of two keyed values that agree is kept as it is spelled.

    The second one was keyed from the ink alone, the first one may have taken over what the machine read. An effective
    value that the sample of a lot confirms stays as it is.
    """
    return first if first.in_force else second


def folded_text(text: str) -> str:
    """A text however it was composed and spaced."""
    return " ".join(unicodedata.normalize("NFC", text).split())
