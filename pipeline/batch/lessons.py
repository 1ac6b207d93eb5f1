"""A book teaches its own form: its first pages are read by their labels and make its plate, by which the others are
placed.

Pages are read in rounds. Each round but the last also teaches; the plate made of all that was taught so far serves the
next one, and is kept for later runs over the book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.batch.workers import PageJob
from pipeline.digitize.teaching import shape_of
from pipeline.errors import ScanError
from pipeline.imaging.plate import FEWEST, Plate, plate_of
from pipeline.model import PageResult, PlateView
from pipeline.schema import Form

ROUNDS = (8, 16)
"""Pages that are read before the first plate is made, and before it is made anew."""

WORTH = 12
"""Unread pages from which a plate pays."""

Answer = PageResult | ScanError
Read = Callable[[Sequence[PageJob]], Iterator[tuple[PageJob, Answer]]]


def read_in_rounds(
    read: Read, jobs: Sequence[PageJob], form: Form, kept: Path
) -> Iterator[tuple[PageJob, Answer]]:
    """What was read on each page, as the answers come in. ``kept``: the file of the book's plate, there once it was
    made; one of more pages takes its place."""
    plate = Plate.kept(kept)
    taught = plate.pages if plate is not None else 0
    views: list[PlateView] = []
    start = 0
    for size in ROUNDS if form.layout == "page" and len(jobs) >= WORTH else ():
        if taught >= sum(ROUNDS) - FEWEST:
            break
        some = [replace(job, teach=True, plate=kept if plate else None) for job in jobs[start : start + size]]
        start += len(some)
        for job, answer in read(some):
            if isinstance(answer, PageResult) and answer.view is not None:
                views.append(answer.view)
                answer = replace(answer, view=None)
            yield job, answer
        made = plate_of(views, shape_of(form))
        if made is not None and made.pages > taught:
            kept.parent.mkdir(parents=True, exist_ok=True)
            made.saved(kept)
            plate, taught = made, made.pages
    yield from read([replace(job, plate=kept if plate else None) for job in jobs[start:]])
