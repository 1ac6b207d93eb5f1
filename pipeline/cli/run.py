"""``hotich run``: a folder of books, or one book, into the registry."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.batch import (
    BookReport,
    CheckReport,
    book_folders,
    check_registry,
    digitize_books,
)
from pipeline.cli.drift import drift_alarms, show_drift
from pipeline.cli.progress import by_book
from pipeline.cli.screen import JsonOption, WorkersOption, WorkspaceOption, out, plain, print_json
from pipeline.cli.summary import sentence, sentences, told
from pipeline.errors import BookBusy, LedgerError, ReadingStopped, ScanError, SchemaError
from pipeline.run_context import RunContext
from pipeline.schema import Schemas
from pipeline.settings import read_settings


def run(
    folder: Annotated[
        Path, typer.Argument(help="Thư mục chứa các sổ, hoặc thư mục của một sổ (có ledger.toml).")
    ],
    workspace: WorkspaceOption = None,
    workers: WorkersOption = None,
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Thử lại cả những trang đã để riêng vì nhiều lần làm treo, làm sập máy đọc."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Đọc mọi trang chưa đọc của các sổ trong thư mục và lưu vào sổ dữ liệu.

    Chạy lại không đọc lại trang đã đọc. Trang hỏng được nêu tên trong báo cáo, các trang khác vẫn được đọc.
    """
    settings = read_settings()
    context = settings.run_context(workspace)
    stop_on_sigterm()
    folders = book_folders(folder)
    with by_book("trang") as on_progress:
        reports = list(
            digitize_books(
                folder,
                context,
                workers=workers or settings.workers,
                on_progress=on_progress,
                again=again,
            )
        )
    with context.open_registry() as registry:
        across = check_registry(registry, context.schemas)
    alarms = drift_alarms(folders, reports)
    if as_json:
        drift = {folder.name: alarm for folder, alarm in alarms.items()}
        answer = {"books": [as_object(report) for report in reports], "drift": drift}
        print_json(answer | {"registry": plain(across)})
    else:
        show_reports(reports, context.schemas)
        show_beside(reports, across, context.schemas)
        show_drift(alarms, context.workspace)
        show_standing(context)
    raise typer.Exit(exit_code(reports))


def stop_on_sigterm() -> None:
    """A request to end stops the command as Ctrl+C does, so that nothing half-done stays behind."""
    signal.signal(signal.SIGTERM, _as_interrupt)


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def exit_code(reports: list[BookReport]) -> int:
    """0 when everything was read; else that of the worst failure: a stop, an unusable ledger, a book that another run
    has in hand, an unusable scan."""
    codes = {failure.code for report in reports for failure in report.failures}
    if ReadingStopped.code in codes:
        return ReadingStopped.exit_code
    if codes & {LedgerError.code, SchemaError.code}:
        return LedgerError.exit_code
    if BookBusy.code in codes:
        return BookBusy.exit_code
    return ScanError.exit_code if codes else 0


def as_object(report: BookReport) -> dict[str, object]:
    """A report as JSON has it, with the speed."""
    return {**plain(report), "pages_a_minute": round(report.pages_a_minute, 2)}


def show_reports(reports: list[BookReport], schemas: Schemas) -> None:
    """A table of the books, then why entries wait for a person, then what could not be read."""
    table = Table("Sổ", "Trang", "Mới", "Có sẵn", "Mục", "Nhận", "Rà soát", "Lỗi", "Tr/phút")
    for column in table.columns[1:]:
        column.justify = "right"
    for report in reports:
        numbers = (
            report.pages, report.read, report.known, report.entries, report.accepted, report.review,
            len(report.failures), round(report.pages_a_minute),
        )  # fmt: skip
        table.add_row(escape(report.folder), *map(str, numbers))
    screen = out()
    screen.print(table)
    counted = {code: 0 for report in reports for code in report.reasons}
    for report in reports:
        for code, times in report.reasons.items():
            counted[code] += times
    for line in sentences(counted, schemas):
        screen.print(line, markup=False)
    for report in reports:
        for failure in report.failures:
            place = failure.scan if failure.page_no is None else f"{failure.scan}, trang {failure.page_no}"
            screen.print(
                f"Không đọc được {report.folder}/{place} [{failure.code}]: {failure.message}", markup=False
            )
        for name in report.duplicates:
            screen.print(
                f"Bỏ qua {report.folder}/{name}: giống hệt một bản quét khác trong sổ.", markup=False
            )


def show_beside(reports: list[BookReport], across: CheckReport, schemas: Schemas) -> None:
    """What the checks of whole books and of the registry found."""
    counts = Counter(across.counts)
    for report in reports:
        counts.update(report.book_findings)
    lines = [f"  {times:>5} × [{code}] {sentence(code, schemas)}" for code, times in counts.most_common()]
    for line in ["Kiểm tra cả quyển và giữa các sổ (chi tiết: hotich check):", *lines] if lines else ():
        out().print(line, markup=False)


def show_standing(context: RunContext) -> None:
    """Where all books of the registry stand, and what to do next."""
    with context.open_registry() as registry:
        summary = registry.summary()
    out().print("Trong sổ dữ liệu:", markup=False)
    for line in told(summary):
        out().print(f"  {line}", markup=False)
    if summary.review or summary.page_tasks or summary.failures:
        out().print(f"Xem việc cần rà soát: hotich queue --workspace {context.workspace}", markup=False)
