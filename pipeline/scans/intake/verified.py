"""The bytes of a scan, proven to be the ones it is named by before anything is decoded from them.

A store can be written to by others: an object that was altered, or put in the place of another, would show, export and
sign a page that nobody ever scanned. So the bytes are read once, into memory that nobody else can write to, hashed, and
decoded from there; what lies on disk is not asked again, so nothing can be exchanged in between.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.base.errors import AlteredScan, BrokenScan, OversizedScan
from pipeline.base.files import BLOCK_BYTES
from pipeline.scans.intake.filetype import open_scan, own_link, shown
from pipeline.scans.intake.folder import ScanFile
from pipeline.scans.intake.limits import ScanLimits

_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL


@dataclass(frozen=True, slots=True)
class _Held:
    """The bytes of the scan that this process read last."""

    sha256: str
    descriptor: int


_lock = threading.Lock()
_last: _Held | None = None


@contextmanager
def verified_copy(scan: ScanFile, limits: ScanLimits) -> Iterator[Path]:
    """Yield a path, of the same name, to the bytes of a scan that are proven to have its SHA-256.

    The bytes of the last scan are kept, for its next page.

    Args:
        scan: The scan.
        limits: Bounds on the scan.

    Raises:
        AlteredScan: The bytes at its path have another SHA-256.
        ScanError: They cannot be read, or are too many.
    """
    descriptor = _descriptor_of(scan, limits)
    try:
        with tempfile.TemporaryDirectory(prefix="hotich-") as folder:
            path = Path(folder) / scan.path.name
            path.symlink_to(f"/proc/self/fd/{descriptor}")
            with own_link(path):
                yield path
    finally:
        os.close(descriptor)


def _descriptor_of(scan: ScanFile, limits: ScanLimits) -> int:
    """Return a descriptor of the scan's bytes, for the caller to close."""
    global _last  # noqa: PLW0603 (one scan a process is held)
    with _lock:
        if _last is None or _last.sha256 != scan.sha256:
            descriptor = _read(scan, limits)
            if _last is not None:
                os.close(_last.descriptor)
            _last = _Held(scan.sha256, descriptor)
        return os.dup(_last.descriptor)


def _read(scan: ScanFile, limits: ScanLimits) -> int:
    descriptor = os.memfd_create("scan", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        digest, size = hashlib.sha256(), 0
        with open_scan(scan.path) as source, os.fdopen(os.dup(descriptor), "wb", buffering=0) as copy:
            while block := _block(source.fileno(), scan.path):
                size += len(block)
                if size > limits.max_bytes:
                    raise OversizedScan(
                        f"Tệp «{shown(scan.path)}» vượt giới hạn {limits.max_bytes / 1e6:.0f} MB."
                    )
                digest.update(block)
                rest = memoryview(block)
                while rest:
                    rest = rest[copy.write(rest) :]
        if digest.hexdigest() != scan.sha256:
            raise AlteredScan(
                f"Bản quét «{shown(scan.path)}» không còn đúng từng byte như khi nhận (SHA-256 khác): tệp đã bị sửa, "
                "bị thay hoặc hỏng. Trang này không được dùng; hãy lấy lại tệp ấy từ bản sao lưu "
                "(docs/how-to/check-the-store.md)."
            )
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _block(descriptor: int, path: Path) -> bytes:
    try:
        return os.read(descriptor, BLOCK_BYTES)
    except OSError:
        raise BrokenScan(
            f"Không đọc được tệp «{shown(path)}». Hãy kiểm tra ổ đĩa rồi chép lại tệp."
        ) from None
