"""``hotich sample``: acceptance sampling of books."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipeline.cli.check import ids_of
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.declarations.sampling import PRESETS, SamplingPolicy
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.lots.lots import Lots
from pipeline.registry.lots.stored_lots import Lot
from pipeline.reports.content import count_cell, percent_cell
from pipeline.reports.sections.accuracy import VERDICTS
from pipeline.settings import read_settings

NO_ACCOUNT = 0
"""Whoever draws lots on the console has no account, and so never keys anything."""

SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)

sample_app = typer.Typer(cls=Commands, help="Lấy mẫu nghiệm thu: nhận hay trả lại từng lô sổ.")

ByOption = Annotated[
    str | None, typer.Option("--by", help="Người quyết định [tên tài khoản của máy đang dùng].")
]
LotArgument = Annotated[int, typer.Argument(metavar="LÔ", help="Số của lô, như hotich sample list in ra.")]


@sample_app.command("plan", cls=Command)
def plan(
    size: Annotated[int, typer.Argument(metavar="SỐ_SỰ_KIỆN", min=1, help="Lô có bấy nhiêu sự kiện.")],
    turn: Annotated[int, typer.Option("--round", min=1, help="Vòng thứ mấy.")] = 1,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Cho biết phải xem bao nhiêu sự kiện, nhận khi sai không quá bao nhiêu, và phép ấy phân biệt được gì."""
    settings = read_settings()
    policy = settings.sampling_policy_of(settings.run_context(workspace).workspace)
    made = policy.plan(size, turn)
    chances = {f"{wrong:g}": made.passes(round(wrong * size)) for wrong in SHARES}
    if as_json:
        print_json({"plan": plain(made), "passes": chances})
        return
    screen = out()
    rule = "xem hết" if made.is_whole else f"nhận khi có không quá {made.acceptance} sự kiện sai"
    screen.print(f"Lô {count_cell(size).text} sự kiện: xem {count_cell(made.sample).text} sự kiện, {rule}.")
    table = Table("Nếu tỉ lệ sự kiện sai là", "thì lô được nhận với xác suất")
    for wrong, chance in zip(SHARES, chances.values(), strict=True):
        table.add_row(percent_cell(wrong).text, percent_cell(chance).text)
    screen.print(table)


@sample_app.command("draw", cls=Command)
def draw(
    books: Annotated[
        list[str], typer.Option("--book", "-b", help="Sổ có tên thư mục này; nêu được nhiều lần.")
    ],
    preset: Annotated[
        str | None, typer.Option("--preset", help="Cách lấy mẫu: statistical hoặc two-rounds [office.toml].")
    ] = None,
    seed: Annotated[
        str, typer.Option("--seed", help="Mã chọn mẫu ngẫu nhiên để rút mẫu [một số ngẫu nhiên].")
    ] = "",
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Lập một lô từ những sự kiện đã xong của các sổ ấy, rút mẫu và đưa ra bước kiểm tra của màn hình rà soát."""
    if preset is not None and preset not in PRESETS:
        raise typer.BadParameter(f"Chỉ có thể là {' hoặc '.join(PRESETS)}.", param_hint="--preset")
    with _lots(workspace, preset) as (registry, lots):
        lot = lots.draw(_person(by), ids_of(registry, books), seed=seed)
    _show([lot])


@sample_app.command("list", cls=Command)
def list_lots(workspace: WorkspaceOption = None, as_json: JsonOption = False) -> None:
    """Liệt kê các lô, lô mới nhất trước."""
    with _lots(workspace) as (_, lots):
        found = lots.lots(_person(None))
    if as_json:
        print_json({"lots": [plain(lot) | {"bound": lot.bound} for lot in found]})
    elif found:
        _show(found)
    else:
        out().print("Chưa có lô nào.")


@sample_app.command("close", cls=Command)
def close(lot: LotArgument, by: ByOption = None, workspace: WorkspaceOption = None) -> None:
    """Kết luận một lô theo điều đã tìm thấy: nhận, hoặc trả lại và mở lại mọi sự kiện của lô."""
    with _lots(workspace) as (_, lots):
        lots.carry_on(_person(by), lot)  # a draw that was cut off is made whole first
        _show([lots.close(_person(by), lot)])


@sample_app.command("cancel", cls=Command)
def cancel(
    lot: LotArgument,
    reason: Annotated[str, typer.Option("--reason", help="Vì sao bỏ lô.")],
    by: ByOption = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Bỏ một lô, không kết luận. Sự kiện đã đưa ra kiểm tra thì vẫn chờ người kiểm tra."""
    with _lots(workspace) as (_, lots):
        _show([lots.cancel(_person(by), lot, reason)])


@contextmanager
def _lots(workspace: Path | None, preset: str | None = None) -> Iterator[tuple[Registry, Lots]]:
    settings = read_settings()
    context = settings.run_context(workspace)
    review = settings.review_policy_of(context.workspace, context.schemas)
    sampling: SamplingPolicy = settings.sampling_policy_of(context.workspace)
    if preset is not None:
        sampling = replace(sampling, preset=preset)
    with context.open_registry() as registry:
        yield registry, registry.lots(review, sampling)


def _person(by: str | None) -> Person:
    login = getpass.getuser() if by is None else by
    return Person(NO_ACCOUNT, login, login, Role.SUPERVISOR, None)


def _show(lots: list[Lot] | tuple[Lot, ...]) -> None:
    table = Table(
        "Lô",
        "Sổ",
        "Vòng",
        "Việc",
        "Mẫu",
        "Nhận khi sai ≤",
        "Đã kiểm tra",
        "Sai",
        "Chắc không quá",
        "Kết luận",
    )
    for lot in lots:
        bound = percent_cell(lot.bound).text if lot.findings.checked else "–"
        numbers = (
            lot.turn,
            lot.plan.lot,
            lot.plan.sample,
            lot.plan.acceptance,
            lot.findings.checked,
            lot.findings.wrong,
        )
        verdict = VERDICTS[lot.closing.verdict if lot.closing else None]
        table.add_row(str(lot.lot_id), ", ".join(lot.books), *map(str, numbers), bound, verdict)
    out().print(table)
