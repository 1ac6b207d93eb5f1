"""The signature of an office: kept PDF/A, found again, and broken by any flipped byte."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from PIL import Image

from pipeline.base.errors import SecurityError, SetupError
from pipeline.delivery.export.compression import encode_jpeg
from pipeline.delivery.export.pdf_writing import PicturePage, entry_pdf
from pipeline.delivery.export.pdfa_check import pdfa_flaws
from pipeline.delivery.signing.office_certificate import OfficeKey, load_certificate
from pipeline.delivery.signing.pades import PdfSigner, signature_state
from tests.delivery.export.pdfs import MADE
from tests.delivery.signing.certificates import NOW, TestAuthority

AUTHORITY = TestAuthority()
JPEG = encode_jpeg(Image.new("RGB", (310, 438), (240, 235, 220)), 50)
PDF = entry_pdf([PicturePage(JPEG, (310, 438), 75.0)], "KS.1", MADE)
KEYS: dict[str, OfficeKey] = {
    "rsa": rsa.generate_private_key(65537, 2048),
    "ecdsa": ec.generate_private_key(ec.SECP256R1()),
}


@pytest.mark.parametrize("kind", KEYS)
def test_a_signed_file_stays_pdf_a_and_any_flipped_byte_breaks_it(kind: str, tmp_path: Path) -> None:
    folder = AUTHORITY.write(tmp_path, KEYS[kind])
    office = load_certificate(folder / "signing.p12", folder / "signing.key")
    signed = PdfSigner(office).sign(PDF)
    assert not pdfa_flaws(signed)
    state = signature_state(signed, (AUTHORITY.der,))
    assert (state.flaw, state.fingerprint, state.trusted) == ("", office.fingerprint, True)
    assert signature_state(signed).flaw == ""
    assert signature_state(signed, (TestAuthority().der,)).flaw == "untrusted"
    assert signature_state(PDF).flaw == "missing"
    place = signed.rindex(b"/Contents <")
    draw = random.Random(1)
    spots = [draw.randrange(len(signed)) for _ in range(40)]
    for at in (*spots, place + 12, place + 400, signed.index(b"00>", place), len(signed) - 2):
        flipped = bytearray(signed)
        flipped[at] ^= 1 << draw.randrange(8)
        assert signature_state(bytes(flipped), (AUTHORITY.der,)).flaw, at
    assert signature_state(signed + b"%more\n", (AUTHORITY.der,)).flaw


def test_a_certificate_that_cannot_sign_says_why(tmp_path: Path) -> None:
    file, secret = tmp_path / "signing.p12", tmp_path / "signing.key"
    with pytest.raises(SetupError, match="Không đọc được"):
        load_certificate(file, secret)
    AUTHORITY.write(tmp_path, KEYS["ecdsa"], days=-1)
    with pytest.raises(SetupError, match="hết hạn ngày"):
        load_certificate(file, secret)
    AUTHORITY.write(tmp_path, KEYS["ecdsa"], with_key=False)
    with pytest.raises(SetupError, match="khóa"):
        load_certificate(file, secret)
    AUTHORITY.write(tmp_path, KEYS["ecdsa"])
    assert "PRIVATE" not in repr(load_certificate(file, secret, NOW))
    secret.write_text("khac")
    with pytest.raises(SetupError, match="mật khẩu") as refused:
        load_certificate(file, secret)
    assert "khac" not in refused.value.message
    secret.chmod(0o644)
    with pytest.raises(SecurityError):
        load_certificate(file, secret)
