"""Pages of a form on which a test says what is written, and where; only their layout is looked at, nothing is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from pipeline.base.model import FieldReading, PageResult
from pipeline.declarations.schema import Form, Slot
from pipeline.training.synthetic_pages import SCANNER_LEVELS
from pipeline.training.synthetic_pages.blank_writing import SheetWriter, write_words
from pipeline.training.synthetic_pages.form_printing import print_form
from pipeline.training.synthetic_pages.pen_fonts import draw_hand_style
from pipeline.training.synthetic_pages.scanning import scan_sheet
from pipeline.training.synthetic_pages.sheet import PaperSheet
from tests.digitize.pages import DPI, digitized_pixels, silent_engines

Writing = Callable[[SheetWriter], object]


def slot_of(form: Form, field: str) -> Slot:
    return next(slot for slot in form.slots if field in slot.field_names)


def on_line(
    field: str, text: str, *, line: int = 0, start: float = 0.3, ends_at: float | None = None
) -> Writing:
    """Writing on a line of a field, from a place in it (share of its width) or with its end at that u."""

    def write(writer: SheetWriter) -> None:
        sheet, piece = writer.sheet, slot_of(writer.sheet.form, field).pieces[line]
        x = sheet.x(piece.u0) + start * (sheet.x(piece.u1) - sheet.x(piece.u0))
        before = len(sheet.inks)
        pixels = sheet.pixels.copy()
        write_words(writer, slot_of(sheet.form, field), text, x, sheet.y(piece.v))
        if ends_at is not None:
            x += sheet.x(ends_at) - sheet.inks[-1].box.right
            del sheet.inks[before:]
            sheet.pixels[:] = pixels
            write_words(writer, slot_of(sheet.form, field), text, x, sheet.y(piece.v))

    return write


def drawn_sheet(
    form: Form,
    writings: Sequence[Writing],
    seed: int = 1,
    pens: Sequence[str] = (),
    ink: tuple[int, int, int] | None = None,
) -> PaperSheet:
    """A printed sheet of that form with the writings on it, all in one hand, and in ink of that colour."""
    rng = np.random.default_rng(seed)
    sheet = PaperSheet.blank(form, DPI)
    print_form(sheet)
    hand = draw_hand_style(rng, tuple(pens))
    writer = SheetWriter(sheet, replace(hand, ink=ink) if ink else hand, rng)
    for write in writings:
        write(writer)
    return sheet


def looked_at(sheet: PaperSheet, form: str, seed: int = 1) -> PageResult:
    """What is seen of a sheet, scanned straight, that is taken for a page of ``form``."""
    options = replace(SCANNER_LEVELS["mild"], skew=0.0, dark_edges=0.0)
    pixels = scan_sheet(sheet.pixels, None, DPI, options, np.random.default_rng(seed)).pixels
    return digitized_pixels(pixels, form, using=silent_engines())


def fields_of(result: PageResult) -> dict[str, FieldReading]:
    (entry,) = result.entries
    return {reading.field: reading for reading in entry.readings}


def found(result: PageResult, code: str) -> set[str]:
    """The fields about which there is a finding of that code."""
    (entry,) = result.entries
    return {name for one in entry.findings if one.code == code for name in one.fields}
