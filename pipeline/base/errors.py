"""What can go wrong with the machine, the files or the declarations.

A flaw in the data of a ledger is a finding (``pipeline.base.model.Finding``), never an exception.
Every exception here carries a stable ``code`` (for reports and tests), a Vietnamese ``message`` that
says what to do, and an ``exit_code`` for the command line (documented in ``docs/reference/exit-codes.md``).
No message holds a person's name: only paths, hashes, page numbers and field names.
"""

from __future__ import annotations


class HotichError(Exception):
    """Base of all errors of this package."""

    code = "error"
    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[type[HotichError], tuple[str]]:
        return (type(self), (self.message,))


class SetupError(HotichError):
    """A program, a package or a model that is needed is not there."""

    code = "setup"
    exit_code = 3


class SchemaError(HotichError):
    """A declaration under ``schemas/`` is wrong; the message names file, key and nearest known name."""

    code = "schema"
    exit_code = 4


class NotDeclared(SchemaError):
    """What was asked for depends on a declaration that is not there, or whose own file of the office has a flaw.

    Its message names no folder of the machine: it is for everybody whom it stops.
    """


class LedgerError(HotichError):
    """``ledger.toml`` of a book is missing or wrong."""

    code = "ledger"
    exit_code = 5


class BookInQuestion(LedgerError):
    """``ledger.toml`` says another thing of a book than the registry, or of scans that are another book's there.

    Nobody but a person can say which of the two is right, or that it is another book.
    """

    code = "book-question"


class RegistryError(HotichError):
    """The registry database cannot be opened, is too old, or refused a write."""

    code = "registry"
    exit_code = 6


class RegistryUnavailable(RegistryError):
    """The database is busy, cannot be reached, is broken, or its audit cannot be continued: no fault of who asks."""


class RegistryForbidden(RegistryUnavailable):
    """The account that the program uses may not do this in the database."""


class StorageError(HotichError):
    """A file cannot be written: disk full, no permission, folder gone."""

    code = "storage"
    exit_code = 7


class ScanError(HotichError):
    """A scan, or one page of it, cannot be used. The rest of the book goes on."""

    code = "scan"
    exit_code = 8


class CalibrationError(HotichError):
    """Too little was checked by people to calibrate on."""

    code = "calibration"
    exit_code = 9


class AuditFlawed(HotichError):
    """The audit shows that something was changed behind the program's back."""

    code = "audit"
    exit_code = 10


class PackageRefused(HotichError):
    """A book cannot be delivered as it is: entries are not settled, or the check before the upload found faults."""

    code = "package"
    exit_code = 11


class PrintRefused(HotichError):
    """A paper is not printed: its entry is not settled, its template is wrong, or it was changed."""

    code = "print"
    exit_code = 18


class ReadingStopped(HotichError):
    """So many pages could not be read that the fault is not theirs; reading on would only cost the night.

    ``final``: it happened again right after, so the run ends and not only this book.
    """

    code = "stopped"
    exit_code = 12

    def __init__(self, message: str, final: bool = False) -> None:
        super().__init__(message)
        self.final = final

    def __reduce__(self) -> tuple[type[HotichError], tuple[str, bool]]:  # type: ignore[override]
        return (type(self), (self.message, self.final))


class BookBusy(HotichError):
    """Another run is reading this book; or it has taken the book over from this one."""

    code = "busy"
    exit_code = 13


class ReconcileError(HotichError):
    """A spreadsheet cannot be held against the registry: it is no workbook, or its columns are not known."""

    code = "reconcile"
    exit_code = 14


class BackupRefused(HotichError):
    """A backup is not whole, is under another key, or would overwrite something."""

    code = "backup"
    exit_code = 15


class AuditUnproven(HotichError):
    """Nothing was found in the audit, but no key at hand proves that the program wrote it."""

    code = "unproven"
    exit_code = 16


class SecurityError(HotichError):
    """What must be closed is open: a secret that others can read, or a server that answers without it."""

    code = "security"
    exit_code = 17


class UnknownFileType(ScanError):
    """The bytes are neither PDF nor an image format that is read."""

    code = "unknown-type"


class EmptyScan(ScanError):
    """The file has no bytes or no pages."""

    code = "empty"


class BrokenScan(ScanError):
    """The file is damaged or cut off and cannot be decoded."""

    code = "broken"


class AlteredScan(ScanError):
    """The bytes of a scan are not those that its SHA-256 names: altered, exchanged or damaged in the store."""

    code = "altered"


class EncryptedScan(ScanError):
    """The PDF asks for a password."""

    code = "encrypted"


class OversizedScan(ScanError):
    """More bytes, pages or pixels than the limits allow (a decompression bomb, a poster)."""

    code = "oversized"


class ScanTimeout(ScanError):
    """Decoding or reading one page took longer than its time limit."""

    code = "timeout"


class ScanOutOfMemory(ScanError):
    """Decoding or reading one page wanted more memory than its limit."""

    code = "memory"


class ScanCrash(ScanError):
    """The process that worked on the page died (a fault in a decoder)."""

    code = "crash"
