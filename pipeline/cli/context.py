"""The context of a command, opened step by step, and the options that many commands share."""

from __future__ import annotations

import getpass
import os
import signal
from functools import cached_property
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.base.errors import LedgerError
from pipeline.declarations.schema import Schemas
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings, read_settings

if TYPE_CHECKING:
    from pipeline.registry import Registry


class CommandContext:
    """Settings, workspace and registry of a command; each is read at first use.

    Args:
        folder: The folder in ``--workspace``; None for the folder of the settings.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    @cached_property
    def settings(self) -> Settings:
        return read_settings()

    @cached_property
    def run(self) -> RunContext:
        return self.settings.run_context(self.folder)

    @property
    def schemas(self) -> Schemas:
        return self.run.schemas

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.run.workspace)

    def open_registry(self) -> Registry:
        """Return the registry, to be closed by its ``with``. Raises as ``Registry.open``."""
        return self.run.open_registry()


def ids_of(registry: Registry, names: list[str]) -> list[int]:
    """Return the ids of the books with these folder names."""
    known = registry.book_columns().groupby("folder_name")["book_id"].apply(list).to_dict()
    for name in names:
        if name not in known and registry.books_named(name):
            raise LedgerError(f"Sổ “{name}” đã được thu hồi. Xem: hotich withdraw list “{name}”.")
        if name not in known:
            raise LedgerError(f"Không có sổ “{name}” trong sổ dữ liệu. Hãy đọc sổ ấy trước: hotich run.")
    return [book_id for name in names for book_id in known[name]]


def stop_on_sigterm() -> None:
    """Make SIGTERM stop the command as Ctrl+C does, so that no half-done work stays behind."""
    signal.signal(signal.SIGTERM, _as_interrupt)


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def account_name() -> str:
    """Return the user name on this machine; the user id where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def by_option(role: str) -> Any:
    """Return the option ``--by``: the person responsible for an act, by default the user name on this machine."""
    about = f"{role} [tên tài khoản của máy đang dùng]."
    return typer.Option("--by", help=about, callback=lambda name: account_name() if name is None else name)


ME: Any = None
"""The default of ``--by``: the user name on this machine."""
HERE: Any = None
"""The default of ``--workspace``: the workspace of the settings."""

if TYPE_CHECKING:
    _Chosen = CommandContext
else:
    _Chosen = Path  # Typer checks a path and shows it as one; the callback makes the context

WorkspaceOption = Annotated[
    _Chosen,
    typer.Option(
        "--workspace",
        "-w",
        help="Thư mục làm việc: kho bản quét và sổ dữ liệu [HOTICH_WORKSPACE; hotich-data].",
        callback=CommandContext,
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", "-j", min=1, help="Số tiến trình đọc trang [HOTICH_WORKERS; mỗi nhân máy một]."
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="In kết quả dạng JSON cho chương trình khác đọc.")]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=1, help="In nhiều nhất bấy nhiêu dòng.")]
EntryArgument = Annotated[int, typer.Argument(metavar="MÃ", help="Mã của sự kiện hộ tịch trong sổ dữ liệu.")]
