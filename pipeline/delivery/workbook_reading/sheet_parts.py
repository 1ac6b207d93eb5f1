"""Streaming parsers for the parts of a workbook: shared strings, number formats and sheets, within bounds.

Parts come from outside. The memory for a cell, a row, the shared strings, the formats, and unfinished XML in the parser
is bounded.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator, Mapping
from enum import Flag, auto
from functools import lru_cache
from typing import NamedTuple
from xml.parsers import expat

from pipeline.base.text.numbers import format_count

MOST_ROWS = 1 << 20
"""Number of rows in an Excel sheet."""

MOST_COLUMNS = 1 << 14
"""Number of columns in an Excel sheet."""

LONGEST_CELL = 32_767
"""Largest number of characters in an Excel cell."""

LONGEST_ESCAPED = 7 * LONGEST_CELL
"""Characters of the longest cell with each written as ``_x0041_``."""

MOST_STRINGS = 1 << 22
MOST_STRING_BYTES = 256 << 20
"""Limits of the number and of the total bytes of shared strings; a file of a million births has two thirds."""

FIRST_STRINGS = 1 << 19
"""Largest number of shared strings that the first rows of a sheet may need."""

MOST_SHEETS_LISTED = 1000
"""Largest number of sheets; a book of the Ministry has one."""

MOST_FORMATS = 1 << 16
"""Largest number of formats in an Excel workbook."""

LONGEST_FORMAT = 255
"""Largest number of characters in an Excel format code."""

MOST_RANGES = 20
"""Number of merged ranges to keep."""

MOST_PENDING = 1 << 20
"""Largest size in bytes of an unfinished piece of XML (a tag with its attributes)."""


class WorkbookTooLarge(Exception):
    """A part of a workbook exceeds the size that any program writes; ``message`` names the part, in Vietnamese."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


Attributes = Mapping[str, str]


class DateParts(Flag):
    """The parts of a date in a cell's display."""

    NOTHING = 0
    DAY = auto()
    MONTH = auto()
    YEAR = auto()


WHOLE = DateParts.DAY | DateParts.MONTH | DateParts.YEAR
_BUILT_IN = {
    **dict.fromkeys((14, 15, 22, *range(27, 32), 36, *range(50, 53), 54, 57, 58), WHOLE),
    16: DateParts.DAY | DateParts.MONTH,
    17: DateParts.MONTH | DateParts.YEAR,
}
_QUOTED = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')


@lru_cache(maxsize=1 << 10)
def date_parts_of_format(number: int, code: str | None) -> DateParts:
    """Return the date parts that a number format shows (ECMA-376 part 1, 18.8.30 and 18.8.31).

    Args:
        number: Id of the format.
        code: Format code; ``None`` for a built-in format.
    """
    if code is None:
        return _BUILT_IN.get(number, DateParts.NOTHING)
    symbols = _QUOTED.sub("", code).split(";")[0].lower()
    if symbols.startswith("general"):
        return DateParts.NOTHING
    shown = DateParts.NOTHING
    if "y" in symbols:
        shown |= DateParts.YEAR
    if "d" in symbols:
        shown |= DateParts.DAY
    if "m" in symbols and (shown or not re.search(r"[hs]", symbols)):
        shown |= DateParts.MONTH
    return shown


class SheetCell(NamedTuple):
    """A cell without text.

    Attributes:
        kind: ``number``, ``date`` (ISO text), ``bool``, ``error`` or ``formula`` (without a stored value).
        text: The stored text.
        shown: Date parts that the number format shows.
    """

    kind: str
    text: str
    shown: DateParts = DateParts.NOTHING


CellContent = str | SheetCell
SheetRow = tuple[int, dict[int, CellContent]]
"""Row number as Excel counts, and the filled cells by column from 0; text cells are ``str``."""


def strict_parser() -> expat.XMLParserType:
    """Return a parser that refuses document types, and so entity declarations."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise ValueError("a document type is declared")

    parser.StartDoctypeDeclHandler = refuse
    return parser


class PartFeeder:
    """Feeds a parser and refuses unfinished pieces, which the parser would keep whole in memory."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser, self._fed = parser, 0

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.Parse(chunk, False)
        except LookupError as error:  # an unknown encoding
            raise expat.ExpatError(str(error)) from None
        self._fed += len(chunk)
        if self._fed - self._parser.CurrentByteIndex > MOST_PENDING:
            raise WorkbookTooLarge("có thẻ XML dài quá mức")

    def end(self) -> None:
        self._parser.Parse(b"", True)


class SharedStrings:
    """The shared strings of a workbook by number, stored as bytes; they are read as far as they are asked for."""

    def __init__(self, chunks: Iterator[bytes], most: int = MOST_STRINGS) -> None:
        self._bytes, self._ends = bytearray(), array("Q", [0])
        self._chunks, self._most = chunks, most
        self._reader = StringsReader(self)

    def read_on(self, number: int = MOST_STRINGS) -> None:
        """Read up to a string, or all of them."""
        while number >= len(self._ends) - 1 and (chunk := next(self._chunks, None)) is not None:
            self._reader.feed(chunk)

    def append(self, text: str) -> None:
        if len(self._ends) > self._most:
            raise WorkbookTooLarge(f"có hơn {format_count(self._most)} chữ khác nhau")
        if len(self._bytes) > MOST_STRING_BYTES:
            raise WorkbookTooLarge(f"có quá nhiều chữ (hơn {MOST_STRING_BYTES >> 20} MB)")
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError("no such text")
        self.read_on(number)
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode("utf-8", "replace")


class _TextReader(ABC):
    """Collects the text of ``t`` elements outside phonetic hints (``rPh``), ignoring name prefixes."""

    def __init__(self) -> None:
        self._parser = strict_parser()
        self._parser.StartElementHandler = self._root
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._cut = 0
        self._texts: list[str] = []
        self._length = 0
        self._reading = self._phonetic = False
        self._feeder = PartFeeder(self._parser)

    def feed(self, chunk: bytes) -> None:
        self._feeder.feed(chunk)

    def end(self) -> None:
        self._feeder.end()

    def _root(self, tag: str, values: Attributes) -> None:
        """Take the prefix of all names from the root element."""
        prefix, colon, _ = tag.rpartition(":")
        self._cut = len(prefix) + len(colon)
        self._parser.StartElementHandler = self._start
        self._start(tag, values)

    @abstractmethod
    def _start(self, tag: str, values: Attributes) -> None: ...

    @abstractmethod
    def _end(self, tag: str) -> None: ...

    def _data(self, text: str) -> None:
        if self._reading:
            self._length += len(text)
            if self._length > LONGEST_ESCAPED:
                raise WorkbookTooLarge(_LONG_CELL)
            self._texts.append(text)

    def _begin_text(self) -> None:
        """Begin the text of a new cell."""
        self._texts, self._length = [], 0


class StringsReader(_TextReader):
    """Parses the part of the shared strings as it is fed."""

    def __init__(self, into: SharedStrings) -> None:
        super().__init__()
        self._into = into

    def _start(self, tag: str, values: Attributes) -> None:  # noqa: ARG002 (its signature)
        tag = tag[self._cut :]
        if tag == "t":
            self._reading = not self._phonetic
        elif tag == "si":
            self._begin_text()
        elif tag == "rPh":
            self._phonetic = True

    def _end(self, tag: str) -> None:
        tag = tag[self._cut :]
        if tag == "t":
            self._reading = False
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "si":
            self._into.append(_unescaped("".join(self._texts)))


_LONG_CELL = f"có ô dài hơn {format_count(LONGEST_CELL)} chữ, điều Excel không cho phép"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    """Return the text with escapes such as ``_x000D_`` resolved; control characters become spaces.

    Source: ECMA-376 part 1, 22.9.2.19.
    """
    if "_x" in text:
        text = _ESCAPE.sub(lambda match: _letter(int(match[1], 16)), text)
    if len(text) > LONGEST_CELL:
        raise WorkbookTooLarge(_LONG_CELL)
    return text


def _letter(code: int) -> str:
    return " " if code < 32 or 0xD800 <= code < 0xE000 else chr(code)


_KINDS = {"n": "number", "b": "bool", "e": "error", "d": "date"}
_TEXTS = frozenset({"inlineStr", "str"})


class SheetReader(_TextReader):
    """Parses the rows of a sheet as it is fed.

    Attributes:
        merged: The first merged ranges, at most ``MOST_RANGES``.
        merged_count: Number of merged ranges.
    """

    def __init__(self, strings: SharedStrings, shown: list[DateParts], *, takes_formulas: bool) -> None:
        """``takes_formulas``: a formula gives its stored value; otherwise its cell is a ``formula``."""
        super().__init__()
        self._strings, self._shown, self._takes_formulas = strings, shown, takes_formulas
        self.merged: tuple[str, ...] = ()
        self.merged_count = 0
        self._rows: list[SheetRow] = []
        self._cells: dict[int, CellContent] = {}
        self._row, self._column = 0, -1
        self._kind, self._style, self._formula = "", "0", False
        self._places: dict[str, int] = {}

    def taken(self) -> list[SheetRow]:
        """Return the rows completed since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def _start(self, tag: str, values: Attributes) -> None:
        if self._cut:
            tag = tag[self._cut :]
        if tag == "c":
            ref = values.get("r")
            self._column = self._column + 1 if ref is None else self._place(ref)
            self._kind, self._style = values.get("t", "n"), values.get("s", "0")
            if not 0 <= self._column < MOST_COLUMNS:
                raise ValueError("no such column")
            self._begin_text()
            self._formula = False
        elif tag == "v":
            self._reading = True
        elif tag == "t":
            self._reading = not self._phonetic
        elif tag == "row":
            number = values.get("r")
            row = self._row + 1 if number is None else int(number)
            if not self._row < row <= MOST_ROWS:
                raise ValueError("rows out of order")
            self._row = row
            self._cells, self._column = {}, -1
        elif tag == "f":
            self._formula = True
        else:
            self._start_rare(tag, values)

    def _start_rare(self, tag: str, values: Attributes) -> None:
        if tag == "rPh":
            self._phonetic = True
        elif tag == "mergeCell":
            self.merged_count += 1
            if len(self.merged) < MOST_RANGES:
                self.merged = (*self.merged, values.get("ref", "")[:20])

    def _end(self, tag: str) -> None:
        if self._cut:
            tag = tag[self._cut :]
        if tag == "v" or tag == "t":
            self._reading = False
        elif tag == "c":
            texts = self._texts
            if texts:
                self._keep(texts[0] if len(texts) == 1 else "".join(texts))
                if self._formula and not self._takes_formulas and self._column in self._cells:
                    self._cells[self._column] = SheetCell("formula", "")
            elif self._formula and self._kind == "n":
                self._cells[self._column] = SheetCell("formula", "")
        elif tag == "row":
            if self._cells:
                self._rows.append((self._row, self._cells))
        elif tag == "rPh":
            self._phonetic = False

    def _keep(self, text: str) -> None:
        kind = self._kind
        if kind == "s":
            text = self._strings[int(text)]
            if text:
                self._cells[self._column] = text
        elif kind in _TEXTS:
            self._cells[self._column] = _unescaped(text)
        else:
            style = int(self._style)
            shown = self._shown[style] if 0 <= style < len(self._shown) else DateParts.NOTHING
            self._cells[self._column] = SheetCell(_KINDS.get(kind, "number"), text, shown)

    def _place(self, ref: str) -> int:
        """Return the column of a reference such as ``AB12``, counted from 0."""
        letters = ref[:_LONGEST_REFERENCE].rstrip("0123456789")
        place = self._places.get(letters)
        if place is None:
            place = 0
            for letter in letters:
                place = place * 26 + ord(letter.upper()) - 64
            place = self._places[letters] = place - 1
        return place


_LONGEST_REFERENCE = 10  # XFD1048576
