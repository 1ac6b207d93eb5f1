"""What commands share: the context of a command, opened step by step, and the options that many commands have."""

from __future__ import annotations

import getpass
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.declarations.schema import Schemas
from pipeline.registry import Registry
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.settings import Settings, read_settings


class CommandContext:
    """Settings, workspace and registry of a command; each is read when it is first asked for.

    Args:
        folder: The working folder that ``--workspace`` names; None for the folder of the settings.
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


def account_name() -> str:
    """Return the account on this machine; its number where it has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def by_option(role: str) -> Any:
    """Return the option ``--by``: the person who answers for an act, else the account on this machine."""
    about = f"{role} [tên tài khoản của máy đang dùng]."
    return typer.Option("--by", help=about, default_factory=account_name, show_default=False)


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
        default_factory=lambda: None,
        show_default=False,
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
