"""``hotich intake`` and ``hotich cover-sheet``: scanner deliveries are received, counted and assigned to books."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import SetupError, StorageError
from pipeline.base.files import printable, storage_errors
from pipeline.base.localtime import iso_date
from pipeline.cli.context import (
    HERE,
    ME,
    CommandContext,
    JsonOption,
    WorkspaceOption,
    account_name,
    by_option,
    stop_on_sigterm,
)
from pipeline.cli.group import Command, command_group
from pipeline.cli.screen import plain, print_json, print_table, say
from pipeline.declarations.ledger import load_ledger
from pipeline.scans.inbox import (
    Assigner,
    DayReport,
    IntakeOptions,
    IntakeOutcome,
    IntakeRow,
    ScannerRound,
    day_reports,
    foreign_entries,
    intake_lock,
    intake_round,
    read_options,
    verify_day,
)
from pipeline.scans.inbox.intake_sentences import format_day, format_page_numbers, format_round
from pipeline.scans.inbox.separator_sheet import SeparatorSheet, separator_sheets_pdf
from pipeline.scans.intake import Inspector
from pipeline.scans.workspace import Workspace

app = command_group("""Nhận bản quét từ các máy quét.""")


@app.command("run", cls=Command)
def run_intake(
    watch: Annotated[
        float | None,
        typer.Option("--watch", min=1, help="Cứ bấy nhiêu giây lại nhận một lượt, đến khi bấm Ctrl+C."),
    ] = None,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Nhận một lượt những gì đã nằm yên trong các thư mục tiếp nhận; tệp mới thấy thì lượt sau mới nhận."""
    options, place = intake_desk(work)
    stop_on_sigterm()
    rounds: Sequence[ScannerRound] | None = ()
    with Inspector(options.limits) as inspector, _stopped_by_hand(watch):
        while True:
            rounds = intake_round(options, place, inspector, time.time())
            _show_round(rounds, as_json)
            if watch is None:
                break
            time.sleep(watch)
    if rounds is not None and any(scanner_round.problem for scanner_round in rounds):
        raise typer.Exit(StorageError.exit_code)


@app.command("status", cls=Command)
def status(
    day: Annotated[
        datetime | None,
        typer.Option("--day", formats=["%Y-%m-%d", "%d.%m.%Y"], help="Ngày nào [hôm nay]."),
    ] = None,
    all_days: Annotated[bool, typer.Option("--all", help="Mọi ngày.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="So từng tệp với bản kê bằng mã băm; sai thì mã thoát 7.")
    ] = False,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Máy quét giao gì: đã giao = đã lưu + cách ly + đang chờ, và vì sao."""
    options, place = intake_desk(work)
    chosen_day = day.date().isoformat() if day else iso_date(time.time())
    days = [day for day in day_reports(options, place) if all_days or day.day == chosen_day or day.waiting]
    scanners = {scanner.name: scanner for scanner in options.scanners}
    flaws = [flaw for day in days if verify for flaw in verify_day(day, scanners[day.scanner], place)]
    if as_json:
        print_json({"days": [_as_object(report) for report in days], "flaws": flaws})
    else:
        _show_days(days, options, chosen_day)
        for flaw in flaws:
            say(flaw)
        if verify and not flaws:
            say("Mọi tệp đúng như bản kê, so bằng mã băm.")
    unbalanced = [report for report in days if not report.balanced]
    raise typer.Exit(StorageError.exit_code if flaws or unbalanced else 0)


@contextmanager
def _stopped_by_hand(watch: float | None) -> Iterator[None]:
    """End a watch on Ctrl+C, its only way to end."""
    try:
        yield
    except KeyboardInterrupt:
        if watch is None:
            raise
        say("Đã dừng nhận. Những gì chưa nhận còn nguyên trong các thư mục tiếp nhận.")


def intake_desk(work: CommandContext) -> tuple[IntakeOptions, Workspace]:
    """Return the options in ``intake.toml``, and their workspace."""
    folder = (work.folder or work.settings.workspace).expanduser().resolve()
    return read_options(Workspace(folder).scanners, folder), Workspace(folder)


def _show_round(rounds: Sequence[ScannerRound] | None, as_json: bool) -> None:
    if as_json:
        print_json({"busy": rounds is None, "scanners": plain(rounds or ())})
        return
    if rounds is None:
        say("Một lượt nhận khác đang chạy; lượt này không làm gì.")
    for scanner_round in rounds or ():
        for line in format_round(scanner_round):
            say(line)


def _show_days(days: Sequence[DayReport], options: IntakeOptions, chosen_day: str) -> None:
    if not days:
        say(f"Ngày {chosen_day} chưa máy quét nào giao gì.")
    else:
        rows = [
            (
                day.day, day.scanner, day.delivered, day.count(IntakeOutcome.STORED),
                day.count(IntakeOutcome.QUARANTINED), len(day.waiting), day.count(IntakeOutcome.WITHDRAWN),
                len(day.unassigned), "khớp" if day.balanced else "KHÔNG KHỚP",
            )
            for day in days
        ]  # fmt: skip
        headers = (
            "Ngày", "Máy quét", "Đã giao", "Đã lưu", "Cách ly", "Đang chờ", "Rút lại", "Chưa gán sổ", "Khớp",
        )  # fmt: skip
        print_table(headers, rows, right=slice(2, 8))
    for report in days:
        for line in format_day(report):
            say(line)
    for scanner in options.scanners:
        try:
            for outsider in foreign_entries(scanner):
                say(f"{scanner.name}: không nhận: {outsider.message}")
        except StorageError as error:
            say(f"{scanner.name}: {error.message}")


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


@app.command("assign", cls=Command)
def assign(
    scanner: Annotated[str, typer.Argument(metavar="MÁY", help="Tên máy quét trong intake.toml.")],
    day: Annotated[
        datetime, typer.Argument(metavar="NGÀY", formats=["%Y-%m-%d", "%d.%m.%Y"], help="Ngày giao.")
    ],
    numbers: Annotated[
        list[str], typer.Argument(metavar="SỐ…", help="Số thứ tự trong bản kê; cả dãy viết 3-40.")
    ],
    book: Annotated[
        str, typer.Option("--book", "-b", help="Tên thư mục sổ (đã có ledger.toml) trong thư mục các sổ.")
    ],
    by: Annotated[str, by_option("Người gán")] = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Gán những trang đang chờ của các bản quét ấy vào một quyển sổ; điều người đã gán, máy không đổi lại."""
    options, place = intake_desk(work)
    chosen_day = day.date().isoformat()
    chosen = next((candidate for candidate in options.scanners if candidate.name == scanner), None)
    if chosen is None:
        names = ", ".join(candidate.name for candidate in options.scanners)
        raise SetupError(f"Không có máy quét “{scanner}” trong intake.toml. Đang có: {names}.")
    with intake_lock(place) as free, Inspector(options.limits) as inspector:
        if not free:
            raise SetupError("Một lượt nhận đang chạy. Hãy đợi nó xong rồi gán lại.")
        reports = [
            report
            for report in day_reports(options, place)
            if (report.scanner, report.day) == (scanner, chosen_day)
        ]
        rows = {row.serial: row for report in reports for row in report.rows}
        known = {serial: assignment for day in reports for serial, assignment in day.assignments.items()}
        assigner = Assigner(chosen, chosen_day, options, place, inspector)
        for row in _chosen(numbers, rows):
            assignment = assigner.assign_to(
                row, known.get(row.serial), book, by or account_name(), time.time()
            )
            for part in assignment.parts:
                end = f"đã vào sổ «{printable(part.book)}»" if part.book else f"chưa gán được: {part.reason}"
                say(f"Số {row.serial}, trang {format_page_numbers(part.pages)}: {end}.")


def _chosen(numbers: list[str], rows: dict[int, IntakeRow]) -> list[IntakeRow]:
    chosen: list[IntakeRow] = []
    for text in numbers:
        first, _, last = text.partition("-")
        if not first.isdecimal() or not (last or first).isdecimal():
            raise typer.BadParameter(f"“{text}” không phải số thứ tự. Ví dụ: 12, hoặc 3-40.")
        for number in range(int(first), int(last or first) + 1):
            if number not in rows:
                raise SetupError(f"Bản kê ngày ấy không có số {number}. Xem: hotich intake status --day …")
            chosen.append(rows[number])
    return chosen


def cover_sheet(
    folders: Annotated[
        list[Path], typer.Argument(help="Thư mục của từng quyển sổ, có ledger.toml.", metavar="THƯ_MỤC_SỔ…")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="Tệp PDF để ghi.")] = Path(
        "to-phan-cach.pdf"
    ),
) -> None:
    """In tờ phân cách (mã QR và chữ) cho các quyển sổ: đặt trước trang đầu của mỗi quyển rồi quét."""
    sheets = [SeparatorSheet(folder.resolve().name, load_ledger(folder)) for folder in folders]
    if output.exists():
        raise StorageError(f"Tệp {output} đã có. Hãy chọn tên khác bằng --output.")
    data = separator_sheets_pdf(sheets)
    with storage_errors(output.parent):
        output.write_bytes(data)
    say(f"Đã ghi {len(sheets)} tờ phân cách vào {output}. In khổ A4, không thu nhỏ.")
