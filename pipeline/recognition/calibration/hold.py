"""When the critical values of a book unlike those calibrated on are accepted after all: once people have checked some.

A calibration says nothing of such a book. What people decided on values that the machine would have accepted does: from
``CHECKED`` of these on, as long as no more of them were wrong than the office tolerates would let one expect.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.recognition.calibration.risk import is_refuted

CHECKED = 50
"""How many critical values of the book people have to check before the others are accepted."""


@dataclass(frozen=True, slots=True)
class BookHold:
    """The critical handwritten values of a book that are held back, and what people said of others.

    Attributes:
        held: How many values would have been accepted and wait for a person instead.
        checked: How many values of that kind people have decided on.
        wrong: How many of those the machine had read otherwise.
        tolerated: The share of errors that the office tolerates among critical fields.
        delta: How often the office lets its bound fail.
    """

    held: int
    checked: int
    wrong: int
    tolerated: float
    delta: float

    @property
    def is_over(self) -> bool:
        """Whether enough was checked, and no more was wrong than the tolerance would let one expect."""
        return self.checked >= CHECKED and not is_refuted(
            self.wrong, self.checked, self.tolerated, self.delta
        )
