"""Where things lie on disk: the store of scans by content, page pictures, reports, and the registry's own file."""

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
"""What ``Workspace.flaw_of`` says of a scan that is in no store; of another that it is not itself, ``altered``."""

COPY_BYTES = 1 << 20
STALE_SECONDS = 24 * 3600.0  # a half-written copy older than this was left by a run that died
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


@dataclass(frozen=True, slots=True)
class StoredScan:
    """A scan in the store: ``sha256`` of its bytes in lower-case hex, and the read-only copy."""

    sha256: str
    path: Path


@dataclass(frozen=True, slots=True)
class Workspace:
    """The working folder of an installation; nothing is made on disk before it is needed."""

    root: Path

    @property
    def objects(self) -> Path:
        """Scans by content: ``objects/ab/<sha256>.<ext>``."""
        return self.root / "objects"

    @property
    def pages(self) -> Path:
        """Pictures of pages, made again when lost."""
        return self.root / "pages"

    def form_template(self, book_id: int, form_fingerprint: str) -> Path:
        """What a book has taught of its print; made again when lost."""
        return self.root / "plates" / f"{book_id}-{form_fingerprint[:12]}.npz"

    def kept_pages(self, book_id: int) -> Path:
        """What the networks saw of the lines of a book, a file a page; made again when a page is read anew."""
        return self.root / "lines" / str(book_id)

    @property
    def learning(self) -> Path:
        """The decided lines that readers learn from, private; made anew from the registry when lost."""
        return self.root / "learning"

    @property
    def models(self) -> Path:
        """The office's own readers, a folder a version, and which of them is in use."""
        return self.root / "models"

    def adapters(self, book_id: int) -> Path:
        """What the reader of handwriting learnt of the hand of a book, a file a version; a backup takes them along."""
        return self.hands / str(book_id)

    @property
    def hands(self) -> Path:
        """The folders of the adapters of all books."""
        return self.root / "hands"

    @property
    def training(self) -> Path:
        """The state of a training that is under way, and its drawn lines; gone when it is over."""
        return self.root / "training"

    @property
    def reports(self) -> Path:
        return self.root / "reports"

    @property
    def calibration(self) -> Path:
        """How sure handwriting is read here, fitted on this office's checked books; there once it was made."""
        return self.root / "calibration" / "calibration.toml"

    @property
    def office(self) -> Path:
        """What this office sets otherwise than the declarations, in a file that people edit; there once it was made."""
        return self.root / "office.toml"

    @property
    def places(self) -> Path:
        """What this office adds to the administrative units, in a file that people edit; there once it was made."""
        return self.root / "places.toml"

    @property
    def import_layouts(self) -> Path:
        """Which columns of workbooks are which, as people confirmed it; a file for each row of headers."""
        return self.root / "import-layouts"

    @property
    def import_files(self) -> Path:
        """Workbooks that browsers sent to be imported, by their SHA-256, until they are brought or removed."""
        return self.root / "import-files"

    @property
    def own_schemas(self) -> Path:
        """What this office has declared itself: kinds of registers, code lists, workbooks, forms; a file each."""
        return self.root / "schemas"

    @property
    def own_forms(self) -> Path:
        """The forms that this office has designed itself, a file a form; there once the first was saved."""
        return self.root / "schemas" / "forms"

    @property
    def form_drafts(self) -> Path:
        """Forms that people are designing, a folder each, with their specimen pages."""
        return self.root / "form-drafts"

    @property
    def package(self) -> Path:
        """How this office wants its packages, in a file that people edit; there once it was made."""
        return self.root / "package.toml"

    @property
    def print(self) -> Path:
        """In whose name this office prints, in a file that people edit; there once it was made."""
        return self.root / "print.toml"

    @property
    def print_templates(self) -> Path:
        """The office's own templates of extracts, as they were accepted."""
        return self.root / "print-templates"

    @property
    def package_key(self) -> Path:
        """The key that signs the manifests of packages; private, there once the first was made."""
        return self.root / "package.key"

    @property
    def plan(self) -> Path:
        """What this office is to have done and by when, in a file that people edit; there once it was made."""
        return self.root / "plan.toml"

    @property
    def packages(self) -> Path:
        """Packages that were asked for in the web application."""
        return self.root / "packages"

    @property
    def jobs(self) -> Path:
        """What was started in the web application and what it came to."""
        return self.root / "jobs"

    def history(self, file: str) -> Path:
        """Earlier versions of a file that people edit in the web application, as ``office.toml``."""
        return self.root / "history" / file

    @property
    def sent_files(self) -> Path:
        """Files of other software that browsers sent; there as long as they are compared."""
        return self.root / "sent"

    @property
    def webhook_key(self) -> Path:
        """The secret that signs what other systems are told; private, there once anything was sent."""
        return self.root / "webhook.key"

    @property
    def sign_in_key(self) -> Path:
        """The secret that the sign-in provider gave to this program; private, written by the administrator."""
        return self.root / "sign_in.key"

    @property
    def audit_key(self) -> Path:
        """The key that signs the audit of the registry; private, there once the registry was made."""
        return self.root / "audit.key"

    @property
    def prefect(self) -> Path:
        """What Prefect's server keeps of its runs; made again when lost."""
        return self.root / "prefect"

    @property
    def prefect_address(self) -> Path:
        """Where this workspace's Prefect server was last started."""
        return self.prefect / "hotich-address"

    @property
    def prefect_key(self) -> Path:
        """The secret without which Prefect's server answers nobody; private, there once a server was started."""
        return self.root / "prefect.key"

    @property
    def seals(self) -> Path:
        """The seals of the audit, one a night; a backup takes them along."""
        return self.root / "niem-phong"

    @property
    def shared(self) -> SharedStore | None:
        """The store of scans that this workspace shares with others, ``None`` where it shares none.

        Raises:
            SchemaError: The file that names it cannot be used.
        """
        return shared_store_of(self.root)

    @property
    def scanners(self) -> Path:
        """Which scanners deliver to which folders, in a file that people edit; there once it was made."""
        return self.root / "intake.toml"

    @property
    def intake(self) -> Path:
        """What the intake keeps: manifests, quarantine, and what it has seen but not taken yet."""
        return self.root / "intake"

    @property
    def registry_url(self) -> str:
        """Where the registry lies when the settings name no other database."""
        return f"sqlite:///{self.root.absolute() / 'hotich.db'}"

    @property
    def altered(self) -> Path:
        """Objects that were not what their name says, moved out of the way of the true scan."""
        return self.root / "altered"

    def store(self, source: Path, sha256: str | None = None, *, prove: bool = True) -> StoredScan:
        """Copy a scan into the store, once per content, whatever its name; the source is left alone.

        The copy is whole, on disk, read back and read-only before it gets its name, so several processes may
        store the same file at once. Where the workspace shares its scans, the copy lies there too when this
        returns.

        Args:
            source: The scan.
            sha256: Its hash, if known; that saves reading it once.
            prove: Hash a copy that is there already, and put the true one in its place if it is another; else it is
                believed when it is as long (for a source that stays where it is: what is read of it is proven then).

        Raises:
            ScanError: The source cannot be read or changed meanwhile; as with the other, nothing half-written
                stays.
            StorageError: The store cannot be written; with advice.
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
        """Move what bears the name of a scan and is another one out of the way of the true one."""
        for copy in sorted(folder.glob(f"{sha256}*")):
            if not _is_itself(copy, sha256):
                make_folder(self.altered)
                with storage_errors(self.altered):
                    copy.replace(self.altered / f"{copy.name}-{time.time_ns()}")
                log.error("Scan %s in the store was altered; the true one takes its place", scan_id(sha256))

    def flaw_of(self, sha256: str) -> str:
        """Return what is wrong with a stored scan: ``""``, ``missing`` or ``altered``.

        Args:
            sha256: 64 lower-case hex digits.

        Raises:
            StorageError: The shared store cannot be asked.
        """
        try:
            path = self.stored(sha256)
        except AlteredScan:
            return AlteredScan.code
        if path is None:
            return MISSING
        return "" if _is_itself(path, sha256) else AlteredScan.code

    def stored(self, sha256: str) -> Path | None:
        """Return the stored copy of a content; one that only the shared store has is copied here first.

        Whether it is still what it was is proven when it is read (``pipeline.scans.intake.page_of``).

        Args:
            sha256: 64 lower-case hex digits; anything else is in no store.

        Returns:
            The copy, ``None`` when it is not in the store.

        Raises:
            AlteredScan: What the shared store has is something else.
            StorageError: The shared store cannot be asked.
        """
        if re.fullmatch("[0-9a-f]{64}", sha256) is None:
            return None
        folder = self.objects / sha256[:2]
        found = next(iter(sorted(folder.glob(f"{sha256}*"))), None)
        if found is None and (shared := self.shared) is not None:
            found = shared.fetch(sha256, folder)
        return found


def digest_of_object(path: Path) -> tuple[str, int]:
    """Return the SHA-256 of a file of the store and its size, without waiting for a pipe or a device.

    Raises:
        ScanError: It cannot be read.
    """
    return sha256_and_size(_blocks_of(path))


def _is_itself(stored: Path, sha256: str) -> bool:
    try:
        return digest_of_object(stored)[0] == sha256
    except ScanError:
        return False


def _copy_into_place(source: Path, target: Path, sha256: str) -> None:
    """Write a copy next to ``target`` and give it the name when it is proven whole."""
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
    """The bytes of a regular file, block by block; never waits for a pipe or a device, never follows a link."""
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
    """The copy of that content under any ending, if it is as long as the source."""
    try:
        size = source.stat().st_size
    except OSError as error:
        raise ScanError(_unreadable(source, error)) from None
    with storage_errors(folder):
        copies = sorted(folder.glob(f"{sha256}*"))
        return next((copy for copy in copies if copy.stat().st_size == size), None)


def _ending(source: Path) -> str:
    """The file's ending when it is a plain one; what the file is, its content says."""
    ending = source.suffix.lower()
    return ending if re.fullmatch(r"\.[a-z0-9]{1,5}", ending) else ""


def _unreadable(source: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"Tệp «{printable(source)}» không còn ở chỗ cũ. Hãy kiểm tra thư mục quét rồi chạy lại."
    if error.errno in _FORBIDDEN:
        return f"Không có quyền đọc tệp «{printable(source)}». Hãy cấp quyền đọc rồi chạy lại."
    return f"Không đọc được tệp «{printable(source)}»: {os.strerror(error.errno or 0)}. Hãy chép lại tệp rồi chạy lại."
