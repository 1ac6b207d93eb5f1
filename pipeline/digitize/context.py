"""What the stages of a page share: the options, the clock, and the context they are handed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipeline.base.model import Ledger, NearUnits
from pipeline.declarations.schema import Form, RecordSpec, Schemas
from pipeline.digitize.route import RoutingOptions
from pipeline.recognition.ocr import Engines
from pipeline.values.places.near_units import near_units

VERSION = "31"
"""Raise it whenever the same page could come out otherwise than before."""


@dataclass(frozen=True)
class DigitizeOptions:
    """What a page may be digitized with.

    Attributes:
        min_print: The least share (0..1, by letters) of a form's printed text that must be found for a page to be taken
            for that form.
        hidden_print: That share of the book's own form where no other form prints what was found.
        sure_print: The share from which no other form is tried.
        blank_ink: The most ink (share of a page's pixels) that a blank page may show.
        label_dpi: Pixels an inch at which labels are looked for.
        max_dpi: Pixels an inch at which the page is read.
        teach: Whether the result carries a view of the page from which the template of its book is learned.
        routing: By what readings are accepted without a person.
    """

    min_print: float = 0.28
    hidden_print: float = 0.2
    sure_print: float = 0.65
    blank_ink: float = 0.0012
    label_dpi: float = 200.0
    max_dpi: float = 300.0
    teach: bool = False
    routing: RoutingOptions = field(default_factory=RoutingOptions)

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"{VERSION}{self!r}".encode()).hexdigest()[:16]


class StageClock:
    """CPU seconds by stage, those of finished child processes (Tesseract) included.

    Attributes:
        seconds: CPU seconds by the name of the stage.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the CPU time of the block to the stage."""
        before = _cpu_seconds()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + _cpu_seconds() - before


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@dataclass(frozen=True, slots=True)
class PageContext:
    """What every stage of a page may need besides the value of the stage before it.

    Attributes:
        form: The form of the book.
        ledger: The book itself.
        schemas: All declarations.
        engines: What recognizes labels, print and handwriting.
        options: The options of the run.
        clock: Measures the stages of this page.
    """

    form: Form
    ledger: Ledger
    schemas: Schemas
    engines: Engines
    options: DigitizeOptions
    clock: StageClock

    @property
    def record(self) -> RecordSpec:
        """The record that the form holds."""
        return self.schemas.record(self.form.record)

    @property
    def near_units(self) -> NearUnits | None:
        """The units around the place of the book, where these are known."""
        ledger = self.ledger
        return near_units(self.schemas.places, ledger.place, ledger.place_code, ledger.year)
