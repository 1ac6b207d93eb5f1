"""``hotich withdraw``: parts of the registry withdrawn, replaced or reinstated."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.base.errors import LedgerError, RegistryError
from pipeline.base.files import printable
from pipeline.base.localtime import format_moment
from pipeline.base.model import PageRef
from pipeline.books.book_checks import check_books
from pipeline.cli.context import HERE, ME, EntryArgument, JsonOption, WorkspaceOption, by_option
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import plain, print_json, say, show
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

app = command_group(
    """Thu hồi sổ, bản quét, trang, sự kiện hộ tịch đưa vào nhầm; thay trang quét lại; hủy thu hồi. Không xóa gì."""
)

BookArgument = Annotated[str, typer.Argument(metavar="SỔ", help="Tên thư mục của sổ.")]
ScanArgument = Annotated[str, typer.Argument(metavar="BẢN-QUÉT", help="Tên tệp quét.")]
PageArgument = Annotated[int, typer.Argument(metavar="TRANG", min=1, help="Trang thứ mấy của tệp quét.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Vì sao; bắt buộc, được giữ mãi.")]
ByOption = Annotated[str, by_option("Người thu hồi")]
SureOption = Annotated[
    bool, typer.Option("--apply", help="Thu hồi thật. Không có thì chỉ cho xem những gì sẽ bị ảnh hưởng.")
]
NumberOption = Annotated[
    int | None, typer.Option("--number", min=1, help="Số của quyển sổ, khi nhiều quyển cùng tên thư mục.")
]


@app.command("book", cls=Command)
def book(
    name: BookArgument,
    reason: ReasonOption = "",
    number: NumberOption = None,
    sure: SureOption = False,
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Thu hồi cả một quyển sổ, ví dụ sổ sinh ra do ghi nhầm ledger.toml."""
    context = work.run
    with work.open_registry() as registry:
        part = RegistryPart(_book_id(registry, name, number))
        _withdraw(registry, context, part, reason, by, sure=sure, as_json=as_json)


@app.command("scan", cls=Command)
def scan(
    name: BookArgument,
    file: ScanArgument,
    reason: ReasonOption = "",
    number: NumberOption = None,
    sure: SureOption = False,
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Thu hồi một bản quét với mọi trang của nó, kể cả tệp không đọc được."""
    context = work.run
    with work.open_registry() as registry:
        book_id = _book_id(registry, name, number)
        part = RegistryPart(book_id, _scan(registry, book_id, name, file))
        _withdraw(registry, context, part, reason, by, sure=sure, as_json=as_json)


@app.command("page", cls=Command)
def page(
    name: BookArgument,
    file: ScanArgument,
    page_no: PageArgument,
    reason: ReasonOption = "",
    number: NumberOption = None,
    sure: SureOption = False,
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Thu hồi một trang, ví dụ trang quét hai lần."""
    context = work.run
    with work.open_registry() as registry:
        book_id = _book_id(registry, name, number)
        part = RegistryPart(book_id, _scan(registry, book_id, name, file), page_no)
        _withdraw(registry, context, part, reason, by, sure=sure, as_json=as_json)


@app.command("entry", cls=Command)
def entry(
    entry_id: EntryArgument,
    reason: ReasonOption = "",
    sure: SureOption = False,
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Thu hồi một sự kiện hộ tịch, ví dụ sự kiện bị gạch bỏ cả trang mà máy vẫn đọc."""
    context = work.run
    with work.open_registry() as registry:
        part = registry.part_of_entry(entry_id)
        _withdraw(registry, context, part, reason, by, sure=sure, as_json=as_json)


@app.command("replace", cls=Command)
def replace(
    name: BookArgument,
    file: Annotated[str, typer.Argument(metavar="BẢN-QUÉT-CŨ", help="Tệp quét có trang cũ.")],
    page_no: Annotated[int, typer.Argument(metavar="TRANG-CŨ", min=1, help="Trang cũ.")],
    new_file: Annotated[str, typer.Argument(metavar="BẢN-QUÉT-MỚI", help="Tệp quét lại, đã đọc.")],
    new_page_no: Annotated[int, typer.Argument(metavar="TRANG-MỚI", min=1, help="Trang mới.")],
    reason: ReasonOption = "",
    number: NumberOption = None,
    sure: SureOption = False,
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Cho trang quét lại thay trang cũ: quyết định đã có được giữ, chỗ nào trang mới đọc khác thì chờ người xem."""
    with work.open_registry() as registry:
        book_id = _book_id(registry, name, number)
        old = PageRef(_scan(registry, book_id, name, file), page_no)
        new = PageRef(_scan(registry, book_id, name, new_file), new_page_no)
        preview = registry.withdrawal_preview(RegistryPart(book_id, old.scan_sha256, old.page_no))
        if not sure:
            _show_preview(preview, as_json=as_json)
            return
        outcome = registry.replace_page(
            book_id, old, new, author=by, reason=_reason(reason, "vì sao thay trang")
        )
        check_books(registry, work.schemas, [book_id])
    if as_json:
        print_json({"replaced": plain(outcome)})
        return
    say(
        f"Đã thay trang, số {outcome.withdrawal_id}: {outcome.entries} sự kiện, giữ {outcome.decisions} quyết định và "
        f"{outcome.amendments} cải chính, bổ sung. Trang cũ vẫn được lưu."
    )
    if outcome.differing:
        say(
            f"{outcome.differing} ô trang mới đọc khác: chờ người xem ở màn hình rà soát; giá trị đã quyết định vẫn có "
            "hiệu lực."
        )


@app.command("undo", cls=Command)
def undo(
    withdrawal_id: Annotated[
        int, typer.Argument(metavar="SỐ", help="Số ở cột đầu của hotich withdraw list.")
    ],
    reason: ReasonOption = "",
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Hủy một lần thu hồi: mọi thứ trở lại như trước, cả quyết định, chữ đã gõ và nhiệm vụ."""
    with work.open_registry() as registry:
        registry.reinstate(withdrawal_id, author=by, reason=_reason(reason, "vì sao hủy thu hồi"))
        reinstated = next(item for item in registry.withdrawals() if item.withdrawal_id == withdrawal_id)
        check_books(registry, work.schemas, [reinstated.part.book_id])
    say(f"Đã hủy thu hồi số {withdrawal_id}: mọi thứ trở lại như trước.")


@app.command("list", cls=Command)
def list_withdrawals(
    name: Annotated[str | None, typer.Argument(metavar="[SỔ]", help="Chỉ sổ có tên thư mục này.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Kể cả những lần đã hủy.")] = False,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê những gì đang bị thu hồi; với --all thì mọi lần thu hồi, hủy thu hồi."""
    with work.open_registry() as registry:
        books = None if name is None else set(_books(registry, name))
        acts = [
            withdrawal
            for withdrawal in registry.withdrawals()
            if (everything or withdrawal.in_force) and (books is None or withdrawal.part.book_id in books)
        ]
        previews = {act.withdrawal_id: registry.withdrawal_preview(act.part) for act in acts}
    if not acts and not as_json:
        say("Không có gì đang bị thu hồi.")
        return
    show(
        acts,
        {
            "Số": lambda act: act.withdrawal_id,
            "Sổ": lambda act: printable(previews[act.withdrawal_id].book),
            "Thu hồi gì": lambda act: _what(act, previews[act.withdrawal_id]),
            "Làm gì": _done,
            "Người": lambda act: act.author,
            "Lúc": lambda act: format_moment(act.noted_at),
            "Lý do": lambda act: act.reason,
        },
        as_json,
        {"withdrawals": acts},
    )


def _withdraw(
    registry: Registry,
    context: RunContext,
    part: RegistryPart,
    reason: str,
    by: str,
    *,
    sure: bool,
    as_json: bool,
) -> None:
    """Show the consequences for a part, or with ``sure`` withdraw it and check the rest of the book again."""
    registry.refuse_withdrawn(part)
    preview = registry.withdrawal_preview(part)
    if not sure:
        _show_preview(preview, as_json=as_json)
        return
    number = registry.withdraw(part, author=by, reason=_reason(reason, "vì sao thu hồi"))
    check_books(registry, context.schemas, [part.book_id])
    if as_json:
        print_json({"withdrawal": number, "preview": plain(preview)})
        return
    what = PART_LABELS[part.kind]
    say(f"Đã thu hồi {what} {printable(preview.name)}, số {number}. Không có gì bị xóa.")
    for line in preview.lines():
        say(f"  {line}")
    say(f"Hủy thu hồi: hotich withdraw undo {number} --reason “…”")


def _show_preview(preview: WithdrawalPreview, *, as_json: bool) -> None:
    if as_json:
        print_json({"preview": plain(preview)})
        return
    what = PART_LABELS[preview.part.kind]
    say(f"Thu hồi {what} {printable(preview.name)} của sổ {printable(preview.book)} sẽ gồm:")
    for line in preview.lines() or ("không có gì khác",):
        say(f"  {line}")
    say("CHƯA làm gì. Muốn làm thật: thêm --reason “…” --apply.")


def _reason(reason: str, what: str) -> str:
    """Return the reason.

    Raises:
        RegistryError: The reason is empty.
    """
    if not reason.strip():
        raise RegistryError(f"Chưa ghi {what}. Hãy thêm --reason “…”.")
    return reason


def _books(registry: Registry, name: str) -> tuple[int, ...]:
    book_ids = registry.books_named(name)
    if not book_ids:
        raise LedgerError(f"Không có sổ “{printable(name)}” trong sổ dữ liệu. Hãy kiểm tra tên thư mục.")
    return book_ids


def _book_id(registry: Registry, name: str, number: int | None) -> int:
    """Return the id of the book with this folder name; ``number`` chooses among several."""
    book_ids = _books(registry, name)
    if number is not None and number in book_ids:
        return number
    if number is not None or len(book_ids) > 1:
        choices = "; ".join(
            f"--number {book_id}: quyển {book.ledger.volume}, {book.ledger.place or book.ledger.place_code}"
            for book_id in book_ids
            for book in [registry.book(book_id)]
        )
        raise LedgerError(f"Hãy chọn một trong các sổ tên “{printable(name)}”: {printable(choices)}.")
    return book_ids[0]


def _scan(registry: Registry, book_id: int, book_name: str, file: str) -> str:
    """Return the SHA-256 of the scan with this name.

    Raises:
        RegistryError: No scan, or several scans have this name.
    """
    names = registry.scans_named(book_id)
    matches = [sha256 for sha256, name in names.items() if file in (name, sha256)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise RegistryError(
            f"Sổ “{printable(book_name)}” có {len(matches)} bản quét tên “{printable(file)}”. Hãy nêu bằng SHA-256: "
            f"{', '.join(matches)}."
        )
    raise RegistryError(
        f"Sổ “{printable(book_name)}” không có bản quét “{printable(file)}”. Sổ có: "
        f"{', '.join(printable(name) for name in names.values())}."
    )


def _done(act: Withdrawal) -> str:
    over = not act.in_force and act.kind is not WithdrawalKind.REINSTATED
    return WITHDRAWAL_LABELS[act.kind] + (" (đã hủy)" if over else "")


def _what(act: Withdrawal, preview: WithdrawalPreview) -> str:
    what = PART_LABELS[act.part.kind]
    return what if act.part.kind is PartKind.BOOK else f"{what} {printable(preview.name)}"
