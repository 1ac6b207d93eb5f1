"""On which line of a TOML file something stands. ``tomllib`` does not say."""

from __future__ import annotations

import re


class Lines:
    """The lines of a text that ``tomllib`` has read. Rows are written as ``[[table]]`` or as ``{ … }``, one a
    line."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()

    def of_key(self, key: str) -> int:
        """The first line that sets a key of the file itself, or opens a table of that name; 1 when there is none."""
        opens = re.compile(rf"\s*(?:\[\[?\s*{re.escape(key)}\s*\]|[\"']?{re.escape(key)}[\"']?\s*=)")
        return next((at for at, line in enumerate(self._lines, 1) if opens.match(line)), 1)

    def of_row(self, table: str, number: int, key: str = "") -> int:
        """The line of a key in the row of that number (from 0) of an array of tables; that of the row when it
        has none."""
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
