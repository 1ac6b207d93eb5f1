"""Books in, reports out: every page of a folder of scans is read and saved; one bad page costs nothing but itself.

What is named here is loaded when it is first asked for: the processes that read pages need neither the registry nor
what makes packages, and every run waits for them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.batch.book import (
        OnProgress,
        Progress,
        book_folders,
        book_report,
        digitize_book,
        digitize_books,
        folders_by_need,
    )
    from pipeline.batch.book_checks import CheckReport, check_books, check_registry, suggest_links
    from pipeline.batch.book_run import BookReport, ScanFailure
    from pipeline.batch.circuit_breaker import CircuitBreaker
    from pipeline.batch.package import OnCopied, PackageProgress, PackageReport, export_book
    from pipeline.batch.workers import PageFault, WorkersLost

_MODULES = {
    "book": (
        "OnProgress",
        "Progress",
        "book_folders",
        "book_report",
        "digitize_book",
        "digitize_books",
        "folders_by_need",
    ),
    "book_checks": ("CheckReport", "check_books", "check_registry", "suggest_links"),
    "circuit_breaker": ("CircuitBreaker",),
    "package": ("OnCopied", "PackageProgress", "PackageReport", "export_book"),
    "book_run": ("BookReport", "ScanFailure"),
    "workers": ("PageFault", "WorkersLost"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "BookReport",
    "CircuitBreaker",
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
    "folders_by_need",
    "suggest_links",
]


def __getattr__(name: str) -> object:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
