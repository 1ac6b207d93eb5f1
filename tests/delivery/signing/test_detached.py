"""The office's signature beside a manifest and beside the list of a disk."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from pipeline.base.errors import StorageError
from pipeline.base.files import sha256_of_file
from pipeline.base.signing_key import signing_key
from pipeline.declarations.office.signing import SigningPolicy
from pipeline.delivery.export.package_folder import (
    MANIFEST,
    OFFICE_SIGNATURE,
    SIGNATURE,
    PackageFlaw,
    package_flaws,
    write_manifest,
)
from pipeline.delivery.signing.disk_list import HEAD, HEAD_OFFICE, disk_flaws, write_disk_list
from pipeline.delivery.signing.office_certificate import office_signer
from pipeline.delivery.signing.package_signatures import manifest_signature_flaws
from pipeline.delivery.signing.pades import PdfSigner
from pipeline.scans.workspace import Workspace
from tests.delivery.signing.certificates import TestAuthority

AUTHORITY = TestAuthority()
KEY = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def office(tmp_path: Path) -> PdfSigner:
    (tmp_path / "office").mkdir()
    signer = office_signer(Workspace(AUTHORITY.write(tmp_path / "office", KEY)), SigningPolicy())
    assert signer is not None
    return signer


@pytest.fixture
def package(tmp_path: Path, office: PdfSigner) -> Path:
    folder = tmp_path / "disk/93648-KS.2010.01"
    folder.mkdir(parents=True)
    (folder / "a.xlsx").write_bytes(b"workbook")
    content = {"files": {"a.xlsx": sha256_of_file(folder / "a.xlsx")}, "counts": {"entries": 1, "pdfs": 0}}
    write_manifest(folder, content, signing_key(tmp_path / "package.key"), office)
    return folder


def _flaws(folder: Path, *roots: bytes) -> set[PackageFlaw]:
    return {*package_flaws(folder), *manifest_signature_flaws(folder, roots)}


def test_a_signed_manifest_holds_and_every_flipped_byte_of_it_is_found(package: Path) -> None:
    assert not _flaws(package)
    assert not _flaws(package, AUTHORITY.der)
    assert _flaws(package, TestAuthority().der) == {PackageFlaw("office-untrusted", MANIFEST)}
    for name in (MANIFEST, OFFICE_SIGNATURE):
        whole = (package / name).read_bytes()
        for at in range(0, len(whole), 7):
            (package / name).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert _is_found(lambda: _flaws(package)), (name, at)
        (package / name).write_bytes(whole)


def _is_found(flaws: Callable[[], object]) -> bool:
    """Return whether a package has flaws, or is refused as none."""
    try:
        return bool(flaws())
    except StorageError:
        return True


def test_a_signature_that_was_taken_away_or_made_by_another_is_told(
    package: Path, tmp_path: Path, office: PdfSigner
) -> None:
    (package / OFFICE_SIGNATURE).unlink()
    missing = PackageFlaw("office-missing", MANIFEST)
    assert _flaws(package) == {PackageFlaw("unsigned", MANIFEST), missing}
    told = json.loads((package / MANIFEST).read_text("utf-8"))
    key = signing_key(tmp_path / "package.key")
    write_manifest(package, {"files": told["files"]}, key)
    assert not _flaws(package), "an office without a certificate"
    assert _flaws(package, AUTHORITY.der) == {missing}, "the reader expects one"
    data = (package / MANIFEST).read_bytes()
    added = office.sign_detached(data)
    (package / OFFICE_SIGNATURE).write_bytes(added)
    (package / SIGNATURE).write_text(key.sign(data + added) + "\n")
    assert _flaws(package) == {PackageFlaw("office-foreign", MANIFEST)}, "the manifest tells of none"


def test_the_list_of_a_disk_is_signed_too(package: Path, tmp_path: Path, office: PdfSigner) -> None:
    disk, key = package.parent, signing_key(tmp_path / "package.key")
    write_disk_list(disk, key, office=office)
    assert not disk_flaws(disk, trusted=(AUTHORITY.der,))
    assert PackageFlaw("office-untrusted", HEAD) in disk_flaws(disk, trusted=(TestAuthority().der,))
    whole = (disk / HEAD_OFFICE).read_bytes()
    for at in range(0, len(whole), 11):
        (disk / HEAD_OFFICE).write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert disk_flaws(disk), at
    (disk / HEAD_OFFICE).unlink()
    assert PackageFlaw("office-missing", HEAD) in disk_flaws(disk)
    (disk / HEAD_OFFICE).write_bytes(whole)
    write_disk_list(disk, key)
    assert not (disk / HEAD_OFFICE).exists()
    assert not disk_flaws(disk)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_another_program_verifies_the_signature(package: Path, tmp_path: Path) -> None:
    root = tmp_path / "root.pem"
    root.write_bytes(AUTHORITY.certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", OFFICE_SIGNATURE]
    command += ["-content", MANIFEST, "-CAfile", str(root), "-purpose", "any", "-out", "/dev/null"]
    subprocess.run(command, cwd=package, check=True, capture_output=True)
