"""The registry copied into an encrypted file, while it is in use."""

from __future__ import annotations

import os
from contextlib import closing, suppress
from pathlib import Path
from types import ModuleType

from sqlalchemy import make_url

from pipeline.base.errors import RegistryError, StorageError
from pipeline.registry.database import encryption


def encrypted_copy(url: str, target: Path, key_file: Path) -> None:
    """Copy a SQLite registry, plain or encrypted, whole into a new encrypted file.

    Others may go on writing meanwhile.

    Args:
        url: The registry to copy.
        target: The new file.
        key_file: The file with the key under which the copy is encrypted.

    Raises:
        StorageError: ``target`` exists already or cannot be written.
        SetupError: The key cannot be used.
        RegistryError: The source cannot be read.
    """
    source, source_key = _source(url)
    key = encryption.read_key(key_file)
    module = encryption.driver()
    try:
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise StorageError(f"{target} đã có. Hãy chọn tên tệp khác; chương trình không ghi đè.") from None
    except OSError as error:
        raise StorageError(f"Không ghi được {target} ({error.strerror}). Hãy kiểm tra quyền ghi.") from None
    try:
        _export(module, source, source_key, target, key)
    except BaseException as error:
        with suppress(OSError):
            target.unlink()
        if isinstance(error, module.Error):
            raise RegistryError(
                f"Không chép được {source}. Hãy kiểm tra khóa, chỗ trống trên ổ đĩa, rồi chạy lại."
            ) from None
        raise


def _export(module: ModuleType, source: Path, source_key: str | None, target: Path, key: str) -> None:
    with closing(module.connect(str(source), isolation_level=None)) as connection:
        if source_key is not None:
            encryption.unlock(connection, source_key)
        connection.execute("ATTACH DATABASE ? AS copy KEY ?", (str(target), f"x'{key}'"))
        connection.execute("BEGIN")
        connection.execute("SELECT sqlcipher_export('copy')")
        connection.execute("COMMIT")
        (verdict,) = connection.execute("PRAGMA copy.integrity_check").fetchone()
        connection.execute("DETACH DATABASE copy")
    if verdict != "ok":
        raise module.DatabaseError(verdict)


def _source(url: str) -> tuple[Path, str | None]:
    """The file of a registry, and its key if it has one."""
    parsed = make_url(url)
    path = Path(str(parsed.database))
    if parsed.get_backend_name() != "sqlite":
        raise RegistryError(
            "Chỉ tệp SQLite mới mã hóa được bằng lệnh này. Với PostgreSQL, hãy mã hóa ổ đĩa của máy chủ cơ sở dữ liệu."
        )
    if not path.is_file():
        raise RegistryError(f"Chưa có sổ dữ liệu ở {path}. Hãy kiểm tra thư mục làm việc.")
    key_file = encryption.key_file_of(parsed)
    return path, None if key_file is None else encryption.read_key(key_file)
