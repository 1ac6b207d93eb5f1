"""When the critical values of an unusual book are accepted after all: once people have checked a sample.

A calibration proves nothing about an unusual book. People's decisions on values that the machine would have accepted
do: acceptance resumes after ``CHECKED`` of them, as long as the number of errors is within the office's tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.recognition.calibration.risk import is_refuted

CHECKED = 50
"""Number of checked critical values in the book before the others are accepted."""


@dataclass(frozen=True, slots=True)
class BookHold:
    """The critical handwritten values of a book that are held back, and the result of checking others.

    Attributes:
        held: Number of values that wait for a person although they would otherwise have been accepted.
        checked: Number of such values that people have decided.
        wrong: Number of checked values that the machine read differently.
        tolerated: The office's tolerated error share among critical fields.
        delta: The office's allowed failure probability of the bound.
    """

    held: int
    checked: int
    wrong: int
    tolerated: float
    delta: float

    @property
    def is_over(self) -> bool:
        """Whether enough values are checked and the errors are within the tolerance."""
        return self.checked >= CHECKED and not is_refuted(
            self.wrong, self.checked, self.tolerated, self.delta
        )
