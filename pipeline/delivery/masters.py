"""The package of the masters of a book: its scans byte for byte, and a signed manifest of their hashes."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pipeline
from pipeline.base.errors import PackageRefused
from pipeline.base.files import sha256_of_file
from pipeline.base.signing_key import signing_key
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.export.package_folder import (
    MANIFEST,
    whole_folder,
    write_manifest,
)
from pipeline.delivery.printing.volume_table import MASTERS
from pipeline.delivery.signing.office_certificate import office_signer
from pipeline.registry import Registry, RegistryPart
from pipeline.scans.workspace import Workspace

COPY_BYTES = 1 << 20


def export_masters(
    registry: Registry, workspace: Workspace, book_id: int, target: Path, *, author: str
) -> Path:
    """Write the masters of a book into a new folder under ``target`` and return it; or write nothing.

    Raises:
        SetupError: The certificate of the office cannot sign.
        PackageRefused: The folder exists, the book has no scan, or a scan is missing or altered in the store.
        StorageError: The disk refuses the write.
        Withdrawn: The book is withdrawn.
    """
    registry.refuse_withdrawn(RegistryPart(book_id))
    book = registry.book(book_id)
    if not book.scans:
        raise PackageRefused("Sổ này chưa có bản quét nào để xuất.")
    name = f"ban-quet-goc-{book.folder_name}"
    office = office_signer(workspace, read_options(workspace.package, workspace.office).signing)
    files, scans = {}, []
    with whole_folder(target / name) as work:
        path = work / f"{name}.zip"
        with zipfile.ZipFile(path, "x", zipfile.ZIP_STORED) as archive:
            for member, sha256 in _members(book.scans):
                size = _copy(workspace, sha256, member, archive)
                files[f"{path.name}/{member}"] = sha256
                scans.append({"name": member, "sha256": sha256, "bytes": size})
        files[path.name] = sha256_of_file(path)
        ledger = book.ledger
        content = {
            "content": MASTERS,
            "made_at": datetime.now(UTC).replace(microsecond=0).isoformat(),
            "hotich": pipeline.__version__,
            "book": {
                "folder": book.folder_name,
                "place_code": ledger.place_code,
                "volume": ledger.volume,
                "series": ledger.series.value,
            },
            "scans": scans,
            "files": files,
        }
        write_manifest(work, content, signing_key(workspace.package_key), office)
        manifest = sha256_of_file(work / MANIFEST)
    detail = {"scans": str(len(scans)), "manifest": manifest}
    registry.note_printed("masters-exported", f"book:{book_id}", detail, author=author)
    return target / name


def _members(scans: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield name in the archive and SHA-256 of each scan; a name that two scans share gets a part of the hash."""
    taken: set[str] = set()
    for sha256, name in sorted(scans.items(), key=lambda one: (one[1], one[0])):
        member = Path(name).name
        if member.casefold() in taken:
            member = f"{sha256[:8]}-{member}"
        taken.add(member.casefold())
        yield member, sha256


def _copy(workspace: Workspace, sha256: str, member: str, archive: zipfile.ZipFile) -> int:
    """Copy a scan from the store into the archive and return its size.

    Raises:
        PackageRefused: It is missing, or its bytes are not those of its hash.
    """
    path = workspace.stored(sha256)
    if path is None:
        raise PackageRefused(
            f"Bản quét {member} không còn trong kho. Hãy lấy lại từ bản sao lưu rồi xuất lại."
        )
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source, archive.open(member, "w", force_zip64=True) as copy:
        while part := source.read(COPY_BYTES):
            digest.update(part)
            copy.write(part)
            size += len(part)
    if digest.hexdigest() != sha256:
        raise PackageRefused(
            f"Bản quét {member} trong kho đã bị đổi. Hãy lấy lại từ bản sao lưu rồi xuất lại."
        )
    return size
