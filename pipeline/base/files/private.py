"""Who may read files: a secret its owner alone, and what a process makes its account alone."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from pipeline.base.errors import SecurityError
from pipeline.base.files.names import printable

MOST_BYTES = 1 << 16
OTHERS = 0o077
"""The permission bits of everybody but the owner."""


def read_private_file(path: Path) -> bytes:
    """Return the bytes of a file that only this account can read.

    Args:
        path: The file; a link is not followed.

    Raises:
        FileNotFoundError: There is no such file.
        SecurityError: Others may read or write it, it belongs to someone else, or it is no regular file.
        OSError: The disk refuses.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except PermissionError:
        raise SecurityError(
            f"Không được đọc tệp khóa {printable(path)}: tệp thuộc về tài khoản khác. Hãy chạy bằng tài khoản máy đã "
            "tạo ra khóa."
        ) from None
    except OSError as error:
        if not path.is_symlink():
            raise
        raise SecurityError(
            f"Tệp khóa {printable(path)} là một liên kết ({os.strerror(error.errno or 0)}). Hãy bỏ liên kết và đặt "
            "chính tệp khóa vào chỗ ấy."
        ) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SecurityError(f"Tệp khóa {printable(path)} không phải là một tệp thường. Hãy bỏ nó đi.")
        if status.st_uid != os.geteuid():
            raise SecurityError(
                f"Tệp khóa {printable(path)} thuộc về tài khoản khác. Hãy chạy bằng tài khoản máy đã tạo ra khóa; nếu "
                "không biết ai đã đặt tệp ấy vào, hãy xóa nó để khóa mới được tạo."
            )
        if status.st_mode & OTHERS:
            raise SecurityError(
                f"Tệp khóa {printable(path)} để người khác đọc hoặc ghi được nên không còn kín. Hãy xóa tệp ấy để khóa "
                "mới được tạo; nếu chắc chắn chưa ai đọc thì chạy: "
                f"chmod 600 {printable(path)}"
            )
        return os.read(descriptor, MOST_BYTES)
    finally:
        os.close(descriptor)


UMASK_VARIABLE = "HOTICH_UMASK"
"""The environment variable by which an office lets a group of accounts read (``027``) or write (``007``) its files."""
OWNER_ONLY = 0o077


def keep_files_private() -> None:
    """Let every file and folder that this process and its children make belong to their account alone.

    Every entry point calls this before it makes anything. ``HOTICH_UMASK`` may admit the account's group, never others.

    Raises:
        SecurityError: The variable admits everybody, or locks the owner out.
    """
    os.umask(chosen_umask(os.environ.get(UMASK_VARIABLE, "")))


def chosen_umask(text: str) -> int:
    """Return the mask that an office has chosen, ``OWNER_ONLY`` when it has chosen none.

    Args:
        text: "077" (the owner alone), "027" (the group reads), "007" (the group writes), or "".

    Raises:
        SecurityError: It is none of them.
    """
    if not text:
        return OWNER_ONLY
    if re.fullmatch("0?(077|027|007)", text) is None:
        raise SecurityError(
            f"Biến môi trường {UMASK_VARIABLE} phải là 077 (chỉ chủ của tệp), 027 (nhóm được đọc) hoặc 007 (nhóm được "
            f"đọc và ghi), không phải “{printable(text)}”. Người ngoài nhóm không bao giờ được đọc."
        )
    return int(text, 8)


def make_read_only(path: Path) -> None:
    """Let nobody write a file any more; whoever could read it still can.

    Raises:
        OSError: The disk refuses.
    """
    path.chmod(path.stat().st_mode & READING)


READING = 0o444
