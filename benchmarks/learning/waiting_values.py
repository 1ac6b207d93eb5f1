"""What waits in a book while people check it: of which kind, why, whether it is right, and what keys it costs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.desk.keystroke_model import ACCEPT, CHOOSE, STATUS, typed
from benchmarks.figures import share
from benchmarks.learning.simulated_reviewer import AnsweredBook, EntryKey
from pipeline.base.model import FieldReading, Severity
from pipeline.base.text.tones import folded
from pipeline.declarations.schema import PLACE_POOL
from pipeline.web.desk.field_view import MOST_HYPOTHESES

UNSURE = frozenset({"READ-LOW", "READ-HAND"})
"""Findings that say no more than that the machine is not sure enough."""

PART = re.compile(r"\s*[,;.–-]\s*")
"""What stands between the parts of a written place."""


@dataclass(frozen=True, slots=True)
class WaitingValue:
    """A value that waits for a person.

    Attributes:
        kind: Kind of its field, with the list of a choice.
        reason: The findings about it, those of ``UNSURE`` only where there is no other.
        right: Whether what was read is on paper.
        pool: The pool of values that the book repeats; ``""`` for none.
        is_decided: Whether what is on paper was decided in that pool before.
        is_of_parts: Whether what was read is a place of which each part was decided before, not all of them together.
        keys: The keys that finish it at the desk, by the shortest way.
    """

    kind: str
    reason: str
    right: bool
    pool: str
    is_decided: bool
    is_of_parts: bool
    keys: int


def waiting_values(answered: AnsweredBook, keys: Iterable[EntryKey]) -> Iterator[WaitingValue]:
    """Yield the values of some entries that wait, after others were decided.

    Args:
        answered: The book, of which some entries were decided.
    """
    paper, known = answered.paper, answered.passed.decided
    for key in keys:
        entry = answered.weighed(key)
        for reading in answered.waiting(key):
            spec = paper.record.by_name[reading.field]
            codes = {
                finding.code
                for finding in entry.findings
                if reading.field in finding.fields and finding.severity is not Severity.INFO
            }
            pool = paper.record.pool_of(spec.name)
            truth = paper.on_paper(key, reading.field)
            texts = set(known.texts.get(pool, {}).values()) if known and pool else set()
            yield WaitingValue(
                kind=f"{spec.kind}:{spec.vocab}" if spec.vocab else spec.kind,
                reason=" ".join(sorted(codes - UNSURE)) or " ".join(sorted(codes)),
                right=paper.is_right(key, reading),
                pool=pool,
                is_decided=truth in texts,
                is_of_parts=pool == PLACE_POOL and is_of_parts(reading.text, texts),
                keys=keys_of(reading, truth, is_right=paper.is_right(key, reading)),
            )


def is_of_parts(text: str, known: Collection[str]) -> bool:
    """Return whether each part of a place is a part of known ones, and the whole is none of these.

    Args:
        text: The place, ``Ấp 7, Xuân Thắng, Thới Lai``.
    """
    parts = {part for name in known for part in PART.split(name.casefold())}
    return bool(text) and text not in known and set(PART.split(text.casefold())) <= parts


def keys_of(reading: FieldReading, truth: str | None, *, is_right: bool) -> int:
    """Return the keys that bring a field to what is on paper: take over, choose another reading, type."""
    if is_right or truth is None:
        return ACCEPT.keys
    if not truth:
        return STATUS.keys
    offered = [hypothesis.text for hypothesis in reading.hypotheses[:MOST_HYPOTHESES]]
    if folded(truth) in map(folded, offered):
        return CHOOSE.keys
    return typed(truth).keys


def groups_of(values: Sequence[WaitingValue], entries: int) -> dict[str, Any]:
    """Return how many values of an entry wait, by kind and by reason, and how many of them are right."""
    return {
        "kind": _by([value.kind for value in values], values, entries),
        "reason": _by([value.reason for value in values], values, entries),
        "decided_before": sum(value.is_decided for value in values),
        "of_parts": sum(value.is_of_parts for value in values),
        "of_parts_right": sum(value.is_of_parts and value.right for value in values),
    }


def _by(names: Sequence[str], values: Sequence[WaitingValue], entries: int) -> dict[str, Any]:
    every = Counter(names)
    right = Counter(name for name, value in zip(names, values, strict=True) if value.right)
    decided = Counter(name for name, value in zip(names, values, strict=True) if value.is_decided)
    return {
        name: {"an_entry": many / entries, "right": share(right[name], many), "decided": decided[name]}
        for name, many in every.most_common()
    }
