"""Scans as they come in: which files of a folder they are, how many pages they have, a page as pixels."""

from pipeline.scans.intake.folder import (
    FolderContents,
    ForeignFile,
    ScanFile,
    folder_contents,
    list_scans,
    scan_file,
)
from pipeline.scans.intake.inspection import InspectedPage, Inspector
from pipeline.scans.intake.isolated import page_count_isolated, page_of_isolated
from pipeline.scans.intake.limits import DEFAULT_LIMITS, ScanLimits, limit_this_process
from pipeline.scans.intake.pages import page_count, page_of

__all__ = [
    "DEFAULT_LIMITS",
    "FolderContents",
    "ForeignFile",
    "Inspector",
    "ScanFile",
    "ScanLimits",
    "InspectedPage",
    "folder_contents",
    "limit_this_process",
    "page_count",
    "page_count_isolated",
    "page_of",
    "page_of_isolated",
    "scan_file",
    "list_scans",
]
