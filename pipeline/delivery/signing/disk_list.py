"""The signed list of a disk: every file with its SHA-256, the counts, and a check that needs no registry.

``danh-sach.sha256`` is in the form of ``sha256sum -c``, so that a machine without this program can check it too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.base.errors import StorageError
from pipeline.base.files import (
    FileRefused,
    parse_json,
    read_regular_file,
    sha256_of_file,
    write_atomically,
)
from pipeline.base.signing_key import SigningKey, fingerprint, is_signed
from pipeline.delivery.export.package_folder import (
    MANIFEST,
    DetachedSigner,
    PackageFlaw,
    claim_of,
    read_manifest,
)
from pipeline.delivery.signing.package_signatures import office_flaws

LIST, HEAD, HEAD_SIGNATURE = "danh-sach.sha256", "danh-sach.json", "danh-sach.sig"
HEAD_OFFICE = "danh-sach.p7s"
OWN = frozenset({LIST, HEAD, HEAD_SIGNATURE, HEAD_OFFICE})
FORMAT = "hotich disk 1"
MOST_LIST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class DiskCounts:
    """Number of packages, entries, PDFs, files and bytes on a disk."""

    packages: int
    entries: int
    pdfs: int
    files: int
    size: int


def write_disk_list(
    root: Path, key: SigningKey, now: datetime | None = None, office: DetachedSigner | None = None
) -> DiskCounts:
    """Write the signed list of every file under ``root``; an earlier list is replaced.

    Args:
        office: Signs with the certificate of the office; ``None``: it has none.

    Raises:
        SetupError: The server of time stamps does not answer.
        StorageError: The disk has no package or refuses the write; or a file name or a manifest is not usable.
    """
    files = sorted(_files(root))
    if any(set(name) & {"\n", "\r", "\\"} or not _is_text(name) for name in files):
        raise StorageError(
            "Có tệp tên chứa dấu xuống dòng, dấu “\\” hay chữ không phải UTF-8. Hãy đổi tên tệp ấy rồi chạy lại."
        )
    packages = [_package(root, name) for name in files if name.rsplit("/", 1)[-1] == MANIFEST]
    if not packages:
        raise StorageError(f"{root} không có gói dữ liệu nào. Hãy chép các gói vào đĩa trước.")
    counts = DiskCounts(
        packages=len(packages),
        entries=sum(one["entries"] for one in packages),
        pdfs=sum(one["pdfs"] for one in packages),
        files=len(files),
        size=sum((root / name).stat().st_size for name in files),
    )
    lines = "".join(f"{sha256_of_file(root / name)}  {name}\n" for name in files)
    try:
        write_atomically(root / LIST, lines.encode())
        head = {
            "format": FORMAT,
            "made_at": (now or datetime.now(UTC)).replace(microsecond=0).isoformat(),
            "counts": {name: getattr(counts, name) for name in DiskCounts.__slots__},
            "packages": packages,
            "list_sha256": sha256_of_file(root / LIST),
            **claim_of(office),
            "public_key": key.public,
            "key_fingerprint": fingerprint(key.public),
        }
        data = (json.dumps(head, ensure_ascii=False, indent=1) + "\n").encode()
        write_atomically(root / HEAD, data)
        (root / HEAD_OFFICE).unlink(missing_ok=True)
        if office is not None:
            signed = office.sign_detached(data)
            write_atomically(root / HEAD_OFFICE, signed)
            data += signed
        write_atomically(root / HEAD_SIGNATURE, (key.sign(data) + "\n").encode())
    except OSError as error:
        raise StorageError(f"Không ghi được danh sách vào {root} ({error.strerror}).") from None
    return counts


def _files(root: Path) -> Iterator[str]:
    """Yield the files under a folder as POSIX paths, without the list itself.

    Raises:
        StorageError: A link or a device is among them: it would be another file on another machine.
    """
    for path in root.rglob("*"):
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise StorageError(f"“{name}” là liên kết hoặc thiết bị. Hãy chép chính tệp ấy vào đĩa.")
        if path.is_file() and name not in OWN:
            yield name


def _is_text(name: str) -> bool:
    """Return whether a file name is text; other bytes stand in it as surrogates."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def _package(root: Path, name: str) -> dict[str, Any]:
    folder = (root / name).parent
    counts = read_manifest(folder)[1].get("counts", {})
    numbers = {one: counts.get(one, 0) for one in ("entries", "pdfs")} if isinstance(counts, dict) else {}
    if not numbers or not all(type(number) is int and number >= 0 for number in numbers.values()):
        raise StorageError(f"“{name}” có số đếm không dùng được. Hãy xuất lại gói ấy rồi chép vào đĩa.")
    return {"folder": folder.relative_to(root).as_posix(), **numbers}


def disk_flaws(
    root: Path, public: str | None = None, trusted: tuple[bytes, ...] = ()
) -> tuple[PackageFlaw, ...]:
    """Return every file of a disk that is missing, changed, new or wrongly signed.

    Args:
        public: The expected public key; by default the key in the list.
        trusted: Certificates (DER) of the issuers that the reader trusts.

    Raises:
        StorageError: There is no list.
    """
    try:
        data = read_regular_file(root / HEAD, MOST_LIST_BYTES)
        listed = read_regular_file(root / LIST, MOST_LIST_BYTES)
    except (OSError, FileRefused):
        raise StorageError(f"{root} không có danh sách dùng được ({HEAD}, {LIST}).") from None
    try:
        head = parse_json(data)
        key, wanted = str(head["public_key"]), str(head["list_sha256"])
    except (FileRefused, ValueError, KeyError, TypeError):
        return (PackageFlaw("unsigned", HEAD),)
    flaws = []
    if public is not None and public != key:
        flaws.append(PackageFlaw("foreign", HEAD))
    if not _is_signed(root, data, key):
        flaws.append(PackageFlaw("unsigned", HEAD))
    flaws += office_flaws(root / HEAD, root / HEAD_OFFICE, head, trusted)
    if sha256_of_file(root / LIST) != wanted:
        flaws.append(PackageFlaw("changed", LIST))
    return (*flaws, *_listed_flaws(root, listed))


def _is_signed(root: Path, data: bytes, public: str) -> bool:
    """Return whether the signature file is exactly one that the program writes."""
    try:
        signature = read_regular_file(root / HEAD_SIGNATURE).decode("ascii")
        if (root / HEAD_OFFICE).exists():
            data += read_regular_file(root / HEAD_OFFICE)
    except (OSError, FileRefused, ValueError):
        return False
    text = signature.removesuffix("\n")
    return signature == f"{text}\n" and is_signed(data, text, public)


def _listed_flaws(root: Path, listed: bytes) -> Iterator[PackageFlaw]:
    lines = (line.partition("  ") for line in listed.decode("utf-8", "replace").split("\n") if line)
    wanted = {name: sha256 for sha256, _, name in lines}
    there = set(_files(root))
    for name in sorted(wanted):
        if name not in there:
            yield PackageFlaw("missing", name)
        elif sha256_of_file(root / name) != wanted[name]:
            yield PackageFlaw("changed", name)
    yield from (PackageFlaw("extra", name) for name in sorted(there - wanted.keys()))
