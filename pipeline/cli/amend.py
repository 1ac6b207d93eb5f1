"""``hotich amend``: corrections and supplements by a decision, on top of what the paper says."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.base.errors import RegistryError
from pipeline.base.files import printable
from pipeline.base.model import PageRef
from pipeline.cli.context import HERE, ME, EntryArgument, JsonOption, WorkspaceOption, by_option
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import say, show
from pipeline.registry import Registry
from pipeline.registry.amendments.model import AmendmentKind, AmendmentOrder
from pipeline.values.kinds import DATE

KINDS = {
    AmendmentKind.CORRECTION: "cải chính",
    AmendmentKind.SUPPLEMENT: "bổ sung",
    AmendmentKind.WITHDRAWN: "đã rút",
}

app = command_group(
    """Cải chính, bổ sung theo quyết định: giá trị mới nằm trên giá trị cũ, không xóa gì, không đổi chữ đã đọc."""
)

ByOption = Annotated[str, by_option("Người ghi")]


@app.command("add", cls=Command)
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
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Ghi một cải chính (ô đã có giá trị) hoặc bổ sung (ô chưa có)."""
    with work.open_registry() as registry:
        noted = _noted_order(registry, entry_id) if from_note else AmendmentOrder("", "", "")
        order = AmendmentOrder(
            decision or noted.decision_number,
            DATE.parse(decided_on).canonical or decided_on or noted.decided_on,
            basis,
            authority or noted.authority,
            _paper(registry, entry_id, scan, page) if scan else None,
        )
        field = field_of(registry, entry_id, column)
        number = registry.amend(entry_id, field, text, order, author=by)
        kind = registry.entry(entry_id).amendments[field].kind
    say(f"Đã ghi {KINDS[kind]} số {number}: sự kiện {entry_id}, cột {column}.")


@app.command("withdraw", cls=Command)
def withdraw(
    entry_id: EntryArgument,
    number: Annotated[int, typer.Argument(metavar="SỐ", help="Số của cải chính, bổ sung.")],
    reason: Annotated[str, typer.Option("--reason", help="Vì sao rút.")],
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Rút một cải chính, bổ sung đã ghi nhầm. Dòng cũ vẫn còn trong sổ dữ liệu."""
    with work.open_registry() as registry:
        registry.withdraw_amendment(entry_id, number, author=by, reason=reason)
    say(f"Đã rút cải chính, bổ sung số {number}.")


@app.command("list", cls=Command)
def list_amendments(
    entry_id: EntryArgument, work: WorkspaceOption = HERE, as_json: JsonOption = False
) -> None:
    """Mọi cải chính, bổ sung của một sự kiện, từ cũ đến mới, kể cả những cái đã rút."""
    with work.open_registry() as registry:
        entry = registry.entry(entry_id)
        record = work.schemas.record(entry.record)
        amendments = registry.amendments(entry_id)
    show(
        amendments,
        {
            "Số": lambda row: row.amendment_id,
            "Cột": lambda row: record.by_name[row.field].column or row.field,
            "Loại": lambda row: KINDS[row.kind],
            "Giá trị cũ": lambda row: row.old or "–",
            "Giá trị mới": lambda row: row.value or "–",
            "Quyết định": lambda row: (
                row.order.decision_number + (" (ở ghi chú)" if entry.is_noted(row, record) else "")
            ),
            "Ngày": lambda row: row.order.decided_on,
            "Căn cứ": lambda row: row.order.legal_basis,
            "Người ghi": lambda row: row.author,
        },
        as_json,
        {"amendments": amendments},
    )


def field_of(registry: Registry, entry_id: int, column: str) -> str:
    """Return the field in a column of the Ministry; an unknown column is taken as a field name."""
    record = registry.record_of(entry_id)
    spec = record.by_column.get(column)
    return spec.name if spec else column


def _noted_order(registry: Registry, entry_id: int) -> AmendmentOrder:
    order = registry.entry(entry_id).noted_order(registry.record_of(entry_id))
    if order is None:
        raise RegistryError(
            f"Sự kiện {entry_id} không có số quyết định ở việc ghi chú. Hãy ghi --decision, --on, "
            "hoặc nhập việc ghi chú ở màn hình rà soát."
        )
    return order


def _paper(registry: Registry, entry_id: int, scan: str, page: int) -> PageRef:
    book = registry.book(registry.entry(entry_id).book_id)
    for sha256, name in book.scans.items():
        if name == scan:
            return PageRef(sha256, page)
    raise RegistryError(
        f"Sổ “{printable(book.folder_name)}” không có bản quét “{printable(scan)}”. Sổ có: "
        f"{', '.join(map(printable, book.scans.values()))}."
    )
