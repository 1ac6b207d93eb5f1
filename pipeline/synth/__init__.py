"""Synthetic ledgers: books drawn from the very forms that read them, with the truth of every page.

``write_book(folder, form, schemas, options)`` and ``write_books(folder, forms, schemas, options)`` write them;
``SynthOptions`` says how. Everybody in them is made up.
"""

from pipeline.synth.book import Drawing, draw_book, write_book, write_books
from pipeline.synth.cuttings import Cutting
from pipeline.synth.options import LEVELS, ScannerOptions, SynthOptions
from pipeline.synth.telling import FAULTLESS, ToldBook, tell_book

__all__ = [
    "FAULTLESS",
    "LEVELS",
    "Cutting",
    "Drawing",
    "ScannerOptions",
    "SynthOptions",
    "ToldBook",
    "draw_book",
    "tell_book",
    "write_book",
    "write_books",
]
