"""Files encrypted so that nothing of them can be read, changed, cut off or exchanged: AES-256-GCM by pieces.

Each file has a key of its own (HKDF-SHA-256 of the office's key and 16 random bytes); each piece is bound to its place,
to the name of the file and to whether it is the last one.
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
        blocks: The bytes to encrypt.
        key: 32 bytes.
        name: The name that the file is asked for by; it must be the same for decryption.
    """
    salt = os.urandom(SALT_BYTES)
    yield MAGIC + salt
    box = _box(key, salt)
    place, held = 0, b""
    for block in blocks:
        held += block
        while len(held) > PIECE_BYTES:
            yield box.encrypt(_nonce(place), held[:PIECE_BYTES], _bound(name, last=False))
            place, held = place + 1, held[PIECE_BYTES:]
    yield box.encrypt(_nonce(place), held, _bound(name, last=True))


def decrypt_blocks(blocks: Iterable[bytes], key: bytes, name: str) -> Iterator[bytes]:
    """Yield the bytes as they were before encryption.

    Args:
        blocks: The bytes of the encrypted file.
        key: 32 bytes.
        name: The name that the file was encrypted with.

    Raises:
        BackupRefused: The key is another one, or the file is not whole.
    """
    source = iter(blocks)
    held = _filled(source, b"", len(MAGIC) + SALT_BYTES)
    if not held.startswith(MAGIC):
        raise _refused(name)
    start = len(MAGIC) + SALT_BYTES
    box, held = _box(key, held[len(MAGIC) : start]), held[start:]
    place = 0
    try:
        while True:
            held = _filled(source, held, PIECE_BYTES + TAG_BYTES + 1)
            last = len(held) <= PIECE_BYTES + TAG_BYTES
            piece, held = held[: PIECE_BYTES + TAG_BYTES], held[PIECE_BYTES + TAG_BYTES :]
            yield box.decrypt(_nonce(place), piece, _bound(name, last=last))
            if last:
                return
            place += 1
    except InvalidTag:
        raise _refused(name) from None


def _filled(source: Iterator[bytes], held: bytes, wanted: int) -> bytes:
    """``held`` with as much more as there is, up to at least ``wanted`` bytes."""
    while len(held) < wanted:
        block = next(source, b"")
        if not block:
            break
        held += block
    return held


def _box(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"hotich backup").derive(key))


def _nonce(place: int) -> bytes:
    return place.to_bytes(12)


def _bound(name: str, *, last: bool) -> bytes:
    return f"{name}\n{int(last)}".encode()


def _refused(name: str) -> BackupRefused:
    return BackupRefused(
        f"Không mở được {name} trong bản sao lưu: sai khóa, hoặc tệp bị hỏng hay bị sửa. Hãy kiểm tra tệp khóa; nếu "
        "khóa đúng, hãy dùng bản sao lưu khác."
    )
