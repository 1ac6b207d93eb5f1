"""What is wrong with an office's own files of ``schemas/``: a file fails alone, and what needs it is refused."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pipeline.base.errors import NotDeclared, SchemaError
from pipeline.base.files import FileRefused, open_regular_file, printable, read_regular_file

OwnFolder = Literal["exports", "forms", "records", "vocab"]
"""The folders of ``schemas/`` in which an office's own files lie."""

FOLDERS: tuple[OwnFolder, ...] = ("exports", "forms", "records", "vocab")

MOST_BYTES = 256 << 10
"""Bytes of an own file; the largest known form takes 7 000, a register of two hundred fields 40 000."""

LONGEST_MESSAGE = 500

TWIN = "{file}: cùng tên với “{other}”, chỉ khác chữ hoa hay cách gõ dấu, nên không tệp nào được dùng. Hãy bỏ một tệp."

_PRINTING_OF = re.compile(r"""^[ \t]*["']?printing_of["']?[ \t]*=[ \t]*["']([^"'\n]+)""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class OwnFlaw:
    """The first flaw of one file, for which it is not used.

    Attributes:
        folder: The folder of ``schemas/`` that it lies in.
        name: Its name without the ending, which is the id of what it declares.
        message: What is wrong, in Vietnamese, with the file as ``schemas/forms/x.toml``.
        text: What it holds as far as it could be read, to tell what depends on it.
    """

    folder: OwnFolder
    name: str
    message: str
    text: str = field(default="", repr=False)

    @property
    def file(self) -> str:
        return file_of(self.folder, self.name)

    @property
    def printing_of(self) -> str:
        """The form of which a form says to be another printing; ``""``: of none, or its file cannot be read."""
        found = _PRINTING_OF.search(self.text) if self.folder == "forms" else None
        return found[1] if found else ""

    def mentions(self, word: str) -> bool:
        """Return whether the file is of that name or holds the word in quotes: what names it may mean this file."""
        return word == self.name or f'"{word}"' in self.text or f"'{word}'" in self.text

    def refusal(self, asked: str) -> NotDeclared:
        """Return the error for who asks for what depends on the file.

        Args:
            asked: What is asked for, in Vietnamese, as the beginning of a sentence.
        """
        return NotDeclared(f"{asked} chưa dùng được vì tệp khai báo của cơ quan có lỗi. {self.message}")


def file_of(folder: OwnFolder, name: str) -> str:
    """Return how a file of the office is named to people: by where it lies in the workspace."""
    return f"schemas/{folder}/{printable(name)}.toml"


def flaw_of(folder: OwnFolder, path: Path, message: str) -> OwnFlaw:
    """Return the flaw of a file, told so that no path of the machine and no text without end stands in it."""
    told = printable(message.replace(str(path), file_of(folder, path.stem)))
    if len(told) > LONGEST_MESSAGE:
        told = f"{told[:LONGEST_MESSAGE]}…"
    return OwnFlaw(folder, path.stem, told, _beginning(path))


def own_bytes(path: Path) -> bytes:
    """Return the bytes of an own file: a regular one that lies in the folder itself, and is not too large.

    Raises:
        SchemaError: It is not, or cannot be read.
    """
    try:
        return read_regular_file(path, MOST_BYTES)
    except FileRefused as error:
        raise SchemaError(f"{path}: {error.message}.") from None
    except OSError as error:
        raise SchemaError(f"{path}: không đọc được tệp ({error.strerror}).") from None


def own_files(folder: Path) -> tuple[tuple[Path, ...], dict[str, str]]:
    """Return the files of a folder, and why some of them are not used whatever they hold, by their names.

    Two names that differ only in capitals or in how their marks are encoded are one name to some disks and to most
    people: neither is used.
    """
    try:
        paths = tuple(sorted(folder.glob("*.toml")))
    except OSError:
        paths = ()
    same: dict[str, list[str]] = {}
    for path in paths:
        same.setdefault(unicodedata.normalize("NFC", path.name).casefold(), []).append(path.name)
    twins = {
        name: TWIN.format(file=folder / name, other=printable(next(one for one in names if one != name)))
        for names in same.values()
        if len(names) > 1
        for name in names
    }
    return paths, twins


def _beginning(path: Path) -> str:
    """Return what a file begins with, also of one that is too large or no UTF-8; nothing of what is no file."""
    try:
        with open_regular_file(path) as file:
            return file.read(MOST_BYTES).decode("utf-8", "replace")
    except (FileRefused, OSError):
        return ""
