"""The worst readings: wrong ones, first those that nobody would have looked at, then the surest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.evaluation.outcome import FieldOutcome
from pipeline.model import Pixels


@dataclass(frozen=True)
class Misreading:
    """A wrong reading with its ink: ``pictures`` are one a line, RGB, none where the field has no place on the page;
    ``place`` says where in the books it stands.
    """

    outcome: FieldOutcome
    place: str
    pictures: tuple[Pixels, ...] = ()


def worst(outcomes: Iterable[FieldOutcome], most: int, most_of_a_kind: int) -> tuple[FieldOutcome, ...]:
    """The wrong ones that most need to be seen, at most so many in all and of one kind. What was accepted is not held
    back by its kind.
    """
    wrong = sorted(
        (outcome for outcome in outcomes if not outcome.right),
        key=lambda o: (not o.predicted.accepted, -o.predicted.confidence),
    )
    taken: list[FieldOutcome] = []
    of_kind: Counter[str] = Counter()
    for outcome in wrong:
        if len(taken) < most and (outcome.predicted.accepted or of_kind[outcome.kind] < most_of_a_kind):
            of_kind[outcome.kind] += 1
            taken.append(outcome)
    return tuple(taken)
