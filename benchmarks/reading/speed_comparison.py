"""Two revisions on the same pages: which stage grew, and which values read otherwise."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.reading.read_in_pairs import PageCost, PageKey
from pipeline.training.evaluation import BookTruth

GROWN = 1.1
"""A stage has grown when it costs so many times what it cost,"""
GROWN_SHARE = 0.01
"""and so much more of the whole page,"""
GROWN_PAGES = 2 / 3
"""and more on so many of the pages: a busy machine makes single pages dear."""


@dataclass(frozen=True)
class OtherReading:
    """A value that two revisions read otherwise, or accept otherwise.

    Attributes:
        before: What the other revision read.
        paper: What is on paper; None where nobody knows.
    """

    page: PageKey
    row: int
    field: str
    before: Mapping[str, Any]
    now: Mapping[str, Any]
    paper: str | None


def stage_seconds(pages: Sequence[PageCost]) -> dict[str, float]:
    """Return the mean CPU seconds a page by stage, the dearest first."""
    names = dict.fromkeys(name for page in pages for name in page.stages)
    seconds = {name: statistics.mean(page.stages.get(name, 0.0) for page in pages) for name in names}
    return dict(sorted(seconds.items(), key=lambda item: -item[1]))


def grown_stages(before: Sequence[PageCost], now: Sequence[PageCost]) -> tuple[str, ...]:
    """Return the stages that cost clearly more than before on the same pages, given in the same order."""
    old, new = stage_seconds(before), stage_seconds(now)
    most = GROWN_SHARE * statistics.mean(page.cpu for page in before)

    def has_grown(name: str) -> bool:
        was = old.get(name, 0.0)
        if new[name] <= GROWN * was or new[name] - was <= most:
            return False
        pairs = zip(before, now, strict=True)
        more = [page.stages.get(name, 0.0) > earlier.stages.get(name, 0.0) for earlier, page in pairs]
        return statistics.mean(more) >= GROWN_PAGES

    return tuple(filter(has_grown, new))


def other_readings(
    before: Mapping[PageKey, PageCost],
    now: Mapping[PageKey, PageCost],
    truth: BookTruth,
    columns: Mapping[str, str],
) -> Iterator[OtherReading]:
    """Yield every value that both revisions have and whose reading or acceptance differs.

    Args:
        before: The pages of a book as the other revision read them.
        now: The same pages as this revision read them.
        columns: The column of each field in the truth.
    """
    for page, cost in now.items():
        was = before[page]
        for (row, field), reading in cost.read.items():
            old = was.read.get((row, field))
            if old is None or _same(old, reading):
                continue
            yield OtherReading(
                page, row, field, old, reading, _on_paper(truth, page, row, columns.get(field, ""))
            )


def _same(page: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(page[key] == other[key] for key in ("status", "text", "accepted"))


def _on_paper(truth: BookTruth, page: PageKey, row: int, column: str) -> str | None:
    numbers = {(true.scan, true.page_no): number for number, true in enumerate(truth.pages)}
    number = numbers[page[1:]]
    entries = (entry for entry in truth.entries if entry.page == number and entry.row == row)
    entry = next(entries, None)
    return None if entry is None else entry.values.get(column)
