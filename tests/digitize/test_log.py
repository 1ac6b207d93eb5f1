"""The log of a page: every stage says what it decided and why, and never a value."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipeline.base.model import (
    Crop,
    Evidence,
    Hypothesis,
    Ledger,
    LineReading,
    PageImage,
    PageRef,
    PageResult,
)
from pipeline.digitize import digitize_page
from pipeline.runs.book_reading import digitize_book
from pipeline.settings import Settings
from tests.digitize.open_books import open_at
from tests.digitize.pages import DPI, SCHEMAS, digitized_pixels, drawn, engines
from tests.fake_books import FakeSettings
from tests.fake_pages import GOOD, draw

FORM = "birth-2006"
NAME, OTHER_NAME, PLACE = "Zqwxj Vkpfy", "Zqwxj Vkpfi", "Qjxwz Hvbkp"
STAGES = {"page", "normalize", "match", "sheets", "rectify", "segment", "recognize", "route"}


@dataclass
class MarkedReader:
    """An engine that reads a name that nobody bears on every line."""

    fingerprint: str = "marked-1"
    name: str = "marked"

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        told = (Hypothesis(NAME, 0.6), Hypothesis(OTHER_NAME, 0.3))
        evidence = Evidence(0.6, 0.3, 0.9, 0.8, 1.0, 0.0)
        return tuple(LineReading(NAME, 0.6, self.name, (), told, evidence) for _ in crops)


def values_of(result: PageResult) -> Iterator[str]:
    for entry in result.entries:
        for reading in entry.readings:
            yield from (reading.text, reading.canonical, reading.struck)
            yield from (hypothesis.text for hypothesis in reading.hypotheses)


def telling(values: Iterator[str]) -> set[str]:
    """The words of values that no log line holds by chance."""
    words = {word.strip(".,;:()") for value in values for word in value.split()}
    return {word for word in words if (len(word) >= 3 and word.isalpha()) or sum(map(str.isdigit, word)) >= 6}


@pytest.mark.tesseract
def test_every_stage_of_a_page_logs_what_it_decided(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    page = drawn(FORM)
    result = digitized_pixels(page.pixels, FORM)
    loggers = {record.name.rpartition(".")[2] for record in caplog.records if "digitize" in record.name}
    assert loggers >= STAGES
    (entry,) = result.entries
    for reading in entry.readings:
        (line,) = [text for text in caplog.messages if text.startswith(f"field {reading.field}:")]
        assert ("accepted" in line) == reading.accepted
        assert f"{reading.confidence:.4f}" in line


@pytest.mark.tesseract
def test_no_record_holds_a_word_that_was_read_or_written_on_the_page(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for writing in ("hand", "typed"):
        page = drawn(FORM, writing=writing)
        result = digitized_pixels(page.pixels, FORM)
        values = telling(values_of(result)) | telling(iter(page.texts.values()))
        assert len(values) > 20
        logged = set(re.findall(r"\w+", caplog.text))
        assert sorted(values & logged) == []


@pytest.mark.tesseract
def test_marked_names_never_reach_the_log_whichever_way_a_page_goes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reader = MarkedReader()
    marked = replace(engines(), print=reader, digits=reader, hand=reader)
    ledger = Ledger(FORM, PLACE, "93611", "01/2010")
    for pixels in (drawn(FORM).pixels, drawn(FORM, writing="typed").pixels, open_at(FORM).scan.pixels):
        page = PageImage(PageRef("0" * 64, 1), pixels, DPI)
        result = digitize_page(page, SCHEMAS.form(FORM), ledger, SCHEMAS, marked)
        assert NAME in set(values_of(result))
    assert len(caplog.records) > 200
    marks = {*NAME.split(), *OTHER_NAME.split(), *PLACE.split()}
    assert [mark for mark in sorted(marks) if mark in caplog.text] == []


def test_a_run_over_a_book_logs_neither_its_place_nor_the_names_of_its_files(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    book = tmp_path / NAME
    book.mkdir()
    ledger = f'form = "{FORM}"\nplace = "{PLACE}"\nplace_code = "1"\nvolume = "01/2010"\n'
    (book / "ledger.toml").write_text(ledger, encoding="utf-8")
    draw(book / f"{OTHER_NAME}.png", GOOD)
    settings: Settings = FakeSettings(workspace=tmp_path / "data")
    digitize_book(book, settings.run_context(), workers=1)
    ours = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith(("pipeline", "flows")))
    marks = {*NAME.split(), *OTHER_NAME.split(), *PLACE.split()}
    assert [mark for mark in sorted(marks) if mark in ours] == []
