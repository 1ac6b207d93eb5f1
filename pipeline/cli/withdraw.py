"""``hotich withdraw``: what does not belong into the registry is taken out, replaced or put back."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import LedgerError, RegistryError
from pipeline.base.files import printable
from pipeline.base.localtime import format_moment
from pipeline.base.model import PageRef
from pipeline.books.book_checks import check_books
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, name_cell, out, plain, print_json
from pipeline.registry import (
    PartKind,
    Registry,
    RegistryPart,
    Withdrawal,
    WithdrawalKind,
    WithdrawalPreview,
)
from pipeline.registry.withdrawals.model import PART_LABELS, WITHDRAWAL_LABELS
from pipeline.run_context import RunContext
from pipeline.settings import read_settings

withdraw_app = typer.Typer(cls=Commands, no_args_is_help=True)

BookArgument = Annotated[str, typer.Argument(metavar="SỔ", help="Tên thư mục của sổ.")]
ScanArgument = Annotated[str, typer.Argument(metavar="BẢN-QUÉT", help="Tên tệp quét.")]
PageArgument = Annotated[int, typer.Argument(metavar="TRANG", min=1, help="Trang thứ mấy của tệp quét.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Vì sao; bắt buộc, được giữ mãi.")]
ByOption = Annotated[
    str | None, typer.Option("--by", help="Người thu hồi [tên tài khoản của máy đang dùng].")
]
SureOption = Annotated[
    bool, typer.Option("--apply", help="Thu hồi thật. Không có thì chỉ cho xem những gì sẽ bị ảnh hưởng.")
]
NumberOption = Annotated[
    int | None, typer.Option("--number", min=1, help="Số của quyển sổ, khi nhiều quyển cùng tên thư mục.")
]


@withdraw_app.callback()
def withdraw() -> None:
    """Thu hồi sổ, bản quét, trang, sự kiện hộ tịch đưa vào nhầm; thay trang quét lại; hủy thu hồi. Không xóa gì."""


@withdraw_app.command("book", cls=Command)
def book(
    name: BookArgument,
    reason: ReasonOption = "",
    number: NumberOption = None,
    sure: SureOption = False,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Thu hồi cả một quyển sổ, ví dụ sổ sinh ra do ghi nhầm ledger.toml."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        part = RegistryPart(_book_id(registry, name, number))
        _withdraw(registry, context, part, reason, by, sure=sure, as_json=as_json)


@withdraw_app.command("scan", cls=Command)
def scan(
    name: BookArgument,
    file: ScanArgument,
    reason: ReasonOption = "",
    number: NumberOption = None,
    sure: SureOption = False,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Thu hồi một bản quét với mọi trang của nó, kể cả tệp không đọc được."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        book_id = _book_id(registry, name, number)
        part = RegistryPart(book_id, _scan(registry, book_id, name, file))
        _withdraw(registry, context, part, reason, by, sure=sure, as_json=as_json)


@withdraw_app.command("page", cls=Command)
def page(
    name: BookArgument,
    file: ScanArgument,
    page_no: PageArgument,
    reason: ReasonOption = "",
    number: NumberOption = None,
    sure: SureOption = False,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Thu hồi một trang, ví dụ trang quét hai lần."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        book_id = _book_id(registry, name, number)
        part = RegistryPart(book_id, _scan(registry, book_id, name, file), page_no)
        _withdraw(registry, context, part, reason, by, sure=sure, as_json=as_json)


@withdraw_app.command("entry", cls=Command)
def entry(
    entry_id: Annotated[int, typer.Argument(metavar="MÃ", help="Mã của sự kiện hộ tịch trong sổ dữ liệu.")],
    reason: ReasonOption = "",
    sure: SureOption = False,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Thu hồi một sự kiện hộ tịch, ví dụ sự kiện bị gạch bỏ cả trang mà máy vẫn đọc."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        part = registry.part_of_entry(entry_id)
        _withdraw(registry, context, part, reason, by, sure=sure, as_json=as_json)


@withdraw_app.command("replace", cls=Command)
def replace(
    name: BookArgument,
    file: Annotated[str, typer.Argument(metavar="BẢN-QUÉT-CŨ", help="Tệp quét có trang cũ.")],
    page_no: Annotated[int, typer.Argument(metavar="TRANG-CŨ", min=1, help="Trang cũ.")],
    new_file: Annotated[str, typer.Argument(metavar="BẢN-QUÉT-MỚI", help="Tệp quét lại, đã đọc.")],
    new_page_no: Annotated[int, typer.Argument(metavar="TRANG-MỚI", min=1, help="Trang mới.")],
    reason: ReasonOption = "",
    number: NumberOption = None,
    sure: SureOption = False,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cho trang quét lại thay trang cũ: quyết định đã có được giữ, chỗ nào trang mới đọc khác thì chờ người xem."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        book_id = _book_id(registry, name, number)
        old = PageRef(_scan(registry, book_id, name, file), page_no)
        new = PageRef(_scan(registry, book_id, name, new_file), new_page_no)
        told = registry.withdrawal_preview(RegistryPart(book_id, old.scan_sha256, old.page_no))
        if not sure:
            _show_preview(told, as_json=as_json)
            return
        outcome = registry.replace_page(
            book_id, old, new, author=_author(by), reason=_reason(reason, "vì sao thay trang")
        )
        check_books(registry, context.schemas, [book_id])
    if as_json:
        print_json({"replaced": plain(outcome)})
        return
    screen = out()
    screen.print(
        f"Đã thay trang, số {outcome.withdrawal_id}: {outcome.entries} sự kiện, giữ {outcome.decisions} quyết định và "
        f"{outcome.amendments} cải chính, bổ sung. Trang cũ vẫn được lưu.",
        markup=False,
    )
    if outcome.differing:
        screen.print(
            f"{outcome.differing} ô trang mới đọc khác: chờ người xem ở màn hình rà soát; giá trị đã quyết định vẫn có "
            "hiệu lực.",
            markup=False,
        )


@withdraw_app.command("undo", cls=Command)
def undo(
    withdrawal_id: Annotated[
        int, typer.Argument(metavar="SỐ", help="Số ở cột đầu của hotich withdraw list.")
    ],
    reason: ReasonOption = "",
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Hủy một lần thu hồi: mọi thứ trở lại như trước, cả quyết định, chữ đã gõ và nhiệm vụ."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        registry.reinstate(withdrawal_id, author=_author(by), reason=_reason(reason, "vì sao hủy thu hồi"))
        found = next(one for one in registry.withdrawals() if one.withdrawal_id == withdrawal_id)
        check_books(registry, context.schemas, [found.part.book_id])
    out().print(f"Đã hủy thu hồi số {withdrawal_id}: mọi thứ trở lại như trước.", markup=False)


@withdraw_app.command("list", cls=Command)
def list_withdrawals(
    name: Annotated[str | None, typer.Argument(metavar="[SỔ]", help="Chỉ sổ có tên thư mục này.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Kể cả những lần đã hủy.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê những gì đang bị thu hồi; với --all thì mọi lần thu hồi, hủy thu hồi."""
    with read_settings().run_context(workspace).open_registry() as registry:
        books = None if name is None else set(_books(registry, name))
        found = [
            one
            for one in registry.withdrawals()
            if (everything or one.in_force) and (books is None or one.part.book_id in books)
        ]
        named = {one.withdrawal_id: registry.withdrawal_preview(one.part) for one in found}
    if as_json:
        print_json({"withdrawals": [plain(one) for one in found]})
        return
    if not found:
        out().print("Không có gì đang bị thu hồi.", markup=False)
        return
    table = Table("Số", "Sổ", "Thu hồi gì", "Làm gì", "Người", "Lúc", "Lý do")
    for one in found:
        about = named[one.withdrawal_id]
        table.add_row(
            str(one.withdrawal_id),
            name_cell(about.book),
            _what(one, about),
            _done(one),
            escape(one.author),
            format_moment(one.noted_at),
            escape(one.reason),
        )
    out().print(table)


def _withdraw(
    registry: Registry,
    context: RunContext,
    part: RegistryPart,
    reason: str,
    by: str | None,
    *,
    sure: bool,
    as_json: bool,
) -> None:
    """Show what hangs on a part, and withdraw it when that is asked for; the rest of the book is checked anew."""
    registry.refuse_withdrawn(part)
    told = registry.withdrawal_preview(part)
    if not sure:
        _show_preview(told, as_json=as_json)
        return
    number = registry.withdraw(part, author=_author(by), reason=_reason(reason, "vì sao thu hồi"))
    check_books(registry, context.schemas, [part.book_id])
    if as_json:
        print_json({"withdrawal": number, "preview": plain(told)})
        return
    screen = out()
    what = PART_LABELS[part.kind]
    screen.print(f"Đã thu hồi {what} {printable(told.name)}, số {number}. Không có gì bị xóa.", markup=False)
    for line in told.lines():
        screen.print(f"  {line}", markup=False)
    screen.print(f"Hủy thu hồi: hotich withdraw undo {number} --reason “…”", markup=False)


def _show_preview(told: WithdrawalPreview, *, as_json: bool) -> None:
    if as_json:
        print_json({"preview": plain(told)})
        return
    screen = out()
    what = PART_LABELS[told.part.kind]
    screen.print(f"Thu hồi {what} {printable(told.name)} của sổ {printable(told.book)} sẽ gồm:", markup=False)
    for line in told.lines() or ("không có gì khác",):
        screen.print(f"  {line}", markup=False)
    screen.print("CHƯA làm gì. Muốn làm thật: thêm --reason “…” --apply.", markup=False)


def _author(by: str | None) -> str:
    return getpass.getuser() if by is None else by


def _reason(reason: str, what: str) -> str:
    """Return the reason.

    Raises:
        RegistryError: None is given.
    """
    if not reason.strip():
        raise RegistryError(f"Chưa ghi {what}. Hãy thêm --reason “…”.")
    return reason


def _books(registry: Registry, name: str) -> tuple[int, ...]:
    found = registry.books_named(name)
    if not found:
        raise LedgerError(f"Không có sổ “{printable(name)}” trong sổ dữ liệu. Hãy kiểm tra tên thư mục.")
    return found


def _book_id(registry: Registry, name: str, number: int | None) -> int:
    """The one book of that folder name; where there are several, the one of that number."""
    found = _books(registry, name)
    if number is not None and number in found:
        return number
    if number is not None or len(found) > 1:
        told = "; ".join(
            f"--number {one}: quyển {book.ledger.volume}, {book.ledger.place or book.ledger.place_code}"
            for one in found
            for book in [registry.book(one)]
        )
        raise LedgerError(f"Hãy chọn một trong các sổ tên “{printable(name)}”: {printable(told)}.")
    return found[0]


def _scan(registry: Registry, book_id: int, book_name: str, file: str) -> str:
    """The SHA-256 of the scan of that name.

    Raises:
        RegistryError: There is none, or there are several.
    """
    names = registry.scans_named(book_id)
    found = [sha256 for sha256, name in names.items() if file in (name, sha256)]
    if len(found) == 1:
        return found[0]
    if found:
        raise RegistryError(
            f"Sổ “{printable(book_name)}” có {len(found)} bản quét tên “{printable(file)}”. Hãy nêu bằng SHA-256: "
            f"{', '.join(found)}."
        )
    raise RegistryError(
        f"Sổ “{printable(book_name)}” không có bản quét “{printable(file)}”. Sổ có: "
        f"{', '.join(printable(name) for name in names.values())}."
    )


def _done(one: Withdrawal) -> str:
    over = not one.in_force and one.kind is not WithdrawalKind.REINSTATED
    return WITHDRAWAL_LABELS[one.kind] + (" (đã hủy)" if over else "")


def _what(one: Withdrawal, about: WithdrawalPreview) -> str:
    what = PART_LABELS[one.part.kind]
    return what if one.part.kind is PartKind.BOOK else f"{what} {escape(printable(about.name))}"
