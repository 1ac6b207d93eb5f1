"""``hotich reread``: what reading again would change, and then reading again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.batch import digitize_books
from pipeline.batch.rereading import RereadPreview, outlooks
from pipeline.cli.progress import by_book
from pipeline.cli.run import exit_code, show_reports, stop_on_sigterm
from pipeline.cli.screen import JsonOption, WorkersOption, WorkspaceOption, out, plain, print_json
from pipeline.settings import read_settings


def reread(
    folder: Annotated[
        Path, typer.Argument(help="Thư mục chứa các sổ, hoặc thư mục của một sổ (có ledger.toml).")
    ],
    sample: Annotated[
        int,
        typer.Option(
            "--sample", min=0, help="Đọc thử bấy nhiêu trang mỗi sổ để biết ô nào sẽ khác; không lưu."
        ),
    ] = 0,
    apply: Annotated[
        bool, typer.Option("--apply", help="Đọc lại và lưu. Quyết định của người giữ nguyên.")
    ] = False,
    workspace: WorkspaceOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê những trang sẽ được đọc lại vì mô hình, mẫu sổ, quy tắc hay tùy chọn đã đổi; `--apply` thì đọc lại."""
    settings = read_settings()
    context = settings.run_context(workspace)
    stop_on_sigterm()
    processes = workers or settings.workers
    if apply:
        with by_book("trang") as on_progress:
            reports = list(digitize_books(folder, context, workers=processes, on_progress=on_progress))
        if as_json:
            print_json({"books": plain(reports)})
        else:
            show_reports(reports, context.schemas)
        raise typer.Exit(exit_code(reports))
    found = list(outlooks(folder, context, sample=sample, workers=processes or 1))
    if as_json:
        print_json({"books": plain(found)})
        return
    _show(found)


def _show(found: list[RereadPreview]) -> None:
    table = Table(
        "Sổ", "Trang đã đọc", "Sẽ đọc lại", "Đọc thử", "Ô so", "Khác", "Thêm nhận", "Bớt nhận", "Mở lại việc"
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for one in found:
        counts = (
            one.pages, one.outdated, one.sampled, one.fields, one.changed, one.accepted, one.doubted, one.against,
        )  # fmt: skip
        table.add_row(escape(one.folder), *map(str, counts))
    screen = out()
    screen.print(table)
    for one in found:
        if one.changes:
            fields = ", ".join(f"{name} {times}" for name, times in one.changes.items())
            screen.print(f"{one.folder}: khác nhiều nhất ở {fields}.", markup=False)
    if any(one.outdated for one in found):
        screen.print("Đọc lại thật: thêm --apply. Điều người đã quyết định không bị ghi đè.")
    else:
        screen.print("Không có trang nào phải đọc lại.")
