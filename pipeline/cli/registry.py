"""``hotich registry``: what an administrator does to the database itself."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import WorkspaceOption, out
from pipeline.registry import role_sql
from pipeline.settings import read_settings

registry_app = typer.Typer(cls=Commands, no_args_is_help=True)


@registry_app.callback()
def registry() -> None:
    """Cơ sở dữ liệu: tạo, nâng cấp, cấp quyền trên PostgreSQL."""


@registry_app.command("upgrade", cls=Command)
def upgrade(workspace: WorkspaceOption = None) -> None:
    """Tạo các bảng, hoặc nâng cấp lên bản này, rồi thôi. Trên PostgreSQL: bằng tài khoản chủ của các bảng."""
    bench = read_settings().workbench(workspace)
    with bench.open_registry() as opened:
        books = opened.summary().books
    out().print(f"Cơ sở dữ liệu đã đúng bản này ({books} sổ).")


@registry_app.command("role-sql", cls=Command)
def print_role_sql(
    role: Annotated[str, typer.Argument(help="Tài khoản mà hotich dùng hằng ngày.")],
    workspace: WorkspaceOption = None,
) -> None:
    """In các câu SQL cấp đúng những quyền hotich cần cho một tài khoản PostgreSQL: không sửa, xóa được quyết định."""
    typer.echo(role_sql(read_settings().workbench(workspace).schemas, role), nl=False)
