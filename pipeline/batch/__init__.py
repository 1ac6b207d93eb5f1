"""Books in, reports out: every page of a folder of scans read in parallel and saved, with nothing lost to one bad page."""

from pipeline.batch.book import LEDGER_FILE, OnProgress, Progress, book_folders, book_report, digitize_book, digitize_books
from pipeline.batch.report import BookReport, ScanFailure
from pipeline.batch.workers import PageFault, WorkersLost

__all__ = [
    "LEDGER_FILE",
    "BookReport",
    "PageFault",
    "OnProgress",
    "Progress",
    "ScanFailure",
    "WorkersLost",
    "book_folders",
    "book_report",
    "digitize_book",
    "digitize_books",
]
