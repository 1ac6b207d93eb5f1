"""``hotich province``: an office sends its figures, a province gathers those of its offices."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import PackageRefused
from pipeline.base.files import printable
from pipeline.base.localtime import format_moment, local_date
from pipeline.base.signing_key import fingerprint, signing_key
from pipeline.cli.context import HERE, WorkspaceOption
from pipeline.cli.group import Command, Commands
from pipeline.cli.screen import say
from pipeline.reports import read_plan
from pipeline.reports.communes import EVERYWHERE, commune_report
from pipeline.reports.office_figures import ENDING, figures_of, gather, read_offices, write_figures
from pipeline.values.places import AnsweringUnits

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    help="""Số liệu của nhiều cơ quan: cơ quan gửi tệp có chữ ký, tỉnh gộp lại.""",
)


@app.command("send", cls=Command)
def send(
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="Thư mục để ghi tệp [thư mục đang đứng].")
    ] = None,
    work: WorkspaceOption = HERE,
) -> None:
    """Ghi tệp số liệu của cơ quan để gửi tỉnh: chỉ có số đếm theo sổ và kế hoạch, có chữ ký; không có tên người."""
    plan = read_plan(work.workspace.plan, work.schemas)
    key = signing_key(work.workspace.package_key)
    with work.open_registry() as registry:
        counts = registry.statistics(None).communes()
    name = f"{fingerprint(key.public).replace(' ', '')}-{local_date(counts.at):%Y-%m-%d}{ENDING}"
    path = (target or Path()) / name
    write_figures(path, figures_of(counts, plan), key)
    say(f"Đã ghi {path}: {len(counts.books)} sổ.")
    say(f"Khóa công khai để tỉnh ghi vào province.toml: {key.public}")


@app.command("gather", cls=Command)
def gather_figures(
    folder: Annotated[
        Path, typer.Argument(metavar="THƯ_MỤC", help="Nơi chứa các tệp số liệu nhận được.", file_okay=False)
    ],
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="Tệp .xlsx hay .pdf, hoặc thư mục để ghi cả hai.")
    ] = None,
    work: WorkspaceOption = HERE,
) -> None:
    """Gộp số liệu của các cơ quan thành báo cáo theo xã hiện nay; tệp sai, cũ, lạ thì nêu và không tính."""
    now = datetime.now(UTC)
    offices = read_offices(work.workspace.province)
    gathered = gather(folder.glob(f"*{ENDING}"), offices, now)
    for file in gathered.files:
        at = f", lúc {format_moment(file.at)}" if file.at else ""
        outcome = file.refused or ("có số liệu mới hơn nên không tính" if file.is_older else "đã tính")
        say(f"{printable(file.file)} ({file.office or 'không rõ'}{at}): {outcome}")
    for name in gathered.silent:
        say(f"Chưa có số liệu của {name}.")
    units = AnsweringUnits(work.schemas.places.gazetteer, local_date(now))
    scope = f"{len(offices) - len(gathered.silent)} trên {len(offices)} cơ quan, {EVERYWHERE} của họ"
    report = commune_report(gathered.counts, work.schemas, units, plan=gathered.plan, scope=scope)
    for figure in report.sections[0].figures:
        say(f"  {figure.label}: {figure.cell.text}")
    if target is not None:
        from pipeline.reports.output_files import write_files  # imports XlsxWriter and Typst

        for path in write_files(report, target):
            say(f"Đã ghi {path}")
    if gathered.silent or any(file.refused for file in gathered.files):
        raise typer.Exit(PackageRefused.exit_code)
