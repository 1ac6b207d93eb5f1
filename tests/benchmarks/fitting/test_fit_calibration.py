"""What the shipped calibration is fitted on, and what its card says of that."""

from __future__ import annotations

import tomllib
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from benchmarks.fitting.calibration_card import command_of, write
from benchmarks.fitting.calibration_figures import _right
from benchmarks.fitting.fit_calibration import BookPens, _drawn_books, _table_books
from benchmarks.handwriting.books import CALIBRATION_PENS, HandBook, HandOutcome, ReadHandBook
from benchmarks.handwriting.calibration_pens import LATIN_CALIBRATION_PENS
from pipeline.base.model import FieldStatus
from pipeline.declarations import schema
from pipeline.recognition import calibration
from pipeline.training.evaluation import FieldOutcome
from pipeline.training.evaluation.text_alignment import PredictedValue
from pipeline.training.synthetic_pages import SynthOptions
from pipeline.training.synthetic_pages.pen_fonts import PenFont


def test_the_card_of_a_calibration_names_the_command_but_no_path() -> None:
    chosen = Namespace(
        lines=Path("/somewhere/private/pen"), fonts=Path("/my/joined"), pens=None, pen_pages=24,
        pages=1400, tables=16, share=0.3, seed=5, jobs=2,
    )  # fmt: skip
    command = command_of(chosen)
    assert command == (
        "python -m benchmarks.fitting.fit_calibration --lines pen --fonts joined --pages 1400 --tables 16 --share 0.3"
        " --seed 5 --write"
    )
    real = command_of(Namespace(**{**vars(chosen), "pens": Path("/somewhere/private/pen"), "pages": 0}))
    assert "--pens pen --fonts joined --pages 0 --pen-pages 24 --tables 16" in real
    alone = command_of(Namespace(**{**vars(chosen), "lines": None, "fonts": None}))
    assert "--lines" not in alone
    assert "--fonts" not in alone


@pytest.mark.parametrize(
    ("field", "truth", "text", "right"),
    [
        ("child_nationality", "Việt Nam", "Viet Nam", True),
        ("child_ethnicity", "Khơ-me", "Khmer", True),
        ("child_ethnicity", "Khơ-me", "Khơ mú", False),
        ("child_nationality", "Việt Num", "Việt Nam", False),
        ("child_name", "Lý Bích Ánh", "Lý Bích Anh", False),
        ("child_born_on", "5/3/2007", "05-03-2007", True),
    ],
)
def test_a_term_of_a_list_is_right_in_its_canonical_form_and_a_name_letter_by_letter(
    field: str, truth: str, text: str, right: bool
) -> None:
    schemas = schema.load()
    spec = schemas.record("birth").by_name[field]
    outcome = FieldOutcome(spec.column or "", truth, PredictedValue(text, FieldStatus.READ, 1.0), spec)
    drawn = cast(
        "HandOutcome", SimpleNamespace(outcome=outcome, entry=SimpleNamespace(strokes="", real=False))
    )
    assert _right(drawn, spec, schemas) is right


def test_books_for_calibration_are_drawn_with_every_pen_at_every_resolution() -> None:
    more = tuple(PenFont(f"/pens/{name}/{name}.ttf", 5.0, True, 0.0) for name in LATIN_CALIBRATION_PENS)
    pens = BookPens(more)
    tables = list(_table_books(24, 1, pens))
    assert {(book.hand, book.options.dpi) for book in tables} == {
        (pen, dpi) for pen in (*CALIBRATION_PENS, *LATIN_CALIBRATION_PENS) for dpi in (200, 300)
    }
    drawn = list(_drawn_books(30, 1, pens))
    assert [book.hand for book in drawn] == [*CALIBRATION_PENS, *LATIN_CALIBRATION_PENS]
    assert all(book.options.more_pens == more for book in (*tables, *drawn))
    assert {book.hand for book in _drawn_books(30, 1, BookPens(()))} == set(CALIBRATION_PENS)


def test_a_card_names_the_pens_of_its_books_and_those_with_drawn_marks(tmp_path: Path) -> None:
    shipped = calibration.read(Path(__file__).parents[3] / "ocr_models" / "calibration" / calibration.FILE)
    read = [
        ReadHandBook(HandBook(pen, "birth-2006", SynthOptions()), ()) for pen in ("solitreo", "grape-nuts")
    ]
    write(tmp_path, shipped, {"critical": {}, "other": {}, "hands": {}, "pages": 2}, read, "made so")
    told = tomllib.loads((tmp_path / "model.toml").read_text(encoding="utf-8"))["training_data"]
    assert "grape-nuts, solitreo (the Vietnamese marks of solitreo are drawn)" in told
    write(tmp_path, shipped, {"critical": {}, "other": {}, "hands": {}, "pages": 1}, read[1:], "made so")
    told = tomllib.loads((tmp_path / "model.toml").read_text(encoding="utf-8"))["training_data"]
    assert "marks" not in told
