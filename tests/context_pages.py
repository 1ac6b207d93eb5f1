"""Fake pages whose lines are kept, importable by worker processes: what a page says is told by its top left pixel."""

from __future__ import annotations

from dataclasses import replace

from pipeline.base.model import Ledger, PageImage, PageResult
from pipeline.declarations.schema import Form, Schemas
from pipeline.digitize import DigitizeOptions
from pipeline.recognition.ocr import Engines
from tests.books.book_context.written_books import NUMBER, REGISTRAR, doubted, ink
from tests.books.book_context.written_books import page as page_of

CLEAR, UNSURE, OTHER, PLAIN = 100, 110, 120, 130
"""Grey levels of pages whose registrar is clear, in doubt, clearly another one; and of one without kept lines."""

REGISTRARS = {
    CLEAR: ink("Trần Văn Tuấn"),
    UNSURE: doubted("Trần Văn Tuân", "â", "ấ", 0.3),
    OTHER: ink("Lê Thị Hạnh"),
    PLAIN: doubted("Trần Văn Tuân", "â", "ấ", 0.3),
}


def written_page(
    page: PageImage,
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions,
) -> PageResult:
    """A page with its registrar and an entry number."""
    grey = int(page.pixels[0, 0, 0])
    result = page_of(page.ref, {REGISTRAR: [REGISTRARS[grey]], NUMBER: []})
    if grey != PLAIN:
        return result
    return replace(result, entries=tuple(replace(entry, regions=()) for entry in result.entries))


FIRST, SECOND, DIFFERENT = 140, 150, 160
"""Grey levels of two entries of a ledger kept twice, and of the second with another child."""

ENTRIES = {
    FIRST: ("1", "Trần Văn Tuấn", "Võ Thị Mai"),
    SECOND: ("2", "Lê Thị Hạnh", "Đỗ Thị Lan"),
    DIFFERENT: ("2", "Lê Thị Hành", "Đỗ Thị Lan"),
}
"""Number, child and mother of these entries."""


def copied_page(
    page: PageImage,
    form: Form,
    ledger: Ledger,
    schemas: Schemas,
    engines: Engines,
    options: DigitizeOptions,
) -> PageResult:
    """A page with an entry; what the second copy says is accepted."""
    number, child, mother = ENTRIES[int(page.pixels[0, 0, 0])]
    result = page_of(
        page.ref, {NUMBER: [ink(number)], "child_name": [ink(child)], "mother_name": [ink(mother)]}
    )
    if not ledger.copy_of:
        return result
    (entry,) = result.entries
    sure = tuple(replace(one, accepted=bool(one.canonical), confidence=0.99) for one in entry.readings)
    return replace(result, entries=(replace(entry, readings=sure),))
