"""The folder of a package: written whole or not at all, with a signed manifest for the receiver's check.

The key is Ed25519, in a private file of the workspace. A signature proves that the manifest, and through its hashes
every file of the package, was written by the holder of the key. Receivers know the holder only if they got the public
key, or its fingerprint, in another way. Where the office has a certificate, ``manifest.p7s`` holds its signature too;
the key signs both files, so that none of them can be taken away or changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pipeline.base.errors import PackageRefused, StorageError
from pipeline.base.files import (
    FileRefused,
    parse_json,
    read_regular_file,
    sha256_of,
    sha256_of_file,
    sync,
)
from pipeline.base.signing_key import SigningKey, fingerprint, is_signed

UNFINISHED = ".dang-ghi-"
"""Prefix of an unfinished folder; a name of the machine and the process number follow."""


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yield a new folder, renamed to ``target`` when the block succeeds and removed when it fails.

    Raises:
        PackageRefused: ``target`` exists already; nothing is overwritten.
        StorageError: The disk refuses the write.
    """
    if target.exists():
        raise PackageRefused(
            f"Đã có {target}. Gói cũ không bị ghi đè: hãy chuyển nó đi, hoặc chọn thư mục khác bằng -o."
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_left_behind(target.parent)
        work = target.with_name(f"{UNFINISHED}{_machine()}-{os.getpid()}-{secrets.token_hex(4)}")
        work.mkdir()
        try:
            yield work
            for path in work.iterdir():
                sync(path)
            sync(work)
            work.rename(target)
            sync(target.parent)
        except BaseException:
            shutil.rmtree(work, ignore_errors=True)
            raise
    except OSError as error:
        raise StorageError(
            f"Không ghi được {target}: {os.strerror(error.errno or 0)}. Hãy kiểm tra ổ đĩa rồi chạy lại."
        ) from None


def _remove_left_behind(folder: Path) -> None:
    """Remove the unfinished folders of killed processes of this machine.

    Folders of other machines stay: whether their processes are alive is not known here.
    """
    ours = f"{UNFINISHED}{_machine()}-"
    for left in folder.glob(f"{ours}*"):
        owner = left.name.removeprefix(ours).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left, ignore_errors=True)


def _machine() -> str:
    """Return a short name of this machine."""
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


FORMAT = "hotich package 1"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"
OFFICE_SIGNATURE = "manifest.p7s"
MOST_MANIFEST_BYTES = 16 << 20
"""Size limit of a manifest; that of a book of a thousand entries takes a hundredth of this."""

UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, ValueError)
"""What ``zipfile`` raises for archives that are damaged, encrypted, or packed in a way that it does not know."""


class DetachedSigner(Protocol):
    """Signs files with the certificate of an office, each in a file of its own."""

    @property
    def fingerprint(self) -> str: ...

    def sign_detached(self, data: bytes) -> bytes: ...


def write_manifest(
    folder: Path, content: Mapping[str, Any], key: SigningKey, office: DetachedSigner | None = None
) -> None:
    """Write the manifest and its signatures into the folder of a package.

    Args:
        office: Signs with the certificate of the office; ``None``: it has none.
    """
    manifest = {
        "format": FORMAT,
        **content,
        **claim_of(office),
        "public_key": key.public,
        "key_fingerprint": fingerprint(key.public),
    }
    data = (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()
    (folder / MANIFEST).write_bytes(data)
    if office is not None:
        signed = office.sign_detached(data)
        (folder / OFFICE_SIGNATURE).write_bytes(signed)
        data += signed
    (folder / SIGNATURE).write_text(key.sign(data) + "\n", "ascii")


def claim_of(office: DetachedSigner | None) -> dict[str, Any]:
    """Return what a signed file says of the office's signature beside it, so that none can be taken away."""
    return {} if office is None else {"office_signature": {"certificate_sha256": office.fingerprint}}


@dataclass(frozen=True, slots=True)
class PackageFlaw:
    """A flaw of a package.

    Attributes:
        what: ``missing``, ``changed``, ``extra``, ``unsigned`` or ``foreign`` (signed with another key than the
            expected key); ``pdf-`` or ``office-`` and the flaw of the office's signature of a PDF, or of the file.
        file: Name of the file; a file in the archive as ``archive.zip/name.pdf``.
    """

    what: str
    file: str


def package_flaws(folder: Path, public: str | None = None) -> tuple[PackageFlaw, ...]:
    """Return the flaws of a package; without flaws it is complete and unchanged since it was signed.

    Args:
        public: The expected public key; by default the key in the manifest.

    Raises:
        StorageError: There is no manifest.
    """
    data, manifest = read_manifest(folder)
    flaws = []
    if public is not None and public != manifest.get("public_key"):
        flaws.append(PackageFlaw("foreign", MANIFEST))
    elif not is_signed_manifest(folder, data, str(manifest.get("public_key"))):
        flaws.append(PackageFlaw("unsigned", MANIFEST))
    return (*flaws, *_file_flaws(folder, manifest["files"]))


def is_signed_manifest(folder: Path, data: bytes, public: str) -> bool:
    """Return whether this key signed the manifest of a package and, where there is one, the office's signature."""
    try:
        signature = read_regular_file(folder / SIGNATURE).decode("ascii").strip()
        if (folder / OFFICE_SIGNATURE).exists():
            data += read_regular_file(folder / OFFICE_SIGNATURE)
    except (OSError, FileRefused, ValueError):
        return False
    return is_signed(data, signature, public)


def read_manifest(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """Return the manifest of a package, as bytes and as JSON data.

    Raises:
        StorageError: There is no manifest.
    """
    try:
        data = read_regular_file(folder / MANIFEST, MOST_MANIFEST_BYTES)
        manifest = parse_json(data)
        if manifest["format"] != FORMAT or not isinstance(manifest["files"], dict):
            raise ValueError(folder)
    except (OSError, FileRefused, ValueError, KeyError, TypeError):
        raise StorageError(
            f"{folder} không phải thư mục của một gói: không có {MANIFEST} dùng được."
        ) from None
    return data, manifest


def _file_flaws(folder: Path, files: Mapping[str, str]) -> Iterator[PackageFlaw]:
    there = {path.name for path in folder.iterdir()} - {MANIFEST, SIGNATURE, OFFICE_SIGNATURE}
    yield from (PackageFlaw("extra", name) for name in sorted(there - {name.split("/")[0] for name in files}))
    for name in sorted(name for name in files if "/" not in name):
        if name not in there:
            yield PackageFlaw("missing", name)
            continue
        if sha256_of_file(folder / name) != files[name]:
            yield PackageFlaw("changed", name)
        if name.endswith(".zip"):
            yield from _archive_flaws(folder / name, files)


def _archive_flaws(path: Path, files: Mapping[str, str]) -> Iterator[PackageFlaw]:
    wanted = {name.split("/", 1)[1] for name in files if name.startswith(f"{path.name}/")}
    try:
        with zipfile.ZipFile(path) as archive:
            held = set(archive.namelist())
            for name in sorted(wanted & held):
                with archive.open(name) as file:
                    if sha256_of(file) != files[f"{path.name}/{name}"]:
                        yield PackageFlaw("changed", f"{path.name}/{name}")
    except UNREADABLE:
        yield PackageFlaw("changed", path.name)
        return
    yield from (PackageFlaw("missing", f"{path.name}/{name}") for name in sorted(wanted - held))
    yield from (PackageFlaw("extra", f"{path.name}/{name}") for name in sorted(held - wanted))
