"""Scans that come through a browser: sent in pieces, proven whole, looked through, and only then put into a book."""

from pipeline.scans.inbox.uploads.upload import Upload, UploadRefused, UploadState
from pipeline.scans.inbox.uploads.upload_desk import NO_UPLOADS, UploadDesk, UploadOptions, UploadPage

__all__ = [
    "NO_UPLOADS",
    "Upload",
    "UploadDesk",
    "UploadOptions",
    "UploadPage",
    "UploadRefused",
    "UploadState",
]
