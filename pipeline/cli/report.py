"""``hotich report``: the supervisors' report, on the screen or as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.localtime import format_moment
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.reports import SPAN, ManagementReport, StoreCheck, read_plan
from pipeline.reports.report import report as track_items
from pipeline.scans.store_check import read_state, wrong_scans
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings


def report(
    target: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Tệp .xlsx hay .pdf, hoặc thư mục để ghi cả hai tệp của hôm nay."),
    ] = None,
    places: Annotated[
        list[str] | None, typer.Option("--place", help="Chỉ nơi đăng ký có mã này; nêu được nhiều lần.")
    ] = None,
    days: Annotated[
        int,
        typer.Option("--days", min=1, max=3660, help="Điều đã diễn ra thì tính trong bấy nhiêu ngày qua."),
    ] = SPAN,
    people: Annotated[bool, typer.Option("--people", help="Thêm bảng từng người.")] = False,
    workspace: WorkspaceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Báo cáo tiến độ và chất lượng cho người phụ trách: in tóm tắt, hoặc ghi tệp Excel và PDF."""
    context = read_settings().run_context(workspace)
    plan = read_plan(Workspace(context.workspace).plan, context.schemas)
    state = read_state(Workspace(context.workspace))
    with context.open_registry() as registry:
        made = track_items(
            registry,
            context.schemas,
            plan,
            places=frozenset(places) if places else None,
            days=days,
            people=people,
            store=StoreCheck(state.finished_at, wrong_scans(state)),
        )
    if target is not None:
        from pipeline.reports.output_files import write_files  # XlsxWriter and Typst: not for the screen

        for path in write_files(made, target):
            out().print(f"Đã ghi {path}", markup=False)
    elif as_json:
        print_json(plain(made))
    else:
        _show(made)


def _show(made: ManagementReport) -> None:
    screen = out()
    screen.print(f"Số liệu lúc {format_moment(made.at)}, {made.scope}.", markup=False)
    for alert in made.alerts:
        screen.print(f"Chú ý: {alert}", markup=False)
    for one in made.sections[0].figures:
        note = f" ({one.note})" if one.note else ""
        screen.print(f"  {one.label}: {one.cell.text}{note}", markup=False)
    screen.print("Cả báo cáo: thêm --out THƯ_MỤC, hoặc trang Báo cáo của màn hình rà soát.", markup=False)
