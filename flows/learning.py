"""The nightly learning of books' hands, with rereading of the pages that still wait."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prefect import get_run_logger, task
from prefect.runtime import task_run

from flows.summary import guarded
from flows.trying import WRITING
from pipeline.base.errors import BookBusy, HotichError, LedgerError, RegistryError, SchemaError, StorageError
from pipeline.base.files import printable
from pipeline.runs.hand_learning import LEARNT, NO_READER, NO_TORCH, REMOVED, SENTENCES, UNKNOWN, learn_hand
from pipeline.settings import read_settings

NIGHT_SECONDS = 3600.0
"""Seconds after which no further book is begun; the remaining books follow on later nights."""

STEP = 0.25
"""Share of the learning between two log messages."""

REPORTED = (LEARNT, REMOVED, "time", "no-gain", "chance", "kind-worse")
"""Outcomes that the morning report names by book; the others need no action."""


@dataclass(frozen=True, slots=True)
class HandSummary:
    """The outcome of learning a book: counts and file names only; ``reread`` includes pages that could not be read."""

    book: str
    outcome: str
    sentence: str
    reread: int


def learn_hands(
    books: Sequence[Path], workspace: str | None, workers: int | None, seconds: float = NIGHT_SECONDS
) -> list[HandSummary]:
    """Learn the hands of books in turn; an error of a book is logged and does not stop the others.

    Args:
        workspace: The workspace; by default as in the settings.
        workers: Number of processes for rereading; by default as in the settings.
        seconds: Seconds after which no further book is begun.
    """
    until = time.monotonic() + seconds
    outcomes: list[HandSummary] = []
    for book in books:
        if time.monotonic() > until:
            get_run_logger().info("Hết giờ học nét chữ của đêm nay; các sổ còn lại học đêm sau.")
            break
        try:
            outcomes.append(learn_one(str(book), workspace, workers))
        except (RegistryError, StorageError) as error:
            get_run_logger().warning("Học nét chữ dừng ở sổ %s: %s", printable(book.name), error.message)
            break
        except (HotichError, RuntimeError) as error:
            get_run_logger().warning("Không học được nét chữ sổ %s: %s", printable(book.name), error)
            continue
        if outcomes[-1].outcome == NO_READER:
            break
    return outcomes


def hand_sentences(hands: Sequence[HandSummary]) -> list[str]:
    """Return the lines of the morning report about the hands of books."""
    lacking = [SENTENCES[NO_TORCH]] if any(hand.outcome == NO_TORCH for hand in hands) else []
    return lacking + [
        f"{hand.book}: {hand.sentence}" for hand in hands if hand.outcome in REPORTED or hand.reread
    ]


def _run_name() -> str:
    return f"learn-hand-{printable(str(task_run.parameters['folder']))}"


@task(name="learn-hand", task_run_name=_run_name, **WRITING)
def learn_one(folder: str, workspace: str | None, workers: int | None) -> HandSummary:
    """Learn a book with ``pipeline.runs.hand_learning``; counts only."""
    logger = get_run_logger()
    told = 0.0

    def beat(share: float) -> None:
        nonlocal told
        if share - told >= STEP:
            told = share
            logger.info("Học nét chữ: %.0f %%", 100 * share)

    def learn() -> HandSummary:
        settings = read_settings()
        context = settings.run_context(Path(workspace) if workspace else None)
        try:
            report = learn_hand(Path(folder), context, workers=workers or settings.workers or 1, beat=beat)
        except (LedgerError, SchemaError, BookBusy) as error:  # the reading of the book has reported it
            return HandSummary(printable(Path(folder).name), UNKNOWN, error.message, 0)
        return HandSummary(
            printable(report.folder),
            report.outcome,
            report.sentence,
            report.rereading.pages + report.taken_back + report.unread,
        )

    return guarded(learn, folder)
