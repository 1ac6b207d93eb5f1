"""A server of time stamps (RFC 3161) on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from asn1crypto import tsp
from asn1crypto import x509 as asn1
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign.timestamps import DummyTimeStamper

from tests.delivery.signing.certificates import TestAuthority

STAMPED_AT = datetime(2026, 11, 5, 8, tzinfo=UTC)


@contextmanager
def stamp_server(authority: TestAuthority) -> Iterator[str]:
    """Yield the address of a running server; ``/tsa`` stamps, ``/down`` answers with an error."""
    stamper = _stamper(authority)

    class Stamping(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/down":
                self.send_error(503)
                return
            answer = stamper.request_tsa_response(asked).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Stamping) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _stamper(authority: TestAuthority) -> DummyTimeStamper:
    key = rsa.generate_private_key(65537, 2048)
    pkcs8 = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    certificate = authority.issue(key, is_stamper=True).public_bytes(Encoding.DER)
    return DummyTimeStamper(
        asn1.Certificate.load(certificate), PrivateKeyInfo.load(pkcs8), fixed_dt=STAMPED_AT
    )
