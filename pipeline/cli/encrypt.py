"""``hotich encrypt``: the registry copied into an encrypted file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.screen import WorkspaceOption, out
from pipeline.errors import SetupError
from pipeline.registry.database.encrypted_copy import encrypted_copy
from pipeline.settings import read_settings


def encrypt(
    target: Annotated[Path, typer.Argument(help="Tệp mới; chưa được có.", metavar="TỆP")],
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", help="Tệp khóa của tệp mới [HOTICH_REGISTRY_KEY_FILE]."),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Chép sổ dữ liệu SQLite sang một tệp mới được mã hóa; sổ đang dùng không bị sửa gì."""
    settings = read_settings()
    key_file = key_file or settings.registry_key_file
    if key_file is None:
        raise SetupError("Chưa có khóa. Hãy thêm --key-file TỆP_KHÓA, hoặc đặt HOTICH_REGISTRY_KEY_FILE.")
    encrypted_copy(settings.run_context(workspace).registry_url, target, key_file)
    screen = out()
    screen.print(f"Đã chép sang {target}, được mã hóa bằng khóa trong {key_file}.", markup=False)
    screen.print(
        "Giữ một bản của khóa ở nơi khác: mất khóa là mất sổ dữ liệu. Cách chuyển sang dùng tệp mới: "
        "docs/how-to/protect-data.md",
        markup=False,
    )
