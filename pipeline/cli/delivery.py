"""``hotich delivery``: delivery rules, both layers of a book's values, and their confirmation."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.amend import field_of
from pipeline.cli.context import (
    HERE,
    ME,
    CommandContext,
    EntryArgument,
    JsonOption,
    LimitOption,
    WorkspaceOption,
    by_option,
    ids_of,
)
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import plain, print_json, say, show
from pipeline.declarations.office.delivery_policy import DeliveryPolicy
from pipeline.declarations.office.delivery_rules import DELIVERY_RULES
from pipeline.delivery.deliverable import book_layers
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.rules_page import markdown_lines
from pipeline.delivery_rules import DeliveredValue, FieldLayers
from pipeline.registry.entries.model import StoredEntry

app = command_group("""Giá trị bàn giao: quy tắc, hai lớp của từng ô, xác nhận của người.""")


@app.command("rules", cls=Command)
def rules(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="In trang docs/reference/delivery-rules.md.")
    ] = False,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Mọi quy tắc bàn giao, các lựa chọn, và lựa chọn của cơ quan."""
    if markdown:
        typer.echo("\n".join(markdown_lines()))
        return
    policy = _policy(work)
    document = {"rules": [plain(rule) | {"chosen": policy[rule.name]} for rule in DELIVERY_RULES]}
    show(
        DELIVERY_RULES,
        {
            "Quy tắc": lambda rule: rule.name,
            "Trên sổ": lambda rule: rule.title,
            "Ví dụ": lambda rule: rule.example,
            "Lựa chọn": lambda rule: "\n".join(
                f"{'→ ' if key == policy[rule.name] else '  '}{key}: {what}"
                for key, what in rule.choices.items()
            ),
        },
        as_json,
        document,
    )


@app.command("list", cls=Command)
def list_layers(
    books: Annotated[list[str], typer.Argument(metavar="SỔ", help="Tên thư mục của sổ.")],
    waiting: Annotated[bool, typer.Option("--waiting", help="Chỉ những ô chờ xác nhận.")] = False,
    limit: LimitOption = 40,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Mọi ô giao khác chữ trên sổ: chữ trên sổ, giá trị bàn giao, quy tắc, còn chờ xác nhận hay không."""
    policy = _policy(work)
    rows: list[tuple[StoredEntry, str, FieldLayers]] = []
    with work.open_registry() as registry:
        for book_id in ids_of(registry, books):
            for entry, layers in book_layers(registry, book_id, work.schemas, policy):
                names = work.schemas.record(entry.record).by_name
                rows += [
                    (entry, names[name].column, field_layers)
                    for name, field_layers in layers.items()
                    if names[name].column
                    and field_layers.delivered.rule
                    and (field_layers.waits or not waiting)
                ]
    if as_json:
        print_json(
            {"fields": [{"entry": row.entry_id, "column": col, **plain(layers)} for row, col, layers in rows]}
        )
        return
    show(
        rows[:limit],
        {
            "Mã sự kiện": lambda row: row[0].entry_id,
            "Cột": lambda row: row[1],
            "Trên sổ": lambda row: row[2].written or "–",
            "Bàn giao": lambda row: (
                " / ".join(map(in_words, row[2].proposals)) if row[2].waits else in_words(row[2].delivered)
            ),
            "Quy tắc": lambda row: row[2].delivered.rule,
            "Xác nhận": lambda row: (
                f"CHỜ: hotich delivery confirm {row[0].entry_id} {row[1]}"
                if row[2].waits
                else row[2].delivered.confirmed_by or "theo quy tắc"
            ),
        },
    )
    if len(rows) > limit:
        say(f"… và {len(rows) - limit} ô nữa")


@app.command("confirm", cls=Command)
def confirm(
    entry_id: EntryArgument,
    column: Annotated[str, typer.Argument(metavar="CỘT", help="Cột của Bộ, ví dụ nksNgaySinh.")],
    choice: Annotated[int, typer.Option("--choice", min=1, help="Giá trị thứ mấy trong các đề nghị.")] = 1,
    alike: Annotated[
        bool, typer.Option("--alike", help="Cho mọi việc của quyển chờ với cùng chữ, cùng đề nghị.")
    ] = False,
    by: Annotated[str, by_option("Người xác nhận")] = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Xác nhận một giá trị bàn giao mà quy tắc đề nghị. Chữ trên sổ không đổi."""
    policy = _policy(work)
    with work.open_registry() as registry:
        field = field_of(registry, entry_id, column)
        if alike:
            count = registry.confirm_alike(entry_id, field, policy, choice - 1, author=by)
            say(f"Đã xác nhận cột {column} của {count} việc giống nhau trong quyển.")
            return
        layers = registry.confirm_delivery(entry_id, field, policy, choice - 1, author=by)
    say(f"Đã xác nhận: việc {entry_id}, cột {column}, giao {in_words(layers.delivered)}.")


def in_words(value: DeliveredValue) -> str:
    return value.value or ("để trống, ghi vào Ghi chú" if value.note else "để trống")


def _policy(work: CommandContext) -> DeliveryPolicy:
    return read_options(work.workspace.package, work.workspace.office).delivery
