"""Tesseract ``vie`` beside the machine's own reading, on the same fields of drawn books and the same real lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import percent, share
from benchmarks.handwriting.books import HandBook, HandOutcome
from benchmarks.handwriting.lines import LineReadings, Rate, chosen_lines, rate_of, tesseract_texts
from benchmarks.handwriting.scores import FieldFigures, field_figures


@dataclass(frozen=True)
class Beside:
    """Shares (0..1) of what both read, ``number`` fields or lines: those alike, and character errors."""

    of: str
    number: int
    exact: float | None
    exact_by_tesseract: float | None
    cer: float | None
    cer_by_tesseract: float | None

    @property
    def ratio(self) -> float | None:
        """Our character errors per character error of Tesseract."""
        if self.cer is None or self.cer_by_tesseract is None:
            return None
        return share(self.cer, self.cer_by_tesseract)


@dataclass(frozen=True)
class TesseractComparison:
    """What was compared, row by row, and the same as figures."""

    rows: Sequence[Beside]
    figures: dict[str, Any]


def read_by_both(books: Sequence[HandBook]) -> Sequence[HandBook]:
    """Choose an entry of a book of each hand, as far as possible each on another form, for Tesseract to read too."""
    by_hand: dict[str, list[HandBook]] = {}
    for book in books:
        by_hand.setdefault(book.hand, []).append(book)
    chosen = [of_hand[number % len(of_hand)] for number, of_hand in enumerate(by_hand.values())]
    return [replace(book, options=replace(book.options, entries=1)) for book in chosen]


def on_same_fields(ours: Iterable[HandOutcome], theirs: Iterable[HandOutcome]) -> TesseractComparison:
    """Compare the handwritten fields that both read, without struck-out values, as ``field_figures`` does."""
    scored = {_place(field): field for field in ours if field.by_hand and not field.struck}
    same = [(scored[_place(field)], field) for field in theirs if _place(field) in scored]
    own, other = (
        field_figures(fields)
        for fields in ([outcome for outcome, _ in same], [outcome for _, outcome in same])
    )
    row = _fields_beside(own, other)
    return TesseractComparison(
        (row,),
        {"tesseract": other.as_dict(), "ours_on_the_same": own.as_dict(), "times_tesseract": row.ratio},
    )


def _place(field: HandOutcome) -> tuple[str, tuple[int, int], str]:
    return field.entry.book, field.entry.place, field.outcome.column


def _fields_beside(ours: FieldFigures, theirs: FieldFigures) -> Beside:
    return Beside("ô của sổ vẽ", ours.fields, ours.exact, theirs.exact, ours.cer, theirs.cer)


def on_same_lines(folder: str, readings: LineReadings, most: int) -> TesseractComparison:
    """At most so many lines of the folder."""
    some = chosen_lines(readings.lines, most)
    theirs = rate_of(some, tesseract_texts(some))
    numbers = {line.path: number for number, line in enumerate(readings.lines)}

    def ours(prior: str) -> Rate:
        texts = readings.texts[readings.all_witnesses, prior]
        return rate_of(some, [texts[numbers[line.path]] for line in some])

    free, place = ours("free"), ours("place")
    rows = tuple(
        Beside(f"dòng thật, {how}: {folder}", rate.lines, rate.exact, theirs.exact, rate.plain, theirs.plain)
        for how, rate in (("không từ điển", free), ("có từ điển", place))
    )
    figures = {
        "tesseract": theirs.as_dict(), "ours_on_the_same": place.as_dict(), "times_tesseract": rows[1].ratio,
        "ours_on_the_same_without_words": free.as_dict(), "times_tesseract_without_words": rows[0].ratio,
    }  # fmt: skip
    return TesseractComparison(rows, figures)


def show_beside(beside: TesseractComparison, console: Console) -> None:
    table = Table(
        "Cùng những", "Số", "Đúng hẳn: ta", "Tesseract", "Lỗi ký tự: ta", "Tesseract", "Lỗi của ta / của Tesseract",
        title="Tesseract vie đọc cùng những ô, những dòng ấy",
    )  # fmt: skip
    for row in beside.rows:
        shares = (row.exact, row.exact_by_tesseract, row.cer, row.cer_by_tesseract)
        ratio = "–" if row.ratio is None else f"{row.ratio:.3f}"
        table.add_row(row.of, str(row.number), *(percent(value) for value in shares), ratio)
    console.print(table)
