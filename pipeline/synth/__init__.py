"""Synthetic ledgers: books drawn from the very forms that read them, with the truth of every page.

``write_book(folder, form, schemas, options)`` and ``write_books(folder, forms, schemas, options)`` write them;
``SynthOptions`` says how. Everybody in them is made up.
"""

from pipeline.synth.book import Drawing, draw_book, write_book, write_books
from pipeline.synth.cuttings import Cutting
from pipeline.synth.options import LEVELS, ScannerOptions, SynthOptions

__all__ = [
    "LEVELS",
    "Cutting",
    "Drawing",
    "ScannerOptions",
    "SynthOptions",
    "draw_book",
    "write_book",
    "write_books",
]
