"""The key that signs manifests: Ed25519 in a private file of the working folder. cryptography lives here.

A signature proves that the manifest, and by its hashes every file of the package, is what whoever holds the key wrote.
It proves whose key that is only to a receiver who got the public key, or its fingerprint, by another way.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
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

from pipeline.errors import StorageError


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The private key of this office."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """The public key, 32 bytes in base64."""
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return base64.b64encode(raw).decode("ascii")

    def sign(self, data: bytes) -> str:
        """The signature of those bytes in base64."""
        return base64.b64encode(self.private.sign(data)).decode("ascii")


def signing_key(path: Path) -> SigningKey:
    """The key of that file, made now when there is none. Raises ``StorageError`` with advice."""
    with suppress(FileNotFoundError):
        return _read(path)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    temporary = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, path)
    except OSError as error:
        raise StorageError(
            f"Không ghi được khóa ký {path} ({os.strerror(error.errno or 0)}). "
            "Hãy kiểm tra quyền ghi của thư mục làm việc."
        ) from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return _read(path)


def _read(path: Path) -> SigningKey:
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
    """Whether the holder of that public key (base64) signed those bytes."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(base64.b64decode(signature, validate=True), data)
    except (ValueError, InvalidSignature):
        return False
    return True


def fingerprint(public: str) -> str:
    """Of a public key: 16 hex digits in groups, short enough to be read out and written down."""
    digest = hashlib.sha256(public.encode("ascii")).hexdigest()[:16]
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))
