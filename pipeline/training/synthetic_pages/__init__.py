"""Synthetic ledgers: books drawn from the forms that read them, with the truth of every page.

``write_book(folder, form, schemas, options)`` writes one; ``SynthOptions`` holds the options. All people
in them are invented.
"""

from pipeline.training.synthetic_pages.book import SyntheticPage, draw_book, write_book
from pipeline.training.synthetic_pages.pasted_lines import InkCutout
from pipeline.training.synthetic_pages.synthesis_options import (
    SCANNER_LEVELS,
    OfficeOptions,
    ReprintOptions,
    ScannerOptions,
    SynthOptions,
)
from pipeline.training.synthetic_pages.writer_ink import InkPiece, WriterInk

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
]
