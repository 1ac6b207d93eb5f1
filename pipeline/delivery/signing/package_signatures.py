"""The signatures of the PDFs of a package, verified again."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from pipeline.base.errors import SetupError
from pipeline.delivery.export.package_folder import PackageFlaw, read_manifest
from pipeline.delivery.signing.pades import signature_state


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


def _flaws(folder: Path, wanted: str, trusted: tuple[bytes, ...]) -> Iterator[tuple[str, str]]:
    """Yield the flaw of each PDF, ``""`` without one, and its name."""
    for path in sorted(folder.glob("*.zip")):
        try:
            with zipfile.ZipFile(path) as archive:
                for name in sorted(archive.namelist()):
                    state = signature_state(archive.read(name), trusted)
                    foreign = "" if state.fingerprint == wanted else "pdf-foreign"
                    yield (f"pdf-{state.flaw}" if state.flaw else foreign), f"{path.name}/{name}"
        except (OSError, zipfile.BadZipFile):
            yield "pdf-broken", path.name


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
