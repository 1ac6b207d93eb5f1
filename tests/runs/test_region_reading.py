"""The process that reads drawn regions: a failing process is replaced, and nobody waits without end."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pipeline.base.errors import ScanError, ScanTimeout, SetupError
from pipeline.base.files import sha256_of_file
from pipeline.base.model import Box, PageRef, Writing
from pipeline.recognition.ocr import Engines
from pipeline.registry.books.model import Rectification
from pipeline.registry.tasks.model import DrawnRegion, RegionToRead
from pipeline.run_context import RunContext
from pipeline.runs.region_reading import RegionReader
from pipeline.runs.workers import WorkersLost
from pipeline.scans.workspace import Workspace
from tests.fake_pages import fake_engines
from tests.registry.pages import LEDGER


def engines_when(mark: Path) -> Engines:
    """Readers that are installed as soon as that file is there."""
    if not mark.exists():
        raise SetupError("x")
    return fake_engines()


def asked_of(context: RunContext, folder: Path) -> RegionToRead:
    """A region of a file in the store that is no scan."""
    file = folder / "scan.tiff"
    file.write_bytes(b"nothing")
    digest = sha256_of_file(file)
    Workspace(context.workspace).store(file, digest)
    return RegionToRead(
        DrawnRegion("child_name", Box(0, 0, 100, 40), 1, ""),
        PageRef(digest, 1),
        Rectification(np.eye(3), (1000, 1000)),
        "birth",
        LEDGER.form,
        LEDGER,
        Writing.HAND,
    )


def test_a_process_that_cannot_go_on_gives_way_to_another(context: RunContext, tmp_path: Path) -> None:
    asked, mark = asked_of(context, tmp_path), tmp_path / "mark"
    with RegionReader(replace(context, make_engines=partial(engines_when, mark))) as reader:
        with pytest.raises(WorkersLost):
            reader(asked)
        mark.touch()
        with pytest.raises(ScanError):
            reader(asked)


def test_whoever_waits_for_others_is_told_after_a_while(context: RunContext, tmp_path: Path) -> None:
    asked, entered, goes_on = asked_of(context, tmp_path), threading.Event(), threading.Event()
    reader = RegionReader(context, seconds=0.01)

    def occupy() -> None:
        with reader._worker._lock:
            entered.set()
            goes_on.wait(60)

    other = threading.Thread(target=occupy)
    other.start()
    assert entered.wait(60)
    try:
        with pytest.raises(ScanTimeout, match="bận"):
            reader(asked)
    finally:
        goes_on.set()
        other.join()
