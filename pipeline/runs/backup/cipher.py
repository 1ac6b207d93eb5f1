"""Authenticated encryption of files in pieces with AES-256-GCM; truncated, changed and exchanged files are detected.

Each file has its own key (HKDF-SHA-256 of the office's key and 16 random bytes); each piece is bound to its position,
to the name of the file and to a flag of the last piece.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipeline.base.errors import BackupRefused

MAGIC = b"HOTICH-BACKUP-1\n"
SALT_BYTES = 16
PIECE_BYTES = 1 << 20
TAG_BYTES = 16


def encrypt_blocks(blocks: Iterable[bytes], key: bytes, name: str) -> Iterator[bytes]:
    """Yield the bytes of the encrypted file.

    Args:
        blocks: The plain bytes.
        key: 32 bytes.
        name: Name of the file, needed again for decryption.
    """
    salt = os.urandom(SALT_BYTES)
    yield MAGIC + salt
    box = _box(key, salt)
    number, pending = 0, b""
    for block in blocks:
        pending += block
        while len(pending) > PIECE_BYTES:
            yield box.encrypt(_nonce(number), pending[:PIECE_BYTES], _bound(name, last=False))
            number, pending = number + 1, pending[PIECE_BYTES:]
    yield box.encrypt(_nonce(number), pending, _bound(name, last=True))


def decrypt_blocks(blocks: Iterable[bytes], key: bytes, name: str) -> Iterator[bytes]:
    """Yield the decrypted bytes.

    Args:
        blocks: The bytes of the encrypted file.
        key: 32 bytes.
        name: The name that the file was encrypted with.

    Raises:
        BackupRefused: The key is wrong, or the file is incomplete.
    """
    source = iter(blocks)
    pending = _filled(source, b"", len(MAGIC) + SALT_BYTES)
    if not pending.startswith(MAGIC):
        raise _refused(name)
    start = len(MAGIC) + SALT_BYTES
    box, pending = _box(key, pending[len(MAGIC) : start]), pending[start:]
    number = 0
    try:
        while True:
            pending = _filled(source, pending, PIECE_BYTES + TAG_BYTES + 1)
            last = len(pending) <= PIECE_BYTES + TAG_BYTES
            piece, pending = pending[: PIECE_BYTES + TAG_BYTES], pending[PIECE_BYTES + TAG_BYTES :]
            yield box.decrypt(_nonce(number), piece, _bound(name, last=last))
            if last:
                return
            number += 1
    except InvalidTag:
        raise _refused(name) from None


def _filled(source: Iterator[bytes], pending: bytes, wanted: int) -> bytes:
    """Return ``pending`` filled up from the source to at least ``wanted`` bytes, if it has as many."""
    while len(pending) < wanted:
        block = next(source, b"")
        if not block:
            break
        pending += block
    return pending


def _box(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"hotich backup").derive(key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12)


def _bound(name: str, *, last: bool) -> bytes:
    return f"{name}\n{int(last)}".encode()


def _refused(name: str) -> BackupRefused:
    return BackupRefused(
        f"Không mở được {name} trong bản sao lưu: sai khóa, hoặc tệp bị hỏng hay bị sửa. Hãy kiểm tra tệp khóa; nếu "
        "khóa đúng, hãy dùng bản sao lưu khác."
    )
