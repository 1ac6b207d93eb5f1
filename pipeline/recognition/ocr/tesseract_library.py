"""Tesseract's own library in this process: its data is loaded once, not for every page.

The program ``tesseract`` loads its data anew each time it is started, which takes as long as reading twenty short
lines. What it says comes out alike here, word for word. Where the library cannot be loaded, or is of another version
than the program, the program is asked (``pipeline.recognition.ocr.tesseract``).
"""

from __future__ import annotations

import atexit
import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from pipeline.base.model import Pixels

FILE = "libtesseract.so.5"
"""The library, as packages of Tesseract 5 install it beside the program."""

QUIET = (b"debug_file", b"/dev/null")
"""Where Tesseract writes what it thinks of a picture."""

INCHES_PER_METRE = 1 / 0.0254

TsvRow = tuple[str, int, int, int, int, float]
"""A word: its text, left, top, width and height in pixels, and the confidence 0..100 in whole points."""


class LibraryTimeout(Exception):
    """A picture took longer than it may."""


@cache
def library_of(version: str) -> TesseractLibrary | None:
    """Return the library where it can be loaded and is of that version, else None."""
    try:
        return TesseractLibrary(version)
    except (OSError, AttributeError):
        return None


class TesseractLibrary:
    """The library, with a reader for each language that was asked for.

    Args:
        version: The version that it has to be of.

    Raises:
        OSError: There is none, or none of that version.
        AttributeError: It lacks a function.
    """

    def __init__(self, version: str) -> None:
        self._library = ctypes.CDLL(FILE)
        for name, returned, taken in _FUNCTIONS:
            function = getattr(self._library, name)
            function.restype, function.argtypes = returned, taken
        if self._library.TessVersion().decode() != version:
            raise OSError(f"{FILE} is not of version {version}")
        self._readers: dict[str, int] = {}
        self._turn = threading.Lock()
        atexit.register(self._end)

    def load(self, language: str) -> None:
        """Load the data of a language now. Raises ``RuntimeError`` when it cannot be loaded."""
        with self._turn, self._reader(language):
            pass

    def has(self, language: str) -> bool:
        """Whether the data of a language can be loaded: the library may look for it elsewhere than the program."""
        if language not in self._readers:
            try:
                self.load(language)
            except RuntimeError:
                return False
        return True

    def rows(self, picture: Pixels, dpi: float, language: str, psm: int, seconds: float) -> list[TsvRow]:
        """Return the words that are read in a grey picture (h, w).

        Args:
            picture: The picture.
            dpi: Its resolution.
            language: The language of the data.
            psm: How the page is segmented, as the option ``--psm``.
            seconds: How long it may take.

        Raises:
            LibraryTimeout: It took longer.
            RuntimeError: Tesseract cannot load the language, or cannot read such a picture.
            ValueError: The picture has no pixels.
        """
        if not picture.size:
            raise ValueError("a picture without pixels")
        library = self._library
        height, width = picture.shape
        with self._turn, self._reader(language) as reader:
            library.TessBaseAPISetPageSegMode(reader, psm)
            library.TessBaseAPISetImage(
                reader, np.ascontiguousarray(picture).tobytes(), width, height, 1, width
            )
            library.TessBaseAPISetSourceResolution(reader, _whole_dpi(dpi))
            with self._monitor(seconds) as monitor:
                failed = library.TessBaseAPIRecognize(reader, monitor)
            if failed:
                raise LibraryTimeout if failed == _STOPPED else RuntimeError(f"Tesseract failed ({failed})")
            return list(_words(self._text(library.TessBaseAPIGetTsvText(reader, 0))))

    @contextmanager
    def _reader(self, language: str) -> Iterator[int]:
        """Yield the reader of a language; what it was shown is forgotten afterwards."""
        library = self._library
        if language not in self._readers:
            reader = library.TessBaseAPICreate()
            if library.TessBaseAPIInit3(reader, None, language.encode()):
                library.TessBaseAPIDelete(reader)
                raise RuntimeError(f"Tesseract cannot load {language}")
            library.TessBaseAPISetVariable(reader, *QUIET)
            self._readers[language] = reader
        reader = self._readers[language]
        try:
            yield reader
        finally:
            library.TessBaseAPIClear(reader)
            library.TessBaseAPIClearAdaptiveClassifier(reader)

    @contextmanager
    def _monitor(self, seconds: float) -> Iterator[int]:
        """Yield what stops a reading after so many seconds."""
        library = self._library
        monitor = library.TessMonitorCreate()
        try:
            library.TessMonitorSetDeadlineMSecs(monitor, max(1, round(1000 * seconds)))
            yield monitor
        finally:
            library.TessMonitorDelete(monitor)

    def _text(self, pointer: int) -> str:
        try:
            return ctypes.string_at(pointer).decode("utf-8")
        finally:
            self._library.TessDeleteText(pointer)

    def _end(self) -> None:
        for reader in self._readers.values():
            self._library.TessBaseAPIEnd(reader)
            self._library.TessBaseAPIDelete(reader)
        self._readers.clear()


_STOPPED = -1
"""What the library returns of a reading that was stopped."""

_POINTER, _TEXT, _INT = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int

_FUNCTIONS: tuple[tuple[str, Any, list[Callable[..., Any]]], ...] = (
    ("TessVersion", _TEXT, []),
    ("TessBaseAPICreate", _POINTER, []),
    ("TessBaseAPIInit3", _INT, [_POINTER, _TEXT, _TEXT]),
    ("TessBaseAPISetVariable", _INT, [_POINTER, _TEXT, _TEXT]),
    ("TessBaseAPISetPageSegMode", None, [_POINTER, _INT]),
    ("TessBaseAPISetImage", None, [_POINTER, _TEXT, _INT, _INT, _INT, _INT]),
    ("TessBaseAPISetSourceResolution", None, [_POINTER, _INT]),
    ("TessBaseAPIRecognize", _INT, [_POINTER, _POINTER]),
    ("TessBaseAPIGetTsvText", _POINTER, [_POINTER, _INT]),
    ("TessBaseAPIClear", None, [_POINTER]),
    ("TessBaseAPIClearAdaptiveClassifier", None, [_POINTER]),
    ("TessBaseAPIEnd", None, [_POINTER]),
    ("TessBaseAPIDelete", None, [_POINTER]),
    ("TessDeleteText", None, [_POINTER]),
    ("TessMonitorCreate", _POINTER, []),
    ("TessMonitorSetDeadlineMSecs", None, [_POINTER, _INT]),
    ("TessMonitorDelete", None, [_POINTER]),
)


def _whole_dpi(dpi: float) -> int:
    """Return a resolution as the program finds it in a picture's file: there it is whole pixels a metre."""
    return int(int(dpi * INCHES_PER_METRE + 0.5) / INCHES_PER_METRE + 0.5)


def _words(tsv: str) -> Iterator[TsvRow]:
    """Yield the words of Tesseract's table; its other rows, of blocks and lines, have no text."""
    for row in tsv.split("\n"):
        cells = row.split("\t")
        if len(cells) == _COLUMNS and cells[-1].strip():
            left, top, width, height = map(int, cells[6:10])
            yield cells[11], left, top, width, height, float(int(float(cells[10])))


_COLUMNS = 12
