"""Read files and texts by others within bounds: opening never hangs, and parsing is limited.

A ``ledger.toml`` may be an endless pipe, a link to ``/dev/zero``, or ten thousand nested brackets; the text of a QR
code comes from whoever printed the page. Size and depth are bounded before parsing, numbers right after it.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

MOST_BYTES = 64 * 1024
"""Size limit of a file written by a person: a ``ledger.toml`` has 300 bytes."""

DEEPEST = 8
"""Depth limit of nested brackets and of nested keys."""

MOST_NUMBER = 2**53 - 1
"""The largest integer that every program reads exactly."""


class FileRefused(Exception):
    """A file or text by others is refused; ``message`` gives the reason in Vietnamese, without the file's name."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def open_regular_file(path: Path) -> BinaryIO:
    """Open a regular file that is not a link, for reading.

    Args:
        path: The file; links among the folders above it are followed.

    Raises:
        FileRefused: It is a link, a pipe, a device or a folder; opening does not wait for it.
        OSError: It is missing or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise FileRefused("là một liên kết; hãy chép chính tệp ấy vào đây") from None
        if error.errno == errno.ENXIO:  # the file is a socket
            raise FileRefused(_NOT_REGULAR) from None
        raise
    file = None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileRefused(_NOT_REGULAR)
        file = os.fdopen(descriptor, "rb")
    finally:
        if file is None:
            os.close(descriptor)
    return file


def read_regular_file(path: Path, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the bytes of a regular file that is not a link and not too large.

    Args:
        path: The file; links among the folders above it are followed.
        most_bytes: Size limit in bytes.

    Raises:
        FileRefused: It is a link, a pipe, a device, a folder, or too large; opening does not wait for it.
        OSError: It is missing or cannot be read.
    """
    with open_regular_file(path) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise FileRefused(f"lớn hơn {most_bytes // 1024} KB")
    return content


_NOT_REGULAR = "không phải là một tệp thường (thư mục, ống dẫn hoặc thiết bị)"


def parse_toml(text: str, deepest: int = DEEPEST) -> dict[str, Any]:
    """Parse a TOML text.

    Args:
        deepest: Depth limit of nested brackets and keys.

    Raises:
        FileRefused: It is nested too deeply or holds a number out of range.
        tomllib.TOMLDecodeError: It is not TOML.
    """
    bare = _TOML_TEXTS.sub("~", text)
    if _depth(bare) > deepest or _LONG_KEY.search(bare):
        raise FileRefused(_TOO_DEEP)
    return _parsed(tomllib.loads, text, deepest)  # type: ignore[no-any-return]


def parse_json(text: str | bytes, deepest: int = DEEPEST) -> Any:
    """Parse a JSON text.

    Args:
        text: The text, or its UTF-8 bytes.
        deepest: Depth limit of nested brackets.

    Raises:
        FileRefused: It is nested too deeply or holds a number out of range.
        ValueError: It is not JSON.
    """
    text = text if isinstance(text, str) else text.decode("utf-8")
    if _depth(_JSON_TEXTS.sub("~", text)) > deepest:
        raise FileRefused(_TOO_DEEP)
    return _parsed(json.loads, text, deepest)


_TOO_DEEP = "có các dấu ngoặc hay khóa lồng nhau quá sâu"
_TOO_LARGE = "có số quá lớn"
_JSON_TEXTS = re.compile(r'"(?:[^"\\]|\\(?:.|\Z))*+"?', re.DOTALL)
_TOML_TEXTS = re.compile(
    r'"""(?:[^"\\]|\\(?:.|\Z)|"(?!""))*+(?:""")?|'
    r"'''(?:[^']|'(?!''))*+(?:''')?|"
    r'"(?:[^"\\\n]|\\(?:.|\Z))*+"?|'
    r"'[^'\n]*+'?|#[^\n]*+",
    re.DOTALL,
)
"""Quoted texts and comments. Each also matches where its end is missing: a quote at which no text matched would be
tried again from every escaped quote behind it. What follows an unclosed quote is never parsed."""

_LONG_KEY = re.compile(r"(?<![\w~-])(?:[\w~-]++[ \t]*+\.[ \t]*+){16}")


def _depth(bare: str) -> int:
    """Return the depth of nested brackets in a text without its quoted parts."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(bare):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


_BRACKETS = re.compile(r"[\[\]{}]")


def _parsed(parse: Callable[[str], Any], text: str, deepest: int) -> Any:
    try:
        parsed = parse(text)
    except RecursionError:
        raise FileRefused(_TOO_DEEP) from None
    except ValueError as error:
        if "integer string conversion" in str(error):  # the number has more digits than Python reads
            raise FileRefused(_TOO_LARGE) from None
        raise
    _check(parsed, deepest)
    return parsed


def _check(parsed: Any, deepest: int) -> None:
    """Refuse flaws that the text alone does not show: numbers out of range, deep tables from dotted keys."""
    todo = [(parsed, 0)]
    while todo:
        value, depth = todo.pop()
        if depth > 2 * deepest:
            raise FileRefused(_TOO_DEEP)
        if isinstance(value, dict):
            todo += [(inner, depth + 1) for inner in value.values()]
        elif isinstance(value, list):
            todo += [(inner, depth + 1) for inner in value]
        elif isinstance(value, int | float) and not -MOST_NUMBER <= value <= MOST_NUMBER:
            raise FileRefused(_TOO_LARGE)
