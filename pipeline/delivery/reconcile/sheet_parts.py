"""The parts of a workbook that are parsed as they stream by: shared strings and sheets, within bounds.

A part comes from outside. What of it is held in memory is bounded: a cell, a row, the shared strings together, the
formats, and what the parser of XML keeps of a piece that does not end.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from array import array
from collections.abc import Mapping
from typing import NamedTuple
from xml.parsers import expat

from pipeline.base.text.numbers import format_count
from pipeline.delivery.reconcile.number_formats import DateParts

MOST_ROWS = 1 << 20
"""Rows that a sheet of Excel has."""

MOST_COLUMNS = 1 << 14
"""Columns that a sheet of Excel has."""

LONGEST_CELL = 32_767
"""Characters that a cell of Excel holds."""

LONGEST_ESCAPED = 7 * LONGEST_CELL
"""Characters of such a cell when each is written as ``_x0041_``."""

MOST_STRINGS = 1 << 23
MOST_STRING_BYTES = 256 << 20
"""Shared strings, and the bytes of all together: a file of a million births has a third."""

MOST_FORMATS = 1 << 16
"""Formats that Excel lets a workbook have."""

LONGEST_FORMAT = 255
"""Characters of the code of a format of Excel."""

MOST_PENDING = 1 << 20
"""Bytes of a piece of XML (a tag with its attributes) that has not ended."""


class WorkbookTooLarge(Exception):
    """A part of a workbook is larger than any program writes; ``message`` says which, in Vietnamese."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


Attributes = Mapping[str, str]


class SheetCell(NamedTuple):
    """A cell that holds no text.

    Attributes:
        kind: ``number``, ``date`` (ISO text), ``bool``, ``error`` or ``formula`` (one without a stored value).
        text: What is stored.
        shown: Which parts of a date its number format shows.
    """

    kind: str
    text: str
    shown: DateParts = DateParts.NOTHING


CellContent = str | SheetCell
SheetRow = tuple[int, dict[int, CellContent]]
"""The number of a row as Excel counts, and its filled cells by column from 0; a text is a plain ``str``."""


def strict_parser() -> expat.XMLParserType:
    """Return a parser that takes no document type, so that no entity can be declared."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise ValueError("a document type is declared")

    parser.StartDoctypeDeclHandler = refuse
    return parser


class PartFeeder:
    """Feeds a parser, and refuses a piece that does not end: the parser would keep all of it."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser, self._fed = parser, 0

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.Parse(chunk, False)
        except LookupError as error:  # an encoding that nobody knows
            raise expat.ExpatError(str(error)) from None
        self._fed += len(chunk)
        if self._fed - self._parser.CurrentByteIndex > MOST_PENDING:
            raise WorkbookTooLarge("có thẻ XML dài quá mức")

    def end(self) -> None:
        self._parser.Parse(b"", True)


class SharedStrings:
    """The shared strings of a workbook by number, kept as bytes."""

    def __init__(self) -> None:
        self._bytes, self._ends = bytearray(), array("Q", [0])

    def append(self, text: str) -> None:
        if len(self._ends) > MOST_STRINGS or len(self._bytes) > MOST_STRING_BYTES:
            raise WorkbookTooLarge(f"có quá nhiều chữ (hơn {MOST_STRING_BYTES >> 20} MB)")
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError("no such text")
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode("utf-8", "replace")


class _TextReader(ABC):
    """Collects the text of ``t`` elements outside phonetic hints (``rPh``), without the prefix of names."""

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
        """Take the prefix of all names from the first element."""
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
        """Begin the text of another cell."""
        self._texts, self._length = [], 0


class StringsReader(_TextReader):
    """Reads the part of the shared strings while it is fed."""

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
    """Return the text with ``_x000D_`` and its like resolved; control characters become spaces.

    Source: ECMA-376 part 1, 22.9.2.19.
    """
    if "_x" in text:
        text = _ESCAPE.sub(lambda found: _letter(int(found[1], 16)), text)
    if len(text) > LONGEST_CELL:
        raise WorkbookTooLarge(_LONG_CELL)
    return text


def _letter(code: int) -> str:
    return " " if code < 32 or 0xD800 <= code < 0xE000 else chr(code)


_KINDS = {"n": "number", "b": "bool", "e": "error", "d": "date"}
_TEXTS = frozenset({"inlineStr", "str"})


class SheetReader(_TextReader):
    """Reads the rows of a sheet while it is fed."""

    def __init__(self, strings: SharedStrings, shown: list[DateParts]) -> None:
        super().__init__()
        self._strings, self._shown = strings, shown
        self._rows: list[SheetRow] = []
        self._cells: dict[int, CellContent] = {}
        self._row, self._column = 0, -1
        self._kind, self._style, self._formula = "", "0", False
        self._places: dict[str, int] = {}

    def taken(self) -> list[SheetRow]:
        """Return the rows that are complete by now."""
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
        elif tag == "rPh":
            self._phonetic = True

    def _end(self, tag: str) -> None:
        if self._cut:
            tag = tag[self._cut :]
        if tag == "v" or tag == "t":
            self._reading = False
        elif tag == "c":
            texts = self._texts
            if texts:
                self._keep(texts[0] if len(texts) == 1 else "".join(texts))
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
        """Return the column of a reference such as ``AB12``, from 0."""
        letters = ref[:_LONGEST_REFERENCE].rstrip("0123456789")
        place = self._places.get(letters)
        if place is None:
            place = 0
            for letter in letters:
                place = place * 26 + ord(letter.upper()) - 64
            place = self._places[letters] = place - 1
        return place


_LONGEST_REFERENCE = 10  # XFD1048576
