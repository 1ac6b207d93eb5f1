"""Stand-ins for reading a page, importable by worker processes: what a page does is told by its top left pixel."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
from PIL import Image

from pipeline.base.errors import BrokenScan, SetupError
from pipeline.base.model import (
    Box,
    EntryResult,
    Evidence,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    Ledger,
    PageImage,
    PageKind,
    PageResult,
    Quality,
    Severity,
)
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.recognition.ocr import Engines

GOOD, CRASH, LOOP, EAT, BREAK, BUG = 250, 10, 20, 30, 40, 50
"""Grey levels that a fake page answers to; several good pages differ from one another by their right half."""


class FakeReader:
    """A reader that is never asked."""

    name = "fake"
    fingerprint = "fake-1"

    def words(self, grey: object, dpi: float) -> tuple[()]:
        return ()

    def read(self, crops: object) -> tuple[()]:
        return ()


def fake_engines() -> Engines:
    return Engines(FakeReader(), FakeReader())


def changed_engines() -> Engines:
    """The same readers after an update."""
    reader = FakeReader()
    reader.fingerprint = "fake-2"
    return Engines(reader, reader)


def draw(path: Path, *greys: int, mark: int = 0) -> None:
    """A scan of one page a grey level (a TIFF of several); ``mark`` makes its bytes differ from other scans."""
    pages = []
    for grey in greys:
        pixels = np.full((40, 30), grey, np.uint8)
        pixels[:, 15:] = mark
        pages.append(Image.fromarray(pixels))
    pages[0].save(path, save_all=len(pages) > 1, append_images=pages[1:]) if len(pages) > 1 else pages[
        0
    ].save(path)


def fake_page(
    page: PageImage,
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions,
    only_good: bool = False,
) -> PageResult:
    """Does what the top left pixel says, unless all pages are ``only_good``."""
    grey = GOOD if only_good else int(page.pixels[0, 0, 0])
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
    return page_result(page, form)


def need_a_program(*_: object, **__: object) -> PageResult:
    """What happens when Tesseract is gone."""
    raise SetupError("Thiếu chương trình.")


def page_result(page: PageImage, form: Form) -> PageResult:
    """One entry with its number read and waiting for a person."""
    reading = FieldReading(
        "entry_number", FieldStatus.READ, "1/2010", "1/2010", 0.4, box=Box(10, 10, 20, 20),
        hypotheses=(Hypothesis("1/2010", 0.4), Hypothesis("7/2010", 0.35)),
        evidence=Evidence(0.4, 0.05, 0.6, 0.3, 0.8, 1.0),
    )  # fmt: skip
    entry = EntryResult(0, (reading,), (Finding("READ-LOW", Severity.REVIEW, ("entry_number",)),))
    return PageResult(
        page.ref,
        PageKind.ENTRIES,
        form.id,
        (30, 40),
        np.eye(3),
        0,
        0.0,
        Quality(1.0, 1.0, 0.0, 300.0),
        None,
        (),
        (entry,),
        (),
        {"labels": 0.5},
    )
