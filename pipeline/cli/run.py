"""``hotich run`` and ``hotich reread``: a folder of books, or a book, read into the registry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from pipeline.base.errors import BookBusy, BookInQuestion, LedgerError, ReadingStopped, ScanError, SchemaError
from pipeline.base.files import printable
from pipeline.books.book_checks import CheckReport, check_registry
from pipeline.cli.context import HERE, JsonOption, WorkersOption, WorkspaceOption, stop_on_sigterm
from pipeline.cli.screen import name_cell, out, plain, print_json, print_table, say, track_books
from pipeline.declarations.schema import Schemas
from pipeline.recognition.calibration import DriftAlarm, describe_drift
from pipeline.reports.finding_sentences import finding_sentence, format_reasons, format_summary
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import book_folders, digitize_books
from pipeline.runs.book_run import BookReport
from pipeline.runs.form_alarm import form_alarm_sentence
from pipeline.runs.rereading import RereadPreview, outlooks


def drift_alarms(folders: Iterable[Path], reports: Iterable[BookReport]) -> dict[Path, DriftAlarm]:
    """Return the drift alarms of books by folder; folder names are unique."""
    alarms = {report.folder: report.drift for report in reports if report.drift is not None}
    return {folder: alarms[folder.name] for folder in folders if folder.name in alarms}


def show_drift(alarms: Mapping[Path, DriftAlarm], workspace: Path) -> None:
    """Show for each alarm the unusual figures, the values in doubt, and advice."""
    for folder, alarm in alarms.items():
        first, *others = describe_drift(alarm, folder, workspace)
        out().print(f"[bold red]CẢNH BÁO[/] {name_cell(folder.name)}: {escape(first)}")
        for sentence in others:
            say(f"  {sentence}")


def show_form_alarms(reports: Iterable[BookReport]) -> None:
    """Show a warning for each book whose pages are of another form than declared."""
    for report in reports:
        if report.form_alarm is not None:
            sentence = escape(form_alarm_sentence(report.form_alarm))
            out().print(f"[bold red]CẢNH BÁO[/] {name_cell(report.folder)}: {sentence}")


def run(
    folder: Annotated[
        Path, typer.Argument(help="Thư mục chứa các sổ, hoặc thư mục của một sổ (có ledger.toml).")
    ],
    work: WorkspaceOption = HERE,
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
    context = work.run
    if no_context:
        context = replace(context, book_context=False)
    stop_on_sigterm()
    folders = book_folders(folder)
    with track_books("trang") as on_progress:
        reports = list(
            digitize_books(
                folder,
                context,
                workers=workers or work.settings.workers,
                on_progress=on_progress,
                again=again,
            )
        )
    with work.open_registry() as registry:
        across = check_registry(registry, work.schemas)
    alarms = drift_alarms(folders, reports)
    if as_json:
        drift = {folder.name: alarm for folder, alarm in alarms.items()}
        answer = {"books": [as_object(report) for report in reports], "drift": drift}
        print_json(answer | {"registry": plain(across)})
    else:
        show_reports(reports, work.schemas)
        show_cross_entry_findings(reports, across, work.schemas)
        show_form_alarms(reports)
        show_drift(alarms, context.workspace)
        show_registry_summary(context)
    raise typer.Exit(exit_code(reports))


def exit_code(reports: list[BookReport]) -> int:
    """Return 0 when everything was read, else the code of the worst failure.

    Failures are a stop, an unusable ledger, a book in use by another run, and an unusable scan.
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
    """Return a report as a JSON object, with the speed."""
    return {**plain(report), "pages_a_minute": round(report.pages_a_minute, 2)}


def show_reports(reports: list[BookReport], schemas: Schemas) -> None:
    """Show a table of the books, the reasons for reviews, and the unreadable pages."""
    rows = [
        (
            printable(report.folder), report.pages, report.read, report.known, report.entries, report.accepted,
            report.review, len(report.failures), round(report.pages_a_minute),
        )
        for report in reports
    ]  # fmt: skip
    headers = ("Sổ", "Trang", "Mới", "Có sẵn", "Sự kiện", "Nhận", "Rà soát", "Lỗi", "Tr/phút")
    print_table(headers, rows, right=slice(1, None))
    counted = {code: 0 for report in reports for code in report.reasons}
    for report in reports:
        for code, times in report.reasons.items():
            counted[code] += times
    for line in format_reasons(counted, schemas):
        say(line)
    for report in reports:
        for failure in report.failures:
            scan = printable(failure.scan)
            place = scan if failure.page_no is None else f"{scan}, trang {failure.page_no}"
            say(
                f"Không đọc được {printable(report.folder)}/{place} [{failure.code}]: {printable(failure.message)}"
            )
        for line in _files_not_read(report):
            say(line)


def _files_not_read(report: BookReport) -> Iterator[str]:
    """Yield the skipped files of a book that are no failures: duplicates, withdrawn and missing files."""
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
    """Return the sentence on a scan that is missing in its folder: nothing is lost, and advice."""
    book, scan = printable(folder), printable(name)
    return (
        f"THIẾU TỆP {book}/{scan}: đã đọc từ lần trước, nay không còn trong thư mục. Xóa tệp không bỏ được gì: bản lưu "
        f"trong kho và mọi điều đã rà soát vẫn còn. Nếu xóa nhầm, hãy chép tệp lại; nếu muốn bỏ bản quét này: "
        f"hotich withdraw scan “{book}” “{scan}” --reason “…”"
    )


def show_cross_entry_findings(reports: list[BookReport], across: CheckReport, schemas: Schemas) -> None:
    """Show the findings of the checks of whole books and of the registry."""
    counts = Counter(across.counts)
    for report in reports:
        counts.update(report.book_findings)
    lines = [
        f"  {times:>5} × [{code}] {finding_sentence(code, schemas)}" for code, times in counts.most_common()
    ]
    for line in ["Kiểm tra cả quyển và giữa các sổ (chi tiết: hotich check):", *lines] if lines else ():
        say(line)


def show_registry_summary(context: RunContext) -> None:
    """Show the state of all books in the registry, and the next step."""
    with context.open_registry() as registry:
        summary = registry.summary()
    say("Trong sổ dữ liệu:")
    for line in format_summary(summary):
        say(f"  {line}")
    if summary.review or summary.page_tasks or summary.failures:
        say(f"Xem việc cần rà soát: hotich queue --workspace {context.workspace}")


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
    work: WorkspaceOption = HERE,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Liệt kê những trang sẽ được đọc lại vì mô hình, mẫu sổ, quy tắc hay tùy chọn đã đổi; `--apply` thì đọc lại."""
    context = work.run
    stop_on_sigterm()
    processes = workers or work.settings.workers
    if apply:
        with track_books("trang") as on_progress:
            reports = list(digitize_books(folder, context, workers=processes, on_progress=on_progress))
        if as_json:
            print_json({"books": plain(reports)})
        else:
            show_reports(reports, work.schemas)
        raise typer.Exit(exit_code(reports))
    previews = list(outlooks(folder, context, sample=sample, workers=processes or 1))
    if as_json:
        print_json({"books": plain(previews)})
        return
    _show(previews)


def _show(previews: list[RereadPreview]) -> None:
    rows = [
        (
            printable(preview.folder), preview.pages, preview.outdated, preview.sampled, preview.fields,
            preview.changed, preview.accepted, preview.doubted, preview.against,
        )
        for preview in previews
    ]  # fmt: skip
    headers = (
        "Sổ", "Trang đã đọc", "Sẽ đọc lại", "Đọc thử", "Ô so", "Khác", "Thêm nhận", "Bớt nhận", "Mở lại việc",
    )  # fmt: skip
    print_table(headers, rows, right=slice(1, None))
    for preview in previews:
        if preview.changes:
            fields = ", ".join(f"{name} {times}" for name, times in preview.changes.items())
            say(f"{printable(preview.folder)}: khác nhiều nhất ở {fields}.")
    if any(preview.outdated for preview in previews):
        say("Đọc lại thật: thêm --apply. Điều người đã quyết định không bị ghi đè.")
    else:
        say("Không có trang nào phải đọc lại.")
