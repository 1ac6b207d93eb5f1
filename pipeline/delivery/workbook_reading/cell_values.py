"""The text of a cell, as its column's kind of value writes it, or the reason why the cell is rejected.

Texts may be typed in a font from before Unicode (``pipeline.base.text.legacy_fonts``), which only many words together
identify. A row is judged by all its words if its letters fit in one byte, since rows of several sources share a sheet.
A column is judged by all its words if all its letters fit in one byte, since Excel has a font for each column. A text
whose font neither row nor column identifies is kept unchanged.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from pipeline.base.text.legacy_fonts import LegacyFont, convert_legacy, recognize_font
from pipeline.base.text.tones import normalized
from pipeline.declarations.schema import FieldSpec
from pipeline.delivery.workbook_reading.sheet_parts import WHOLE, DateParts, SheetCell
from pipeline.values import kinds

YEARS = range(1800, 2101)
"""Bare numbers that are years in a date column; as Excel days they would be before 1906."""

LAST_DAY = 73_050
"""31.12.2099 as an Excel day; larger numbers are no days."""

MOST_KNOWN = 1 << 12
"""Number of distinct texts of a field in the cache."""

SAFE_DIGITS = 15
"""Number of digits that Excel preserves; longer numbers lose their last digits."""


class CellRejected(Exception):
    """A cell has no usable value.

    Attributes:
        reason: ``error``, ``formula``, ``bool``, ``long-number``, ``no-date``, ``no-year``, ``date-elsewhere`` or
            ``hidden`` (invisible characters).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def cell_text(cell: SheetCell, spec: FieldSpec, *, from_1904: bool = False) -> str:
    """Return the text of a cell that is no text cell.

    A number gives its digits, an Excel day as much of the date as the cell shows.

    Args:
        from_1904: Whether the days of the workbook are counted from 1904.

    Raises:
        CellRejected: The cell has no usable value.
    """
    if cell.kind == "number":
        return _of_number(cell, spec, from_1904)
    if cell.kind == "date" and spec.value_kind.is_date:
        return _iso(cell.text)
    raise CellRejected("date-elsewhere" if cell.kind == "date" else cell.kind)


class ValueNormalizer:
    """Normalizes the texts of a field by its kind of value, otherwise to single spaces and NFC."""

    def __init__(self, spec: FieldSpec, vocab: kinds.Vocabulary | None) -> None:
        self._kind, self._vocab = spec.value_kind, vocab
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        if not text:
            return ""
        if self._kind.is_compared_as_written:
            return text if _is_plain(text) else normalized(text)
        if self._kind.is_identifying:  # texts that rarely repeat are not worth caching
            return self._parsed(text)
        known = self._known.get(text)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[text] = self._parsed(text)
        return known

    def _parsed(self, text: str) -> str:
        if self._vocab is not None and text in self._vocab.labels:
            return text
        return self._kind.parse(text, self._vocab).canonical or normalized(text)


def _is_plain(text: str) -> bool:
    """Return whether spaces and Unicode form are normal already."""
    if "  " in text or not text.isprintable() or text[0] == " " or text[-1] == " ":
        return False
    return unicodedata.is_normalized("NFC", text)


def _of_number(cell: SheetCell, spec: FieldSpec, from_1904: bool) -> str:
    try:
        value = float(cell.text)
    except ValueError:
        raise CellRejected("error") from None
    if not math.isfinite(value):
        raise CellRejected("error")
    if cell.shown:
        return _of_day(value, cell.shown, spec, from_1904)
    if spec.value_kind.is_date:
        if value in YEARS:
            return str(int(value))
        if YEARS.stop <= value <= LAST_DAY:
            return _format_day(_day(value, from_1904), WHOLE)
        raise CellRejected("no-date")
    if value != int(value):
        return cell.text
    digits = str(int(value))
    if len(digits) > SAFE_DIGITS:
        raise CellRejected("long-number")
    return digits


def _of_day(value: float, shown: DateParts, spec: FieldSpec, from_1904: bool) -> str:
    """Return an Excel day to the precision that its cell shows.

    In a column of numbers, such a day is Excel's reading of ``5/2010``: the first of a month, shown without the day.
    """
    day = _day(value, from_1904)
    if spec.value_kind.is_date:
        if DateParts.YEAR not in shown:
            raise CellRejected("no-year")
        return _format_day(day, shown)
    if spec.value_kind.is_yearly and day.day == 1 and shown == DateParts.MONTH | DateParts.YEAR:
        return f"{day.month:02}/{day.year}"
    raise CellRejected("date-elsewhere")


def _day(value: float, from_1904: bool) -> date:
    """Return the day of a serial number.

    Excel counts 29 February 1900, a day that did not exist, as day 60; earlier days are unsure.
    """
    if not (0 if from_1904 else 61) <= value <= LAST_DAY:
        raise CellRejected("no-date")
    return (date(1904, 1, 1) if from_1904 else date(1899, 12, 30)) + timedelta(days=int(value))


def _format_day(day: date, shown: DateParts) -> str:
    parts = [f"{day.day:02}"] if DateParts.DAY in shown and DateParts.MONTH in shown else []
    parts += [f"{day.month:02}"] if DateParts.MONTH in shown else []
    return ".".join([*parts, str(day.year)])


def _iso(text: str) -> str:
    try:
        return _format_day(date.fromisoformat(text[:10]), WHOLE)
    except ValueError:
        raise CellRejected("no-date") from None


LEAST_WORDS = 3
"""Least number of distinct words that identify the font of a row."""

MOST_TEXTS = 50_000
"""Number of distinct texts of a column to examine."""


_BEYOND = re.compile("[\u0100-\U0010ffff]")


def has_high_letters(text: str) -> bool:
    """Return whether the text may be typed in a font from before Unicode."""
    return not text.isascii()


def may_be_legacy(text: str) -> bool:
    """Return whether a font from before Unicode may show the text: its letters fit in a byte and not all are ASCII."""
    return not text.isascii() and _BEYOND.search(text) is None


def font_of_row(texts: Iterable[str]) -> LegacyFont | None:
    """Return the font of a whole row; ``None``: no font from before Unicode."""
    joined = "\n".join(texts)
    if joined.isascii() or _BEYOND.search(joined):
        return None
    match = recognize_font(joined.split("\n"))
    return match.font if match is not None and match.words >= LEAST_WORDS else None


class ColumnFonts:
    """Collects the texts that identify the fonts of columns; a column is ``open`` while its font is undecided."""

    def __init__(self, positions: Iterable[int]) -> None:
        self._texts: dict[int, set[str]] = {at: set() for at in positions}
        self.open = tuple(self._texts)

    def add(self, texts: Sequence[str]) -> None:
        """Add a row that does not identify its font by itself."""
        for at in self.open:
            text = texts[at]
            if text.isascii():
                continue
            if _BEYOND.search(text):
                del self._texts[at]
                self.open = tuple(self._texts)
            elif len(self._texts[at]) < MOST_TEXTS:
                self._texts[at].add(text)

    def found(self) -> Mapping[int, LegacyFont]:
        """Return the recognized fonts by column."""
        judged = {at: recognize_font(texts) for at, texts in self._texts.items() if texts}
        return {
            at: match.font for at, match in judged.items() if match is not None and match.words >= LEAST_WORDS
        }


def to_unicode(text: str, font: LegacyFont) -> str:
    """Return the text in Unicode; ASCII text is unchanged."""
    return convert_legacy(text, font) if has_high_letters(text) else text
