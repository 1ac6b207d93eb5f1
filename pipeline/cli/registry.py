"""``hotich registry`` and ``hotich encrypt``: the database itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import SetupError
from pipeline.cli.group import Command, Commands
from pipeline.cli.registry_upgrade import bring_back, rehearse, take_snapshot
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.registry import role_sql
from pipeline.registry.copying import copy_registry
from pipeline.registry.database.encrypted_copy import encrypted_copy
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

registry_app = typer.Typer(cls=Commands, no_args_is_help=True)


@registry_app.callback()
def registry() -> None:
    """Cơ sở dữ liệu: tạo, nâng cấp, chép sang cơ sở dữ liệu khác, cấp quyền trên PostgreSQL."""


@registry_app.command("upgrade", cls=Command)
def upgrade(workspace: WorkspaceOption = None) -> None:
    """Tạo các bảng, hoặc nâng cấp lên bản này, rồi thôi. Trên PostgreSQL: bằng tài khoản chủ của các bảng."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as opened:
        books = opened.summary().books
    out().print(f"Cơ sở dữ liệu đã đúng bản này ({books} sổ).")


@registry_app.command("copy", cls=Command)
def copy(
    to: Annotated[str, typer.Option("--to", help="Địa chỉ của cơ sở dữ liệu trống.", metavar="ĐỊA_CHỈ")],
    workspace: WorkspaceOption = None,
) -> None:
    """Chép trọn sổ dữ liệu, cả nhật ký kiểm tra, sang một cơ sở dữ liệu trống; sổ đang dùng không bị sửa gì."""
    context = read_settings().run_context(workspace)
    key = Workspace(context.workspace).audit_key
    context.schemas.refuse_own_flaws()
    copied = copy_registry(context.registry_url, to, context.schemas, audit_key=key)
    screen = out()
    screen.print(f"Đã chép {copied.rows} dòng; nhật ký kiểm tra ở bên ấy khớp như ở bên này.")
    if copied.flaws:
        screen.print(
            f"Nhật ký kiểm tra có {copied.flaws} chỗ sai từ trước, có ở cả hai bên: hãy xem “hotich audit verify”."
        )
    screen.print(
        "Từ giờ hãy đặt HOTICH_REGISTRY_URL tới cơ sở dữ liệu mới và không ghi vào sổ cũ nữa: "
        "docs/how-to/use-postgresql.md",
        markup=False,
    )


@registry_app.command("role-sql", cls=Command)
def print_role_sql(
    role: Annotated[str, typer.Argument(help="Tài khoản mà hotich dùng hằng ngày.")],
    workspace: WorkspaceOption = None,
) -> None:
    """In các câu SQL cấp đúng những quyền hotich cần cho một tài khoản PostgreSQL: không sửa, xóa được quyết định."""
    schemas = read_settings().run_context(workspace).schemas
    schemas.refuse_own_flaws()
    typer.echo(role_sql(schemas, role), nl=False)


@registry_app.command("show", cls=Command)
def show(
    entry_id: Annotated[int, typer.Argument(metavar="MÃ", help="Mã của sự kiện hộ tịch trong sổ dữ liệu.")],
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Giá trị hiện hành của một sự kiện; ô đã cải chính, bổ sung thì nêu cả giá trị trên giấy và số quyết định."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as opened:
        entry = opened.entry(entry_id)
    record = context.schemas.record(entry.record)
    if as_json:
        amended = {name: plain(one) for name, one in entry.amendments.items()}
        print_json({"current": plain(entry.current), "on_paper": plain(entry.values), "amendments": amended})
        return
    table = Table("Cột", "Tên", "Giá trị hiện hành", "Trên giấy", "Theo quyết định")
    for spec in record.fields:
        value, amendment = entry.current.get(spec.name), entry.amendments.get(spec.name)
        if value is None:
            continue
        on_paper = (entry.values.get(spec.name) or "–") if amendment else "như bên"
        order = f"{amendment.order.decision_number}, {amendment.order.decided_on}" if amendment else ""
        table.add_row(
            spec.column or "–", spec.label, escape(value) or "(trống)", escape(on_paper), escape(order)
        )
    out().print(table)


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


for name, function in (("rehearse", rehearse), ("snapshot", take_snapshot), ("put-back", bring_back)):
    registry_app.command(name, cls=Command)(function)
