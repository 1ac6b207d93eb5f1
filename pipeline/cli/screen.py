"""Where commands write: answers to standard output, progress and errors to standard error."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console
from rich.markup import escape

PIPE_WIDTH = 140

JsonOption = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON cho chương trình khác đọc.")]
WorkspaceOption = Annotated[
    Path | None,
    typer.Option(
        "--workspace",
        "-w",
        help="Thư mục làm việc: kho bản quét và sổ dữ liệu [HOTICH_WORKSPACE; hotich-data].",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", "-j", min=1, help="Số tiến trình đọc trang [HOTICH_WORKERS; mỗi nhân máy một]."
    ),
]


def out() -> Console:
    """Standard output as it is now (a test may have put another in its place)."""
    return _console(sys.stdout)


def err() -> Console:
    return _console(sys.stderr)


def _console(stream: TextIO) -> Console:
    """A console as wide as the terminal; a file or a pipe gets whole lines and wide tables."""
    if stream.isatty():
        return Console(file=stream, highlight=False)
    return Console(file=stream, highlight=False, soft_wrap=True, width=PIPE_WIDTH)


def show_error(message: str) -> None:
    err().print(f"[bold red]Lỗi:[/] {escape(message)}")


def print_json(value: Any) -> None:
    """One JSON document; frozen dataclasses become objects."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def plain(value: Any) -> Any:
    """Dataclasses (but for fields that their ``repr`` hides), enums, paths, times and mappings as what JSON knows."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = (field.name for field in dataclasses.fields(value) if field.repr)
        return {name: plain(getattr(value, name)) for name in shown}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
