"""The key that signs the audit: a file next to the registry that only its owner can read.

Whoever can change the database and not read this file cannot write an audit row that passes for one of the program's.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.base.errors import StorageError
from pipeline.base.files import write_atomically

KEY_BYTES = 32
FIRST_LINE = "hotich audit key 1"


@dataclass(frozen=True, slots=True)
class Key:
    """A secret for HMAC-SHA256. ``name`` tells it from others and gives nothing of it away."""

    secret: bytes = field(repr=False)

    @property
    def name(self) -> str:
        return hashlib.sha256(b"name of " + self.secret).hexdigest()[:16]

    def signature(self, text: str) -> str:
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()

    def signed(self, text: str, signature: str | None) -> bool:
        return hmac.compare_digest(self.signature(text), signature or "")


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Where keys lie: one ``key`` a line, in hex, the last of them signs.

    ``chain`` lines hold the hash of the first row of each audit that was begun with them.
    """

    path: Path

    def known(self) -> tuple[Key, ...]:
        """All keys of the file, the one that signs last; none when there is no file.

        ``StorageError`` with advice when it cannot be read or is not one of these files.
        """
        try:
            found = tuple(Key(bytes.fromhex(value)) for value in self._values("key"))
        except ValueError:
            raise self._unusable() from None
        if not found and self.path.exists():
            raise self._unusable()
        return found

    def chains(self) -> tuple[str, ...]:
        """The first hashes of the audits that these keys began."""
        return tuple(self._values("chain"))

    def make(self) -> Key:
        """The key of this file, drawn now unless another process was faster."""
        self._write_once([FIRST_LINE, f"key {secrets.token_hex(KEY_BYTES)}"])
        return self.known()[-1]

    def note_chain(self, first_hash: str) -> None:
        """Remember that an audit was begun."""
        self._append(f"chain {first_hash}")

    def renew(self) -> Key:
        """A new key that signs from now on; the earlier ones stay to prove what they signed."""
        if not self.path.exists():
            return self.make()
        self._append(f"key {secrets.token_hex(KEY_BYTES)}")
        return self.known()[-1]

    def is_private(self) -> bool:
        """Whether nobody but the owner may read or write it."""
        return not self.path.stat().st_mode & 0o077

    def _values(self, name: str) -> Sequence[str]:
        try:
            lines = self.path.read_text("ascii").splitlines()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise StorageError(
                f"Không đọc được khóa của nhật ký kiểm tra {self.path} ({os.strerror(error.errno or 0)}). "
                "Hãy chạy bằng tài khoản máy đã tạo ra khóa."
            ) from None
        except ValueError:
            raise self._unusable() from None
        if not lines or lines[0] != FIRST_LINE:
            raise self._unusable()
        return [line.removeprefix(f"{name} ") for line in lines if line.startswith(f"{name} ")]

    def _unusable(self) -> StorageError:
        return StorageError(
            f"{self.path} không phải tệp khóa của nhật ký kiểm tra, hoặc đã hỏng. Hãy lấy lại từ bản sao lưu."
        )

    def _write_once(self, lines: Sequence[str]) -> None:
        """Whole and private before it gets its name; a file that is there stays."""
        try:
            write_atomically(self.path, "".join(f"{line}\n" for line in lines), mode=0o600, overwrite=False)
        except OSError as error:
            raise self._unwritable(error) from None

    def _append(self, line: str) -> None:
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC | os.O_APPEND, 0o600)
            try:
                os.write(descriptor, f"{line}\n".encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> StorageError:
        return StorageError(
            f"Không ghi được khóa của nhật ký kiểm tra {self.path} ({os.strerror(error.errno or 0)}). "
            "Hãy kiểm tra quyền ghi của thư mục làm việc."
        )
