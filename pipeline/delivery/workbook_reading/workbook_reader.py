"""A streaming reader of workbooks (ECMA-376 SpreadsheetML): a row in memory, with the number format of each cell.

openpyxl is not used for the reasons and figures in docs/adr/0039-workbooks-by-openpyxl.md: it returns a formula without
a stored value as an empty cell, and a hostile sheet of 1.5 MB takes 3 GB of memory. Calamine holds a whole sheet in
memory and gives no formats; a cell that shows ``2010`` would be read as a whole date.

A workbook comes from outside; its parts are parsed within bounds (``pipeline.delivery.workbook_reading.sheet_parts``).
"""

from __future__ import annotations

import os
import posixpath
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO
from xml.parsers import expat

from pipeline.base.errors import ReconcileError
from pipeline.base.files import FileRefused, open_regular_file, printable
from pipeline.base.text.numbers import format_count
from pipeline.delivery.workbook_reading.sheet_parts import (
    FIRST_STRINGS,
    LONGEST_FORMAT,
    MOST_FORMATS,
    MOST_SHEETS_LISTED,
    MOST_STRINGS,
    Attributes,
    DateParts,
    PartFeeder,
    SharedStrings,
    SheetReader,
    SheetRow,
    WorkbookTooLarge,
    date_parts_of_format,
    strict_parser,
)

CHUNK = 1 << 18
OLD_CONTAINER = bytes.fromhex("d0cf11e0")
"""First bytes of a compound file (MS-CFB): an ``.xls``, or an ``.xlsx`` with a password."""

LOCKED = "EncryptedPackage"
"""The part of a compound file with an encrypted workbook (MS-OFFCRYPTO)."""

MOST_LOOKED_AT = 1 << 24
MOST_FILE_BYTES = 512 << 20
MOST_BYTES = 8 << 30
"""Largest size of an unpacked part."""

MOST_OUTLINE_BYTES, MOST_STYLE_BYTES = 4 << 20, 16 << 20
"""Largest sizes of the unpacked lists of sheets and parts, and of the styles: Excel's most formats take less."""


class SourceWorkbook:
    """An open workbook.

    Attributes:
        sheets: The part of each sheet by name, in order.
        hidden: The names of hidden sheets.
        from_1904: Whether days are counted from 1904.
    """

    def __init__(self, archive: zipfile.ZipFile, name: str, *, first_rows: bool = False) -> None:
        """``first_rows``: only the first rows of sheets are looked at; texts beyond theirs stay unread."""
        self._archive, self._name, self._first_rows = archive, name, first_rows
        self.sheets: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.from_1904 = False
        self._strings_part = self._styles_part = ""
        self._read_outline()
        self._shown = self._read_styles()
        strings = self._chunks(self._strings_part) if self._strings_part else iter(())
        self._strings = SharedStrings(strings, FIRST_STRINGS if first_rows else MOST_STRINGS)

    def reader(self, *, takes_formulas: bool) -> SheetReader:
        """Return a reader for a sheet of this workbook; it also records merged cells."""
        return SheetReader(self._strings, self._shown, takes_formulas=takes_formulas)

    def rows(self, sheet: str, reader: SheetReader | None = None) -> Iterator[SheetRow]:
        """Yield the non-empty rows of a sheet; without a reader, formulas give their stored values.

        Raises:
            ReconcileError: The sheet is broken.
        """
        reader = reader or self.reader(takes_formulas=True)
        try:
            for chunk in self._chunks(self.sheets[sheet]):
                reader.feed(chunk)
                yield from reader.taken()
            reader.end()
            yield from reader.taken()
            if not self._first_rows:
                self._strings.read_on()
        except WorkbookTooLarge as error:
            raise self._too_large(error) from None
        except (expat.ExpatError, ValueError, IndexError, UnicodeDecodeError) as error:
            raise self._broken(error) from None

    def _read_outline(self) -> None:
        targets: dict[str, str] = {}
        kinds: dict[str, str] = {}
        listed: Counter[str] = Counter()

        def count(tag: str, most: int, what: str) -> None:
            listed[tag] += 1
            if listed[tag] > most:
                raise WorkbookTooLarge(f"có hơn {format_count(most)} {what}")

        def relation(tag: str, values: Attributes) -> None:
            if tag == "Relationship":
                count(tag, 4 * MOST_SHEETS_LISTED, "phần")
                target = values.get("Target", "")
                path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
                targets[values.get("Id", "")] = posixpath.normpath(path)
                kinds[values.get("Type", "").rpartition("/")[2]] = posixpath.normpath(path)

        def part(tag: str, values: Attributes) -> None:
            if tag == "workbookPr":
                self.from_1904 = values.get("date1904", "") in ("1", "true")
            elif tag == "sheet":
                count(tag, MOST_SHEETS_LISTED, "trang tính")
                key = next((value for name, value in values.items() if name.endswith(":id")), "")
                if targets.get(key):
                    self.sheets[values.get("name", "")] = targets[key]
                    if values.get("state", "visible") != "visible":
                        self.hidden.add(values.get("name", ""))

        self._walk("xl/_rels/workbook.xml.rels", relation, MOST_OUTLINE_BYTES)
        self._walk("xl/workbook.xml", part, MOST_OUTLINE_BYTES)
        self._strings_part = kinds.get("sharedStrings", "")
        self._styles_part = kinds.get("styles", "")

    def _read_styles(self) -> list[DateParts]:
        """Return the date parts that each cell format shows."""
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
            self._walk(self._styles_part, style, MOST_STYLE_BYTES)
        return shown

    def _walk(self, part: str, on_start: Callable[[str, Attributes], None], most_bytes: int) -> None:
        """Call ``on_start`` for every element of a part."""
        parser = strict_parser()
        parser.StartElementHandler = lambda tag, values: on_start(tag.rpartition(":")[2], values)
        try:
            feeder = PartFeeder(parser)
            for chunk in self._chunks(part, most_bytes):
                feeder.feed(chunk)
            feeder.end()
        except WorkbookTooLarge as error:
            raise self._too_large(error) from None
        except (expat.ExpatError, ValueError) as error:
            raise self._broken(error) from None

    def _chunks(self, part: str, most_bytes: int = MOST_BYTES) -> Iterator[bytes]:
        try:
            info = self._archive.getinfo(part)
            if info.file_size > most_bytes:
                raise ReconcileError(f"{self._name}: quá lớn khi giải nén. Hãy tách tệp rồi chạy lại.")
            with self._archive.open(info) as stream:
                yield from _read_in_chunks(stream)
        # zipfile raises NotImplementedError for unknown compression, RuntimeError for a password
        except (
            KeyError, zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError,
        ) as error:  # fmt: skip
            raise self._broken(error) from None

    def _too_large(self, error: WorkbookTooLarge) -> ReconcileError:
        return ReconcileError(f"{self._name}: {error.message}. Hãy xuất lại tệp, hoặc tách tệp rồi chạy lại.")

    def _broken(self, error: Exception) -> ReconcileError:
        return ReconcileError(
            f"{self._name}: tệp hỏng hoặc không phải .xlsx ({type(error).__name__}). "
            "Hãy mở bằng Excel, lưu lại thành .xlsx rồi chạy lại."
        )


@contextmanager
def open_workbook(path: Path, *, first_rows: bool = False) -> Iterator[SourceWorkbook]:
    """Open a workbook; ``first_rows``: as of ``SourceWorkbook``.

    Raises:
        ReconcileError: The file is no workbook (an ``.xls``, an encrypted file) or is broken; the message gives advice.
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
            raise ReconcileError(f"{name}: {_actual_kind(file)} rồi chạy lại.") from None
        with archive:
            yield SourceWorkbook(archive, name, first_rows=first_rows)


def _actual_kind(file: BinaryIO) -> str:
    """Return the real kind of a file that is no ``.xlsx``, with advice.

    The kind is judged by the first bytes, and by part names in old containers.
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
