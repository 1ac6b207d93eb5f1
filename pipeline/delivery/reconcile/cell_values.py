"""Values of cells: the text that a column's kind writes for a cell, or why the cell is rejected.

Texts may be typed with a font of before Unicode (``pipeline.base.text.legacy_fonts``). Many words together
identify a font. A row is judged by all its words when no letter of it is beyond one byte: rows of several
sources stand in one file. A column is judged by all its words when no cell of it has such a letter: Excel has
a font for each column. A text that neither identifies is left as it is.
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
from pipeline.delivery.reconcile.number_formats import WHOLE, DateParts
from pipeline.delivery.reconcile.sheet_parts import SheetCell
from pipeline.values import kinds

PARSED = frozenset({"date", "entry_number", "volume", "number", "id_number", "time", "choice", "name"})
"""Kinds whose texts are compared in their canonical form, where they have one."""

YEARS = range(1800, 2101)
"""Bare numbers of these in a place for a date are years; as days of Excel they would lie before 1906."""

LAST_DAY = 73_050
"""The day 31.12.2099 of Excel: no larger number is taken for a day."""

REPEATED = frozenset({"date", "choice", "entry_number", "volume", "number", "time"})
"""Kinds whose texts come again and again, so that what they parse to is remembered."""

MOST_KNOWN = 1 << 12
"""Different texts of a field that are remembered."""

SAFE_DIGITS = 15
"""Digits of a number that Excel keeps; of longer ones the last are lost."""


class CellRejected(Exception):
    """A cell has no usable value.

    Attributes:
        reason: ``error``, ``formula``, ``bool``, ``long-number``, ``no-date``, ``no-year``,
            ``date-elsewhere`` or ``hidden`` (characters that nobody sees).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def cell_text(cell: SheetCell, spec: FieldSpec, *, from_1904: bool = False) -> str:
    """Return the text of a cell that holds no text.

    A number gives its digits, a day of Excel as much of the date as the cell shows.

    Args:
        cell: The cell.
        spec: The field of its column.
        from_1904: Whether the days of the workbook are counted from 1904.

    Raises:
        CellRejected: It has no usable value.
    """
    if cell.kind == "number":
        return _of_number(cell, spec, from_1904)
    if cell.kind == "date" and spec.kind == "date":
        return _iso(cell.text)
    raise CellRejected("date-elsewhere" if cell.kind == "date" else cell.kind)


class ValueNormalizer:
    """Turns the texts of one field into the form its kind writes, else into plain spaces and NFC."""

    def __init__(self, spec: FieldSpec, vocab: kinds.Vocabulary | None) -> None:
        self._kind, self._vocab = spec.kind, vocab
        self._known: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        if not text:
            return ""
        if self._kind not in PARSED:
            return text if _is_plain(text) else normalized(text)
        if self._kind not in REPEATED:
            return self._parsed(text)
        found = self._known.get(text)
        if found is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            found = self._known[text] = self._parsed(text)
        return found

    def _parsed(self, text: str) -> str:
        if self._vocab is not None and text in self._vocab.labels:
            return text
        return kinds.KINDS[self._kind].parse(text, self._vocab).canonical or normalized(text)


def _is_plain(text: str) -> bool:
    """Return whether spaces and Unicode form can stay as they are."""
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
    if spec.kind == "date":
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
    """Return a day of Excel as far as its cell shows it.

    In the column of a number it is what Excel made of ``5/2010``: the first day of a month, shown without it.
    """
    day = _day(value, from_1904)
    if spec.kind == "date":
        if DateParts.YEAR not in shown:
            raise CellRejected("no-year")
        return _format_day(day, shown)
    if spec.kind in ("entry_number", "volume") and day.day == 1 and shown == DateParts.MONTH | DateParts.YEAR:
        return f"{day.month:02}/{day.year}"
    raise CellRejected("date-elsewhere")


def _day(value: float, from_1904: bool) -> date:
    """Return the day of a serial number.

    Excel counts 29 February 1900, a day that never was, as day 60; before it no day is sure.
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
"""So many different words must identify the font of a row."""

MOST_TEXTS = 50_000
"""Different texts of a column that are looked at."""


_BEYOND = re.compile("[\u0100-\U0010ffff]")


def has_high_letters(text: str) -> bool:
    """Return whether the text may have been typed with such a font."""
    return not text.isascii()


def font_of_row(texts: Iterable[str]) -> LegacyFont | None:
    """Return the font that a whole row was typed with; ``None``: no such font."""
    joined = "\n".join(texts)
    if joined.isascii() or _BEYOND.search(joined):
        return None
    found = recognize_font(joined.split("\n"))
    return found.font if found is not None and found.words >= LEAST_WORDS else None


class ColumnFonts:
    """Collects the texts that identify the fonts of columns, by position.

    A column is ``open`` as long as it may have such a font.
    """

    def __init__(self, positions: Iterable[int]) -> None:
        self._texts: dict[int, set[str]] = {at: set() for at in positions}
        self.open = tuple(self._texts)

    def add(self, texts: Sequence[str]) -> None:
        """Add a row whose own words do not identify its font."""
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
        """Return the font of each column that has one."""
        judged = {at: recognize_font(texts) for at, texts in self._texts.items() if texts}
        return {at: one.font for at, one in judged.items() if one is not None and one.words >= LEAST_WORDS}


def to_unicode(text: str, font: LegacyFont) -> str:
    """Return the text in Unicode; a text without letters beyond ASCII stays."""
    return convert_legacy(text, font) if has_high_letters(text) else text
