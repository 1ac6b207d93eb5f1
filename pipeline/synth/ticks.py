"""Which boxes a clerk ticks: those that agree with the case, told by the words printed beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from pipeline.schema import CheckBox, RecordSpec
from pipeline.synth.cases import Case, is_late, parties, said
from pipeline.synth.people import chance, pick

TICKED = 0.95
"""The share of entries in which a box is ticked that should be."""

OTHERWISE = 0.12
"""The share of registrations that are neither in time nor late (again, from abroad)."""


def ticked(
    rng: np.random.Generator, boxes: Sequence[CheckBox], record: RecordSpec, facts: Case
) -> Mapping[str, CheckBox | None]:
    """The box that is ticked for each field that has any, ``None`` = none of them."""
    return {name: _ticked(rng, mine, record, facts) for name, mine in _by_field(boxes)}


def _by_field(boxes: Sequence[CheckBox]) -> Iterator[tuple[str, Sequence[CheckBox]]]:
    for name in dict.fromkeys(box.field for box in boxes):
        yield name, [box for box in boxes if box.field == name]


def _ticked(
    rng: np.random.Generator, boxes: Sequence[CheckBox], record: RecordSpec, facts: Case
) -> CheckBox | None:
    fitting = [box for box in boxes if _fits(box, record, facts)]
    if not fitting or not chance(rng, TICKED):
        return None
    usual = [box for box in fitting if _is_usual(box)] or fitting
    return pick(rng, fitting if chance(rng, OTHERWISE) else usual)


def _age_at_death(record: RecordSpec, facts: Case) -> int | None:
    """Full years of the dead; ``None`` where nobody is."""
    died = facts.happened_on
    for key, party in parties(record).items():
        if party.dead:
            born = facts.born_on[key]
            return died.year - born.year - ((died.month, died.day) < (born.month, born.day))
    return None


def _is_usual(box: CheckBox) -> bool:
    return said(box.value, "đúng hạn", "quá hạn", "lần đầu")


def _fits(box: CheckBox, record: RecordSpec, facts: Case) -> bool:
    late = is_late(record, facts)
    if said(box.value, "đúng hạn"):
        return not late
    if said(box.value, "quá hạn"):
        return late
    if said(box.value, "dưới 01 tuổi", "dưới 05 tuổi"):
        return _age_at_death(record, facts) in (range(1) if said(box.value, "dưới 01 tuổi") else range(1, 5))
    if said(box.value, "chưa xác định"):
        return bool(facts.missing)
    if said(box.value, "bị bỏ rơi"):
        parents = {key for key, party in parties(record).items() if party.optional and party.male is not None}
        return parents == facts.missing
    return True
