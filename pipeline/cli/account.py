"""``hotich account``: the accounts of people, from the machine's own command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, print_json
from pipeline.registry.accounts.accounts import Accounts, refuse_unknown_places
from pipeline.registry.accounts.model import ROLE_WORDS, Account, Role
from pipeline.settings import read_settings

account_app = typer.Typer(cls=Commands, no_args_is_help=True)

NO_PLACE = (
    "Người này chưa được giao nơi đăng ký nào nên chưa thấy sổ nào: hãy giao ở trang Tài khoản. Lần sau thêm "
    "--place MÃ hay --everywhere."
)

LoginArgument = Annotated[str, typer.Argument(help="Tên đăng nhập.", metavar="TÊN")]


@account_app.callback()
def account() -> None:
    """Tài khoản của người dùng màn hình rà soát."""


@account_app.command("add", cls=Command)
def add(
    login: LoginArgument,
    name: Annotated[str, typer.Option("--name", help="Họ tên người dùng.")],
    role: Annotated[Role, typer.Option("--role", help="Vai trò.")],
    places: Annotated[
        list[str] | None,
        typer.Option("--place", help="Mã nơi đăng ký mà người này được xem sổ; lặp lại cho nhiều nơi."),
    ] = None,
    everywhere: Annotated[bool, typer.Option("--everywhere", help="Được xem sổ của mọi nơi.")] = False,
    workspace: WorkspaceOption = None,
) -> None:
    """Thêm tài khoản và in mật khẩu dùng một lần."""
    if everywhere and places:
        raise typer.BadParameter("hãy chọn một trong hai: --place hoặc --everywhere.")
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        accounts = registry.accounts()
        if not everywhere:
            refuse_unknown_places(accounts, places, context.schemas.places.gazetteer.has_code)
        password = accounts.create(login, name, role, None if everywhere else places or [])
        _tell(accounts, login, password)
        if not everywhere and not places and role is not Role.ADMINISTRATOR:
            out().print(NO_PLACE, markup=False)


@account_app.command("list", cls=Command)
def show(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Liệt kê tài khoản."""
    with _accounts(workspace) as accounts:
        found = accounts.list()
    if as_json:
        print_json([_plain(one) for one in found])
        return
    table = Table("Tên đăng nhập", "Họ tên", "Vai trò", "Nơi đăng ký", "Tình trạng")
    for one in found:
        places = one.person.places
        table.add_row(
            escape(one.person.login),
            escape(one.person.name),
            ROLE_WORDS[one.person.role],
            "mọi nơi" if places is None else escape(", ".join(sorted(places))) or "chưa có nơi nào",
            _state(one),
        )
    out().print(table)


@account_app.command("reset", cls=Command)
def reset(login: LoginArgument, workspace: WorkspaceOption = None) -> None:
    """Cấp mật khẩu dùng một lần mới; cũng mở lại tài khoản bị khóa vì sai mật khẩu nhiều lần."""
    with _accounts(workspace) as accounts:
        _tell(accounts, login, accounts.reset_password(login))


@account_app.command("deactivate", cls=Command)
def deactivate(login: LoginArgument, workspace: WorkspaceOption = None) -> None:
    """Ngừng một tài khoản, ngay từ lúc này; những gì người ấy đã làm vẫn giữ nguyên."""
    with _accounts(workspace) as accounts:
        accounts.deactivate(login)
    out().print("Đã ngừng tài khoản.")


@account_app.command("activate", cls=Command)
def activate(login: LoginArgument, workspace: WorkspaceOption = None) -> None:
    """Cho dùng lại một tài khoản đã ngừng."""
    with _accounts(workspace) as accounts:
        accounts.activate(login)
    out().print("Đã cho dùng lại tài khoản.")


@contextmanager
def _accounts(workspace: Path | None) -> Iterator[Accounts]:
    with read_settings().run_context(workspace).open_registry() as registry:
        yield registry.accounts()


def _tell(accounts: Accounts, login: str, password: str) -> None:
    days = accounts.options.one_time.days
    screen = out()
    screen.print(f"Mật khẩu dùng một lần của {login}: {password}", markup=False)
    screen.print(f"Hãy trao tận tay; người dùng phải đổi ngay khi đăng nhập lần đầu, trong vòng {days} ngày.")


def _state(one: Account) -> str:
    if not one.active:
        return "đã ngừng"
    return "chờ đổi mật khẩu" if one.must_change else "đang dùng"


def _plain(one: Account) -> dict[str, object]:
    person = one.person
    return {
        "login": person.login,
        "name": person.name,
        "role": person.role.value,
        "places": None if person.places is None else sorted(person.places),
        "active": one.active,
        "must_change": one.must_change,
    }
