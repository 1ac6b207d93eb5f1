"""The registry in an encrypted file.

SQLCipher (AES-256, the write-ahead log too), with a key that lies in a file which only its owner can read.
SQLCipher lives here.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

from pipeline.base.errors import SetupError

KEY_FILE = "key_file"
KEY = re.compile(r"[0-9a-fA-F]{64}")
MAKE_KEY = "(umask 077; openssl rand -hex 32 > TỆP_KHÓA)"


def driver() -> ModuleType:
    """SQLCipher's module, like ``sqlite3``. Raises ``SetupError`` when it is not installed."""
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        raise SetupError(
            "Sổ dữ liệu được mã hóa nhưng máy thiếu gói sqlcipher3. Hãy cài: .venv/bin/pip install 'hotich[encrypt]'"
        ) from None
    module: ModuleType = dbapi2
    return module


def key_file_of(url: URL) -> Path | None:
    """Return the key file named by ``key_file`` in the address of a registry; None = it is not encrypted."""
    told = url.query.get(KEY_FILE)
    return Path(told) if isinstance(told, str) and told else None


def read_key(path: Path) -> str:
    """The key in a file: 64 hexadecimal digits. Raises ``SetupError`` when there is none, or others can read it."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise SetupError(
            f"Không đọc được tệp khóa {path} ({error.strerror}). Hãy kiểm tra HOTICH_REGISTRY_KEY_FILE và quyền đọc."
        ) from None
    if mode & 0o077:
        raise SetupError(f"Tệp khóa {path} để người khác đọc được. Hãy chạy: chmod 600 {path}")
    if not KEY.fullmatch(text):
        raise SetupError(f"Tệp khóa {path} phải chứa đúng 64 chữ số thập lục phân. Tạo khóa mới: {MAKE_KEY}")
    return text.lower()


def engine_of(url: URL, wait_seconds: float) -> Engine:
    """An engine over a SQLite file, encrypted if its address names the file of a key. Raises ``SetupError``."""
    key_file = key_file_of(url)
    options = {"hide_parameters": True, "connect_args": {"timeout": wait_seconds}}
    url = url.difference_update_query([KEY_FILE])
    if key_file is None:
        return create_engine(url, **options)
    key, module = read_key(key_file), driver()
    engine = create_engine(url, module=module, **options)

    @event.listens_for(engine, "do_connect")
    def open_unlocked(_dialect: object, _entry: object, arguments: Any, named: Any) -> Any:
        connection = module.connect(*arguments, **named)
        unlock(connection, key)
        return connection

    return engine


def unlock(connection: Any, key: str) -> None:
    """Give a fresh connection its key; whether it is the right one shows when a page is first read."""
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
