"""A page is read again when anything changes that its readings or findings depend on."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

from pipeline.base.model import BookSeries
from pipeline.declarations import schema
from pipeline.declarations.ledger import load_ledger
from pipeline.declarations.schema import Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.runs.book_run import _cover, reading_fingerprint
from tests.fake_pages import changed_engines, fake_engines

SCHEMAS = schema.load()
BOOK = Path(__file__).parents[2] / "samples" / "birth-2006"


def mark(schemas: Schemas = SCHEMAS, **changed: object) -> str:
    given = {"engines": fake_engines(), "options": DigitizeOptions(), "ledger": load_ledger(BOOK)} | changed
    return reading_fingerprint("a" * 64, schemas.form("birth-2006"), schemas=schemas, **given)  # type: ignore[arg-type]


def test_nothing_changed_nothing_is_read_again() -> None:
    assert mark() == mark()


def test_the_series_counts_where_it_is_not_the_ordinary_one() -> None:
    """Every page that was read before books had a series would be read again otherwise."""
    ledger = load_ledger(BOOK)
    before = asdict(ledger)
    del before["series"]
    del before["copy_of"]
    assert _cover(ledger) == before
    marks = {mark(ledger=replace(ledger, series=series)) for series in BookSeries}
    assert len(marks) == len(BookSeries)


def test_another_reader_reads_again() -> None:
    assert mark(engines=changed_engines()) != mark()


def test_a_place_that_an_office_adds_is_asked_of_pages_that_were_read(tmp_path: Path) -> None:
    own = tmp_path / "places.toml"
    own.write_text('[[alias]]\ncode = "934"\nname = "Huyện Thử Cũ"\n', encoding="utf-8")
    assert mark(replace(SCHEMAS, own_places=own)) != mark()
