"""The adapter of a book: its reader learns the confirmed lines, and held-out lines decide whether the adapter is used.

Lines are divided into folds by page. For each fold, a reader learns the other folds and reads the fold, using the
weight file of production; the interpolation share is chosen on the other folds. If the gate is passed, a final reader
learns all lines.
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
"""Largest number of confirmed lines to learn; the last lines of the book are used."""

READ_AT_ONCE = 32
"""Number of lines in a batch for reading."""

Outcome = Verdict | Literal["few-lines", "one-page", "time"]
"""The verdict of the gate, or the reason why it was not reached."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """The outcome of learning a book.

    Attributes:
        outcome: The verdict, or why there is none.
        adapter: The adapter if the gate was passed.
        figures: Counts of the gate, if it was reached.
        seconds: Processor time.
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
    """Learn the hand of a book, and test whether the adapted reader reads it better.

    Args:
        reader: The shipped reader.
        lines: Confirmed lines in the order of the book.
        book: Id of the book in the registry.
        version: Number of the new adapter.
        made_at: Time, ISO 8601.
        beat: Called with the finished share.

    Raises:
        SetupError: A network is missing, damaged, or of a shape that cannot be trained.
    """
    started = time.process_time()
    used = lines[-MOST_LINES:]
    if len(used) < options.least_lines:
        return Learnt("few-lines", len(used))
    folds = _folds(used, options.folds)
    if len(set(folds)) < 2:
        return Learnt("one-page", len(used))
    lesson = Lesson(reader, options, started + options.seconds, beat, len(set(folds)) + 1)
    try:
        lesson.fit_to_time(used)
        trials = []
        for fold in sorted(set(folds)):
            held_out = [line for line, line_fold in zip(used, folds, strict=True) if line_fold == fold]
            others = [line for line, line_fold in zip(used, folds, strict=True) if line_fold != fold]
            adapters = lesson.adapters(others, _blank_card(reader, book), options.shares)
            trials.append(_trial(reader, adapters, held_out))
        share, held = choose_share(trials)
        result = pass_gate(held, tolerated=options.tolerated, tolerated_critical=options.tolerated_critical)
        adapter = None
        if result.verdict == "better":
            card = _card(reader, used, result, book=book, version=version, made_at=made_at)
            (adapter,) = lesson.adapters(used, card, (share,))
    except OutOfTime:
        return Learnt("time", len(used), seconds=time.process_time() - started)
    log.info("book %d: %s on %d lines, moved %g, %s", book, result.verdict, len(used), share, result.figures)
    return Learnt(result.verdict, len(used), adapter, result.figures, time.process_time() - started)


def _folds(lines: Sequence[ConfirmedLine], folds: int) -> list[int]:
    """Return the fold of each line: each page is assigned to the smallest fold so far."""
    sizes = [0] * folds
    fold_of: dict[PageRef, int] = {}
    for ref, count in Counter(line.page for line in lines).items():
        fold_of[ref] = int(np.argmin(sizes))
        sizes[fold_of[ref]] += count
    return [fold_of[line.page] for line in lines]


def _blank_card(reader: HandwritingReader, book: int) -> AdapterCard:
    """Return the card of a temporary adapter for reading held-out lines."""
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
    """Return the held-out lines, read before and after, by interpolation share."""
    adapted = {adapter.card.moved: adapted_reader(reader, adapter) for adapter in adapters}
    by_share: dict[float, list[HeldLine]] = {share: [] for share in adapted}
    for start in range(0, len(lines), READ_AT_ONCE):
        batch = lines[start : start + READ_AT_ONCE]
        crops = [replace(line.crop, follows=False) for line in batch]
        before = reader.read(crops)
        for share, adapted_reader_of in adapted.items():
            for line, old, new in zip(batch, before, adapted_reader_of.read(crops), strict=True):
                held = HeldLine(line.crop.kind, line.text, old.text, new.text, old.confidence, new.confidence)
                by_share[share].append(held)
    return by_share
