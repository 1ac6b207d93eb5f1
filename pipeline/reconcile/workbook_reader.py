"""A streaming reader of workbooks (ECMA-376 SpreadsheetML): one row in memory, and the number format of each cell.

openpyxl would do for sound files; why it is not used, with the figures, is in docs/adr/0039-workbooks-by-openpyxl.md: a
formula without a stored value comes out of it as an empty cell, and a hostile sheet of 1.5 MB takes 3 GB of memory.
Calamine holds a whole sheet in memory and does not tell formats, without which a cell that shows ``2010`` is read as a
whole date.

A workbook comes from outside. What of it is held in memory is bounded: a cell, a row, the shared strings together, the
formats, and what the parser of XML keeps of a piece that does not end.
"""

from __future__ import annotations

import os
import posixpath
import re
import zipfile
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from enum import Flag, auto
from functools import lru_cache
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple
from xml.parsers import expat

from pipeline.errors import ReconcileError
from pipeline.files import FileRefused, open_regular_file, printable
from pipeline.text.numbers import format_count


class DateParts(Flag):
    """The parts of a date that a cell shows."""

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
    """Return which parts of a date a number format shows (ECMA-376 part 1, 18.8.30 and 18.8.31).

    Args:
        number: The id of the format.
        code: Its format code; ``None`` for a built-in one.
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


class _Feeder:
    """Feeds a parser, and refuses a piece that does not end: the parser would keep all of it."""

    def __init__(self, parser: expat.XMLParserType) -> None:
        self._parser, self._fed = parser, 0

    def feed(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)
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
        self._feeder = _Feeder(self._parser)

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

CHUNK = 1 << 18
OLD_CONTAINER = bytes.fromhex("d0cf11e0")
"""How a compound file begins (MS-CFB): an ``.xls``, or an ``.xlsx`` with a password."""

LOCKED = "EncryptedPackage"
"""The part of a compound file that holds a workbook with a password (MS-OFFCRYPTO)."""

MOST_LOOKED_AT = 1 << 24
MOST_FILE_BYTES = 512 << 20
MOST_BYTES = 8 << 30
"""An unpacked part of a workbook that is larger than this is refused."""


class SourceWorkbook:
    """An open workbook.

    Attributes:
        sheets: The part of each sheet by its name, in their order.
        from_1904: Whether its days are counted from 1904.
    """

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self.sheets: dict[str, str] = {}
        self.from_1904 = False
        self._strings_part = self._styles_part = ""
        self._read_outline()
        self._shown = self._read_styles()
        self._strings = self._read_strings()

    def rows(self, sheet: str) -> Iterator[SheetRow]:
        """Yield the rows of a sheet that hold anything.

        Raises:
            ReconcileError: The sheet is broken.
        """
        reader = SheetReader(self._strings, self._shown)
        try:
            for chunk in self._chunks(self.sheets[sheet]):
                reader.feed(chunk)
                yield from reader.taken()
            reader.end()
            yield from reader.taken()
        except WorkbookTooLarge as error:
            raise self._too_large(error) from None
        except (expat.ExpatError, ValueError, IndexError, UnicodeDecodeError) as error:
            raise self._broken(error) from None

    def _read_outline(self) -> None:
        targets: dict[str, str] = {}
        kinds: dict[str, str] = {}

        def relation(tag: str, values: Attributes) -> None:
            if len(targets) > MOST_FORMATS:
                raise WorkbookTooLarge("có quá nhiều phần")
            if tag == "Relationship":
                target = values.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
                targets[values.get("Id", "")] = posixpath.normpath(path)
                kinds[values.get("Type", "").rpartition("/")[2]] = posixpath.normpath(path)

        def part(tag: str, values: Attributes) -> None:
            if tag == "workbookPr":
                self.from_1904 = values.get("date1904", "") in ("1", "true")
            elif tag == "sheet" and len(self.sheets) < MOST_FORMATS:
                key = next((value for name, value in values.items() if name.endswith(":id")), "")
                if targets.get(key):
                    self.sheets[values.get("name", "")] = targets[key]

        self._walk("xl/_rels/workbook.xml.rels", relation)
        self._walk("xl/workbook.xml", part)
        self._strings_part = kinds.get("sharedStrings", "")
        self._styles_part = kinds.get("styles", "")

    def _read_styles(self) -> list[DateParts]:
        """Return which parts of a date each cell format shows."""
        codes: dict[int, str] = {}
        shown: list[DateParts] = []
        inside = False

        def style(tag: str, values: Attributes) -> None:
            nonlocal inside
            if len(codes) > MOST_FORMATS or len(shown) > MOST_FORMATS:
                raise WorkbookTooLarge("có quá nhiều định dạng ô")
            if tag == "numFmt":
                codes[int(values.get("numFmtId", "0"))] = values.get("formatCode", "")[:LONGEST_FORMAT]
            elif tag in ("cellXfs", "cellStyleXfs", "dxfs"):
                inside = tag == "cellXfs"
            elif tag == "xf" and inside:
                number = int(values.get("numFmtId", "0"))
                shown.append(date_parts_of_format(number, codes.get(number)))

        if self._styles_part:
            self._walk(self._styles_part, style)
        return shown

    def _read_strings(self) -> SharedStrings:
        strings = SharedStrings()
        if self._strings_part:
            reader = StringsReader(strings)
            try:
                for chunk in self._chunks(self._strings_part):
                    reader.feed(chunk)
            except WorkbookTooLarge as error:
                raise self._too_large(error) from None
            except expat.ExpatError as error:
                raise self._broken(error) from None
        return strings

    def _walk(self, part: str, on_start: Callable[[str, Attributes], None]) -> None:
        """Call ``on_start`` for every element of a part."""
        parser = strict_parser()
        parser.StartElementHandler = lambda tag, values: on_start(tag.rpartition(":")[2], values)
        try:
            feeder = _Feeder(parser)
            for chunk in self._chunks(part):
                feeder.feed(chunk)
            feeder.end()
        except WorkbookTooLarge as error:
            raise self._too_large(error) from None
        except (expat.ExpatError, ValueError) as error:
            raise self._broken(error) from None

    def _chunks(self, part: str) -> Iterator[bytes]:
        try:
            info = self._archive.getinfo(part)
            if info.file_size > MOST_BYTES:
                raise ReconcileError(f"{self._name}: quá lớn khi giải nén. Hãy tách tệp rồi chạy lại.")
            with self._archive.open(info) as stream:
                yield from _read_in_chunks(stream)
        # NotImplementedError is zipfile's word for a way of packing it does not know, RuntimeError for a password
        except (KeyError, zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise self._broken(error) from None

    def _too_large(self, error: WorkbookTooLarge) -> ReconcileError:
        return ReconcileError(f"{self._name}: {error.message}. Hãy xuất lại tệp, hoặc tách tệp rồi chạy lại.")

    def _broken(self, error: Exception) -> ReconcileError:
        return ReconcileError(
            f"{self._name}: tệp hỏng hoặc không phải .xlsx ({type(error).__name__}). "
            "Hãy mở bằng Excel, lưu lại thành .xlsx rồi chạy lại."
        )


@contextmanager
def open_workbook(path: Path) -> Iterator[SourceWorkbook]:
    """Open a workbook.

    Raises:
        ReconcileError: It is none (an old ``.xls``, a locked one) or is broken; the message says what to do.
    """
    name = printable(path.name)
    try:
        file = open_regular_file(path)
    except FileRefused as error:
        raise ReconcileError(f"{name}: {error.message}.") from None
    except OSError as error:
        raise ReconcileError(f"{name}: không mở được ({os.strerror(error.errno or 0)}).") from None
    with file:
        if os.fstat(file.fileno()).st_size > MOST_FILE_BYTES:
            raise ReconcileError(f"{name}: quá lớn ({MOST_FILE_BYTES >> 20} MB là nhiều nhất). Hãy tách tệp.")
        try:
            archive = zipfile.ZipFile(file)
        except OSError as error:
            raise ReconcileError(f"{name}: không đọc được ({os.strerror(error.errno or 0)}).") from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise ReconcileError(f"{name}: {_what_it_is(file)} rồi chạy lại.") from None
        with archive:
            yield SourceWorkbook(archive, name)


def _what_it_is(file: BinaryIO) -> str:
    """Return what kind of file it is instead of an ``.xlsx``, and what helps.

    The kind is judged by its first bytes, and by how an old container names its parts.
    """
    file.seek(0)
    content = file.read(MOST_LOOKED_AT)
    if content.startswith(OLD_CONTAINER):
        if LOCKED.encode("utf-16-le") in content:
            return "tệp có mật khẩu. Hãy mở bằng Excel, bỏ mật khẩu, lưu lại"
        return (
            "là tệp .xls của Excel 97–2003. Hãy mở bằng Excel hay LibreOffice, lưu lại thành .xlsx "
            "(chữ gõ bằng phông TCVN3, VNI cứ để nguyên)"
        )
    if content.lstrip()[:1] == b"<":
        return "là trang web hay XML mang đuôi Excel. Hãy mở bằng Excel, lưu lại thành .xlsx"
    return "không phải tệp .xlsx, hoặc bị hỏng. Hãy mở bằng Excel, lưu lại thành .xlsx"


def _read_in_chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk
