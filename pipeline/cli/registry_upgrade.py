"""``hotich registry rehearse``, ``snapshot``, ``put-back``: what an upgrade of an office's machine goes through."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import StorageError
from pipeline.base.files import TEMP_PREFIX, make_folder
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, print_json
from pipeline.registry.database import snapshot
from pipeline.registry.rehearsal import put_back, rehearse_upgrade
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

REHEARSAL = f"{TEMP_PREFIX}rehearsal"
"""The folder of the workspace in which a copy lies while it is tried; no backup takes it."""


def rehearse(
    to: Annotated[
        str | None,
        typer.Option("--to", help="Địa chỉ của cơ sở dữ liệu trống, khi sổ dữ liệu nằm trên PostgreSQL."),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Diễn tập nâng cấp trên một bản chép: chép, nâng cấp, đếm dòng, xem lại nhật ký. Sổ đang dùng chỉ bị đọc."""
    settings = read_settings()
    place, url = settings.places_of(workspace)
    schemas = settings.schemas_of(place)
    schemas.refuse_own_flaws()
    folder = place / REHEARSAL
    _remove(folder)
    make_folder(folder)
    try:
        done = rehearse_upgrade(
            url,
            folder,
            schemas,
            audit_key=Workspace(place).audit_key,
            key_file=settings.registry_key_file,
            copy_url=to,
        )
    finally:
        _remove(folder)
    if as_json:
        print_json(done)
        return
    out().print(
        f"Bản chép đã lên đúng bản này: {done.after['book']} sổ, {done.after['entry']} sự kiện, "
        f"{done.after['decision']} quyết định, không thiếu dòng nào; đã xem {done.audit_rows} dòng nhật ký."
    )


def take_snapshot(
    folder: Annotated[Path, typer.Argument(help="Thư mục chưa có bản chép nào.", metavar="THƯ_MỤC")],
    workspace: WorkspaceOption = None,
) -> None:
    """Chép sổ dữ liệu ra một tệp, đúng như đang có, không nâng cấp gì; đọc lại bản chép."""
    settings = read_settings()
    _, url = settings.places_of(workspace)
    make_folder(folder)
    taken = snapshot.take(url, folder)
    snapshot.checked(taken, settings.registry_key_file)
    out().print(f"{taken}", markup=False, soft_wrap=True)


def bring_back(
    taken: Annotated[Path, typer.Argument(help="Tệp do “hotich registry snapshot” ghi.", metavar="TỆP")],
    workspace: WorkspaceOption = None,
) -> None:
    """Đặt bản chép vào chỗ của sổ dữ liệu, khi không chương trình nào đang mở nó; sổ ở đó được giữ lại bên cạnh."""
    _, url = read_settings().places_of(workspace)
    aside = put_back(taken, url)
    out().print("Đã đặt lại sổ dữ liệu." + (f" Sổ trước đó: {aside}" if aside else ""), markup=False)


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StorageError(f"Không xóa được {folder} ({error.strerror}). Hãy kiểm tra quyền ghi.") from None
