"""The certificate of an office with its private key: a PKCS#12 file, and a private file with its password."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import pkcs12
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
from cryptography.x509.oid import ExtendedKeyUsageOID

from pipeline.base.errors import SetupError
from pipeline.base.files import read_private_file
from pipeline.base.localtime import OFFICE_ZONE
from pipeline.declarations.office.signing import SigningPolicy
from pipeline.scans.workspace import Workspace

if TYPE_CHECKING:
    from pipeline.delivery.signing.pades import PdfSigner

LEAST_RSA_BITS = 2048
OfficeKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_NOT_FOR_FILES = frozenset(
    {
        ExtendedKeyUsageOID.SERVER_AUTH,
        ExtendedKeyUsageOID.OCSP_SIGNING,
        ExtendedKeyUsageOID.TIME_STAMPING,
    }
)
"""Purposes of certificates that sign no documents, where a certificate has no other."""


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


@dataclass(frozen=True, slots=True)
class SigningFiles:
    """The files of a certificate.

    Attributes:
        certificate: A PKCS#12 file (``.p12``, ``.pfx``), readable by its owner alone.
        password: One line with the password, readable by its owner alone.
        pin: The SHA-256 of the certificate that the office has set; ``""``: any.
    """

    certificate: Path
    password: Path
    pin: str = ""

    def load(self, now: datetime | None = None) -> OfficeCertificate:
        """Return the certificate.

        Args:
            now: Moment at which the certificate must be valid, by default the present.

        Raises:
            SetupError: A file is missing, the password is wrong, the key or the certificate is missing, not valid now,
                not made for signatures or not the one that the office has set.
            SecurityError: Others may read a file.
        """
        office = self.open()
        if self.pin and office.fingerprint != self.pin:
            raise SetupError(
                f"Chứng thư trong {self.certificate} không phải chứng thư mà thiết lập ghi (mã {self.pin[:16]}). "
                "Hãy đặt lại đúng tệp, hoặc gửi chứng thư mới ở trang Thiết lập, mục Chữ ký số."
            )
        refuse_unusable(office.certificate, str(self.certificate), now or datetime.now(UTC))
        return office

    def open(self) -> OfficeCertificate:
        """Return the certificate, whether or not it may sign now.

        Raises:
            SetupError: A file is missing, the password is wrong, or the key or the certificate cannot be used.
            SecurityError: Others may read a file.
        """
        path, password_file = self.certificate, self.password
        try:
            data, password = read_private_file(path), read_private_file(password_file).rstrip(b"\r\n")
        except OSError as error:
            raise SetupError(
                f"Không đọc được {error.filename or path} ({os.strerror(error.errno or 0)}). Cần tệp chứng thư "
                f"{path.name} và tệp mật khẩu {password_file.name}, cả hai “chmod 600”."
            ) from None
        return open_certificate(data, password, str(path), f"mật khẩu trong {password_file.name}")


def open_certificate(data: bytes, password: bytes, file: str, secret: str) -> OfficeCertificate:
    """Return the certificate in the bytes of a PKCS#12 file.

    Args:
        file: What messages call the file.
        secret: What messages call the password.

    Raises:
        SetupError: It is no such file, the password is wrong, or the key or the certificate is missing or too weak.
    """
    try:
        key, certificate, chain = load_key_and_certificates(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: a password that is no UTF-8
        if not _is_pkcs12(data):
            raise SetupError(
                f"{file} không phải chứng thư dạng tệp (PKCS#12, đuôi .p12 hay .pfx). Hãy xuất lại từ nơi giữ chứng "
                "thư, chọn xuất cả khóa bí mật."
            ) from None
        raise SetupError(
            f"Không mở được {file}: {secret} không đúng. Hãy ghi đúng mật khẩu đã đặt khi xuất tệp, phân biệt chữ hoa, "
            "chữ thường; nếu chắc là đúng thì tệp đã hỏng, hãy xuất lại."
        ) from None
    if certificate is None:
        lacking = "có khóa nhưng không có chứng thư của khóa ấy" if key else "không có khóa bí mật"
        raise SetupError(f"{file} {lacking}. Hãy xuất lại tệp, gồm cả khóa bí mật và chứng thư.")
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise SetupError(f"{file} không có khóa bí mật RSA hay ECDSA. Hãy xuất lại tệp cùng khóa bí mật.")
    if key.public_key() != certificate.public_key():
        raise SetupError(f"Khóa trong {file} không phải khóa của chứng thư trong tệp ấy. Hãy xuất lại tệp.")
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size < LEAST_RSA_BITS:
        raise SetupError(
            f"Khóa RSA trong {file} chỉ có {key.key_size} bit, nơi nhận sẽ không tin. Cần từ {LEAST_RSA_BITS} bit."
        )
    return OfficeCertificate(certificate, key, tuple(chain))


def refuse_unusable(certificate: x509.Certificate, file: str, now: datetime) -> None:
    """Check that a certificate may sign documents at a moment.

    Raises:
        SetupError: It may not; ``file`` is what the message calls its file.
    """
    if certificate.not_valid_after_utc <= now:
        day = f"{certificate.not_valid_after_utc.astimezone(OFFICE_ZONE):%d/%m/%Y}"
        raise SetupError(f"Chứng thư trong {file} đã hết hạn ngày {day}. Hãy xin gia hạn rồi thay tệp.")
    if certificate.not_valid_before_utc > now:
        raise SetupError(f"Chứng thư trong {file} chưa có hiệu lực. Hãy xem đồng hồ của máy.")
    if not _is_for_documents(certificate):
        raise SetupError(
            f"Chứng thư trong {file} không được cấp để ký. Hãy dùng chứng thư ký số của cơ quan."
        )


def signing_files(workspace: Workspace, policy: SigningPolicy) -> SigningFiles | None:
    """Return the files of the certificate that signs; ``None`` if the office has none.

    A certificate sent in the browser lies under its SHA-256, one that was put there by hand in ``signing.p12``.
    """
    sent = SigningFiles(*workspace.sent_certificate(policy.certificate), policy.certificate)
    if policy.certificate and sent.certificate.exists():
        return sent
    if policy.certificate or workspace.signing_certificate.exists():
        return SigningFiles(workspace.signing_certificate, workspace.signing_password, policy.certificate)
    return None


def office_signer(workspace: Workspace, policy: SigningPolicy) -> PdfSigner | None:
    """Return the signer with the certificate of the office; ``None`` if it has no certificate.

    Raises:
        SetupError: The certificate cannot sign, or is not the one that the office has set.
        SecurityError: Others may read it.
    """
    files = signing_files(workspace, policy)
    if files is None:
        return None
    from pipeline.delivery.signing.pades import PdfSigner  # pyHanko: only where files are signed

    return PdfSigner(files.load(), policy.timestamp_url)


def _is_pkcs12(data: bytes) -> bool:
    try:
        return bool(pkcs12.Pfx.load(data, strict=True)["version"].native == "v3")
    except (ValueError, TypeError, KeyError):
        return False


def _is_for_documents(certificate: x509.Certificate) -> bool:
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.KeyUsage) and not (value.digital_signature or value.content_commitment):
            return False
        if isinstance(value, x509.ExtendedKeyUsage) and set(value) <= _NOT_FOR_FILES:
            return False
    return True
