"""Synthetic ledgers: books drawn from the very forms that read them, with the truth of every page.

``write_book(folder, form, schemas, options)`` and ``write_books(folder, forms, schemas, options)`` write them;
``SynthOptions`` says how. Everybody in them is made up.
"""

from pipeline.synth.book import SyntheticPage, draw_book, write_book, write_books
from pipeline.synth.options import (
    SCANNER_LEVELS,
    OfficeOptions,
    ReprintOptions,
    ScannerOptions,
    SynthOptions,
)
from pipeline.synth.pasted_lines import InkCutout
from pipeline.synth.writer_ink import InkPiece, WriterInk

__all__ = [
    "SCANNER_LEVELS",
    "InkCutout",
    "InkPiece",
    "OfficeOptions",
    "ReprintOptions",
    "SyntheticPage",
    "ScannerOptions",
    "SynthOptions",
    "WriterInk",
    "draw_book",
    "write_book",
    "write_books",
]
