"""``hotich account``: the accounts of people, from the machine's own command line."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.context import HERE, JsonOption, WorkspaceOption
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import say, show
from pipeline.registry.accounts.accounts import Accounts, refuse_unknown_places
from pipeline.registry.accounts.model import ROLE_WORDS, Account, Role

app = command_group("""Tài khoản của người dùng màn hình rà soát.""")

NO_PLACE = (
    "Người này chưa được giao nơi đăng ký nào nên chưa thấy sổ nào: hãy giao ở trang Tài khoản. Lần sau thêm "
    "--place MÃ hay --everywhere."
)

LoginArgument = Annotated[str, typer.Argument(help="Tên đăng nhập.", metavar="TÊN")]


@app.command("add", cls=Command)
def add(
    login: LoginArgument,
    name: Annotated[str, typer.Option("--name", help="Họ tên người dùng.")],
    role: Annotated[Role, typer.Option("--role", help="Vai trò.")],
    places: Annotated[
        list[str] | None,
        typer.Option("--place", help="Mã nơi đăng ký mà người này được xem sổ; lặp lại cho nhiều nơi."),
    ] = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="Được xem sổ của mọi nơi.")] = False,
    work: WorkspaceOption = HERE,
) -> None:
    """Thêm tài khoản và in mật khẩu dùng một lần."""
    if everywhere and places:
        raise typer.BadParameter("hãy chọn một trong hai: --place hoặc --everywhere.")
    with work.open_registry() as registry:
        accounts = registry.accounts()
        if not everywhere:
            refuse_unknown_places(accounts, places, work.schemas.places.gazetteer.has_code)
        password = accounts.create(login, name, role, None if everywhere else places or [])
        _show_password(accounts, login, password)
        if not everywhere and not places and role is not Role.ADMINISTRATOR:
            say(NO_PLACE)


@app.command("list", cls=Command)
def list_accounts(work: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Liệt kê tài khoản."""
    with work.open_registry() as registry:
        accounts = registry.accounts().list()
    show(
        accounts,
        {
            "Tên đăng nhập": lambda account: account.person.login,
            "Họ tên": lambda account: account.person.name,
            "Vai trò": lambda account: ROLE_WORDS[account.person.role],
            "Nơi đăng ký": lambda account: _places(account.person.places),
            "Tình trạng": _state,
        },
        as_json,
        [_plain(account) for account in accounts],
    )


@app.command("reset", cls=Command)
def reset(login: LoginArgument, work: WorkspaceOption = HERE) -> None:
    """Cấp mật khẩu dùng một lần mới; cũng mở lại tài khoản bị khóa vì sai mật khẩu nhiều lần."""
    with work.open_registry() as registry:
        accounts = registry.accounts()
        _show_password(accounts, login, accounts.reset_password(login))


@app.command("deactivate", cls=Command)
def deactivate(login: LoginArgument, work: WorkspaceOption = HERE) -> None:
    """Ngừng một tài khoản, ngay từ lúc này; những gì người ấy đã làm vẫn giữ nguyên."""
    with work.open_registry() as registry:
        registry.accounts().deactivate(login)
    say("Đã ngừng tài khoản.")


@app.command("activate", cls=Command)
def activate(login: LoginArgument, work: WorkspaceOption = HERE) -> None:
    """Cho dùng lại một tài khoản đã ngừng."""
    with work.open_registry() as registry:
        registry.accounts().activate(login)
    say("Đã cho dùng lại tài khoản.")


def _show_password(accounts: Accounts, login: str, password: str) -> None:
    days = accounts.options.one_time.days
    say(f"Mật khẩu dùng một lần của {login}: {password}")
    say(f"Hãy trao tận tay; người dùng phải đổi ngay khi đăng nhập lần đầu, trong vòng {days} ngày.")


def _places(places: frozenset[str] | None) -> str:
    return "mọi nơi" if places is None else ", ".join(sorted(places)) or "chưa có nơi nào"


def _state(account: Account) -> str:
    if not account.active:
        return "đã ngừng"
    return "chờ đổi mật khẩu" if account.must_change else "đang dùng"


def _plain(account: Account) -> dict[str, object]:
    person = account.person
    return {
        "login": person.login,
        "name": person.name,
        "role": person.role.value,
        "places": None if person.places is None else sorted(person.places),
        "active": account.active,
        "must_change": account.must_change,
    }
