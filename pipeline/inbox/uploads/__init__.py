"""Scans that come through a browser: sent in pieces, proven whole, looked through, and only then put into a book."""

from pipeline.inbox.uploads.desk import NO_UPLOADS, UploadDesk, UploadOptions, UploadPage
from pipeline.inbox.uploads.upload import Upload, UploadRefused, UploadState

__all__ = [
    "NO_UPLOADS",
    "Upload",
    "UploadDesk",
    "UploadOptions",
    "UploadPage",
    "UploadRefused",
    "UploadState",
]
