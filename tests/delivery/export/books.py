"""Synthetic books in a registry, every field decided as its truth says. No person in them is real."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pipeline.base.model import (
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Ledger,
    PageKind,
    PageRef,
    PageResult,
    Quality,
    Writing,
)
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import RecordSpec, Schemas
from pipeline.registry import Registry, Verdict
from pipeline.run_context import RunContext
from pipeline.scans.intake import list_scans, page_of
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings
from pipeline.training.evaluation import load_truth
from pipeline.training.evaluation.truth import BookTruth, Quad, TrueEntry
from pipeline.training.synthetic_pages import SynthOptions, write_book
from pipeline.values import kinds
from tests.delivery.export.rows import SCHEMAS

CLEAN = SynthOptions(
    seed=5, entries=3, dpi=150, scanner="mild", skew=0.0, turned=0.0, ditto=0.0, struck=0.0, container="jpeg"
)


@dataclass(frozen=True)
class StoredTruth:
    """A book on disk and in a registry, and what it says."""

    folder: Path
    context: RunContext
    book_id: int
    truth: BookTruth
    ledger: Ledger


def bench_in(folder: Path) -> RunContext:
    return Settings().run_context(folder)


def stored(tmp_path: Path, form: str, options: SynthOptions = CLEAN, *, decided: bool = True) -> StoredTruth:
    """Draw a book of that form and put it into a registry; ``decided``: a person has decided every field."""
    folder = write_book(tmp_path / "books" / form, SCHEMAS.form(form), SCHEMAS, options)
    context = bench_in(tmp_path / "workspace")
    truth, ledger = load_truth(folder / "truth.json"), load_ledger(folder)
    with context.open_registry() as registry:
        book_id = registry.book_id(ledger, folder.name)
        saved = _save(registry, book_id, folder, context, truth, ledger)
        if decided:
            for entry_id, entry in zip(registry.entries(book_id), saved, strict=True):
                registry.decide(entry_id, verdicts(entry, SCHEMAS.record(truth.kind)), author="thu")
    return StoredTruth(folder, context, book_id, truth, ledger)


def verdicts(entry: TrueEntry, record: RecordSpec) -> list[Verdict]:
    """What a person says who reads the paper."""
    return [
        Verdict(
            spec.name,
            FieldStatus.READ if entry.values[spec.column] else FieldStatus.BLANK,
            entry.values[spec.column],
        )
        for spec in record.fields
        if spec.column in entry.values
    ]


def _save(
    registry: Registry, book_id: int, folder: Path, context: RunContext, truth: BookTruth, ledger: Ledger
) -> list[TrueEntry]:
    """Every page as a machine would read it that is sure of nothing; the entries in the order of the registry."""
    scans = {scan.path.name: scan for scan in list_scans(folder)}
    for scan in scans.values():
        Workspace(context.workspace).store(scan.path, scan.sha256)
        pages = sum(page.scan == scan.path.name for page in truth.pages)
        registry.store_scan(book_id, scan.sha256, scan.path.name, scan.size, pages)
    saved = []
    for at, page in enumerate(truth.pages):
        scan = scans[page.scan]
        here = sorted(
            (entry for entry in truth.entries if entry.page == at), key=lambda entry: entry.row or 0
        )
        height, width = page_of(scan, page.page_no).pixels.shape[:2]
        entries = tuple(
            EntryResult(one.row or 0, _readings(one, SCHEMAS, truth.kind, ledger), ()) for one in here
        )
        kind = PageKind.ENTRIES if here else PageKind.COVER
        ref = PageRef(scan.sha256, page.page_no)
        result = PageResult(
            ref, kind, ledger.form, (width, height), np.eye(3), 0, 0.0, Quality(100, 120, 0, 150), None, (), entries,
            (), {},
        )  # fmt: skip
        registry.save_page(book_id, result, "truth")
        saved += here
    return saved


def _readings(entry: TrueEntry, schemas: Schemas, kind: str, ledger: Ledger) -> tuple[FieldReading, ...]:
    readings = []
    for spec in schemas.record(kind).fields:
        if spec.column in entry.values:
            lines = tuple(box_of(quad) for quad in entry.ink.get(spec.name, ()))
            box = lines[0] if lines else None
            status = FieldStatus.UNREADABLE if lines else FieldStatus.BLANK
            readings.append(
                FieldReading(spec.name, status, writing=Writing.HAND, engine="hand", box=box, lines=lines)
            )
        elif spec.ledger:
            text = str(getattr(ledger, spec.ledger))
            canonical = kinds.KINDS[spec.kind].parse(text).canonical or text
            sure = FieldReading(spec.name, FieldStatus.READ, text, canonical, 1.0, Writing.PRINT, "ledger")
            readings.append(replace(sure, accepted=True))
    return tuple(readings)


def box_of(quad: Quad) -> Box:
    return Box(min(quad[::2]), min(quad[1::2]), max(quad[::2]), max(quad[1::2]))
