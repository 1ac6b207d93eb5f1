"""The files of an installation: the content-addressed store of scans, page images, reports, the default registry."""

from __future__ import annotations

import errno
import logging
import os
import re
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.base.errors import AlteredScan, ScanError
from pipeline.base.files import (
    atomic_path,
    make_folder,
    make_read_only,
    printable,
    remove_temporary_files,
    sha256_and_size,
    storage_errors,
)
from pipeline.base.logs import scan_id
from pipeline.scans.shared_store import SharedStore, shared_store_of

log = logging.getLogger(__name__)

MISSING = "missing"
PACKAGE_KEY = "package.key"
"""Result of ``Workspace.flaw_of`` for a scan missing from all stores; ``altered`` is the result for changed bytes."""

COPY_BYTES = 1 << 20
STALE_SECONDS = 24 * 3600.0  # an older incomplete copy was left by a dead run
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@dataclass(frozen=True, slots=True)
class StoredScan:
    """A scan in the store: ``sha256`` of its bytes in lower-case hex, and the read-only copy."""

    sha256: str
    path: Path


@dataclass(frozen=True, slots=True)
class Workspace:
    """The working folder of an installation; each path is created only when needed."""

    root: Path

    @property
    def objects(self) -> Path:
        """Scans by content hash: ``objects/ab/<sha256>.<ext>``."""
        return self.root / "objects"

    @property
    def pages(self) -> Path:
        """Page images, recreated when lost."""
        return self.root / "pages"

    def form_template(self, book_id: int, form_fingerprint: str) -> Path:
        """The learnt template of a book's print; recreated when lost."""
        return self.root / "plates" / f"{book_id}-{form_fingerprint[:12]}.npz"

    def kept_pages(self, book_id: int) -> Path:
        """The emissions of a book's lines, a file per page; recreated when a page is read again."""
        return self.root / "lines" / str(book_id)

    @property
    def learning(self) -> Path:
        """The decided lines for training readers, private; recreated from the registry when lost."""
        return self.root / "learning"

    @property
    def models(self) -> Path:
        """The office's own readers, a folder per version, and the choice of the active version."""
        return self.root / "models"

    def adapters(self, book_id: int) -> Path:
        """The handwriting adapters of a book, a file per version; backups include them."""
        return self.hands / str(book_id)

    @property
    def hands(self) -> Path:
        """The folders of all books' adapters."""
        return self.root / "hands"

    @property
    def training(self) -> Path:
        """The state of a running training, and its synthetic lines; removed afterwards."""
        return self.root / "training"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def calibration(self) -> Path:
        """The calibration for handwriting, fitted on this office's checked books; optional."""
        return self.root / "calibration" / "calibration.toml"

    @property
    def office(self) -> Path:
        """The office's changes to the declarations, in a file that people edit; optional."""
        return self.root / "office.toml"

    @property
    def places(self) -> Path:
        """The office's additions to the administrative units, in a file that people edit; optional."""
        return self.root / "places.toml"

    @property
    def import_layouts(self) -> Path:
        """The meaning of workbook columns as people confirmed it; a file for each header row."""
        return self.root / "import-layouts"

    @property
    def import_files(self) -> Path:
        """Uploaded workbooks for import, by their SHA-256, until they are imported or removed."""
        return self.root / "import-files"

    @property
    def own_schemas(self) -> Path:
        """The office's own declarations: kinds of registers, code lists, workbooks, forms; a file each."""
        return self.root / "schemas"

    @property
    def own_forms(self) -> Path:
        """The office's own form designs, a file per form; created with the first form."""
        return self.root / "schemas" / "forms"

    @property
    def form_drafts(self) -> Path:
        """Forms in design, a folder each, with their specimen pages."""
        return self.root / "form-drafts"

    @property
    def package(self) -> Path:
        """The office's package settings, in a file that people edit; optional."""
        return self.root / "package.toml"

    @property
    def print(self) -> Path:
        """The office's identity on printed documents, in a file that people edit; optional."""
        return self.root / "print.toml"

    @property
    def print_templates(self) -> Path:
        """The office's own accepted templates of extracts."""
        return self.root / "print-templates"

    @property
    def package_key(self) -> Path:
        """The key that signs the manifests of packages; private, created with the first manifest."""
        return self.root / PACKAGE_KEY

    @property
    def signing_certificate(self) -> Path:
        """The office's certificate with its private key (PKCS#12); optional, private."""
        return self.root / "signing.p12"

    @property
    def signing_password(self) -> Path:
        """The password of the office's certificate, one line; private."""
        return self.root / "signing.key"

    def sent_certificate(self, fingerprint: str) -> tuple[Path, Path]:
        """A certificate sent in the browser (PKCS#12) and its password; private, named by the certificate's SHA-256."""
        folder = self.root / "signing"
        return folder / f"{fingerprint}.p12", folder / f"{fingerprint}.key"

    @property
    def plan(self) -> Path:
        """The office's work plan with deadlines, in a file that people edit; optional."""
        return self.root / "plan.toml"

    @property
    def province(self) -> Path:
        """The offices that send their figures, for a province; optional."""
        return self.root / "province.toml"

    @property
    def packages(self) -> Path:
        """Packages requested in the web application."""
        return self.root / "packages"

    @property
    def jobs(self) -> Path:
        """Jobs started in the web application, with their results."""
        return self.root / "jobs"

    def history(self, file: str) -> Path:
        """Earlier versions of a file that people edit in the web application, such as ``office.toml``."""
        return self.root / "history" / file

    @property
    def sent_files(self) -> Path:
        """Uploaded files of other software, kept during their comparison."""
        return self.root / "sent"

    @property
    def webhook_key(self) -> Path:
        """The secret that signs webhook messages; private, created with the first message."""
        return self.root / "webhook.key"

    @property
    def mail_key(self) -> Path:
        """The password at the mail server; private, written by the administrator."""
        return self.root / "mail.key"

    @property
    def mail_state(self) -> Path:
        """What each person was told by mail last; a lost file only delays the next mail."""
        return self.root / "mail.json"

    @property
    def sign_in_key(self) -> Path:
        """The secret from the sign-in provider; private, written by the administrator."""
        return self.root / "sign_in.key"

    @property
    def first_password(self) -> Path:
        """The one-time password of the first administrator; private, gone once the password is changed."""
        return self.root / "first-password.txt"

    @property
    def audit_key(self) -> Path:
        """The key that signs the registry's audit; private, created with the registry."""
        return self.root / "audit.key"

    @property
    def advisories(self) -> Path:
        """The list of known flaws of packages that the office copies in; optional."""
        return self.root / "advisories"

    @property
    def prefect(self) -> Path:
        """The Prefect server's data about its runs; recreated when lost."""
        return self.root / "prefect"

    @property
    def prefect_address(self) -> Path:
        """The last address of this workspace's Prefect server."""
        return self.prefect / "hotich-address"

    @property
    def prefect_key(self) -> Path:
        """The access secret of the Prefect server; private, created at the first start of a server."""
        return self.root / "prefect.key"

    @property
    def seals(self) -> Path:
        """The nightly seals of the audit; backups include them."""
        return self.root / "niem-phong"

    @property
    def shared(self) -> SharedStore | None:
        """The shared store of scans, ``None`` without one.

        Raises:
            SchemaError: The file that names it is invalid.
        """
        return shared_store_of(self.root)

    @property
    def scanners(self) -> Path:
        """The scanners with their inboxes, in a file that people edit; optional."""
        return self.root / "intake.toml"

    @property
    def intake(self) -> Path:
        """The intake's data: manifests, quarantine, and pending files."""
        return self.root / "intake"

    @property
    def registry_url(self) -> str:
        """The registry's address if the settings name no other database."""
        return f"sqlite:///{self.root.absolute() / 'hotich.db'}"

    @property
    def altered(self) -> Path:
        """Objects whose bytes did not match their name, moved aside for the true scan."""
        return self.root / "altered"

    def store(self, source: Path, sha256: str | None = None, *, prove: bool = True) -> StoredScan:
        """Copy a scan into the store, once per content, whatever its name; the source stays unchanged.

        The copy is complete, on disk, verified and read-only before it gets its name, so several processes may store
        the same file simultaneously. If the workspace shares its scans, the copy is then also in the shared store.

        Args:
            sha256: Its hash, if known; that saves reading the file once.
            prove: Hash an existing copy, and replace it if it differs; otherwise an existing copy of the same size is
                trusted (for a source that stays in place and is verified when read).

        Raises:
            ScanError: The source is unreadable or changed meanwhile; no incomplete file stays, also below.
            StorageError: The store cannot be written; the message has advice.
        """
        sha256 = sha256 or _sha256_of(source)
        folder = self.objects / sha256[:2]
        if prove:
            self._put_aside_altered(folder, sha256)
        stored = _stored_before(folder, sha256, source)
        if stored is None:
            stored = folder / f"{sha256}{_ending(source)}"
            make_folder(folder)
            _copy_into_place(source, stored, sha256)
            log.info("Scan %s stored: %d bytes", scan_id(sha256), stored.stat().st_size)
        if (shared := self.shared) is not None:
            shared.put(stored, sha256, prove=prove)
            log.debug("Scan %s is in the shared store", scan_id(sha256))
        return StoredScan(sha256, stored)

    def _put_aside_altered(self, folder: Path, sha256: str) -> None:
        """Move an object that differs from the scan of its name out of the true scan's way."""
        for copy in sorted(folder.glob(f"{sha256}*")):
            if not _is_itself(copy, sha256):
                make_folder(self.altered)
                with storage_errors(self.altered):
                    copy.replace(self.altered / f"{copy.name}-{time.time_ns()}")
                log.error("Scan %s in the store was altered; the true one takes its place", scan_id(sha256))

    def flaw_of(self, sha256: str) -> str:
        """Return the flaw of a stored scan: ``""``, ``missing`` or ``altered``.

        Args:
            sha256: 64 lower-case hex digits.

        Raises:
            StorageError: The shared store cannot be reached.
        """
        try:
            path = self.stored(sha256)
        except AlteredScan:
            return AlteredScan.code
        if path is None:
            return MISSING
        return "" if _is_itself(path, sha256) else AlteredScan.code

    def stored(self, sha256: str) -> Path | None:
        """Return the stored copy of a content; a scan only in the shared store is copied here first.

        Its integrity is verified when it is read (``pipeline.scans.intake.page_of``).

        Args:
            sha256: 64 lower-case hex digits; any other text is in no store.

        Returns:
            The copy, ``None`` if it is missing.

        Raises:
            AlteredScan: The shared store has other bytes under this name.
            StorageError: The shared store cannot be reached.
        """
        if re.fullmatch("[0-9a-f]{64}", sha256) is None:
            return None
        folder = self.objects / sha256[:2]
        copy = next(iter(sorted(folder.glob(f"{sha256}*"))), None)
        if copy is None and (shared := self.shared) is not None:
            copy = shared.fetch(sha256, folder)
        return copy


def digest_of_object(path: Path) -> tuple[str, int]:
    """Return the SHA-256 and size of a file in the store, without waiting for a pipe or a device.

    Raises:
        ScanError: The file cannot be read.
    """
    return sha256_and_size(_blocks_of(path))


def _is_itself(stored: Path, sha256: str) -> bool:
    try:
        return digest_of_object(stored)[0] == sha256
    except ScanError:
        return False


def _copy_into_place(source: Path, target: Path, sha256: str) -> None:
    """Write a copy next to ``target`` and rename it after verification."""
    remove_temporary_files(target.parent, older_than=STALE_SECONDS)
    with storage_errors(target.parent), atomic_path(target) as temporary:
        _copy(source, temporary)
        if _sha256_of(temporary) != sha256:
            raise ScanError(
                f"Tệp «{printable(source)}» thay đổi trong lúc chép. Hãy đợi máy quét ghi xong rồi chạy lại."
            )
        make_read_only(temporary)


def _copy(source: Path, target: Path) -> None:
    """Copy the bytes; raises ``OSError`` of writing, ``ScanError`` of reading."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        for block in _blocks_of(source):
            rest = memoryview(block)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
    finally:
        os.close(descriptor)


def _sha256_of(path: Path) -> str:
    return sha256_and_size(_blocks_of(path))[0]


def _blocks_of(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a regular file by block; never waits for a pipe or a device, never follows a link."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise ScanError(_unreadable(path, error)) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ScanError(f"«{printable(path)}» không phải là một tệp thường nên không lưu được.")
        while block := _read(descriptor, path):
            yield block
    finally:
        os.close(descriptor)


def _read(descriptor: int, path: Path) -> bytes:
    try:
        return os.read(descriptor, COPY_BYTES)
    except OSError as error:
        raise ScanError(_unreadable(path, error)) from None


def _stored_before(folder: Path, sha256: str, source: Path) -> Path | None:
    """Return the copy of a content under any ending, if its size equals the source's."""
    try:
        size = source.stat().st_size
    except OSError as error:
        raise ScanError(_unreadable(source, error)) from None
    with storage_errors(folder):
        copies = sorted(folder.glob(f"{sha256}*"))
        return next((copy for copy in copies if copy.stat().st_size == size), None)


def _ending(source: Path) -> str:
    """Return the file's ending if it is a plain ending; the content determines the type."""
    ending = source.suffix.lower()
    return ending if re.fullmatch(r"\.[a-z0-9]{1,5}", ending) else ""


def _unreadable(source: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"Tệp «{printable(source)}» không còn ở chỗ cũ. Hãy kiểm tra thư mục quét rồi chạy lại."
    if error.errno in _FORBIDDEN:
        return f"Không có quyền đọc tệp «{printable(source)}». Hãy cấp quyền đọc rồi chạy lại."
    return f"Không đọc được tệp «{printable(source)}»: {os.strerror(error.errno or 0)}. Hãy chép lại tệp rồi chạy lại."
