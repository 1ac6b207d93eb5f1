"""Books of accepted entries, put into a registry without reading: for benchmarks of what comes after it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.books.made_pages import made_page
from benchmarks.figures import say
from pipeline.base.model import (
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Ledger,
    PageRef,
    Writing,
)
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.registry import Registry
from pipeline.run_context import RunContext
from pipeline.scans.intake import list_scans, page_of, scan_file
from pipeline.scans.workspace import Workspace
from pipeline.training.evaluation import load_truth


def fill_book(
    registry: Registry,
    context: RunContext,
    drawn: Path,
    ledger: Ledger,
    folder_name: str,
    schemas: Schemas,
    until: float = float("inf"),
) -> tuple[int, int]:
    """Put a book of accepted entries into a registry, every page a scan of its own with the picture of a drawn one.

    Args:
        drawn: The folder of the drawn pages, with their truth.
        ledger: The cover; its ``entries`` is the number of entries wanted.
        until: When ``time.perf_counter`` says so, it stops at fewer entries.

    Returns:
        The id of the book and the number of its entries.
    """
    entries = ledger.entries or 0
    truth = load_truth(drawn / "truth.json")
    record = schemas.record(truth.kind)
    pictures = {scan.path.name: scan.path.read_bytes() for scan in list_scans(drawn)}
    book_id = registry.book_id(ledger, folder_name)
    folder = context.workspace / "scans" / folder_name
    folder.mkdir(parents=True)
    sizes: dict[str, tuple[int, int]] = {}
    for number in range(1, entries + 1):
        entry = truth.entries[(number - 1) % len(truth.entries)]
        page = truth.pages[entry.page or 0]
        path = folder / f"{number:05}.jpg"
        path.write_bytes(
            pictures[page.scan] + f"{folder_name} {number:08}".encode()
        )  # behind the picture: another scan
        scan = scan_file(path)
        Workspace(context.workspace).store(path, scan.sha256)
        path.unlink()
        if page.scan not in sizes:
            stored = page_of(scan_file(drawn / page.scan), 1).pixels.shape
            sizes[page.scan] = (stored[1], stored[0])
        registry.store_scan(book_id, scan.sha256, path.name, scan.size, 1)
        readings = tuple(_readings(entry.values, entry.ink, record, schemas, ledger, number))
        result = made_page(
            PageRef(scan.sha256, 1), EntryResult(0, readings, ()), form=ledger.form, size=sizes[page.scan]
        )
        registry.save_page(book_id, result, "bench")
        if number % 500 == 0:
            say(f"{number} trang trong sổ dữ liệu")
        if time.perf_counter() > until and len(truth.entries) <= number < entries:
            say(f"hết giờ: {number} trang trong sổ dữ liệu")
            return registry.book_id(replace(ledger, entries=number, pages=number), folder_name), number
    return book_id, entries


def _readings(
    values: Mapping[str, str],
    ink: Mapping[str, Sequence[Sequence[float]]],
    record: RecordSpec,
    schemas: Schemas,
    ledger: Ledger,
    number: int,
) -> Iterator[FieldReading]:
    """Every field as read and accepted; number, page and day are such
    that a check of the book finds nothing."""
    for spec in record.fields:
        if spec.column == "so":
            text = f"{number:02}/{ledger.year}"
        elif spec.column == "trangSo":
            text = str(number)
        elif spec.column == "ngayDangKy":
            text = f"15/06/{ledger.year}"
        elif spec.ledger:
            text = str(getattr(ledger, spec.ledger))
        elif spec.column in values:
            text = values[spec.column]
        else:
            continue
        lines = tuple(box_around(quad) for quad in ink.get(spec.name, ()))
        canonical = spec.value_kind.parse(text, schemas.vocabulary(spec)).canonical
        status = FieldStatus.READ if text else FieldStatus.BLANK
        yield FieldReading(
            spec.name, status, text, canonical, 1.0, Writing.HAND, "bench", lines[0] if lines else None, lines, True
        )  # fmt: skip


def box_around(quad: Sequence[float]) -> Box:
    return Box(min(quad[::2]), min(quad[1::2]), max(quad[::2]), max(quad[1::2]))
