"""``hotich api-token``: with which other systems read, from the machine's own command line."""

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
SCOPES = ", ".join(f"{one.value} ({label})" for one, label in SCOPE_LABELS.items())


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
        made = registry.publishing().create_token(
            name, scopes, None if everywhere else places or [], days, author=CONSOLE
        )
    screen = out()
    screen.print(f"Mã truy cập “{escape(made.token.name)}”, dùng đến {format_moment(made.token.expires_at)}:")
    screen.print(made.secret, markup=False, soft_wrap=True)
    say("Mã chỉ hiện một lần này. Hãy giao cho người quản trị hệ thống ấy theo đường kín.")


@app.command("list", cls=Command)
def list_tokens(work: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Liệt kê mã truy cập, kể cả đã thu hồi."""
    with work.open_registry() as registry:
        found = registry.publishing().tokens()
    show(
        found,
        {
            "Tên": lambda one: one.name,
            "Được đọc": lambda one: ", ".join(sorted(one.scopes)),
            "Nơi đăng ký": lambda one: "mọi nơi" if one.places is None else ", ".join(sorted(one.places)),
            "Tình trạng": lambda one: token_state(one, datetime.now(UTC)),
            "Dùng lần cuối": lambda one: "chưa dùng" if one.used_at is None else format_moment(one.used_at),
        },
        as_json,
        {"tokens": found},
    )


@app.command("revoke", cls=Command)
def revoke(name: NameArgument, work: WorkspaceOption = HERE) -> None:
    """Thu hồi mã truy cập ngay."""
    with work.open_registry() as registry:
        ended = registry.publishing().revoke_token(name, author=CONSOLE)
    out().print(f"Đã thu hồi mã truy cập “{escape(ended.name)}”.")


def token_state(one: ApiToken, now: datetime) -> str:
    """Return in Vietnamese whether a token may be used."""
    if one.revoked_at is not None:
        return f"đã thu hồi, {format_moment(one.revoked_at)}"
    if not one.holds(now):
        return "đã hết hạn"
    return f"dùng đến {format_moment(one.expires_at)}"
