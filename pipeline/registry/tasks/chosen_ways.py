"""The ways that the program chose for the waiting fields of tasks, and the hidden checks of people in them.

A way is chosen when a field is first shown to a person and stays until a decision, so that what is recorded is what the
person saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from pipeline.base.stages import Stage
from pipeline.declarations.office.review import Way
from pipeline.registry.database.columns import rows_of
from pipeline.registry.tasks.consensus import Decision
from pipeline.registry.tasks.rows import ChosenWayRow, chosen_way, planted_answer


@dataclass(frozen=True, slots=True)
class ChosenWays:
    """What was chosen for the fields of a task since their last decisions.

    Attributes:
        rows: By field and stage.
        answered: Ids of the rows whose hidden checks were answered, with whether they were missed.
    """

    rows: Mapping[tuple[str, str], ChosenWayRow] = field(default_factory=dict)
    answered: Mapping[int, bool] = field(default_factory=dict)

    def way(self, name: str) -> Way | None:
        row = self.rows.get((name, Stage.REVIEW))
        return None if row is None else Way(row.way)

    def wrong(self, name: str) -> float | None:
        """Return the probability that the reading was wrong when the way was chosen."""
        row = self.rows.get((name, Stage.REVIEW))
        return None if row is None else row.wrong

    def planted(self, name: str, stage: Stage) -> ChosenWayRow | None:
        """Return the row whose planted text a person is to be shown now."""
        row = self.rows.get((name, stage))
        return row if row is not None and row.planted and row.id not in self.answered else None

    @property
    def asked_again(self) -> Mapping[str, ChosenWayRow]:
        """The settled fields that wait to be typed once more by somebody else, by name."""
        return {
            name: row
            for (name, stage), row in self.rows.items()
            if stage == Stage.SETTLED and row.id not in self.answered
        }

    def was_missed(self, name: str, stage: Stage) -> bool:
        """Return whether somebody has just overlooked a planted text in this field."""
        row = self.rows.get((name, stage))
        return row is not None and self.answered.get(row.id, False)


def chosen_ways(
    connection: Connection, decisions: Mapping[int, Mapping[str, Decision]]
) -> dict[int, ChosenWays]:
    """Return what was chosen for tasks.

    Args:
        decisions: The decisions in force, by task and field.
    """
    query = select(chosen_way).where(chosen_way.c.task_id.in_(decisions)).order_by(chosen_way.c.id)
    rows: dict[int, dict[tuple[str, str], ChosenWayRow]] = {task_id: {} for task_id in decisions}
    for row in rows_of(connection, ChosenWayRow, query):
        decided = decisions[row.task_id].get(row.field)
        if row.after_decision_id == (decided.decision_id if decided else None):
            rows[row.task_id][row.field, row.stage] = row
    checks = [
        row.id
        for of_task in rows.values()
        for row in of_task.values()
        if row.planted or row.stage == Stage.SETTLED
    ]
    if not checks:
        return {task_id: ChosenWays(of_task) for task_id, of_task in rows.items()}
    answers = select(planted_answer.c.chosen_way_id, planted_answer.c.missed)
    answered = {
        row.chosen_way_id: bool(row.missed)
        for row in connection.execute(answers.where(planted_answer.c.chosen_way_id.in_(checks)))
    }
    return {task_id: ChosenWays(of_task, answered) for task_id, of_task in rows.items()}
