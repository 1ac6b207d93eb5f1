"""``hotich delivery``: the rules of what is delivered, both layers of a book, and a person's word on them."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.cli.amend import EntryArgument, field_of
from pipeline.cli.check import ids_of
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.delivery.deliverable import book_layers
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery_rules import DELIVERY_RULES, DeliveredValue, DeliveryPolicy, FieldLayers
from pipeline.registry.entries.model import StoredEntry
from pipeline.run_context import RunContext
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

HEAD = """\
<!-- Trang này do lệnh hotich delivery rules --markdown viết ra; đừng sửa tay. -->

# Quy tắc bàn giao

Mỗi ô có hai lớp: chữ trên sổ, không bao giờ bị sửa, và giá trị bàn giao suy ra từ chữ ấy theo một quy tắc dưới đây.
Quy tắc nào không chắc thì đề nghị giá trị, và một người [xác nhận](../how-to/deliver.md#giá-trị-bàn-giao).
Ô mà việc nào cũng phải có (họ tên, giới tính …) bị gạch bỏ, không đọc được hay ngoài danh mục thì luôn chờ xác nhận.
Cơ quan chọn ở bảng `[delivery]` của `office.toml`; lựa chọn đầu là mặc định. Xem trên máy, kể cả lựa chọn của cơ quan:
[`hotich delivery rules`](commands.md). Vì sao làm như vậy: [0056](../adr/0056-two-layers-of-a-value.md).

```toml
[delivery]
lunar_date = "note"
approximate_date = "year"
```
"""

delivery_app = typer.Typer(cls=Commands, no_args_is_help=True)


@delivery_app.callback()
def delivery() -> None:
    """Giá trị bàn giao: quy tắc, hai lớp của từng ô, xác nhận của người."""


@delivery_app.command("rules", cls=Command)
def rules(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="In trang docs/reference/delivery-rules.md.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Mọi quy tắc bàn giao, các lựa chọn, và lựa chọn của cơ quan."""
    if markdown:
        typer.echo("\n".join(markdown_lines()))
        return
    policy = _policy(read_settings().run_context(workspace))
    if as_json:
        print_json({"rules": [plain(rule) | {"chosen": policy[rule.name]} for rule in DELIVERY_RULES]})
        return
    table = Table("Quy tắc", "Trên sổ", "Ví dụ", "Lựa chọn")
    for rule in DELIVERY_RULES:
        choices = "\n".join(
            f"{'→ ' if key == policy[rule.name] else '  '}{key}: {what}" for key, what in rule.choices.items()
        )
        table.add_row(rule.name, escape(rule.title), escape(rule.example), escape(choices))
    out().print(table)


def markdown_lines() -> Iterator[str]:
    """Yield the lines of the page about the rules."""
    yield HEAD.rstrip()
    for rule in DELIVERY_RULES:
        yield f"\n## {rule.title}\n\n`{rule.name}`. Ví dụ: {rule.example}.\n\n| Lựa chọn | Nghĩa |\n|---|---|"
        for key, what in rule.choices.items():
            yield f"| `{key}`{' (mặc định)' if key == rule.default else ''} | {what} |"


@delivery_app.command("list", cls=Command)
def list_layers(
    books: Annotated[list[str], typer.Argument(metavar="SỔ", help="Tên thư mục của sổ.")],
    waiting: Annotated[bool, typer.Option("--waiting", help="Chỉ những ô chờ xác nhận.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="In nhiều nhất bấy nhiêu dòng.")] = 40,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Mọi ô giao khác chữ trên sổ: chữ trên sổ, giá trị bàn giao, quy tắc, còn chờ xác nhận hay không."""
    context = read_settings().run_context(workspace)
    policy = _policy(context)
    rows: list[tuple[StoredEntry, str, FieldLayers]] = []
    with context.open_registry() as registry:
        for book_id in ids_of(registry, books):
            for entry, layers in book_layers(registry, book_id, context.schemas, policy):
                names = context.schemas.record(entry.record).by_name
                rows += [
                    (entry, names[name].column, one)
                    for name, one in layers.items()
                    if names[name].column and one.delivered.rule and (one.waits or not waiting)
                ]
    if as_json:
        print_json(
            {"fields": [{"entry": row.entry_id, "column": column, **plain(one)} for row, column, one in rows]}
        )
        return
    table = Table("Mã sự kiện", "Cột", "Trên sổ", "Bàn giao", "Quy tắc", "Xác nhận")
    for row, column, one in rows[:limit]:
        table.add_row(
            str(row.entry_id),
            column,
            escape(one.written) or "–",
            escape(" / ".join(map(shown, one.proposals)) if one.waits else shown(one.delivered)),
            one.delivered.rule,
            f"CHỜ: hotich delivery confirm {row.entry_id} {column}"
            if one.waits
            else escape(one.delivered.confirmed_by) or "theo quy tắc",
        )
    out().print(table)
    if len(rows) > limit:
        out().print(f"… và {len(rows) - limit} ô nữa", markup=False)


@delivery_app.command("confirm", cls=Command)
def confirm(
    entry_id: EntryArgument,
    column: Annotated[str, typer.Argument(metavar="CỘT", help="Cột của Bộ, ví dụ nksNgaySinh.")],
    choice: Annotated[int, typer.Option("--choice", min=1, help="Giá trị thứ mấy trong các đề nghị.")] = 1,
    by: Annotated[
        str | None, typer.Option("--by", help="Người xác nhận [tên tài khoản của máy đang dùng].")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Xác nhận một giá trị bàn giao mà quy tắc đề nghị. Chữ trên sổ không đổi."""
    author = getpass.getuser() if by is None else by
    context = read_settings().run_context(workspace)
    policy = _policy(context)
    with context.open_registry() as registry:
        field = field_of(registry, entry_id, column)
        told = registry.confirm_delivery(entry_id, field, policy, choice - 1, author=author)
    out().print(f"Đã xác nhận: việc {entry_id}, cột {column}, giao {shown(told.delivered)}.", markup=False)


def shown(one: DeliveredValue) -> str:
    """Return a delivered value in words."""
    return one.value or ("để trống, ghi vào Ghi chú" if one.note else "để trống")


def _policy(context: RunContext) -> DeliveryPolicy:
    workspace = Workspace(context.workspace)
    return read_options(workspace.package, workspace.office).delivery
