"""What was tried, what held and what fell."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Any


class Outcome(StrEnum):
    """How an attempt ended."""

    HELD = "held"
    FALLEN = "fallen"
    OUT_OF_REACH = "out of reach"


@dataclass(frozen=True)
class Attempt:
    """An attempt of an attacker.

    Attributes:
        group: The subject.
        name: The name of the attempt, unique in its group.
        detail: The observation of an attempt that fell, or why the attempt is out of reach.
    """

    group: str
    name: str
    outcome: Outcome
    detail: str = ""


class AttackLog:
    """All attempts. May be used by several threads.

    Args:
        out_of_reach: Attempts that are known not to be refused, as ``group: name``, with the reason. They are told
            apart from what falls, and only when they fall.
    """

    def __init__(self, out_of_reach: Mapping[str, str]) -> None:
        self._out_of_reach = out_of_reach
        self._lock = Lock()
        self.attempts: list[Attempt] = []

    def note(self, group: str, name: str, *, held: bool, seen: object = "") -> None:
        """Note an attempt, and what was seen when it did not hold."""
        outcome, detail = Outcome.HELD, ""
        if not held:
            reason = self._out_of_reach.get(f"{group}: {name}", "")
            outcome = Outcome.OUT_OF_REACH if reason else Outcome.FALLEN
            detail = reason or str(seen)
        with self._lock:
            self.attempts.append(Attempt(group, name, outcome, detail))

    def note_out_of_reach(self, group: str, name: str, reason: str) -> None:
        """Note an attempt that nothing can refuse or show, with the reason."""
        with self._lock:
            self.attempts.append(Attempt(group, name, Outcome.OUT_OF_REACH, reason))

    @contextmanager
    def attempt(self, group: str, name: str) -> Iterator[None]:
        """Note as fallen what breaks off with an exception, and go on."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 (whatever it is, the others are tried)
            step = traceback.extract_tb(error.__traceback__)[-1]
            self.note(group, name, held=False, seen=f"{type(error).__name__}: {error} ({step.name})")

    def of(self, group: str, outcome: Outcome | None = None) -> list[Attempt]:
        """Return the attempts of a group, all or those with that outcome."""
        return [
            attempt
            for attempt in self.attempts
            if attempt.group == group and outcome in (None, attempt.outcome)
        ]

    def groups(self) -> list[str]:
        """Return the groups, each once, in the order they were first noted."""
        return list(dict.fromkeys(attempt.group for attempt in self.attempts))

    def figures(self) -> dict[str, Any]:
        """Return how many attempts were made, held and fell, by group and in all, and the names of the fallen."""
        counts = {
            group: {
                "tried": len(self.of(group)),
                "held": len(self.of(group, Outcome.HELD)),
                "fallen": len(self.of(group, Outcome.FALLEN)),
                "out_of_reach": len(self.of(group, Outcome.OUT_OF_REACH)),
            }
            for group in self.groups()
        }
        total = {
            name: sum(count[name] for count in counts.values())
            for name in ("tried", "held", "fallen", "out_of_reach")
        }
        return {
            **total,
            "groups": counts,
            "fell": [f"{attempt.group}: {attempt.name}" for attempt in self.fallen],
        }

    @property
    def fallen(self) -> list[Attempt]:
        """The attempts that fell, and are not known to be out of reach."""
        return [attempt for attempt in self.attempts if attempt.outcome is Outcome.FALLEN]
