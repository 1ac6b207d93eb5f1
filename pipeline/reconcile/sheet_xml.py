"""The XML of a sheet and of the shared strings (ECMA-376 SpreadsheetML) while it is fed, as cells."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from array import array
from collections.abc import Mapping
from typing import NamedTuple
from xml.parsers import expat

from pipeline.reconcile.number_format import DateParts

MOST_ROWS = 1 << 20
"""Rows that a sheet of Excel has."""

Attributes = Mapping[str, str]


class SheetCell(NamedTuple):
    """A cell that holds no text. ``kind``: ``number``, ``date`` (ISO text), ``bool``, ``error`` or ``formula`` (one
    without a stored value); ``shown``: which parts of a date its number format shows."""

    kind: str
    text: str
    shown: DateParts = DateParts.NOTHING


Cell = str | SheetCell
Row = tuple[int, dict[int, Cell]]
"""The number of a row as Excel counts, and its filled cells by column from 0; a text is a plain ``str``."""


def strict_parser() -> expat.XMLParserType:
    """A parser that takes no document type, so that no entity can be declared."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise ValueError("a document type is declared")

    parser.StartDoctypeDeclHandler = refuse
    return parser


class Strings:
    """Texts by number, kept as bytes."""

    def __init__(self) -> None:
        self._bytes, self._ends = bytearray(), array("Q", [0])

    def append(self, text: str) -> None:
        self._bytes += text.encode("utf-8", "surrogatepass")
        self._ends.append(len(self._bytes))

    def __getitem__(self, number: int) -> str:
        if number < 0:
            raise IndexError("no such text")
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode("utf-8", "replace")


class _TextReader(ABC):
    """Common to both: the text of ``t`` elements outside phonetic hints (``rPh``), without the prefix of names."""

    def __init__(self) -> None:
        self._parser = strict_parser()
        self._parser.StartElementHandler = self._root
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._cut = 0
        self._texts: list[str] = []
        self._reading = self._phonetic = False

    def feed(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)

    def end(self) -> None:
        self._parser.Parse(b"", True)

    def _root(self, tag: str, values: Attributes) -> None:
        """The first element tells the prefix of all names."""
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
            self._texts.append(text)


class StringsReader(_TextReader):
    def __init__(self, into: Strings) -> None:
        super().__init__()
        self._into = into

    def _start(self, tag: str, values: Attributes) -> None:  # noqa: ARG002 (its signature)
        tag = tag[self._cut :]
        if tag == "t":
            self._reading = not self._phonetic
        elif tag == "si":
            self._texts = []
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


_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _unescaped(text: str) -> str:
    """The text with what Excel writes as ``_x000D_`` (ECMA-376 part 1, 22.9.2.19); signs that are not printed are
    spaces."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: _letter(int(found[1], 16)), text)


def _letter(code: int) -> str:
    return " " if code < 32 or 0xD800 <= code < 0xE000 else chr(code)


_KINDS = {"n": "number", "b": "bool", "e": "error", "d": "date"}
_TEXTS = frozenset({"inlineStr", "str"})


class SheetReader(_TextReader):
    """The rows of a sheet while it is fed."""

    def __init__(self, strings: Strings, shown: list[DateParts]) -> None:
        super().__init__()
        self._strings, self._shown = strings, shown
        self._rows: list[Row] = []
        self._cells: dict[int, Cell] = {}
        self._row, self._column = 0, -1
        self._kind, self._style, self._formula = "", "0", False
        self._places: dict[str, int] = {}

    def taken(self) -> list[Row]:
        """The rows that are whole by now."""
        rows, self._rows = self._rows, []
        return rows

    def _start(self, tag: str, values: Attributes) -> None:
        if self._cut:
            tag = tag[self._cut :]
        if tag == "c":
            ref = values.get("r")
            self._column = self._column + 1 if ref is None else self._place(ref)
            self._kind, self._style = values.get("t", "n"), values.get("s", "0")
            self._texts, self._formula = [], False
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
        """The column of a reference such as ``AB12``, from 0."""
        letters = ref.rstrip("0123456789")
        place = self._places.get(letters)
        if place is None:
            place = 0
            for letter in letters:
                place = place * 26 + ord(letter.upper()) - 64
            place = self._places[letters] = place - 1
        return place
