"""A book of an office with a certificate: its PDFs are signed, and the package tells whether they still are."""

from __future__ import annotations

import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from pipeline.base.errors import PackageRefused
from pipeline.delivery.entry_pdfs import CopyJob, CopyRules, make_pdfs
from pipeline.delivery.export.compression import CopyOptions
from pipeline.delivery.export.export_options import PackageOptions
from pipeline.delivery.export.package_folder import PackageFlaw, package_flaws
from pipeline.delivery.export.page_pictures import EntryCopy
from pipeline.delivery.export.pdfa_check import pdfa_flaws
from pipeline.delivery.package import export_book
from pipeline.delivery.signing.package_signatures import pdf_signature_flaws, pdfa_package_flaws
from pipeline.scans.intake import ScanLimits
from tests.delivery.export.books import CLEAN, stored
from tests.delivery.signing.certificates import NOW, TestAuthority


def test_the_pdfs_of_a_package_are_signed_and_pdf_a(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book, authority = stored(tmp_path, "birth-2006", replace(CLEAN, entries=1, dpi=300)), TestAuthority()
    place = book.context.workspace
    authority.write(place, ec.generate_private_key(ec.SECP256R1()))
    with book.context.open_registry() as registry:
        options = PackageOptions(dpi=300)
        report = export_book(registry, book.context, book.book_id, tmp_path / "out", options, workers=1)
        assert report.folder is not None
        (place / "signing.key").write_text("khac")
        with pytest.raises(PackageRefused, match="mật khẩu"):
            export_book(registry, book.context, book.book_id, tmp_path / "again", options, workers=1)
    assert not (tmp_path / "again").exists()
    assert not package_flaws(report.folder)
    assert pdf_signature_flaws(report.folder, (authority.der,)) == (1, ())
    _, (flaw,) = pdf_signature_flaws(report.folder, (TestAuthority().der,))
    assert flaw.what == "pdf-untrusted"
    (archive,) = report.folder.glob("*.zip")
    with zipfile.ZipFile(archive) as files:
        (name,) = files.namelist()
        data = files.read(name)
    assert not pdfa_flaws(data)
    copy = shutil.copytree(report.folder, tmp_path / "copy")
    with zipfile.ZipFile(copy / archive.name, "w") as files:
        files.writestr(name, data[:900] + bytes([data[900] ^ 4]) + data[901:])
    assert pdf_signature_flaws(copy)[1][0].what == "pdf-broken"
    assert not pdfa_package_flaws(report.folder)
    broken = data.replace(b"pdfaid:part", b"pdfaid:tarp")
    with zipfile.ZipFile(copy / archive.name, "w") as files:
        files.writestr(name, broken)
    assert pdfa_package_flaws(copy) == (PackageFlaw("pdf-not-pdfa", f"{archive.name}/{name}"),)
    packed = bytearray((copy / archive.name).read_bytes())
    packed[8] = packed[packed.index(b"PK\x01\x02") + 10] = 99  # packed in a way that nobody knows
    (copy / archive.name).write_bytes(packed)
    assert pdfa_package_flaws(copy) == (PackageFlaw("pdf-not-pdfa", f"{archive.name}/{name}"),)
    assert pdf_signature_flaws(copy)[1] == (PackageFlaw("pdf-broken", f"{archive.name}/{name}"),)
    assert PackageFlaw("changed", archive.name) in package_flaws(copy)
    monkeypatch.setattr("pipeline.delivery.entry_pdfs.entry_pdfs", lambda *_: [broken])
    with pytest.raises(PackageRefused, match="PDF/A-2b"):
        make_pdfs(CopyJob((EntryCopy("KS.1", ()),), 1), CopyRules(CopyOptions(), ScanLimits(), NOW, 9.0))
