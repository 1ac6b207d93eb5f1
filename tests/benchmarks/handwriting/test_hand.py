"""What ``benchmarks`` measures handwriting with: ink cut from its cell, fields counted, answers kept."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from benchmarks.fitting.calibration_figures import entry_name
from benchmarks.handwriting.books import TEST_PENS, HandBook, HandOutcome, ReadEntry, outcomes_of
from benchmarks.handwriting.lines import LineReadings
from benchmarks.handwriting.reading_cache import KeptLines, keep, kept_entries
from benchmarks.handwriting.real_lines import cutout_of, plain
from benchmarks.handwriting.scores import field_figures, figures_by
from benchmarks.handwriting.tables import show_left_out, show_targets
from benchmarks.handwriting.targets import PARTS, all_targets, book_targets, line_targets
from benchmarks.handwriting.tesseract import on_same_fields, on_same_lines, read_by_both, show_beside
from pipeline.base.model import (
    Box,
    Crop,
    Evidence,
    FieldReading,
    FieldStatus,
    Finding,
    Hypothesis,
    LineReading,
    Severity,
    Word,
    Writing,
)
from pipeline.declarations import schema
from pipeline.training.dataset import RealLine
from pipeline.training.evaluation import TrueEntry
from pipeline.training.synthetic_pages import InkCutout, SynthOptions
from pipeline.training.synthetic_pages.line_drawing import draw_line as drawn_line
from pipeline.training.synthetic_pages.pen_fonts import draw_hand_style

SCHEMAS = schema.load()
FORM = SCHEMAS.form("birth-2006")
RECORD = SCHEMAS.record(FORM.record)


def photograph(path: Path, seed: int) -> np.ndarray:
    """A written line in a ruled cell on grey paper, saved to ``path``; returns its ink (255 = full)."""
    rng = np.random.default_rng(seed)
    ink = drawn_line("Ấp Phú Lợi Cần Thơ", draw_hand_style(rng, ("mali", "patrick-hand")), 250, rng).mask
    ink = np.pad(ink, ((6, 6), (10, 260)))
    height, width = ink.shape
    paper = np.tile(np.linspace(205, 170, width), (height, 1))
    page = paper * (1 - 0.85 * ink / 255)
    page[2:5] = page[-5:-2] = 40
    page[:, -120:-117] = 40
    page += rng.normal(0, 2, page.shape)
    Image.fromarray(page.clip(0, 255).astype(np.uint8)).save(path)
    return ink


@pytest.mark.parametrize("seed", range(6))
def test_a_cutout_keeps_the_ink_and_leaves_the_cell(tmp_path: Path, seed: int) -> None:
    ink = photograph(tmp_path / "w001_00.png", seed)
    mask = cutout_of(RealLine(tmp_path / "w001_00.png", "Ấp Phú Lợi Cần Thơ", "w001")).mask
    rows, columns = np.nonzero(ink > 128)
    assert mask.shape[0] <= rows.max() - rows.min() + 8
    assert mask.shape[1] <= columns.max() - columns.min() + 8
    assert (mask > 100).sum() == pytest.approx((ink > 128).sum(), rel=0.25)


def test_real_lines_are_compared_without_case_and_punctuation() -> None:
    assert plain("Ấp 3,  XÃ Hòa-Lợi.") == plain("ấp 3 xã hòalợi")
    assert plain("Ấp 3/2") != plain("Ấp 32")


def entry(**said: tuple[str, str, bool]) -> ReadEntry:
    """An entry whose fields are (on paper, read, accepted), all written by hand."""
    evidence = Evidence(0.9, 0.8, 0.9, 0.5, 1.0, 1.0)
    readings = tuple(
        FieldReading(
            name, FieldStatus.READ if read else FieldStatus.BLANK, read, read, 0.9, Writing.HAND, "hand",
            Box(1, 2, 3, 4), (Box(1, 2, 3, 4),), accepted, (Hypothesis(read, 0.9),), evidence,
        )
        for name, (_, read, accepted) in said.items()
    )  # fmt: skip
    values = {RECORD.by_name[name].column: paper for name, (paper, _, _) in said.items()}
    by_hand = tuple(name for name, (paper, _, _) in said.items() if paper)
    truth = TrueEntry(values, 0, 0, {}, (), by_hand)
    findings = (Finding("D01", Severity.REVIEW, tuple(said), {"day": "32"}),)
    return ReadEntry("book", "mali", FORM.id, "normal", 2010, (0, 0), truth, readings, findings, "mali")


def outcomes(read: ReadEntry) -> list[HandOutcome]:
    return list(outcomes_of(read, FORM, RECORD))


def test_entries_that_are_kept_come_back_as_they_were(tmp_path: Path) -> None:
    read = entry(child_name=("Lê Văn An", "Lê Văn An", True), child_sex=("Nam", "Nữ", False))
    keep(tmp_path / "kept" / "entries.json", [read])
    assert kept_entries(tmp_path / "kept" / "entries.json") == (read,)


def test_a_reading_of_a_blank_counts_as_wrong() -> None:
    read = entry(child_name=("Lê Văn An", "Lê Văn An", True), father_name=("", "Lê Văn Ba", True))
    figures = field_figures(outcomes(read))
    assert (figures.fields, figures.accepted, figures.wrong) == (2, 2, 1)
    assert figures.exact == 1.0


def test_ink_that_is_called_blank_and_accepted_counts_as_wrong() -> None:
    figures = field_figures(outcomes(entry(father_name=("Lê Văn Ba", "", True))))
    assert (figures.accepted, figures.wrong, figures.exact) == (1, 1, 0.0)


def test_an_entry_number_is_given_with_the_year_of_its_book() -> None:
    (outcome,) = outcomes(entry(entry_number=("7/2010", "7", False)))
    assert outcome.outcome.exact


@dataclass
class Counting:
    """A reader that counts what it is asked."""

    asked: list[Crop] = field(default_factory=list)
    name: str = "counting"
    fingerprint: str = "counting-1"

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        self.asked += crops
        return tuple(LineReading("An", 0.5, self.name, (Word("An", Box(0, 0, 5, 5), 0.5),)) for _ in crops)


def test_a_line_that_was_read_is_not_read_again(tmp_path: Path) -> None:
    reader = Counting()
    crops = [Crop(np.full((9, 20), shade, np.uint8), 200.0, "name") for shade in (200, 210)]
    first = KeptLines(reader, tmp_path).read(crops)
    again = KeptLines(reader, tmp_path).read([*crops, crops[0]])
    assert len(reader.asked) == 2
    assert again == (*first, first[0])


def test_pages_with_the_same_real_ink_are_never_on_both_sides() -> None:
    cutting = InkCutout(np.zeros((9, 9), np.uint8), "xã Tân Lợi")
    read = entry(child_name=("Lê Văn An", "Lê Văn An", True))
    glued = [
        HandBook("w011", form, SynthOptions(seed=seed), (cutting,))
        for seed, form in ((1, "birth-2006"), (2, "death-2006"))
    ]
    assert len({entry_name(book, read) for book in glued}) == 1
    drawn = HandBook("mali", FORM.id, SynthOptions(seed=1))
    assert entry_name(drawn, read) != entry_name(drawn, replace(read, place=(1, 0)))


def test_targets_that_were_not_measured_are_listed_with_the_reason() -> None:
    out = io.StringIO()
    found = {"lines:pen": line_targets("pen", 0.03, None)}
    show_targets(list(all_targets({}, PARTS, lines=False)), Console(file=out, width=150))
    without_lines = [line for line in out.getvalue().splitlines() if "dòng thật" in line]
    assert len(without_lines) == 3
    assert all("không đo (cần LINES=…)" in line for line in without_lines)
    only_lines = list(all_targets(found, ["lines"], lines=True))
    assert [target.told for target in only_lines[:2]] == ["đạt", "không đo"]
    assert {target.told.partition(" có ")[0] for target in only_lines[2:]} == {"không đo (--part không"}


def test_a_kind_with_few_fields_is_not_judged_by_its_calibration_and_says_so() -> None:
    read = entry(child_name=("Lê Văn An", "Lê Văn An", True))
    for fields, told in ((49, "không xét (chỉ 49 ô, cần ít nhất 50)"), (50, "CHƯA ĐẠT")):
        found = outcomes(read) * fields
        targets = book_targets(
            field_figures(found), field_figures(found), figures_by(found, lambda f: f.group)
        )
        assert [target.told for target in targets if target.name == "ECE: name"] == [told]
    assert [target.told for target in targets if target.name == "Đúng giá trị: sex"] == [
        "không đo (không có ô nào)"
    ]


def test_figures_say_what_exact_shares_leave_out() -> None:
    read = entry(child_name=("Lê Văn An", "Lê An", True), father_name=("", "Lê Văn Ba", False))
    struck = replace(read, truth=replace(read.truth, struck=("child_name",)))
    figures = field_figures([*outcomes(read), *outcomes(struck)])
    assert (figures.fields, figures.struck, figures.invented) == (4, 1, 2)
    out = io.StringIO()
    show_left_out(figures, Console(file=out, width=400))
    assert "không tính 1 ô có giá trị bị gạch đứng trước" in out.getvalue()
    assert "và 2 ô để trống mà máy đọc ra chữ, trong số 4 ô" in out.getvalue()


def test_tesseract_reads_a_page_of_every_pen_and_of_every_form() -> None:
    forms = ("birth-2006", "marriage-2006", "death-2006", "birth-2016")
    books = [HandBook(pen, form, SynthOptions(seed=7, entries=6)) for pen in TEST_PENS for form in forms]
    chosen = read_by_both(books)
    assert [book.hand for book in chosen] == list(TEST_PENS)
    assert {book.form for book in chosen} == set(forms)
    assert {book.options.entries for book in chosen} == {1}


def test_tesseract_is_compared_on_the_fields_that_both_read() -> None:
    name, other = ("Lê Văn An", "Lê Văn An", True), ("Lê Văn Ba", "Lê Văn Ba", True)
    ours = entry(child_name=name, father_name=other, mother_name=("", "Lê", False))
    theirs = entry(child_name=("Lê Văn An", "Le Van An", False), father_name=("Lê Văn Ba", "Lê", False))
    struck = [
        outcomes(replace(read, truth=replace(read.truth, struck=("father_name",)))) for read in (ours, theirs)
    ]
    alone = outcomes(entry(child_name=name))
    for found in (on_same_fields(*struck), on_same_fields(alone, outcomes(theirs))):
        (row,) = found.rows
        assert (row.number, row.exact, row.exact_by_tesseract, row.cer, row.ratio) == (1, 1.0, 0.0, 0.0, 0.0)
        assert row.cer_by_tesseract == pytest.approx(2 / 9)
    out = io.StringIO()
    show_beside(on_same_fields(outcomes(ours), outcomes(theirs)), Console(file=out, width=150))
    assert [cell.strip() for cell in out.getvalue().splitlines()[-2].split("│")[1:-1]] == [
        "ô của sổ vẽ", "2", "100.00 %", "0.00 %", "0.00 %", "50.00 %", "0.000",
    ]  # fmt: skip


def test_tesseract_is_compared_on_the_real_lines_that_it_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [RealLine(Path(f"w001_{n}.png"), "xã Tân Lợi", "w001") for n in range(4)]
    texts = {
        ("a", "free"): ["xã Tân Lợi", "", "xa Tân Lợi", ""],
        ("a", "place"): ["Xã Tân Lợi", "", "xã Tân Lợi", ""],
    }
    monkeypatch.setattr(
        "benchmarks.handwriting.tesseract.tesseract_texts", lambda some: ["xã Tân", "xã Tân Lợi"][: len(some)]
    )
    free, place = on_same_lines("pen", LineReadings(lines, texts, "a"), 2).rows
    assert (free.number, free.exact, free.exact_by_tesseract) == (2, 0.5, 0.5)
    assert (free.cer, free.cer_by_tesseract, place.cer) == pytest.approx((1 / 20, 4 / 20, 0.0))
    assert (free.ratio, place.ratio) == pytest.approx((0.25, 0.0))
