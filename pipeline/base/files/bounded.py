"""Files and texts that others wrote: opened so that nothing can hang, and parsed within bounds.

A ``ledger.toml`` may be a pipe that never ends, a link to ``/dev/zero``, or ten thousand brackets inside one another;
the text of a QR code comes from whoever printed the page. Size and depth are bounded before a parser sees them, numbers
right after.
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
"""What a file that a person writes may have: a ``ledger.toml`` has 300 bytes."""

DEEPEST = 8
"""How far brackets may lie inside one another, and keys below one another."""

MOST_NUMBER = 2**53 - 1
"""The largest whole number that every program reads alike."""


class FileRefused(Exception):
    """A file or text of others that is not read; ``message`` says why, in Vietnamese, without naming the file."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def open_regular_file(path: Path) -> BinaryIO:
    """Open a file for reading that is a regular one and no link.

    Args:
        path: The file; links among the folders above it are followed.

    Raises:
        FileRefused: It is a link, a pipe, a device or a folder; it was not waited for.
        OSError: It is missing or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise FileRefused("là một liên kết; hãy chép chính tệp ấy vào đây") from None
        if error.errno == errno.ENXIO:  # a socket
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
    """Return the bytes of a file that is a regular one, no link, and not too large.

    Args:
        path: The file; links among the folders above it are followed.
        most_bytes: How large it may be.

    Raises:
        FileRefused: It is a link, a pipe, a device, a folder, or too large; it was not waited for.
        OSError: It is missing or cannot be read.
    """
    with open_regular_file(path) as file:
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise FileRefused(f"lớn hơn {most_bytes // 1024} KB")
    return content


_NOT_REGULAR = "không phải là một tệp thường (thư mục, ống dẫn hoặc thiết bị)"


def parse_toml(text: str, deepest: int = DEEPEST) -> dict[str, Any]:
    """Return what a TOML text says.

    Args:
        text: The text.
        deepest: How far its brackets and keys may lie inside one another.

    Raises:
        FileRefused: It is nested too deep or holds a number out of range.
        tomllib.TOMLDecodeError: It is no TOML.
    """
    bare = _TOML_TEXTS.sub("~", text)
    if _depth(bare) > deepest or _LONG_KEY.search(bare):
        raise FileRefused(_TOO_DEEP)
    return _parsed(tomllib.loads, text, deepest)  # type: ignore[no-any-return]


def parse_json(text: str | bytes, deepest: int = DEEPEST) -> Any:
    """Return what a JSON text says.

    Args:
        text: The text, or its bytes in UTF-8.
        deepest: How far its brackets may lie inside one another.

    Raises:
        FileRefused: It is nested too deep or holds a number out of range.
        ValueError: It is no JSON.
    """
    text = text if isinstance(text, str) else text.decode("utf-8")
    if _depth(_JSON_TEXTS.sub("~", text)) > deepest:
        raise FileRefused(_TOO_DEEP)
    return _parsed(json.loads, text, deepest)


_TOO_DEEP = "có các dấu ngoặc hay khóa lồng nhau quá sâu"
_TOO_LARGE = "có số quá lớn"
_JSON_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_TOML_TEXTS = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\']|\'(?!\'\'))*\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*',
    re.DOTALL,
)
_LONG_KEY = re.compile(r"(?<![\w~-])(?:[\w~-]+[ \t]*\.[ \t]*){16}")


def _depth(bare: str) -> int:
    """Return how far brackets lie inside one another in a text whose quoted parts were taken out."""
    depth = deepest = 0
    for bracket in _BRACKETS.findall(bare):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


_BRACKETS = re.compile(r"[\[\]{}]")


def _parsed(parse: Callable[[str], Any], text: str, deepest: int) -> Any:
    try:
        said = parse(text)
    except RecursionError:
        raise FileRefused(_TOO_DEEP) from None
    except ValueError as error:
        if "integer string conversion" in str(error):  # more digits than Python reads
            raise FileRefused(_TOO_LARGE) from None
        raise
    _check(said, deepest)
    return said


def _check(said: Any, deepest: int) -> None:
    """Refuse what the look at the text alone cannot: numbers out of range, tables made deep by dotted keys."""
    todo = [(said, 0)]
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
