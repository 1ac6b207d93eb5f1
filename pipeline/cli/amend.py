"""``hotich amend``: corrections and supplements by a decision, on top of what the paper says."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import RegistryError
from pipeline.base.files import printable
from pipeline.base.model import PageRef
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.registry import Registry
from pipeline.registry.amendments.model import AmendmentKind, AmendmentOrder
from pipeline.settings import read_settings
from pipeline.values.kinds import DATE

KINDS = {
    AmendmentKind.CORRECTION: "cải chính",
    AmendmentKind.SUPPLEMENT: "bổ sung",
    AmendmentKind.WITHDRAWN: "đã rút",
}

amend_app = typer.Typer(cls=Commands, no_args_is_help=True)

EntryArgument = Annotated[int, typer.Argument(metavar="MÃ", help="Mã của sự kiện hộ tịch trong sổ dữ liệu.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Người ghi [tên tài khoản của máy đang dùng].")]


@amend_app.callback()
def amend() -> None:
    """Cải chính, bổ sung theo quyết định: giá trị mới nằm trên giá trị cũ, không xóa gì, không đổi chữ đã đọc."""


@amend_app.command("add", cls=Command)
def add(
    entry_id: EntryArgument,
    column: Annotated[str, typer.Argument(metavar="CỘT", help="Cột của Bộ, ví dụ nksHoTen.")],
    text: Annotated[str, typer.Argument(metavar="GIÁ-TRỊ", help="Giá trị mới.")],
    basis: Annotated[str, typer.Option("--basis", help="Căn cứ pháp lý: điều, văn bản.")],
    decision: Annotated[str, typer.Option("--decision", help="Số quyết định hoặc số trích lục.")] = "",
    decided_on: Annotated[str, typer.Option("--on", help="Ngày quyết định, đủ ngày tháng năm.")] = "",
    from_note: Annotated[
        bool,
        typer.Option(
            "--from-note", help="Số, ngày, cơ quan lấy ở việc ghi chú của sự kiện, trừ cái nào ghi ở đây."
        ),
    ] = False,
    authority: Annotated[str, typer.Option("--authority", help="Cơ quan quyết định.")] = "",
    scan: Annotated[str, typer.Option("--scan", help="Bản quét của sổ có trang quyết định ấy.")] = "",
    page: Annotated[int, typer.Option("--page", min=1, help="Trang thứ mấy của bản quét ấy.")] = 1,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Ghi một cải chính (ô đã có giá trị) hoặc bổ sung (ô chưa có)."""
    author = getpass.getuser() if by is None else by
    with read_settings().run_context(workspace).open_registry() as registry:
        noted = _noted_order(registry, entry_id) if from_note else AmendmentOrder("", "", "")
        order = AmendmentOrder(
            decision or noted.decision_number,
            DATE.parse(decided_on).canonical or decided_on or noted.decided_on,
            basis,
            authority or noted.authority,
            _paper(registry, entry_id, scan, page) if scan else None,
        )
        field = field_of(registry, entry_id, column)
        number = registry.amend(entry_id, field, text, order, author=author)
        kind = registry.entry(entry_id).amendments[field].kind
    out().print(f"Đã ghi {KINDS[kind]} số {number}: sự kiện {entry_id}, cột {column}.", markup=False)


@amend_app.command("withdraw", cls=Command)
def withdraw(
    entry_id: EntryArgument,
    number: Annotated[int, typer.Argument(metavar="SỐ", help="Số của cải chính, bổ sung.")],
    reason: Annotated[str, typer.Option("--reason", help="Vì sao rút.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Rút một cải chính, bổ sung đã ghi nhầm. Dòng cũ vẫn còn trong sổ dữ liệu."""
    author = getpass.getuser() if by is None else by
    with read_settings().run_context(workspace).open_registry() as registry:
        registry.withdraw_amendment(entry_id, number, author=author, reason=reason)
    out().print(f"Đã rút cải chính, bổ sung số {number}.", markup=False)


@amend_app.command("list", cls=Command)
def list_amendments(
    entry_id: EntryArgument, workspace: WorkspaceOption = None, as_json: JsonOption = False
) -> None:
    """Mọi cải chính, bổ sung của một sự kiện, từ cũ đến mới, kể cả những cái đã rút."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        entry = registry.entry(entry_id)
        record = context.schemas.record(entry.record)
        found = registry.amendments(entry_id)
    if as_json:
        print_json({"amendments": [plain(one) for one in found]})
        return
    table = Table(
        "Số", "Cột", "Loại", "Giá trị cũ", "Giá trị mới", "Quyết định", "Ngày", "Căn cứ", "Người ghi"
    )
    for one in found:
        table.add_row(
            str(one.amendment_id),
            record.by_name[one.field].column or one.field,
            KINDS[one.kind],
            escape(one.old) or "–",
            escape(one.value) or "–",
            escape(one.order.decision_number) + (" (ở ghi chú)" if entry.is_noted(one) else ""),
            one.order.decided_on,
            escape(one.order.legal_basis),
            escape(one.author),
        )
    out().print(table)


def field_of(registry: Registry, entry_id: int, column: str) -> str:
    """The field of a column of the Ministry; what is none is taken for the name of a field."""
    record = registry.record_of(entry_id)
    spec = record.by_column.get(column)
    return spec.name if spec else column


def _noted_order(registry: Registry, entry_id: int) -> AmendmentOrder:
    found = registry.entry(entry_id).noted_order
    if found is None:
        raise RegistryError(
            f"Sự kiện {entry_id} không có số quyết định ở việc ghi chú. Hãy ghi --decision, --on, "
            "hoặc nhập việc ghi chú ở màn hình rà soát."
        )
    return found


def _paper(registry: Registry, entry_id: int, scan: str, page: int) -> PageRef:
    book = registry.book(registry.entry(entry_id).book_id)
    for sha256, name in book.scans.items():
        if name == scan:
            return PageRef(sha256, page)
    raise RegistryError(
        f"Sổ “{printable(book.folder_name)}” không có bản quét “{printable(scan)}”. Sổ có: "
        f"{', '.join(map(printable, book.scans.values()))}."
    )
