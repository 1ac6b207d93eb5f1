"""Made-up readings of pages of acts: print where a test says, and a picture with ink below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.base.model import Box, Ledger, PageImage, PageRef, PageResult, Pixels, Word
from pipeline.declarations.schema import Form
from pipeline.digitize import digitize_page
from pipeline.recognition.ocr import PrintReader
from tests.digitize.pages import SCHEMAS, silent_engines

WIDE, HIGH, DPI = 827, 1169, 100.0
LETTER, LEADING, LEFT = 11.0, 30.0, 250.0


@dataclass(frozen=True)
class SaysWords:
    """A reader of print that says words; places are in pixels of the drawn page, which is level."""

    said: tuple[Word, ...]
    fingerprint: str = "says-words"

    def words(self, grey: Pixels, dpi: float) -> tuple[Word, ...]:
        return self.said


class CannotRead:
    """A reader of print that is never to be asked."""

    fingerprint = "cannot-read"

    def words(self, grey: Pixels, dpi: float) -> tuple[Word, ...]:
        raise AssertionError("print is read though nothing is looked for in it")


def printed(lines: Sequence[tuple[float, str]], left: float = LEFT) -> tuple[Word, ...]:
    """Words of lines at those heights (y); ``~`` before a word: written, and read without confidence."""
    found = []
    for y, line in lines:
        x = left
        for part in line.split():
            text, confidence = (part[1:], 0.3) if part.startswith("~") else (part, 0.95)
            found.append(Word(text, Box(x, y, x + 7 * len(text), y + LETTER), confidence))
            x += 7 * (len(text) + 1)
    return tuple(found)


def act_form(areas: Sequence[dict[str, Any]], name: str = "birth-act") -> Form:
    """A form of acts whose frame is the paper."""
    return Form.model_validate(
        {
            "id": name, "record": "birth", "title": "Khai sinh ghi thành văn", "layout": "act", "evidence": "seen",
            "years": (1930, 1975), "paper_mm": (210.0, 297.0), "frame": (0.0, 0.0, 1.0, 1.0), "area": areas,
        }
    )  # fmt: skip


def read_page(form: Form, words: Sequence[Word], labels: PrintReader | None = None) -> PageResult:
    """Read a page with ink under all words, which its reader of print says unless it is another one."""
    picture = np.full((HIGH, WIDE, 3), 255, np.uint8)
    for word in words:
        top, bottom, left, right = (
            round(n) for n in (word.box.top, word.box.bottom, word.box.left, word.box.right)
        )
        picture[top:bottom, left:right:4] = 0
    known = replace(SCHEMAS, forms={**SCHEMAS.forms, form.id: form})
    engines = replace(silent_engines(), labels=labels or SaysWords(tuple(words)))
    ledger = Ledger(form.id, "Xã Thử", "93611", "01/1960")
    return digitize_page(PageImage(PageRef("0" * 64, 1), picture, DPI), form, ledger, known, engines)
