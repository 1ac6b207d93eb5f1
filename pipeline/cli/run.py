"""``hotich run`` and ``hotich reread``: a folder of books, or one book, into the registry."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import BookBusy, BookInQuestion, LedgerError, ReadingStopped, ScanError, SchemaError
from pipeline.base.files import printable
from pipeline.books.book_checks import CheckReport, check_registry
from pipeline.cli.findings import finding_sentence, format_reasons, format_summary
from pipeline.cli.screen import (
    JsonOption,
    WorkersOption,
    WorkspaceOption,
    name_cell,
    out,
    plain,
    print_json,
    track_books,
)
from pipeline.declarations.schema import Schemas
from pipeline.recognition.calibration import DriftAlarm, describe_drift
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import book_folders, digitize_books
from pipeline.runs.book_run import BookReport
from pipeline.runs.form_alarm import form_alarm_sentence
from pipeline.runs.rereading import RereadPreview, outlooks
from pipeline.settings import read_settings


def drift_alarms(folders: Iterable[Path], reports: Iterable[BookReport]) -> dict[Path, DriftAlarm]:
    """The alarms of the books that are unusual, by folder; no two folders have one name."""
    alarms = {report.folder: report.drift for report in reports if report.drift is not None}
    return {folder: alarms[folder.name] for folder in folders if folder.name in alarms}


def show_drift(alarms: Mapping[Path, DriftAlarm], workspace: Path) -> None:
    """Say of each what is unusual, which values that puts in doubt, and what to do."""
    for folder, alarm in alarms.items():
        first, *others = describe_drift(alarm, folder, workspace)
        out().print(f"[bold red]CẢNH BÁO[/] {name_cell(folder.name)}: {escape(first)}")
        for sentence in others:
            out().print(f"  {sentence}", markup=False)


def show_form_alarms(reports: Iterable[BookReport]) -> None:
    """Say of each book whose pages are of another form than it declares, and what to do."""
    for report in reports:
        if report.form_alarm is not None:
            sentence = escape(form_alarm_sentence(report.form_alarm))
            out().print(f"[bold red]CẢNH BÁO[/] {name_cell(report.folder)}: {sentence}")


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
    no_context: Annotated[
        bool,
        typer.Option("--no-context", help="Không cân nhắc lại từng trang theo những gì cả quyển cho biết."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Đọc mọi trang chưa đọc của các sổ trong thư mục và lưu vào sổ dữ liệu.

    Chạy lại không đọc lại trang đã đọc. Trang hỏng được nêu tên trong báo cáo, các trang khác vẫn được đọc.
    """
    settings = read_settings()
    context = settings.run_context(workspace)
    if no_context:
        context = replace(context, book_context=False)
    stop_on_sigterm()
    folders = book_folders(folder)
    with track_books("trang") as on_progress:
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
        show_cross_entry_findings(reports, across, context.schemas)
        show_form_alarms(reports)
        show_drift(alarms, context.workspace)
        show_registry_summary(context)
    raise typer.Exit(exit_code(reports))


def stop_on_sigterm() -> None:
    """A request to end stops the command as Ctrl+C does, so that nothing half-done stays behind."""
    signal.signal(signal.SIGTERM, _as_interrupt)


def _as_interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def exit_code(reports: list[BookReport]) -> int:
    """Return 0 when everything was read, else the code of the worst failure.

    Failures are a stop, an unusable ledger, a book that another run works at, and an unusable scan.
    """
    codes = {failure.code for report in reports for failure in report.failures}
    if ReadingStopped.code in codes:
        return ReadingStopped.exit_code
    if codes & {LedgerError.code, BookInQuestion.code, SchemaError.code}:
        return LedgerError.exit_code
    if BookBusy.code in codes:
        return BookBusy.exit_code
    return ScanError.exit_code if codes else 0


def as_object(report: BookReport) -> dict[str, object]:
    """A report as JSON has it, with the speed."""
    return {**plain(report), "pages_a_minute": round(report.pages_a_minute, 2)}


def show_reports(reports: list[BookReport], schemas: Schemas) -> None:
    """A table of the books, then why entries wait for a person, then what could not be read."""
    table = Table("Sổ", "Trang", "Mới", "Có sẵn", "Sự kiện", "Nhận", "Rà soát", "Lỗi", "Tr/phút")
    for column in table.columns[1:]:
        column.justify = "right"
    for report in reports:
        numbers = (
            report.pages, report.read, report.known, report.entries, report.accepted, report.review,
            len(report.failures), round(report.pages_a_minute),
        )  # fmt: skip
        table.add_row(name_cell(report.folder), *map(str, numbers))
    screen = out()
    screen.print(table)
    counted = {code: 0 for report in reports for code in report.reasons}
    for report in reports:
        for code, times in report.reasons.items():
            counted[code] += times
    for line in format_reasons(counted, schemas):
        screen.print(line, markup=False)
    for report in reports:
        for failure in report.failures:
            scan = printable(failure.scan)
            place = scan if failure.page_no is None else f"{scan}, trang {failure.page_no}"
            screen.print(
                f"Không đọc được {printable(report.folder)}/{place} [{failure.code}]: {printable(failure.message)}",
                markup=False,
            )
        for line in _files_not_read(report):
            screen.print(line, markup=False)


def _files_not_read(report: BookReport) -> Iterator[str]:
    """What was not read of a book and is no failure: files twice, files and books withdrawn, files gone."""
    folder = printable(report.folder)
    for name in report.duplicates:
        yield f"Bỏ qua {folder}/{printable(name)}: giống hệt một bản quét khác trong sổ."
    if report.is_withdrawn:
        yield f"Không đọc {folder}: quyển sổ này đã được thu hồi."
    for name in report.withdrawn:
        yield f"Không đọc {folder}/{printable(name)}: bản quét này đã được thu hồi."
    for name in report.missing:
        yield missing_scan_sentence(report.folder, name)


def missing_scan_sentence(folder: str, name: str) -> str:
    """Say that a scan is no longer in the folder, that nothing is lost, and what to do."""
    book, scan = printable(folder), printable(name)
    return (
        f"THIẾU TỆP {book}/{scan}: đã đọc từ lần trước, nay không còn trong thư mục. Xóa tệp không bỏ được gì: bản lưu "
        f"trong kho và mọi điều đã rà soát vẫn còn. Nếu xóa nhầm, hãy chép tệp lại; nếu muốn bỏ bản quét này: "
        f"hotich withdraw scan “{book}” “{scan}” --reason “…”"
    )


def show_cross_entry_findings(reports: list[BookReport], across: CheckReport, schemas: Schemas) -> None:
    """What the checks of whole books and of the registry found."""
    counts = Counter(across.counts)
    for report in reports:
        counts.update(report.book_findings)
    lines = [
        f"  {times:>5} × [{code}] {finding_sentence(code, schemas)}" for code, times in counts.most_common()
    ]
    for line in ["Kiểm tra cả quyển và giữa các sổ (chi tiết: hotich check):", *lines] if lines else ():
        out().print(line, markup=False)


def show_registry_summary(context: RunContext) -> None:
    """Show the state of all books of the registry, and what to do next."""
    with context.open_registry() as registry:
        summary = registry.summary()
    out().print("Trong sổ dữ liệu:", markup=False)
    for line in format_summary(summary):
        out().print(f"  {line}", markup=False)
    if summary.review or summary.page_tasks or summary.failures:
        out().print(f"Xem việc cần rà soát: hotich queue --workspace {context.workspace}", markup=False)


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
        with track_books("trang") as on_progress:
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
        table.add_row(name_cell(one.folder), *map(str, counts))
    screen = out()
    screen.print(table)
    for one in found:
        if one.changes:
            fields = ", ".join(f"{name} {times}" for name, times in one.changes.items())
            screen.print(f"{printable(one.folder)}: khác nhiều nhất ở {fields}.", markup=False)
    if any(one.outdated for one in found):
        screen.print("Đọc lại thật: thêm --apply. Điều người đã quyết định không bị ghi đè.")
    else:
        screen.print("Không có trang nào phải đọc lại.")
