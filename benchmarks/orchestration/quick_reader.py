"""A reader for chaos that is quick and honest: what it reads follows from the pixels alone."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.books.made_pages import made_page
from pipeline.base.errors import BrokenScan
from pipeline.base.model import (
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Finding,
    Ledger,
    PageImage,
    PageResult,
    Quality,
    Severity,
    Writing,
)
from pipeline.declarations import schema
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.recognition.ocr import Engines
from pipeline.run_context import FaultOptions, RunContext
from pipeline.scans.intake import ScanLimits
from pipeline.scans.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.registry import Registry

CRASH, LOOP, EAT, BREAK, BUG = 10, 20, 30, 40, 50
POISONS = (CRASH, LOOP, EAT, BREAK, BUG)
"""Grey of a page that kills its process, never ends, wants all memory, cannot be decoded, meets a bug."""
PAGE_SECONDS = 4.0
WAIT_SECONDS = 8.0
"""How long the run waits for a registry that another program holds."""


@dataclass(frozen=True)
class Reader:
    """A reader of some generation; every generation is a new model, so that all pages are read again."""

    generation: int
    name: str = "chaos"

    @property
    def fingerprint(self) -> str:
        return f"chaos-{self.generation}"

    def words(self, grey: object, dpi: float) -> tuple[()]:  # noqa: ARG002 (what a reader is asked)
        return ()

    def read(self, crops: object) -> tuple[()]:  # noqa: ARG002
        return ()


def engines(generation: int) -> Engines:
    return Engines(Reader(generation), Reader(generation))


def read_page(
    page: PageImage,
    form: Form,
    ledger: Ledger,  # noqa: ARG001 (the signature of digitize_page)
    schemas: Schemas,  # noqa: ARG001
    engines: Engines,
    options: DigitizeOptions,  # noqa: ARG001
) -> PageResult:
    """One entry: number and name are accepted, a note waits for a person; a fifth of them change with the model."""
    grey = int(page.pixels[0, 0, 0])
    if grey == CRASH:
        os.kill(os.getpid(), signal.SIGSEGV)
    while grey == LOOP:
        pass
    if grey == EAT:
        np.ones((40_000, 40_000, 8))
    if grey == BREAK:
        raise BrokenScan("Trang hỏng.")
    if grey == BUG:
        raise KeyError("a bug")
    seen = int.from_bytes(hashlib.sha256(page.pixels.tobytes()).digest()[:4])
    model = engines.labels.fingerprint if seen % 5 == 0 else ""
    note = hashlib.sha256(f"{seen}{model}".encode()).hexdigest()[:8]
    number = int(page.pixels[-1, -2, 0]) * 256 + int(page.pixels[-1, -1, 0])
    return made_page(
        page.ref, _entry(f"{number}/2010", f"Thử {seen % 1000}", note), form=form.id, size=(24, 16),
        quality=Quality(1.0, 1.0, 0.0, 300.0),
    )  # fmt: skip


def read_asleep(*page: Any, seconds: float) -> PageResult:
    """The same, of a page that takes its time and no core."""
    time.sleep(seconds)
    return read_page(*page)


def _entry(number: str, name: str, note: str) -> EntryResult:
    box = Box(1, 1, 5, 5)
    sure = [
        FieldReading(field, FieldStatus.READ, text, text, 0.99, Writing.HAND, box=box, accepted=True)
        for field, text in (("entry_number", number), ("child_name", name))
    ]
    doubtful = FieldReading("notes", FieldStatus.READ, note, note, 0.4, Writing.HAND, box=box)
    return EntryResult(0, (*sure, doubtful), (Finding("READ-LOW", Severity.REVIEW, ("notes",)),))


@dataclass(frozen=True)
class ChaosBench(RunContext):
    """A run context that does not wait long for its registry."""

    def open_registry(self) -> Registry:
        from pipeline.registry import Registry  # SQLAlchemy: not for the processes that read pages

        key = Workspace(self.workspace).audit_key
        return Registry.open(self.registry_url, self.schemas, wait_seconds=WAIT_SECONDS, audit_key=key)


def bench_of(workspace: Path, url: str, generation: int) -> ChaosBench:
    return ChaosBench(
        workspace,
        url,
        schema.load(),
        make_engines=partial(engines, generation),
        limits=ScanLimits(memory_bytes=500_000_000),
        page_seconds=PAGE_SECONDS,
        faults=FaultOptions(tries=2),
        read_page=read_page,
    )
