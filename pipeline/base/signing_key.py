"""The office's Ed25519 key: it signs packages, lists of disks, codes of extracts and figures."""

from __future__ import annotations

import base64
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from pipeline.base.errors import StorageError
from pipeline.base.files import write_atomically


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private signing key of an office."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key, 32 bytes in base64."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode("ascii")

    def sign(self, data: bytes) -> str:
        """Return the signature of the data, in base64."""
        return base64.b64encode(self.private.sign(data)).decode("ascii")


def signing_key(path: Path) -> SigningKey:
    """Return the key in a file; a missing file is created with a new key.

    Raises:
        StorageError: The file cannot be read or written; the message gives advice.
    """
    with suppress(FileNotFoundError):
        return _read_key(path)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        write_atomically(path, pem, mode=0o600, overwrite=False)
    except OSError as error:
        raise StorageError(
            f"Không ghi được khóa ký {path} ({os.strerror(error.errno or 0)}). "
            "Hãy kiểm tra quyền ghi của thư mục làm việc."
        ) from None
    return _read_key(path)


def _read_key(path: Path) -> SigningKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageError(
            f"Không đọc được khóa ký {path} ({os.strerror(error.errno or 0)}). "
            "Hãy chạy bằng tài khoản máy đã tạo ra khóa."
        ) from None
    except (ValueError, TypeError):
        raise StorageError(f"{path} không phải khóa ký, hoặc đã hỏng. Hãy lấy lại từ bản sao lưu.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise StorageError(f"{path} không phải khóa ký Ed25519. Hãy lấy lại từ bản sao lưu.")
    return SigningKey(key)


def is_signed(data: bytes, signature: str, public: str) -> bool:
    """Return whether the data were signed with the private key of ``public`` (base64)."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        raw = base64.b64decode(signature, validate=True)
        key.verify(raw, data)
    except (ValueError, InvalidSignature):
        return False
    return base64.b64encode(raw).decode("ascii") == signature  # base64 has spare bits at its end


def fingerprint(public: str) -> str:
    """Return the fingerprint of a public key: 16 hex digits in groups of four, short enough to compare by telephone."""
    digest = hashlib.sha256(public.encode("ascii")).hexdigest()[:16]
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))
