"""X"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from pipeline import kinds
from pipeline.reconcile.number_format import WHOLE, DateParts
from pipeline.reconcile.sheet_xml import SheetCell
from pipeline.schema import FieldSpec
from pipeline.text.legacy_fonts import LegacyFont, convert_legacy, recognize_font
from pipeline.text.tones import normalized

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
    """Why a cell says nothing: ``error``, ``formula``, ``bool``, ``long-number``, ``no-date``, ``no-year``,
    ``date-elsewhere``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text_of(cell: SheetCell, spec: FieldSpec, *, from_1904: bool = False) -> str:
    """The text of a cell that holds none: of a number its digits, of a day of Excel as much of the date as the cell
    shows. Raises ``CellRejected``."""
    if cell.kind == "number":
        return _of_number(cell, spec, from_1904)
    if cell.kind == "date" and spec.kind == "date":
        return _iso(cell.text)
    raise CellRejected("date-elsewhere" if cell.kind == "date" else cell.kind)


class ValueNormalizer:
    """The texts of one field as its kind writes them, else with plain spaces and in NFC."""

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
    """Whether nothing about spaces and Unicode form has to be changed."""
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
            return _told(_day(value, from_1904), WHOLE)
        raise CellRejected("no-date")
    if value != int(value):
        return cell.text
    digits = str(int(value))
    if len(digits) > SAFE_DIGITS:
        raise CellRejected("long-number")
    return digits


def _of_day(value: float, shown: DateParts, spec: FieldSpec, from_1904: bool) -> str:
    """A day of Excel as far as its cell shows it. In the column of a number it is what Excel made of ``5/2010``: the
    first day of a month, shown without it."""
    day = _day(value, from_1904)
    if spec.kind == "date":
        if DateParts.YEAR not in shown:
            raise CellRejected("no-year")
        return _told(day, shown)
    if spec.kind in ("entry_number", "volume") and day.day == 1 and shown == DateParts.MONTH | DateParts.YEAR:
        return f"{day.month:02}/{day.year}"
    raise CellRejected("date-elsewhere")


def _day(value: float, from_1904: bool) -> date:
    """Excel counts 29 February 1900, a day that never was, as day 60; before it no day is sure."""
    if not (0 if from_1904 else 61) <= value <= LAST_DAY:
        raise CellRejected("no-date")
    return (date(1904, 1, 1) if from_1904 else date(1899, 12, 30)) + timedelta(days=int(value))


def _told(day: date, shown: DateParts) -> str:
    parts = [f"{day.day:02}"] if DateParts.DAY in shown and DateParts.MONTH in shown else []
    parts += [f"{day.month:02}"] if DateParts.MONTH in shown else []
    return ".".join([*parts, str(day.year)])


def _iso(text: str) -> str:
    try:
        return _told(date.fromisoformat(text[:10]), WHOLE)
    except ValueError:
        raise CellRejected("no-date") from None


LEAST_WORDS = 3
"""So many different words must tell the font of a row."""

MOST_TEXTS = 50_000
"""Different texts of a column that are looked at."""


_BEYOND = re.compile("[\u0100-\U0010ffff]")


def has_high_letters(text: str) -> bool:
    """Whether the text may have been typed with such a font."""
    return not text.isascii()


def font_of_row(texts: Iterable[str]) -> LegacyFont | None:
    """The font that a whole row was typed with."""
    joined = "\n".join(texts)
    if joined.isascii() or _BEYOND.search(joined):
        return None
    found = recognize_font(joined.split("\n"))
    return found.font if found is not None and found.words >= LEAST_WORDS else None


class ColumnFonts:
    """Collects what tells the fonts of columns, by their positions. A column is ``open`` as long as it may have one."""

    def __init__(self, positions: Iterable[int]) -> None:
        self._texts: dict[int, set[str]] = {at: set() for at in positions}
        self.open = tuple(self._texts)

    def see(self, texts: Sequence[str]) -> None:
        """A row whose own words do not tell its font."""
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
        """The font of each column that has one."""
        judged = {at: recognize_font(texts) for at, texts in self._texts.items() if texts}
        return {at: one.font for at, one in judged.items() if one is not None and one.words >= LEAST_WORDS}


def in_unicode(text: str, font: LegacyFont) -> str:
    """The text converted, where it has letters that need it."""
    return convert_legacy(text, font) if has_high_letters(text) else text
