"""The signature of an office: kept PDF/A, found again, and broken by any flipped byte."""

from __future__ import annotations

import io
import random
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto.cms import ContentInfo
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader

from pipeline.base.errors import SecurityError, SetupError
from pipeline.delivery.export.compression import encode_jpeg
from pipeline.delivery.export.pdf_writing import PicturePage, entry_pdf
from pipeline.delivery.export.pdfa_check import pdfa_flaws
from pipeline.delivery.signing.office_certificate import OfficeKey, SigningFiles
from pipeline.delivery.signing.pades import PdfSigner, detached_state, signature_state
from tests.delivery.export.pdfs import MADE
from tests.delivery.signing.certificates import NOW, PASSWORD, TestAuthority
from tests.delivery.signing.stamp_server import STAMPED_AT, stamp_server

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
    office = SigningFiles(folder / "signing.p12", folder / "signing.key").load()
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
        SigningFiles(file, secret).load()
    AUTHORITY.write(tmp_path, KEYS["ecdsa"], days=-1)
    with pytest.raises(SetupError, match="hết hạn ngày"):
        SigningFiles(file, secret).load()
    AUTHORITY.write(tmp_path, KEYS["ecdsa"], with_key=False)
    with pytest.raises(SetupError, match="khóa"):
        SigningFiles(file, secret).load()
    AUTHORITY.write(tmp_path, KEYS["ecdsa"])
    assert "PRIVATE" not in repr(SigningFiles(file, secret).load(NOW))
    secret.write_text("khac")
    with pytest.raises(SetupError, match="mật khẩu") as refused:
        SigningFiles(file, secret).load()
    assert "khac" not in refused.value.message
    secret.chmod(0o644)
    with pytest.raises(SecurityError):
        SigningFiles(file, secret).load()


def _put(folder: Path, data: bytes, password: bytes = PASSWORD) -> None:
    for name, content in (("signing.p12", data), ("signing.key", password)):
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)


def test_hostile_files_of_certificates_are_refused_with_a_sentence(tmp_path: Path) -> None:
    good = (AUTHORITY.write(tmp_path, KEYS["ecdsa"]) / "signing.p12").read_bytes()
    weak = rsa.generate_private_key(65537, 1024)
    protected = BestAvailableEncryption(PASSWORD)
    short = serialize_key_and_certificates(b"x", weak, AUTHORITY.issue(weak), None, protected)
    draw = random.Random(3)
    flipped = [bytearray(good) for _ in range(20)]
    for one in flipped:
        one[draw.randrange(len(good) // 2, len(good))] ^= 1 << draw.randrange(8)
    hostile = [
        b"",
        b"\x30\x80" * 100_000,
        b"\x30\x84\xff\xff\xff\xff",
        good[:-9],
        short,
        *map(bytes, flipped),
    ]
    for data in hostile:
        _put(tmp_path, data)
        with pytest.raises(SetupError):
            SigningFiles(tmp_path / "signing.p12", tmp_path / "signing.key").load()
    _put(tmp_path, good, b"\xff\xfe")
    with pytest.raises(SetupError, match="mật khẩu"):
        SigningFiles(tmp_path / "signing.p12", tmp_path / "signing.key").load()


def test_a_signature_of_a_certificate_that_has_expired_since_is_told_as_such(tmp_path: Path) -> None:
    AUTHORITY.write(tmp_path, KEYS["ecdsa"], days=-1)
    then = NOW - timedelta(days=9)
    office = SigningFiles(tmp_path / "signing.p12", tmp_path / "signing.key").load(then)
    signed, detached = PdfSigner(office).sign(PDF), PdfSigner(office).sign_detached(b"x")
    assert signature_state(signed).flaw == ""
    for state in (
        signature_state(signed, (AUTHORITY.der,)),
        detached_state(b"x", detached, (AUTHORITY.der,)),
    ):
        assert (state.flaw, state.trusted) == ("expired", False)
    assert detached_state(b"x", detached, (TestAuthority().der,)).flaw == "untrusted"
    with stamp_server(AUTHORITY) as address:
        stamped = PdfSigner(office, f"{address}/tsa").sign_detached(b"x")
    assert detached_state(b"x", stamped, (AUTHORITY.der,)).flaw == "", "a stamp proves that it was valid then"


def test_a_server_of_time_stamps_says_when_a_file_was_signed(tmp_path: Path) -> None:
    folder = AUTHORITY.write(tmp_path, KEYS["ecdsa"])
    office = SigningFiles(folder / "signing.p12", folder / "signing.key").load()
    with stamp_server(AUTHORITY) as address:
        signer = PdfSigner(office, f"{address}/tsa")
        signed, detached = signer.sign(PDF), signer.sign_detached(b"manifest")
        with pytest.raises(SetupError, match="dấu thời gian"):
            PdfSigner(office, f"{address}/down").sign(PDF)
        with pytest.raises(SetupError, match="dấu thời gian"):
            PdfSigner(office, f"{address}/down").sign_detached(PDF)
    assert not pdfa_flaws(signed)
    assert signature_state(signed, (AUTHORITY.der,)).flaw == ""
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    (token,) = signature.signer_info["unsigned_attrs"][0]["values"]
    told = token["content"]["encap_content_info"]["content"].parsed
    assert told["gen_time"].native == STAMPED_AT
    assert detached_state(b"manifest", detached, (AUTHORITY.der,)).flaw == ""
    assert detached_state(b"Manifest", detached).flaw == "broken"
    (info,) = ContentInfo.load(detached)["content"]["signer_infos"]
    assert [one["type"].native for one in info["unsigned_attrs"]] == ["signature_time_stamp_token"]
