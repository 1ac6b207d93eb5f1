"""Books in, reports out: every page of a folder of scans is read and saved; one bad page costs nothing but itself."""

from pipeline.batch.book import (
    OnProgress,
    Progress,
    book_folders,
    book_report,
    digitize_book,
    digitize_books,
)
from pipeline.batch.report import BookReport, ScanFailure
from pipeline.batch.workers import PageFault, WorkersLost

__all__ = [
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
