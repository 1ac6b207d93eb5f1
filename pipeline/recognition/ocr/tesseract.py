"""Tesseract: its program through pytesseract, or its library in this process.

Workers, those of the desk too, read with the library: what crashes it costs a worker and its page. Commands that read
in their own process ask the program, which takes nobody along. It is started once for the labels of a page and once
for all its crops: a process for each crop would cost ten times the reading, and Tesseract takes a list of pictures.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from pipeline.base.errors import ScanTimeout, SetupError
from pipeline.base.model import Box, Crop, LineReading, Pixels, Word
from pipeline.recognition.ocr import Engines
from pipeline.recognition.ocr.tesseract_library import LibraryTimeout, TesseractLibrary, TsvRow, library_of

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

MAY_HIDE_DOT = re.compile(r"[bcdđghklmnpqrstuvx]y\b", re.IGNORECASE)
"""A bare y behind a consonant or a bare u may be ỵ, which Tesseract's data lacks."""

UNSURE = 0.5
"""The greatest confidence of a word that may have a letter which the engine cannot write."""

PROGRAM = "tesseract"

PAGE_PSM = 11
"""How a page is segmented for its labels: sparse text."""

HOW_TO_INSTALL = "Cài bằng: sudo apt-get install tesseract-ocr tesseract-ocr-vie (hoặc chạy lại: make setup)."


@cache
def tesseract_version() -> str:
    """Return the version of the installed program. Raises ``SetupError`` with what to install when there is none."""
    # not asked through pytesseract, which loads pandas: every run asks before its first page
    found = re.search(r"\d+(\.\d+)+", _tesseract_output("--version"))
    if found is None:
        raise SetupError(f"Chương trình tesseract không nói phiên bản của nó. {HOW_TO_INSTALL}")
    return found.group()


@cache
def languages() -> tuple[str, ...]:
    """Return the installed language data, script data too. Raises ``SetupError`` when there is no program."""
    return tuple(line.strip() for line in _tesseract_output("--list-langs").splitlines()[1:] if line.strip())


def _tesseract_output(question: str) -> str:
    try:
        done = subprocess.run([PROGRAM, question], capture_output=True, text=True, check=False)
    except OSError:
        raise SetupError(f"Không thấy chương trình tesseract. {HOW_TO_INSTALL}") from None
    return done.stdout or done.stderr


def _need(language: str) -> None:
    if language not in languages():
        raise SetupError(f"Tesseract chưa có dữ liệu tiếng “{language}”. {HOW_TO_INSTALL}")


def load_language(language: str) -> None:
    """Load the data of a language now, where the library reads. Raises ``SetupError`` when it is not installed."""
    _need(language)
    library = library_of(tesseract_version())
    if library is not None:
        library.load(language)


@dataclass(frozen=True)
class TesseractPage:
    """The whole-page reader of printed labels (sparse text, ``--psm 11``).

    Attributes:
        language: The language of its data.
        timeout: Seconds that a picture may take.
        in_process: Whether the library reads in this process, where it can be loaded.
    """

    language: str = "vie"
    timeout: float = 60.0
    in_process: bool = False

    @property
    def fingerprint(self) -> str:
        return f"tesseract-{tesseract_version()}-{self.language}-psm{PAGE_PSM}"

    def words(self, grey: Pixels, dpi: float) -> tuple[Word, ...]:
        """Return words with their boxes in pixels of ``grey``. Raises ``ScanTimeout``, ``SetupError``."""
        _need(self.language)
        library = _library_for(self.language) if self.in_process else None
        if library is not None:
            found = _rows_of(library, grey, dpi, self.language, PAGE_PSM, self.timeout)
            return tuple(_word(row) for row in found)
        with tempfile.TemporaryDirectory(prefix="hotich-") as folder:
            # not packed: packing a page as PNG takes as long as a third of the reading
            picture = Path(folder) / "page.pgm"
            Image.fromarray(grey).save(picture)
            rows = _data(str(picture), self.language, f"--psm {PAGE_PSM} --dpi {round(dpi)}", self.timeout)
        return tuple(_word(row[1:]) for row in rows)


@dataclass(frozen=True)
class TesseractLines:
    """The line reader of printed and typed values (``--psm 7``).

    Attributes:
        language: The language of its data.
        psm: How a line is segmented.
        timeout: Seconds that all lines of a call may take.
        in_process: Whether the library reads in this process, where it can be loaded.
    """

    language: str = "vie"
    psm: int = 7
    timeout: float = 60.0
    in_process: bool = False

    @property
    def name(self) -> str:
        return "tesseract"

    @property
    def fingerprint(self) -> str:
        return f"tesseract-{tesseract_version()}-{self.language}-psm{self.psm}"

    def read(self, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        """Return one reading for each crop, with the confidence of its least certain word.

        Raises:
            ScanTimeout: Tesseract took too long.
            SetupError: Tesseract or its language data is missing.
        """
        if not crops:
            return ()
        _need(self.language)
        library = _library_for(self.language) if self.in_process else None
        if library is not None:
            return self._read_with(library, crops)
        with tempfile.TemporaryDirectory(prefix="hotich-") as folder:
            names = []
            for number, crop in enumerate(crops):
                path = Path(folder) / f"{number:04}.png"
                Image.fromarray(crop.pixels).save(path, compress_level=1, dpi=(crop.dpi, crop.dpi))
                names.append(str(path))
            listing = Path(folder) / "crops.txt"
            listing.write_text("\n".join(names) + "\n", encoding="utf-8")
            rows = _data(str(listing), self.language, f"--psm {self.psm}", self.timeout)
        words: list[list[Word]] = [[] for _ in crops]
        for page, *row in rows:
            words[page - 1].append(_word(row))
        return tuple(self._line(line) for line in words)

    def _read_with(self, library: TesseractLibrary, crops: Sequence[Crop]) -> tuple[LineReading, ...]:
        end = time.monotonic() + self.timeout
        read = []
        for crop in crops:
            left = end - time.monotonic()
            if left <= 0:
                raise _too_long(self.timeout)
            rows = _rows_of(library, crop.pixels, crop.dpi, self.language, self.psm, left)
            read.append(self._line([_word(row) for row in rows]))
        return tuple(read)

    def _line(self, words: list[Word]) -> LineReading:
        sure = [
            replace(word, confidence=min(word.confidence, UNSURE)) if MAY_HIDE_DOT.search(word.text) else word
            for word in words
        ]
        text = " ".join(word.text for word in sure)
        return LineReading(text, min((word.confidence for word in sure), default=0.0), self.name, tuple(sure))


def read_in_process(engines: Engines) -> Engines:
    """Return engines whose Tesseract reads in this process, for a process that nobody misses when it crashes."""
    if isinstance(engines.labels, TesseractPage):
        engines = replace(engines, labels=replace(engines.labels, in_process=True))
    if isinstance(engines.print, TesseractLines):
        engines = replace(engines, print=replace(engines.print, in_process=True))
    return engines


def _library_for(language: str) -> TesseractLibrary | None:
    """Return the library where it can be loaded and finds the data of a language, else None."""
    library = library_of(tesseract_version())
    return library if library is not None and library.has(language) else None


def _word(row: Sequence[Any]) -> Word:
    """Return a word from its text, left, top, width, height and confidence 0..100."""
    text, left, top, width, height, confidence = row
    box = Box(left, top, left + width, top + height)
    return Word(unicodedata.normalize("NFC", text), box, max(0.0, confidence) / 100)


def _rows_of(
    library: TesseractLibrary, picture: Pixels, dpi: float, language: str, psm: int, timeout: float
) -> list[TsvRow]:
    """Return what the library reads. Raises ``ScanTimeout``."""
    try:
        return library.rows(picture, dpi, language, psm, timeout)
    except LibraryTimeout:
        raise _too_long(timeout) from None


def _too_long(timeout: float) -> ScanTimeout:
    return ScanTimeout(
        f"Tesseract đọc quá {timeout:.0f} giây; trang được để lại, hãy quét lại nếu trang quá bẩn."
    )


DataRow = tuple[int, str, int, int, int, int, float]


def _data(picture: str, language: str, config: str, timeout: float) -> list[DataRow]:
    import pytesseract

    try:
        table = pytesseract.image_to_data(
            picture, lang=language, config=config, timeout=timeout, output_type=pytesseract.Output.DICT
        )
    except pytesseract.TesseractNotFoundError:
        raise SetupError(f"Không thấy chương trình tesseract. {HOW_TO_INSTALL}") from None
    except RuntimeError as error:
        if "timeout" in str(error).lower():
            raise _too_long(timeout) from None
        raise
    keys = ("page_num", "text", "left", "top", "width", "height", "conf")
    return [row for row in zip(*(table[key] for key in keys), strict=True) if row[1].strip()]
