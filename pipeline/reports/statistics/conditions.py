"""Answers to the conditions of forms of statistics: yes, no, or not known (None). Nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.declarations.schema import Schemas
from pipeline.declarations.schema.statistic_forms import CellCondition
from pipeline.values.kinds import CHOICE, Vocabulary
from pipeline.values.predicates import Value, date_parts
from pipeline.values.predicates.dates import age_at

Values = Mapping[str, str | None]


UNKNOWN, OUTSIDE = -1, -2
"""In place of the index of a cell: not known which one, and none of them."""


@dataclass(frozen=True)
class RecordConditions:
    """Answers conditions over the values of entries of one record."""

    schemas: Schemas
    record: str
    _vocabularies: dict[str, Vocabulary] = field(default_factory=dict)

    def cell_of(self, cells: Iterable[Iterable[CellCondition] | None], values: Values) -> int:
        """Return the index of the cell of an entry among cells of which it belongs to one at most.

        Not known: no cell holds and one may hold, or several hold, which the entry cannot mean.

        Args:
            cells: The conditions of each cell; None for a cell that the registry cannot know.
        """
        answers = [False if when is None else self.all_hold(when, values) for when in cells]
        if answers.count(True) == 1:
            return answers.index(True)
        return OUTSIDE if set(answers) <= {False} else UNKNOWN

    def all_hold(self, conditions: Iterable[CellCondition], values: Values) -> bool | None:
        """Return whether all conditions hold."""
        answers = {self.holds(condition, values) for condition in conditions}
        return False if False in answers else None if None in answers else True

    def holds(self, condition: CellCondition, values: Values) -> bool | None:
        """Return whether a condition holds."""
        if condition.any:
            answers = {self.holds(one, values) for one in condition.any}
            return True if True in answers else None if None in answers else False
        if condition.written:
            value = values[condition.written]
            return None if value is None else value != ""
        if condition.same_year:
            first, second = (date_parts(values[name] or "") for name in condition.same_year)
            return first[0] == second[0] if first and second else None
        if condition.age:
            born_on, on = (values[name] or "" for name in condition.age)
            return _age_within(age_at(Value(born_on, born_on), Value(on, on)), condition)
        return self._is_among(condition, values[condition.field])

    def _is_among(self, condition: CellCondition, value: str | None) -> bool | None:
        """Return whether a code is among those of a condition; a text outside the code list says nothing."""
        if value is None:
            return None
        vocabulary = self._vocabulary(condition.field)
        code = value if value in vocabulary.labels else CHOICE.parse(value, vocabulary).canonical or value
        if code in condition.unsaid:
            return None
        if code in condition.codes:
            return True
        if code not in vocabulary.labels and code not in vocabulary.uncoded:
            if not vocabulary.is_plain_name(code):
                return None
            code = vocabulary.offered(code)[0].code
        return code not in condition.other_than if condition.other_than else code in condition.codes

    def _vocabulary(self, name: str) -> Vocabulary:
        if name not in self._vocabularies:
            found = self.schemas.vocabulary(self.schemas.record(self.record).by_name[name])
            assert found is not None  # checked when the declarations are read
            self._vocabularies[name] = found
        return self._vocabularies[name]


def _age_within(ages: tuple[int, int] | None, condition: CellCondition) -> bool | None:
    """Return whether an age lies within the bounds; one that may be below zero is taken as what it can be."""
    if ages is None or ages[1] < 0:
        return None
    least, most = max(0, ages[0]), ages[1]
    below = most + 1 if condition.below is None else condition.below
    if most < condition.least or least >= below:
        return False
    return True if least >= condition.least and most < below else None
