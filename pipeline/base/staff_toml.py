"""TOML files written by an office's staff: all flaws are reported together, in Vietnamese, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.base.errors import SchemaError
from pipeline.base.files import FileRefused, parse_toml, read_regular_file
from pipeline.base.text.control_characters import LINE_BREAKS, control_character_flaw

MOST_BYTES = 1 << 20
"""Size limit in bytes: an office's list stays far smaller even after years."""


class RowFlaw(Exception):
    """A flaw of a row, at a ``key`` (``""``: the row itself); ``unknown``: the undeclared name."""

    def __init__(self, key: str, message: str, *, unknown: str = "") -> None:
        super().__init__(message)
        self.key, self.message, self.unknown = key, message, unknown


class StaffFile:
    """A file and its flaws so far. Raises ``SchemaError`` when it is unreadable."""

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
                filter(None, (control_character_flaw(part, LINE_BREAKS) for part in _texts((key, value)))), ""
            )
            if hidden:
                self.flaw(key, f"“{key}” {hidden}.")

    def own_table(self, name: str) -> Mapping[str, Any]:
        """Return the table ``[name]``, empty if missing; any other value under that name is a flaw."""
        table = self.table.get(name, {})
        if not isinstance(table, dict):
            self.flaw(name, f"“{name}” phải viết thành bảng [{name}].")
            return {}
        return table

    def rows(self, table: str) -> list[tuple[int, Mapping[str, Any]]]:
        """Return the numbered rows of an array of tables."""
        rows = self.table.get(table, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.flaw(table, f"“{table}” phải viết thành các mục [[{table}]].")
            return []
        return list(enumerate(rows))

    def flaw(self, key: str, message: str) -> None:
        """Add a flaw of a key of the file itself."""
        self._flaws.append((self._lines.of_key(key), message))

    def flaw_of_table(self, table: str, key: str, message: str) -> None:
        """Add a flaw of a key of a table ``[table]``."""
        self._flaws.append((self._lines.of_table(table, key), message))

    def flaw_of_row(self, table: str, number: int, key: str, message: str) -> None:
        self._flaws.append((self._lines.of_row(table, number, key), message))

    def refuse_flaws(self) -> None:
        """Raise ``SchemaError`` with every flaw and its line, if there are any."""
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
    position = re.search(r"line (\d+), column (\d+)", message)
    return f"dòng {position[1]}, cột {position[2]}" if position else message


class TomlLines:
    """The lines of a parsed TOML text, with rows as ``[[table]]`` or as ``{ … }``, one per line."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def of_key(self, key: str) -> int:
        """Return the first line that sets a key of the file or opens a table of that name; 1 if there is none."""
        opens = re.compile(rf"\s*(?:\[\[?\s*{re.escape(key)}\s*\]|[\"']?{re.escape(key)}[\"']?\s*=)")
        return next((at for at, line in enumerate(self._lines, 1) if opens.match(line)), 1)

    def of_table(self, table: str, key: str) -> int:
        """Return the line of a table's key, or the table's line if the key is missing."""
        head = self.of_key(table)
        return self._below(head, key)

    def of_row(self, table: str, number: int, key: str = "") -> int:
        """Return the line of a key in a row (from 0) of an array of tables, or the row's line if the key is missing."""
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
