"""The certificate of an office with its private key: a PKCS#12 file, and a private file with its password."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

from pipeline.base.errors import SetupError
from pipeline.base.files import read_private_file
from pipeline.base.localtime import OFFICE_ZONE
from pipeline.scans.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.delivery.signing.pades import PdfSigner

LEAST_RSA_BITS = 2048
OfficeKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True, repr=False)
class OfficeCertificate:
    """The certificate of an office, its private key, and the certificates above it."""

    certificate: x509.Certificate
    key: OfficeKey
    chain: tuple[x509.Certificate, ...]

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, in lower-case hex."""
        return hashlib.sha256(self.certificate.public_bytes(Encoding.DER)).hexdigest()

    def __repr__(self) -> str:
        return f"OfficeCertificate({self.fingerprint[:16]})"


def load_certificate(path: Path, password_file: Path, now: datetime | None = None) -> OfficeCertificate:
    """Return the certificate in a PKCS#12 file.

    Args:
        path: The file (``.p12``, ``.pfx``), readable by its owner alone.
        password_file: One line with the password, readable by its owner alone.
        now: Moment at which the certificate must be valid, by default the present.

    Raises:
        SetupError: A file is missing, the password is wrong, the key or the certificate is missing, not valid now or
            not made for signatures.
        SecurityError: Others may read a file.
    """
    now = now or datetime.now(UTC)
    try:
        data, password = read_private_file(path), read_private_file(password_file).rstrip(b"\r\n")
    except OSError as error:
        raise SetupError(
            f"Không đọc được {error.filename or path} ({os.strerror(error.errno or 0)}). Cần tệp chứng thư {path.name} "
            f"và tệp mật khẩu {password_file.name}, cả hai “chmod 600”."
        ) from None
    try:
        key, certificate, chain = load_key_and_certificates(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: a password that is no UTF-8
        raise SetupError(
            f"Không mở được {path}: mật khẩu trong {password_file.name} sai, hoặc tệp không phải PKCS#12 dùng được."
        ) from None
    if certificate is None:
        raise SetupError(
            f"{path} có khóa nhưng không có chứng thư của khóa ấy. Hãy xuất lại tệp cùng chứng thư."
        )
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SetupError(f"{path} không có khóa bí mật RSA hay ECDSA. Hãy xuất lại tệp cùng khóa bí mật.")
    if key.public_key() != certificate.public_key():
        raise SetupError(f"Khóa trong {path} không phải khóa của chứng thư trong tệp ấy. Hãy xuất lại tệp.")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < LEAST_RSA_BITS:
        raise SetupError(
            f"Khóa RSA trong {path} chỉ có {key.key_size} bit, nơi nhận sẽ không tin. Cần từ {LEAST_RSA_BITS} bit."
        )
    _refuse_unusable(path, certificate, now)
    return OfficeCertificate(certificate, key, tuple(chain))


def office_signer(workspace: Workspace, timestamp_url: str) -> PdfSigner | None:
    """Return the signer with the certificate of the office; ``None`` if it has no certificate.

    Raises:
        SetupError: The certificate cannot sign.
        SecurityError: Others may read it.
    """
    if not workspace.signing_certificate.exists():
        return None
    from pipeline.delivery.signing.pades import PdfSigner  # pyHanko: only where files are signed

    return PdfSigner(
        load_certificate(workspace.signing_certificate, workspace.signing_password), timestamp_url
    )


def _refuse_unusable(path: Path, certificate: x509.Certificate, now: datetime) -> None:
    if certificate.not_valid_after_utc <= now:
        day = f"{certificate.not_valid_after_utc.astimezone(OFFICE_ZONE):%d/%m/%Y}"
        raise SetupError(f"Chứng thư trong {path} đã hết hạn ngày {day}. Hãy xin gia hạn rồi thay tệp.")
    if certificate.not_valid_before_utc > now:
        raise SetupError(f"Chứng thư trong {path} chưa có hiệu lực. Hãy xem đồng hồ của máy.")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not (usage.digital_signature or usage.content_commitment):
        raise SetupError(
            f"Chứng thư trong {path} không được cấp để ký. Hãy dùng chứng thư ký số của cơ quan."
        )
