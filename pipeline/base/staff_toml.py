"""TOML files that the staff of an office write: all flaws are reported at once, in Vietnamese, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.base.errors import SchemaError
from pipeline.base.files import FileRefused, parse_toml, read_regular_file
from pipeline.base.text.control_characters import LINE_BREAKS, control_character_flaw
from pipeline.base.text.nearest_word import nearest_hint

MOST_BYTES = 1 << 20
"""A list of an office that grew for years is far smaller."""


class RowFlaw(Exception):
    """A flaw of a row, at a ``key`` (``""``: the row itself); ``unknown``: the name that nothing declares."""

    def __init__(self, key: str, message: str, *, unknown: str = "") -> None:
        super().__init__(message)
        self.key, self.message, self.unknown = key, message, unknown


class StaffFile:
    """A file and the flaws found in it so far. Raises ``SchemaError`` when it cannot be read at all.

    Attributes:
        path: The file.
        table: Its content.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._flaws: list[tuple[int, str]] = []
        try:
            # Notepad puts a byte order mark before the text
            text = read_regular_file(path, MOST_BYTES).decode("utf-8-sig")
            self.table: Mapping[str, Any] = parse_toml(text)
        except FileRefused as error:
            raise SchemaError(f"{path}: {error.message}. Hãy sửa lại tệp.") from None
        except tomllib.TOMLDecodeError as error:
            raise SchemaError(f"{path}: sai cú pháp TOML, {_where(str(error))}.") from None
        except UnicodeDecodeError:
            raise SchemaError(f"{path}: không phải chữ UTF-8. Hãy lưu lại tệp bằng mã UTF-8.") from None
        except OSError as error:
            raise SchemaError(f"{path}: không đọc được tệp ({error.strerror}).") from None
        except ValueError:
            raise SchemaError(f"{path}: sai cú pháp TOML.") from None
        self._lines = TomlLines(text)
        for key, value in self.table.items():
            hidden = next(
                filter(None, (control_character_flaw(one, LINE_BREAKS) for one in _texts((key, value)))), ""
            )
            if hidden:
                self.flaw(key, f"“{key}” {hidden}.")

    def own_table(self, name: str) -> Mapping[str, Any]:
        """Return the table ``[name]``, empty where the file has none; anything else under that name is a flaw."""
        table = self.table.get(name, {})
        if not isinstance(table, dict):
            self.flaw(name, f"“{name}” phải viết thành bảng [{name}].")
            return {}
        return table

    def switches(self, name: str, known: Collection[str]) -> Mapping[str, bool]:
        """Return the switches that the table ``[name]`` sets; an unknown one, or one not true or false, is a flaw."""
        table = self.own_table(name)
        for key, value in table.items():
            if key not in known:
                self.flaw_of_table(name, key, f"khóa lạ “{key}”.{nearest_hint(key, known)}")
            elif not isinstance(value, bool):
                self.flaw_of_table(name, key, f"“{key}” chỉ có thể là true hoặc false.")
        return table

    def rows(self, table: str) -> list[tuple[int, Mapping[str, Any]]]:
        """Return the numbered rows of an array of tables."""
        rows = self.table.get(table, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.flaw(table, f"“{table}” phải viết thành các mục [[{table}]].")
            return []
        return list(enumerate(rows))

    def flaw(self, key: str, message: str) -> None:
        """Note a flaw of a key of the file itself."""
        self._flaws.append((self._lines.of_key(key), message))

    def flaw_of_table(self, table: str, key: str, message: str) -> None:
        """Note a flaw of a key of a table ``[table]``."""
        self._flaws.append((self._lines.of_table(table, key), message))

    def flaw_of_row(self, table: str, number: int, key: str, message: str) -> None:
        self._flaws.append((self._lines.of_row(table, number, key), message))

    def refuse_flaws(self) -> None:
        """Raise ``SchemaError`` that names every flaw by its line, if there is any."""
        if self._flaws:
            flaws = (f"{self.path}, dòng {line}: {what}" for line, what in sorted(self._flaws))
            raise SchemaError("\n".join(flaws))


def _texts(value: Any) -> Iterator[str]:
    """Yield every key and text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _where(message: str) -> str:
    found = re.search(r"line (\d+), column (\d+)", message)
    return f"dòng {found[1]}, cột {found[2]}" if found else message


class TomlLines:
    """The lines of a text that ``tomllib`` has read, with rows as ``[[table]]`` or as ``{ … }``, one in each line."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def of_key(self, key: str) -> int:
        """Return the first line that sets a key of the file, or opens a table of that name; 1 when there is none."""
        opens = re.compile(rf"\s*(?:\[\[?\s*{re.escape(key)}\s*\]|[\"']?{re.escape(key)}[\"']?\s*=)")
        return next((at for at, line in enumerate(self._lines, 1) if opens.match(line)), 1)

    def of_table(self, table: str, key: str) -> int:
        """Return the line of a key of a table; that of the table when it has none."""
        head = self.of_key(table)
        return self._below(head, key)

    def of_row(self, table: str, number: int, key: str = "") -> int:
        """Return the line of a key in a row (from 0) of an array of tables; that of the row when it has none."""
        heads = [at for at, line in enumerate(self._lines, 1) if re.match(rf"\s*\[\[\s*{table}\s*\]\]", line)]
        if number < len(heads):
            return self._below(heads[number], key)
        begin = self.of_key(table)
        rows = [
            at for at in range(begin, len(self._lines) + 1) if re.search(r"^[^#]*\{", self._lines[at - 1])
        ]
        return rows[number] if number < len(rows) else begin

    def _below(self, head: int, key: str) -> int:
        sets = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        for at in range(head + 1, len(self._lines) + 1):
            line = self._lines[at - 1]
            if line.lstrip().startswith("["):
                break
            if key and sets.match(line):
                return at
        return head
