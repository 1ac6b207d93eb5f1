"""``hotich api-token``: tokens of other systems, managed on the machine's own command line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape

from pipeline.base.localtime import format_moment
from pipeline.cli.context import HERE, JsonOption, WorkspaceOption
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import out, say, show
from pipeline.registry.accounts.accounts import refuse_unknown_places
from pipeline.registry.accounts.model import CONSOLE
from pipeline.registry.publishing.model import SCOPE_LABELS, ApiScope, ApiToken

app = command_group("""Mã truy cập cho hệ thống khác đọc dữ liệu qua API.""")

NameArgument = Annotated[str, typer.Argument(help="Tên mã truy cập.", metavar="TÊN")]
SCOPES = ", ".join(f"{scope.value} ({label})" for scope, label in SCOPE_LABELS.items())


@app.command("add", cls=Command)
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
    work: WorkspaceOption = HERE,
) -> None:
    """Tạo mã truy cập và in một lần duy nhất."""
    if everywhere and places:
        raise typer.BadParameter("hãy chọn một trong hai: --place hoặc --everywhere.")
    with work.open_registry() as registry:
        if not everywhere:
            refuse_unknown_places(registry.accounts(), places, work.schemas.places.gazetteer.has_code)
        new_token = registry.publishing().create_token(
            name, scopes, None if everywhere else places or [], days, author=CONSOLE
        )
    screen = out()
    screen.print(
        f"Mã truy cập “{escape(new_token.token.name)}”, dùng đến {format_moment(new_token.token.expires_at)}:"
    )
    screen.print(new_token.secret, markup=False, soft_wrap=True)
    say("Mã chỉ hiện một lần này. Hãy giao cho người quản trị hệ thống ấy theo đường kín.")


@app.command("list", cls=Command)
def list_tokens(work: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Liệt kê mã truy cập, kể cả đã thu hồi."""
    with work.open_registry() as registry:
        tokens = registry.publishing().tokens()
    show(
        tokens,
        {
            "Tên": lambda row: row.name,
            "Được đọc": lambda row: ", ".join(sorted(row.scopes)),
            "Nơi đăng ký": lambda row: "mọi nơi" if row.places is None else ", ".join(sorted(row.places)),
            "Tình trạng": lambda row: token_state(row, datetime.now(UTC)),
            "Dùng lần cuối": lambda row: "chưa dùng" if row.used_at is None else format_moment(row.used_at),
        },
        as_json,
        {"tokens": tokens},
    )


@app.command("revoke", cls=Command)
def revoke(name: NameArgument, work: WorkspaceOption = HERE) -> None:
    """Thu hồi mã truy cập ngay."""
    with work.open_registry() as registry:
        token = registry.publishing().revoke_token(name, author=CONSOLE)
    out().print(f"Đã thu hồi mã truy cập “{escape(token.name)}”.")


def token_state(token: ApiToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return f"đã thu hồi, {format_moment(token.revoked_at)}"
    if not token.holds(now):
        return "đã hết hạn"
    return f"dùng đến {format_moment(token.expires_at)}"
