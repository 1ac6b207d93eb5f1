"""Specimens in the process that opens them: an open book is two pages, and the places of a page lie on its picture."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from benchmarks.intake.made_scans import encoded
from pipeline.base.errors import ScanError
from pipeline.base.files import sha256_of_file
from pipeline.base.model import (
    Box,
    EntryResult,
    FieldReading,
    FieldStatus,
    Ledger,
    PageKind,
    PageRef,
    PageResult,
    Pixels,
    Quality,
    Word,
    Writing,
)
from pipeline.form_design.specimen_files import SpecimenFile
from pipeline.runs import specimens
from pipeline.runs.specimens import reading_of, straighten_here
from pipeline.runs.workers import BookJob
from pipeline.scans.intake import DEFAULT_LIMITS
from tests.registry.pages import SCHEMAS

FORM = SCHEMAS.form("birth-2006")
BOOK = BookJob(FORM, Ledger(FORM.id, "", "", "01/2006"))


@dataclass
class Print:
    """Reads so many clear words on every page that it lies as it should."""

    asked: int = 0
    fingerprint: str = "print"

    def words(self, grey: Pixels, dpi: float) -> tuple[Word, ...]:
        self.asked += 1
        return tuple(Word("chữ", Box(20 + n, 20, 60 + n, 40), 0.95) for n in range(50))


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Print:
    """This process as a worker with that reader."""
    reader = Print()
    context = SimpleNamespace(page_seconds=60.0, limits=DEFAULT_LIMITS, schemas=SCHEMAS)
    monkeypatch.setattr(
        specimens, "own_setup", lambda: (SimpleNamespace(context=context), SimpleNamespace(labels=reader))
    )
    monkeypatch.setattr(specimens, "allow_cpu", lambda seconds: None)
    return reader


def file_of(folder: Path, content: bytes) -> SpecimenFile:
    path = folder / "trang"
    path.write_bytes(content)
    return SpecimenFile(path, sha256_of_file(path), len(content), 1)


def framed_page(width: int = 500, height: int = 700) -> Pixels:
    page = np.full((height, width, 3), 245, np.uint8)
    for at in (60, height - 60):
        page[at : at + 2, 50 : width - 50] = 20
    for at in (50, width - 50):
        page[60 : height - 60, at : at + 2] = 20
    return page


def test_an_open_book_is_two_specimens_each_with_its_own_frame(tmp_path: Path, here: Print) -> None:
    spread = np.hstack([framed_page(), framed_page()])
    file = file_of(tmp_path, encoded(spread, "PNG"))
    made = straighten_here(BOOK, (file, True, None))
    assert not isinstance(made, ScanError)
    assert [one.side for one in made] == ["left", "right"]
    for one in made:
        assert one.page.has_frame
        assert one.page.frame.width / one.page.frame.height == pytest.approx(400 / 580, rel=0.02)
        assert Image.open(io.BytesIO(one.picture)).size == one.size
    whole = straighten_here(BOOK, (file, False, 0))
    assert not isinstance(whole, ScanError)
    assert [one.side for one in whole] == [""]


def test_what_is_no_picture_is_an_answer_and_no_crash(tmp_path: Path, here: Print) -> None:
    assert isinstance(straighten_here(BOOK, (file_of(tmp_path, b"MZ"), True, None)), ScanError)
    assert here.asked == 0


def test_places_that_were_read_are_places_of_the_page_as_scanned() -> None:
    reading = FieldReading(
        "child_name", FieldStatus.READ, "Thử", "Thử", 0.9, Writing.HAND, "x", box=Box(20, 40, 60, 80)
    )
    result = PageResult(
        ref=PageRef("0" * 64, 1), kind=PageKind.ENTRIES, form=FORM.id, size=(100, 100),
        matrix=np.array([[2.0, 0, 0], [0, 4.0, 0], [0, 0, 1]]), turn=0, skew=0.0, quality=quality(), frame=None,
        labels=(), entries=(EntryResult(0, (reading,), ()),), findings=(), timings={},
    )  # fmt: skip
    (field,) = reading_of(result).fields
    assert field.boxes == ((10.0, 10.0, 30.0, 20.0),)
    assert (field.text, reading_of(result).kind) == ("Thử", "entries")


def quality() -> Quality:
    return Quality(**dict.fromkeys(Quality.__dataclass_fields__, 0.0))
