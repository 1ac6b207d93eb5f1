"""Books in, reports out: every page of a folder of scans is read and saved; one bad page costs nothing but itself."""

from pipeline.batch.book import (
    OnProgress,
    Progress,
    book_folders,
    book_report,
    digitize_book,
    digitize_books,
)
from pipeline.batch.book_checks import CheckReport, check_books, check_registry, suggest_links
from pipeline.batch.breaker import Breaker
from pipeline.batch.package import OnCopied, PackageProgress, PackageReport, export_book
from pipeline.batch.report import BookReport, ScanFailure
from pipeline.batch.workers import PageFault, WorkersLost

__all__ = [
    "BookReport",
    "Breaker",
    "CheckReport",
    "PageFault",
    "OnCopied",
    "OnProgress",
    "PackageProgress",
    "PackageReport",
    "Progress",
    "ScanFailure",
    "WorkersLost",
    "book_folders",
    "book_report",
    "check_books",
    "check_registry",
    "digitize_book",
    "digitize_books",
    "export_book",
    "suggest_links",
]
