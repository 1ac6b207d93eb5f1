"""Every action that the program records in the audit has words for people."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pipeline
from pipeline.registry.audit.audit_words import ACTIONS

PLACES = {"record": 2, "_note": 0, "note_printed": 0}
"""Which argument of a call is the action."""


def recorded() -> Iterator[str]:
    """Every action that stands in the code as a word."""
    for path in Path(pipeline.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            at = PLACES.get(getattr(call.func, "attr", "") or getattr(call.func, "id", ""))
            if at is None or len(call.args) < at + 2:
                continue
            action = call.args[at]
            if isinstance(action, ast.Constant) and isinstance(action.value, str):
                yield action.value


def test_every_action_is_told_in_words() -> None:
    actions = set(recorded())
    assert {"extract-issued", "searched", "list-printed"} <= actions
    assert actions - ACTIONS.keys() == set()
