"""``hotich statistics``: forms of statistics, and the list of identity data to be put right."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.context import HERE, ME, JsonOption, WorkspaceOption, by_option
from pipeline.cli.screen import plain, print_json, say
from pipeline.declarations.office.approval import APPROVAL
from pipeline.registry.accounts.model import Person, Role
from pipeline.registry.statistics.countable_entries import RegistrationPeriod
from pipeline.reports.statistics.asked import asked_report
from pipeline.reports.statistics.counting import CountingScope


def statistics(
    form: Annotated[
        str,
        typer.Argument(metavar="BIỂU", help="13a, 14a, 22a; c06: danh sách số sai quy tắc, ngày chưa đủ."),
    ],
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="Đăng ký từ ngày này (2026-01-01)."),
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Đăng ký đến hết ngày này.")
    ] = None,
    unit: Annotated[str, typer.Option("--unit", help="Chỉ sổ của đơn vị hiện nay có mã này.")] = "",
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="Tệp .xlsx hay .pdf, hoặc thư mục để ghi cả hai.")
    ] = None,
    by: Annotated[str, by_option("Người lấy số liệu")] = ME,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Lập biểu thống kê hộ tịch từ sổ dữ liệu; không có --out thì in ra màn hình.

    Danh sách c06 có dữ liệu cá nhân: nhật ký ghi ai lấy.
    """
    period = RegistrationPeriod(first and first.date(), last and last.date())
    scope = CountingScope(period, unit.strip(), signed=APPROVAL.read(work.workspace.office).amendments)
    person = Person(0, by.strip(), by.strip(), Role.SUPERVISOR, None)
    with work.open_registry() as registry:
        report, _ = asked_report(registry, work.schemas, form, scope, person, datetime.now(UTC))
    if target is not None:
        from pipeline.reports.output_files import write_files  # imports XlsxWriter and Typst

        for path in write_files(report, target):
            say(f"Đã ghi {path}")
        return
    if as_json:
        print_json(plain(report))
        return
    say(f"{report.title}. Phạm vi: {report.scope}.")
    for alert in report.alerts:
        say(f"Chú ý: {alert}")
    for figure in report.sections[0].figures:
        say(f"  {figure.label}: {figure.cell.text}{f' ({figure.note})' if figure.note else ''}")
    for table in report.sections[0].tables:
        for row in table.first_rows:
            say("  ".join(cell.text for cell in row))
        say(table.note)
