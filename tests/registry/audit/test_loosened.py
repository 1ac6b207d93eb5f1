"""A loosening leaves the head of the reports by the program's own rows alone."""

from __future__ import annotations

import pytest

from pipeline.registry import Registry
from tests.registry.audit.intruder import Intruder

ANSWER = (
    "INSERT INTO policy_answer (id, change_id, answer, author, answered_at) "
    "VALUES (9, 1, '{}', 'x', '2026-01-02 03:04:05')"
)
HARMS = {
    "it was seen": ANSWER.format("seen"),
    "it was refused": ANSWER.format("refused"),
    "it loosened nothing": "UPDATE policy_change SET loosened = '[]' WHERE id = 1",
    "it loosened no list": "UPDATE policy_change SET loosened = '5', lines = '5' WHERE id = 1",
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_row_behind_the_programs_back_hides_no_loosening(
    registry: Registry, intruder: Intruder, harm: str
) -> None:
    held = {"approval": {"book": False}}
    registry.note_policies(held, ["x"], ["Phê duyệt: có → không"], "console")
    intruder.execute(HARMS[harm])
    (change,) = registry.open_policy_changes()
    assert change.change_id == 1
    assert ("không phải của chương trình" in change.sentence) is harm.startswith("it loosened")


def test_what_somebody_says_was_held_is_no_ground_to_compare_with(
    registry: Registry, intruder: Intruder
) -> None:
    held = {"approval": {"book": True}}
    registry.note_policies(held, ["x"], [], "console")
    intruder.execute(
        "INSERT INTO policy_change (id, policies, lines, loosened, seen, text, waits, author, asked_at) "
        "VALUES (9, '{}', '[]', '[]', '', '', false, 'console', '2026-01-02 03:04:05')"
    )
    assert registry.noted_policies() == held
