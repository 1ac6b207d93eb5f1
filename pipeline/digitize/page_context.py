"""The context that every stage of a page receives: form, ledger, declarations, engines, options and clock."""

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
"""Version of the reader. Raise it whenever the same page could give another result."""


@dataclass(frozen=True)
class DigitizeOptions:
    """Options of digitizing a page.

    Attributes:
        min_print: Least share (0..1, by letters) of a form's printed text that is read on a page of that form.
        hidden_print: The same for the book's own form, where no other form explains the labels that were read.
        sure_print: The share from which no other form is tried.
        blank_ink: Largest share of inked pixels on a blank page.
        label_dpi: Pixels an inch for label recognition.
        max_dpi: Pixels an inch of the rectified page, at most.
        teach: Whether the result carries a view of the page for learning the template of its book.
        routing: The thresholds of acceptance.
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
    """CPU seconds by stage, including finished child processes (Tesseract).

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
    """What every stage of a page receives besides the value of the stage before it.

    Attributes:
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
        """The record that the form declares."""
        return self.schemas.record(self.form.record)

    @property
    def near_units(self) -> NearUnits | None:
        """The administrative units around the place of the book, ``None`` if unknown."""
        ledger = self.ledger
        return near_units(self.schemas.places, ledger.place, ledger.place_code, ledger.year)
