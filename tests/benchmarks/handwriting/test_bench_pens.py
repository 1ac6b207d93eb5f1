"""Real ink is compared without what its labels leave out, and its writers are kept apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.fitting.calibration_figures import entry_name
from benchmarks.handwriting import bench_pens
from benchmarks.handwriting.bench_pens import folded_outcome
from benchmarks.handwriting.books import HandBook, ReadEntry
from benchmarks.handwriting.pens import PEN_FORMS, book_of_ink, real_ink_books
from pipeline.base.errors import SetupError
from pipeline.base.model import FieldStatus
from pipeline.declarations import schema
from pipeline.training.evaluation import FieldOutcome, PredictedValue, TrueEntry
from pipeline.training.synthetic_pages import SynthOptions, WriterInk

RECORD = schema.load().record("birth")
INK = WriterInk("w001", {}, {}, 15.0, 3.0, 20.0)


def outcome(truth: str, read: str, status: FieldStatus = FieldStatus.READ) -> FieldOutcome:
    spec = RECORD.by_name["child_name"]
    return folded_outcome(FieldOutcome(spec.column or "", truth, PredictedValue(read, status), spec))


@pytest.mark.parametrize("read", ["Lê Văn An", "LÊ VĂN AN", "lê văn an.", "Lê, Văn An"])
def test_case_and_punctuation_do_not_count(read: str) -> None:
    assert outcome("Lê Văn An", read).right
    assert outcome("Lê Văn An", read).edits == 0


def test_letters_tones_and_blanks_count() -> None:
    assert not outcome("Lê Văn An", "Lê Van An").right
    assert outcome("Lê Văn An", "LÊ VAN AN").edits == 1
    assert not outcome("Lê Văn An", "", FieldStatus.BLANK).right
    assert not outcome("Lê Văn An", "Lê Văn An", FieldStatus.UNREADABLE).right
    assert outcome("", "", FieldStatus.BLANK).right
    assert not outcome("", "Lê").right


def test_all_pages_of_a_writer_are_on_one_side_of_a_calibration() -> None:
    truth = TrueEntry({})
    entry = ReadEntry("book-1", "w011", "birth-2006", "normal", 2010, (0, 0), truth, (), (), "", strokes=True)
    book = HandBook("w011", "birth-2006", SynthOptions())
    other = entry_name(book, replace(entry, book="book-2", place=(3, 0)))
    assert entry_name(book, entry) == other
    drawn = replace(entry, strokes=False)
    assert entry_name(book, drawn) != entry_name(book, replace(drawn, place=(3, 0)))


def test_a_writers_pages_go_through_all_forms_and_more_pages_change_none() -> None:
    pages = [book_of_ink(INK, 0, page, 7) for page in range(6)]
    assert {book.form for book in pages} == set(PEN_FORMS)
    assert len({book.options.seed for book in pages}) == 6
    assert [book_of_ink(INK, 0, page, 7) for page in range(3)] == pages[:3]


def test_without_lines_the_measure_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["bench_pens"])
    bench_pens.main()
    assert "LINES=" in capsys.readouterr().err


def test_a_folder_without_lines_of_a_writer_is_named(tmp_path: Path) -> None:
    (tmp_path / "lines.tsv").write_text("image\ttext\nw001_00.jpg\tAn\n", encoding="utf-8")
    with pytest.raises(SetupError, match="w002"):
        list(real_ink_books(tmp_path, ("w001", "w002"), pages=1, seed=1))
