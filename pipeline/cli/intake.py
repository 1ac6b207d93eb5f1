"""``hotich intake``: what scanners deliver is taken in, and how things stand at the scanning desk."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.cli.group import Command, Commands
from pipeline.cli.intake_words import reasons_told, round_told
from pipeline.cli.run import stop_on_sigterm
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.errors import StorageError
from pipeline.inbox import (
    DayReport,
    IntakeOptions,
    IntakeOutcome,
    ScannerRound,
    day_reports,
    foreign_entries,
    intake_round,
    read_options,
    verify_day,
)
from pipeline.intake import Inspector
from pipeline.localtime import iso_date
from pipeline.settings import read_settings
from pipeline.workspace import Workspace

intake_app = typer.Typer(cls=Commands, no_args_is_help=True, help="Nhận bản quét từ các máy quét.")


@intake_app.command("run", cls=Command)
def run_intake(
    watch: Annotated[
        float | None,
        typer.Option("--watch", min=1, help="Cứ bấy nhiêu giây lại nhận một lượt, đến khi bấm Ctrl+C."),
    ] = None,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Nhận một lượt những gì đã nằm yên trong các hộp quét; tệp mới thấy thì lượt sau mới nhận."""
    options, place = desk_of(workspace)
    stop_on_sigterm()
    done: Sequence[ScannerRound] | None = ()
    with Inspector(options.limits) as inspector, _stopped_by_hand(watch):
        while True:
            done = intake_round(options, place, inspector, time.time())
            _show_round(done, as_json)
            if watch is None:
                break
            time.sleep(watch)
    if done is not None and any(one.problem for one in done):
        raise typer.Exit(StorageError.exit_code)


@intake_app.command("status", cls=Command)
def status(
    day: Annotated[
        datetime | None,
        typer.Option("--day", formats=["%Y-%m-%d", "%d.%m.%Y"], help="Ngày nào [hôm nay]."),
    ] = None,
    all_days: Annotated[bool, typer.Option("--all", help="Mọi ngày.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="So từng tệp với bản kê bằng mã băm; sai thì mã thoát 7.")
    ] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Máy quét giao gì: đã giao = đã lưu + cách ly + đang chờ, và vì sao."""
    options, place = desk_of(workspace)
    wanted = day.date().isoformat() if day else iso_date(time.time())
    days = [one for one in day_reports(options, place) if all_days or one.day == wanted or one.waiting]
    scanners = {scanner.name: scanner for scanner in options.scanners}
    flaws = [flaw for one in days if verify for flaw in verify_day(one, scanners[one.scanner], place)]
    if as_json:
        print_json({"days": [_as_object(one) for one in days], "flaws": flaws})
    else:
        _show_days(days, options, wanted)
        for flaw in flaws:
            out().print(flaw, markup=False)
        if verify and not flaws:
            out().print("Mọi tệp đúng như bản kê, so bằng mã băm.", markup=False)
    unbalanced = [one for one in days if not one.balanced]
    raise typer.Exit(StorageError.exit_code if flaws or unbalanced else 0)


@contextmanager
def _stopped_by_hand(watch: float | None) -> Iterator[None]:
    """A watch has no other end than being stopped."""
    try:
        yield
    except KeyboardInterrupt:
        if watch is None:
            raise
        out().print("Đã dừng nhận. Những gì chưa nhận còn nguyên trong các hộp quét.", markup=False)


def desk_of(workspace: Path | None) -> tuple[IntakeOptions, Workspace]:
    """What ``intake.toml`` says, and the workspace it stands in."""
    folder = (workspace or read_settings().workspace).expanduser().resolve()
    return read_options(Workspace(folder).scanners, folder), Workspace(folder)


def _show_round(done: Sequence[ScannerRound] | None, as_json: bool) -> None:
    if as_json:
        print_json({"busy": done is None, "scanners": plain(done or ())})
        return
    if done is None:
        out().print("Một lượt nhận khác đang chạy; lượt này không làm gì.", markup=False)
    for one in done or ():
        for line in round_told(one):
            out().print(line, markup=False)


def _show_days(days: Sequence[DayReport], options: IntakeOptions, wanted: str) -> None:
    screen = out()
    if not days:
        screen.print(f"Ngày {wanted} chưa máy quét nào giao gì.", markup=False)
    else:
        table = Table(
            "Ngày", "Máy quét", "Đã giao", "Đã lưu", "Cách ly", "Đang chờ", "Rút lại", "Chưa gán sổ", "Khớp"
        )
        for column in table.columns[2:8]:
            column.justify = "right"
        for one in days:
            counts = (
                one.delivered, one.count(IntakeOutcome.STORED), one.count(IntakeOutcome.QUARANTINED), len(one.waiting),
                one.count(IntakeOutcome.WITHDRAWN), len(one.unassigned),
            )  # fmt: skip
            table.add_row(
                one.day, escape(one.scanner), *map(str, counts), "khớp" if one.balanced else "KHÔNG KHỚP"
            )
        screen.print(table)
    for one in days:
        for line in reasons_told(one):
            screen.print(line, markup=False)
    for scanner in options.scanners:
        try:
            for outsider in foreign_entries(scanner):
                screen.print(f"{scanner.name}: không nhận: {outsider.message}", markup=False)
        except StorageError as error:
            screen.print(f"{scanner.name}: {error.message}", markup=False)


def _as_object(day: DayReport) -> dict[str, object]:
    return {
        "scanner": day.scanner,
        "day": day.day,
        "delivered": day.delivered,
        "stored": day.count(IntakeOutcome.STORED),
        "quarantined": day.count(IntakeOutcome.QUARANTINED),
        "waiting": plain(day.waiting),
        "withdrawn": day.count(IntakeOutcome.WITHDRAWN),
        "balanced": day.balanced,
        "unassigned": [row.serial for row in day.unassigned],
        "assignments": plain(tuple(day.assignments.values())),
        "rows": plain(day.rows),
    }
