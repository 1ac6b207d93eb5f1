"""The signatures of an office in a package, of its PDFs and of signed files, verified again."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pipeline.base.errors import SetupError
from pipeline.base.files import FileRefused, read_regular_file
from pipeline.delivery.export.package_folder import (
    MANIFEST,
    MOST_MANIFEST_BYTES,
    OFFICE_SIGNATURE,
    UNREADABLE,
    PackageFlaw,
    read_manifest,
)
from pipeline.delivery.export.pdfa_check import pdfa_flaws

MOST_PDF_BYTES = 256 << 20
"""Size limit of an entry's PDF that is read back."""


def pdf_signature_flaws(folder: Path, trusted: tuple[bytes, ...] = ()) -> tuple[int, tuple[PackageFlaw, ...]]:
    """Return the number of PDFs of a package that should be signed, and the flaws of their signatures.

    Args:
        trusted: Certificates (DER) of the issuers that the reader trusts.

    Raises:
        StorageError: There is no manifest.
    """
    wanted = str(read_manifest(folder)[1].get("pdf_signature", {}).get("certificate_sha256", ""))
    states = list(_flaws(folder, wanted, trusted)) if wanted else []
    return len(states), tuple(PackageFlaw(what, file) for what, file in states if what)


def pdfa_package_flaws(folder: Path) -> tuple[PackageFlaw, ...]:
    """Return the PDFs of a package that are no PDF/A-2b; masters are as they were scanned and are not asked.

    Raises:
        StorageError: There is no manifest.
    """
    if "counts" not in read_manifest(folder)[1]:
        return ()
    return tuple(
        PackageFlaw("pdf-not-pdfa", name) for name, data in _files(folder) if data is None or pdfa_flaws(data)
    )


def manifest_signature_flaws(folder: Path, trusted: tuple[bytes, ...] = ()) -> tuple[PackageFlaw, ...]:
    """Return the flaws of the office's signature of the manifest of a package.

    Args:
        trusted: Certificates (DER) of the issuers that the reader trusts.

    Raises:
        StorageError: There is no manifest.
    """
    manifest = read_manifest(folder)[1]
    return tuple(office_flaws(folder / MANIFEST, folder / OFFICE_SIGNATURE, manifest, trusted))


def office_flaws(
    path: Path, signature: Path, content: Mapping[str, Any], trusted: tuple[bytes, ...]
) -> Iterator[PackageFlaw]:
    """Yield the flaw of the office's signature of a file.

    The content of the file names the certificate. A reader who names trusted issuers expects a signature, whatever the
    content says.
    """
    claim = content.get("office_signature")
    wanted = str(claim.get("certificate_sha256", "")) if isinstance(claim, dict) else ""
    if not (wanted or trusted or signature.exists()):
        return
    if not signature.exists():
        yield PackageFlaw("office-missing", path.name)
        return
    from pipeline.delivery.signing.pades import detached_state  # pyHanko: only where there is a signature

    try:
        data = read_regular_file(path, MOST_MANIFEST_BYTES)
        state = detached_state(data, read_regular_file(signature), trusted)
    except (OSError, FileRefused):
        yield PackageFlaw("office-broken", path.name)
        return
    if state.flaw or state.fingerprint != wanted:
        yield PackageFlaw(f"office-{state.flaw or 'foreign'}", path.name)


def _flaws(folder: Path, wanted: str, trusted: tuple[bytes, ...]) -> Iterator[tuple[str, str]]:
    """Yield the flaw of each PDF, ``""`` without one, and its name."""
    from pipeline.delivery.signing.pades import signature_state  # pyHanko: only where there are signatures

    for name, data in _files(folder):
        if data is None:
            yield "pdf-broken", name
            continue
        state = signature_state(data, trusted)
        foreign = "" if state.fingerprint == wanted else "pdf-foreign"
        yield (f"pdf-{state.flaw}" if state.flaw else foreign), name


def _files(folder: Path) -> Iterator[tuple[str, bytes | None]]:
    """Yield the files in the archives of a package by name; ``None`` for one, or an archive, that cannot be read."""
    for path in sorted(folder.glob("*.zip")):
        try:
            with zipfile.ZipFile(path) as archive:
                for held in sorted(archive.infolist(), key=lambda one: one.filename):
                    yield f"{path.name}/{held.filename}", _read(archive, held)
        except UNREADABLE:
            yield path.name, None


def _read(archive: zipfile.ZipFile, held: zipfile.ZipInfo) -> bytes | None:
    if held.file_size > MOST_PDF_BYTES:
        return None
    with suppress(*UNREADABLE):
        return archive.read(held)
    return None


def read_issuers(path: Path) -> tuple[bytes, ...]:
    """Return the certificates (DER) in a PEM or DER file.

    Raises:
        SetupError: The file holds none.
    """
    try:
        data = path.read_bytes()
        if data.startswith(b"-----"):
            found = x509.load_pem_x509_certificates(data)
        else:
            found = [x509.load_der_x509_certificate(data)]
    except (OSError, ValueError):
        raise SetupError(f"{path} không có chứng thư dùng được (PEM hay DER).") from None
    return tuple(one.public_bytes(Encoding.DER) for one in found)
