"""``hotich api-token``: with which other systems read, from the machine's own command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.localtime import format_moment
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.registry.accounts.accounts import refuse_unknown_places
from pipeline.registry.accounts.model import CONSOLE
from pipeline.registry.publishing.model import SCOPE_LABELS, ApiScope, ApiToken
from pipeline.registry.publishing.publishing import Publishing
from pipeline.settings import read_settings

api_token_app = typer.Typer(cls=Commands, no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="Tên mã truy cập.", metavar="TÊN")]
SCOPES = ", ".join(f"{one.value} ({label})" for one, label in SCOPE_LABELS.items())


@api_token_app.callback()
def api_token() -> None:
    """Mã truy cập cho hệ thống khác đọc dữ liệu qua API."""


@api_token_app.command("add", cls=Command)
def add(
    name: NameArgument,
    scopes: Annotated[
        list[ApiScope], typer.Option("--scope", help=f"Được đọc gì; lặp lại cho nhiều phạm vi: {SCOPES}.")
    ],
    places: Annotated[
        list[str] | None,
        typer.Option("--place", help="Mã nơi đăng ký được đọc sổ; lặp lại cho nhiều nơi."),
    ] = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="Được đọc sổ của mọi nơi.")] = False,
    days: Annotated[int, typer.Option("--days", help="Dùng được bao nhiêu ngày.")] = 90,
    workspace: WorkspaceOption = None,
) -> None:
    """Tạo mã truy cập và in một lần duy nhất."""
    if everywhere and places:
        raise typer.BadParameter("hãy chọn một trong hai: --place hoặc --everywhere.")
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        if not everywhere:
            refuse_unknown_places(registry.accounts(), places, context.schemas.places.gazetteer.has_code)
        made = registry.publishing().create_token(
            name, scopes, None if everywhere else places or [], days, author=CONSOLE
        )
    screen = out()
    screen.print(f"Mã truy cập “{escape(made.token.name)}”, dùng đến {format_moment(made.token.expires_at)}:")
    screen.print(made.secret, markup=False, soft_wrap=True)
    screen.print("Mã chỉ hiện một lần này. Hãy giao cho người quản trị hệ thống ấy theo đường kín.")


@api_token_app.command("list", cls=Command)
def show(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Liệt kê mã truy cập, kể cả đã thu hồi."""
    with _publishing(workspace) as publishing:
        found = publishing.tokens()
    if as_json:
        print_json({"tokens": plain(found)})
        return
    table = Table("Tên", "Được đọc", "Nơi đăng ký", "Tình trạng", "Dùng lần cuối")
    for one in found:
        table.add_row(
            escape(one.name),
            ", ".join(sorted(one.scopes)),
            "mọi nơi" if one.places is None else escape(", ".join(sorted(one.places))),
            token_state(one, datetime.now(UTC)),
            "chưa dùng" if one.used_at is None else format_moment(one.used_at),
        )
    out().print(table)


@api_token_app.command("revoke", cls=Command)
def revoke(name: NameArgument, workspace: WorkspaceOption = None) -> None:
    """Thu hồi mã truy cập ngay."""
    with _publishing(workspace) as publishing:
        ended = publishing.revoke_token(name, author=CONSOLE)
    out().print(f"Đã thu hồi mã truy cập “{escape(ended.name)}”.")


def token_state(one: ApiToken, now: datetime) -> str:
    """Return in Vietnamese whether a token may be used."""
    if one.revoked_at is not None:
        return f"đã thu hồi, {format_moment(one.revoked_at)}"
    if not one.holds(now):
        return "đã hết hạn"
    return f"dùng đến {format_moment(one.expires_at)}"


@contextmanager
def _publishing(workspace: Path | None) -> Iterator[Publishing]:
    with read_settings().run_context(workspace).open_registry() as registry:
        yield registry.publishing()
