"""``hotich sample``: acceptance sampling of books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.context import (
    HERE,
    ME,
    CommandContext,
    JsonOption,
    WorkspaceOption,
    account_name,
    by_option,
    ids_of,
)
from pipeline.cli.group import Command, Commands
from pipeline.cli.print_papers import OutOption, write_printed
from pipeline.cli.screen import plain, print_json, say, show
from pipeline.declarations.office.campaign import CONTRACT
from pipeline.declarations.office.lot_sampling import PRESETS, SAMPLING
from pipeline.declarations.office.review import read_review
from pipeline.delivery.printing.offices import read_offices
from pipeline.delivery.printing.service import Asker
from pipeline.registry import Registry
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.lots.lots import Lots
from pipeline.registry.lots.stored_lots import Lot
from pipeline.reports.content import count_cell, percent_cell
from pipeline.reports.sections.accuracy import VERDICTS

NO_ACCOUNT = 0
"""A person who draws lots on the console has no account, and so never keys a value."""

SHARES = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2)

app = typer.Typer(cls=Commands, help="""Lấy mẫu nghiệm thu: nhận hay trả lại từng lô sổ.""")

ByOption = Annotated[str, by_option("Người quyết định")]
LotArgument = Annotated[int, typer.Argument(metavar="LÔ", help="Số của lô, như hotich sample list in ra.")]


@app.command("plan", cls=Command)
def plan(
    size: Annotated[int, typer.Argument(metavar="SỐ_SỰ_KIỆN", min=1, help="Lô có bấy nhiêu sự kiện.")],
    turn: Annotated[int, typer.Option("--round", min=1, help="Vòng thứ mấy.")] = 1,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Cho biết phải xem bao nhiêu sự kiện, nhận khi sai không quá bao nhiêu, và phép ấy phân biệt được gì."""
    policy = SAMPLING.read(work.workspace.office)
    lot_plan = policy.plan(size, turn)
    chances = {f"{wrong:g}": lot_plan.passes(round(wrong * size)) for wrong in SHARES}
    if as_json:
        print_json({"plan": plain(lot_plan), "passes": chances})
        return
    rule = "xem hết" if lot_plan.is_whole else f"nhận khi có không quá {lot_plan.acceptance} sự kiện sai"
    say(f"Lô {count_cell(size).text} sự kiện: xem {count_cell(lot_plan.sample).text} sự kiện, {rule}.")
    show(
        list(zip(SHARES, chances.values(), strict=True)),
        {
            "Nếu tỉ lệ sự kiện sai là": lambda pair: percent_cell(pair[0]).text,
            "thì lô được nhận với xác suất": lambda pair: percent_cell(pair[1]).text,
        },
    )


@app.command("draw", cls=Command)
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
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Lập một lô từ những sự kiện đã xong của các sổ ấy, rút mẫu và đưa ra bước kiểm tra của màn hình rà soát."""
    if preset is not None and preset not in PRESETS:
        raise typer.BadParameter(f"Chỉ có thể là {' hoặc '.join(PRESETS)}.", param_hint="--preset")
    with _lots(work, preset) as (registry, lots):
        lot = lots.draw(_person(by), ids_of(registry, books), seed=seed)
    _show([lot])


@app.command("list", cls=Command)
def list_lots(work: WorkspaceOption = HERE, as_json: JsonOption = False) -> None:
    """Liệt kê các lô, lô mới nhất trước."""
    with _lots(work) as (_, lots):
        all_lots = lots.lots(_person(account_name()))
        held = lots.held(_person(account_name()))
    if as_json:
        print_json({"lots": [plain(lot) | {"bound": lot.bound} for lot in all_lots], "held": held})
        return
    for number in held:
        say(f"Lô {number} có dòng không phải của chương trình nên không được kể: chạy hotich audit verify.")
    if all_lots:
        _show(all_lots)
    elif not held:
        say("Chưa có lô nào.")


@app.command("close", cls=Command)
def close(lot: LotArgument, by: ByOption = ME, work: WorkspaceOption = HERE) -> None:
    """Kết luận một lô theo điều đã tìm thấy: nhận, hoặc trả lại và mở lại mọi sự kiện của lô."""
    with _lots(work) as (_, lots):
        lots.carry_on(_person(by), lot)  # completes an interrupted draw first
        _show([lots.close(_person(by), lot)])


@app.command("cancel", cls=Command)
def cancel(
    lot: LotArgument,
    reason: Annotated[str, typer.Option("--reason", help="Vì sao bỏ lô.")],
    by: ByOption = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Bỏ một lô, không kết luận. Sự kiện đã đưa ra kiểm tra thì vẫn chờ người kiểm tra."""
    with _lots(work) as (_, lots):
        _show([lots.cancel(_person(by), lot, reason)])


@app.command("minutes", cls=Command)
def print_minutes(
    lot: LotArgument, target: OutOption = Path(), by: ByOption = ME, work: WorkspaceOption = HERE
) -> None:
    """In biên bản nghiệm thu của một lô ra PDF."""
    from pipeline.delivery.printing.acceptance_paper import acceptance_paper

    with _lots(work) as (registry, lots):
        person = _person(by)
        paper = acceptance_paper(
            registry,
            lots.lot(person, lot),
            lots.character_errors(person, lot),
            CONTRACT.read(work.workspace.office),
            read_offices(work.workspace.print),
            Asker(by),
        )
    write_printed(paper, target)


@contextmanager
def _lots(work: CommandContext, preset: str | None = None) -> Iterator[tuple[Registry, Lots]]:
    office = work.workspace.office
    review, sampling = read_review(office, work.schemas), SAMPLING.read(office)
    if preset is not None:
        sampling = sampling.model_copy(update={"preset": preset})
    with work.open_registry() as registry:
        yield registry, registry.lots(review, sampling)


def _person(by: str) -> Person:
    return Person(NO_ACCOUNT, by, by, Role.SUPERVISOR, None)


def _show(lots: list[Lot] | tuple[Lot, ...]) -> None:
    show(
        lots,
        {
            "Lô": lambda lot: lot.lot_id,
            "Sổ": lambda lot: ", ".join(lot.books),
            "Vòng": lambda lot: lot.turn,
            "Việc": lambda lot: lot.plan.lot,
            "Mẫu": lambda lot: lot.plan.sample,
            "Nhận khi sai ≤": lambda lot: lot.plan.acceptance,
            "Đã kiểm tra": lambda lot: lot.findings.checked,
            "Sai": lambda lot: lot.findings.wrong,
            "Chắc không quá": lambda lot: percent_cell(lot.bound).text if lot.findings.checked else "–",
            "Kết luận": lambda lot: VERDICTS[lot.closing.verdict if lot.closing else None],
        },
    )
