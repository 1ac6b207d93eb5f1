"""The adapter of a book: its reader learns the confirmed lines, and lines held back decide whether it reads with that.

The lines are parted into folds by their pages. For each fold a reader learns the others and reads it, through the very
file of weights that an office's machine would read with; how far of the way its weights are moved is chosen by the
other folds. Where the gate is passed, one more learns all lines.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pipeline.base.model import PageRef
from pipeline.recognition.ocr.adapters import Adapter, AdapterCard, GateFigures, adapted_reader
from pipeline.recognition.ocr.handwriting import HandwritingReader
from pipeline.training.adaptation_gate import GateResult, HeldLine, Verdict, choose_share, pass_gate
from pipeline.training.adaptation_lesson import BookLearning, ConfirmedLine, Lesson, OutOfTime

log = logging.getLogger(__name__)

MOST_LINES = 600
"""Confirmed lines of which a book is learnt at most, the last ones."""

READ_AT_ONCE = 32
"""Lines that are read at once."""

Outcome = Verdict | Literal["few-lines", "one-page", "time"]
"""What came of learning a book: as the gate says, or why it was not asked."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What came of learning a book.

    Attributes:
        outcome: Whether there is an adapter, or why not.
        lines: Lines that were learnt from.
        adapter: The adapter, where the gate was passed.
        figures: What the gate counted, where it was asked.
        seconds: Time of the processor.
    """

    outcome: Outcome
    lines: int
    adapter: Adapter | None = None
    figures: GateFigures | None = None
    seconds: float = 0.0


def learn_book(
    reader: HandwritingReader,
    lines: Sequence[ConfirmedLine],
    *,
    book: int,
    version: int,
    made_at: str,
    options: BookLearning = BookLearning(),
    beat: Callable[[float], None] = lambda _share: None,
) -> Learnt:
    """Return what a reader learns of the hand of a book, and whether it reads it better for it.

    Args:
        reader: The reader as it ships.
        lines: Confirmed lines of the book, in its order.
        book: The book in the registry.
        version: The number of the adapter, if there comes one.
        made_at: When, ISO 8601.
        options: How the book is learnt.
        beat: Called with the share that is done.

    Raises:
        SetupError: A network is missing or damaged, or of a shape that cannot be trained.
    """
    started = time.process_time()
    chosen = lines[-MOST_LINES:]
    if len(chosen) < options.least_lines:
        return Learnt("few-lines", len(chosen))
    folds = _folds(chosen, options.folds)
    if len(set(folds)) < 2:
        return Learnt("one-page", len(chosen))
    lesson = Lesson(reader, options, started + options.seconds, beat, len(set(folds)) + 1)
    try:
        lesson.fit_to_time(chosen)
        trials = []
        for fold in sorted(set(folds)):
            apart = [line for line, its in zip(chosen, folds, strict=True) if its == fold]
            others = [line for line, its in zip(chosen, folds, strict=True) if its != fold]
            adapters = lesson.adapters(others, _blank_card(reader, book), options.shares)
            trials.append(_trial(reader, adapters, apart))
        share, held = choose_share(trials)
        result = pass_gate(held, tolerated=options.tolerated, tolerated_critical=options.tolerated_critical)
        found = None
        if result.verdict == "better":
            card = _card(reader, chosen, result, book=book, version=version, made_at=made_at)
            (found,) = lesson.adapters(chosen, card, (share,))
    except OutOfTime:
        return Learnt("time", len(chosen), seconds=time.process_time() - started)
    log.info(
        "book %d: %s on %d lines, moved %g, %s", book, result.verdict, len(chosen), share, result.figures
    )
    return Learnt(result.verdict, len(chosen), found, result.figures, time.process_time() - started)


def _folds(lines: Sequence[ConfirmedLine], folds: int) -> list[int]:
    """Return the fold of each line: pages go to that which has the fewest lines so far."""
    sizes = [0] * folds
    found: dict[PageRef, int] = {}
    for ref, many in Counter(line.page for line in lines).items():
        found[ref] = int(np.argmin(sizes))
        sizes[found[ref]] += many
    return [found[line.page] for line in lines]


def _blank_card(reader: HandwritingReader, book: int) -> AdapterCard:
    """Return the card of an adapter that reads lines held back and is kept nowhere."""
    nothing = GateFigures(
        lines=0, letters=0, errors_before=0, errors_after=0, chance=1.0, sure=0, sure_wrong=0
    )
    return AdapterCard(
        book=book, version=0, parent=reader.fingerprint, made_at="", lines=0, pages=0, trust="proposal",
        gate=nothing, results={},
    )  # fmt: skip


def _card(
    reader: HandwritingReader,
    lines: Sequence[ConfirmedLine],
    result: GateResult,
    *,
    book: int,
    version: int,
    made_at: str,
) -> AdapterCard:
    return AdapterCard(
        book=book,
        version=version,
        parent=reader.fingerprint,
        made_at=made_at,
        lines=len(lines),
        pages=len({line.page for line in lines}),
        trust=result.trust,
        gate=result.figures,
        results={},
    )


def _trial(
    reader: HandwritingReader, adapters: Sequence[Adapter], lines: Sequence[ConfirmedLine]
) -> dict[float, list[HeldLine]]:
    """Return lines that nothing was learnt from as they are read before and after, by how far weights are moved."""
    adapted = {adapter.card.moved: adapted_reader(reader, adapter) for adapter in adapters}
    found: dict[float, list[HeldLine]] = {share: [] for share in adapted}
    for start in range(0, len(lines), READ_AT_ONCE):
        some = lines[start : start + READ_AT_ONCE]
        crops = [replace(line.crop, follows=False) for line in some]
        before = reader.read(crops)
        for share, one in adapted.items():
            for line, old, new in zip(some, before, one.read(crops), strict=True):
                held = HeldLine(line.crop.kind, line.text, old.text, new.text, old.confidence, new.confidence)
                found[share].append(held)
    return found
