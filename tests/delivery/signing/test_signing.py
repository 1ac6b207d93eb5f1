"""The signature of an office: kept PDF/A, found again, and broken by any flipped byte."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from asn1crypto import tsp
from asn1crypto import x509 as asn1
from asn1crypto.cms import ContentInfo
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.timestamps import DummyTimeStamper

from pipeline.base.errors import SecurityError, SetupError
from pipeline.delivery.export.compression import encode_jpeg
from pipeline.delivery.export.pdf_writing import PicturePage, entry_pdf
from pipeline.delivery.export.pdfa_check import pdfa_flaws
from pipeline.delivery.signing.office_certificate import OfficeKey, load_certificate
from pipeline.delivery.signing.pades import PdfSigner, detached_state, signature_state
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


class _StampServer(BaseHTTPRequestHandler):
    """A server of time stamps (RFC 3161) on this machine; ``/down`` answers with an error."""

    def do_POST(self) -> None:
        asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/down":
            self.send_error(503)
            return
        answer = _stamper().request_tsa_response(asked).dump()
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@cache
def _stamper() -> DummyTimeStamper:
    key = rsa.generate_private_key(65537, 2048)
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    certificate = AUTHORITY.issue(key).public_bytes(Encoding.DER)
    stamped_at = datetime(2026, 11, 5, 8, tzinfo=UTC)
    return DummyTimeStamper(
        asn1.Certificate.load(certificate), PrivateKeyInfo.load(pkcs8), fixed_dt=stamped_at
    )


def test_a_server_of_time_stamps_says_when_a_file_was_signed(tmp_path: Path) -> None:
    folder = AUTHORITY.write(tmp_path, KEYS["ecdsa"])
    office = load_certificate(folder / "signing.p12", folder / "signing.key")
    with ThreadingHTTPServer(("127.0.0.1", 0), _StampServer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        signer = PdfSigner(office, f"{address}/tsa")
        signed, detached = signer.sign(PDF), signer.sign_detached(b"manifest")
        with pytest.raises(SetupError, match="dấu thời gian"):
            PdfSigner(office, f"{address}/down").sign(PDF)
        with pytest.raises(SetupError, match="dấu thời gian"):
            PdfSigner(office, f"{address}/down").sign_detached(PDF)
        server.shutdown()
    assert not pdfa_flaws(signed)
    assert signature_state(signed, (AUTHORITY.der,)).flaw == ""
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    (token,) = signature.signer_info["unsigned_attrs"][0]["values"]
    told = token["content"]["encap_content_info"]["content"].parsed
    assert told["gen_time"].native == datetime(2026, 11, 5, 8, tzinfo=UTC)
    assert detached_state(b"manifest", detached, (AUTHORITY.der,)).flaw == ""
    assert detached_state(b"Manifest", detached).flaw == "broken"
    (info,) = ContentInfo.load(detached)["content"]["signer_infos"]
    assert [one["type"].native for one in info["unsigned_attrs"]] == ["signature_time_stamp_token"]
