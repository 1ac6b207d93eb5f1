"""How clear the letters of a text are on the ink of its lines alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.books.book_context.book_model import LetterEvidence
from pipeline.recognition.decoding import Emission
from pipeline.recognition.decoding.forced_alignment import align_classes


def letters_of(emissions: Sequence[Emission], text: str) -> tuple[LetterEvidence, ...]:
    """Return the evidence of each letter of a line's text, spaces aside, by the emission that sees it least clearly.

    Args:
        emissions: What the networks saw of the line.
        text: What it is said to say.

    Returns:
        Nothing where the networks do not know a letter of the text, or the line has fewer steps than letters.
    """
    seen = [_seen(emission, text) for emission in emissions]
    if not seen or not all(seen):
        return ()
    worst = (min(each, key=lambda one: one.chance) for each in zip(*seen, strict=True))
    return tuple(one for one, letter in zip(worst, text, strict=True) if letter != " ")


def _seen(emission: Emission, text: str) -> list[LetterEvidence]:
    """Return the evidence of every letter by one emission, each at the step where it is clearest."""
    columns = {letter: number for number, letter in enumerate(emission.letters, start=1)}
    if not text or len(emission.log_chances) < len(text) or not columns.keys() >= set(text):
        return []
    target = [columns[letter] for letter in text]
    places, _ = align_classes(emission.log_chances, target)
    ends = [*places[1:], len(emission.log_chances)]
    found = []
    for column, start, end in zip(target, places, ends, strict=True):
        step = emission.log_chances[start : max(end, start + 1)]
        best = np.exp(step[step[:, column].argmax()].astype(np.float64))
        own = float(best[column])
        best[[0, column]] = 0.0
        rival = int(best.argmax())
        found.append(LetterEvidence(own / max(own + float(best[rival]), 1e-12), emission.letters[rival - 1]))
    return found
