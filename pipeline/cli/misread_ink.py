"""The ink of readings that were wrong, cut from the scans again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.cli.debug import cut
from pipeline.errors import ScanError
from pipeline.evaluation import FieldOutcome
from pipeline.evaluation.report import Misreading
from pipeline.imaging.overlay import rectified_page
from pipeline.intake import ScanFile, page_of_isolated
from pipeline.model import Box, PageRef, PageResult, Pixels
from pipeline.reports.content import row_label
from pipeline.run_context import RunContext


@dataclass(frozen=True)
class StoredBook:
    """A book with what the registry holds of its pages, one result a ref; ``None`` for a page nothing was read on.
    ``scans`` by their content hash."""

    folder: Path
    scans: Mapping[str, ScanFile]
    refs: Sequence[PageRef]
    pages: Sequence[PageResult | None]


def misreadings(
    outcomes: Sequence[FieldOutcome], books: Mapping[str, StoredBook], context: RunContext
) -> tuple[Misreading, ...]:
    """The outcomes with their ink, in their order. ``books`` by what outcomes call them. Each page is decoded once;
    of a scan that cannot be read any more there is no picture."""
    pictures: dict[int, tuple[Pixels, ...]] = {}
    by_page: dict[tuple[str, int], list[int]] = {}
    for number, outcome in enumerate(outcomes):
        if outcome.entry.page is not None:
            by_page.setdefault((outcome.book, outcome.entry.page), []).append(number)
    for (book, page), numbers in by_page.items():
        boxes = {number: _boxes(outcomes[number], books[book].pages[page]) for number in numbers}
        pictures |= _cut_from(books[book], page, boxes, context)
    return tuple(
        Misreading(outcome, _place(outcome, books[outcome.book]), pictures.get(number, ()))
        for number, outcome in enumerate(outcomes)
    )


def _boxes(outcome: FieldOutcome, result: PageResult | None) -> tuple[Box, ...]:
    """The lines of the outcome's field on the straight page, else the whole field."""
    for entry in result.entries if result else ():
        for reading in entry.readings:
            if entry.row == outcome.entry.row and outcome.spec and reading.field == outcome.spec.name:
                return reading.lines or ((reading.box,) if reading.box else ())
    return ()


def _cut_from(
    book: StoredBook, page: int, boxes: Mapping[int, tuple[Box, ...]], context: RunContext
) -> dict[int, tuple[Pixels, ...]]:
    result, ref = book.pages[page], book.refs[page]
    scan = book.scans.get(ref.scan_sha256)
    if result is None or scan is None or not any(boxes.values()):
        return {}
    try:
        straight = rectified_page(page_of_isolated(scan, ref.page_no, context.limits), result)
    except ScanError:
        return {}
    return {number: tuple(cut(straight, box, 14) for box in found) for number, found in boxes.items()}


def _place(outcome: FieldOutcome, book: StoredBook) -> str:
    """Where it stands, for a person who wants to open the scan."""
    if outcome.entry.page is None:
        return f"sổ {book.folder.name}, việc máy không tìm thấy"
    ref = book.refs[outcome.entry.page]
    scan = book.scans.get(ref.scan_sha256)
    name = scan.path.name if scan else ref.scan_sha256[:12]
    places = (f"sổ {book.folder.name}", f"{name} trang {ref.page_no}", row_label(outcome.entry.row or 0))
    return ", ".join(filter(None, places))
