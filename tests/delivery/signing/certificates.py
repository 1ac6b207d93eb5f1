"""A certificate authority of tests, and PKCS#12 files from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from pipeline.delivery.signing.office_certificate import OfficeKey

PASSWORD = b"mat khau thu"
NOW = datetime.now(UTC)


class TestAuthority:
    """An authority that issues certificates of offices."""

    __test__ = False

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = self.issue(self.key, is_authority=True)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    def issue(
        self, key: OfficeKey, *, days: int = 90, is_authority: bool = False, is_stamper: bool = False
    ) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "CA" if is_authority else "UBND xa thu")])
        issuer = name if is_authority else self.certificate.subject
        usage = x509.KeyUsage(
            not is_authority, not is_authority, False, False, False, is_authority, is_authority, False, False
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - timedelta(days=100))
            .not_valid_after(NOW + timedelta(days=days))
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
            .add_extension(usage, critical=True)
        )
        if is_stamper:
            stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(stamping, critical=True)
        return builder.sign(self.key, hashes.SHA256())

    def write(self, folder: Path, key: OfficeKey, *, days: int = 90, with_key: bool = True) -> Path:
        """Write ``signing.p12`` and its ``signing.key``; return the folder."""
        protected = BestAvailableEncryption(PASSWORD)
        certificate = self.issue(key, days=days)
        data = serialize_key_and_certificates(
            b"x", key if with_key else None, certificate, [self.certificate], protected
        )
        for name, content in (("signing.p12", data), ("signing.key", PASSWORD + b"\n")):
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o600)
        return folder
