"""``hotich intake`` and ``hotich cover-sheet``: deliveries of scanners are taken in, counted, and put into books."""

from __future__ import annotations

import getpass
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import SetupError, StorageError
from pipeline.base.files import printable, storage_errors
from pipeline.base.localtime import iso_date
from pipeline.cli.group import Command, Commands
from pipeline.cli.run import stop_on_sigterm
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.declarations.ledger import load_ledger
from pipeline.scans.inbox import (
    Assigner,
    BookAssignment,
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
from pipeline.scans.inbox.pending_files import PendingFile
from pipeline.scans.inbox.separator_sheet import SeparatorSheet, separator_sheets_pdf
from pipeline.scans.intake import Inspector
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

MOST_LINES = 40


def format_round(done: ScannerRound) -> Iterator[str]:
    """What a round did for one scanner."""
    if done.problem:
        yield f"{done.scanner}: {done.problem}"
        return
    counts = {outcome: sum(row.outcome is outcome for row in done.rows) for outcome in IntakeOutcome}
    nobodys = sum(any(not part.book for part in one.parts) for one in done.assigned)
    yield (
        f"{done.scanner}: vừa lưu {counts[IntakeOutcome.STORED]}, cách ly {counts[IntakeOutcome.QUARANTINED]}, "
        f"đang chờ {len(done.waiting)}, chưa gán sổ {nobodys}."
    )
    for row in done.rows:
        if row.outcome is IntakeOutcome.QUARANTINED:
            yield f"  cách ly «{printable(row.name)}» [{row.code}]: {row.message}"
    for name in done.left:
        yield (
            f"  đã lưu nhưng không xóa được khỏi thư mục tiếp nhận: «{printable(name)}». Hãy cấp "
            "quyền ghi cho thư mục tiếp nhận."
        )
    for outsider in done.outsiders:
        yield f"  không nhận: {outsider.message}"


def format_day(day: DayReport) -> Iterator[str]:
    """Why deliveries of a day were refused or wait, and which pages are unsound."""
    lines = [*_reasons(day)]
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"… và {len(lines) - MOST_LINES} dòng nữa; xem tất cả bằng --json."


def _reasons(day: DayReport) -> Iterator[str]:
    for row in day.rows:
        what = f"{day.scanner} {day.day} số {row.serial} «{printable(row.name)}»"
        if row.outcome is IntakeOutcome.QUARANTINED:
            yield f"{what}: cách ly [{row.code}]: {row.message}"
        elif row.outcome is IntakeOutcome.WITHDRAWN:
            yield f"{what}: biến mất khỏi thư mục tiếp nhận trước khi nhận (đổi chỗ hoặc xóa bởi người khác)."
        elif row.again:
            yield f"{what}: giống hệt một tệp đã giao."
        yield from _format_assignment(what, day.assignments.get(row.serial))
        faults = [page for page in row.pages if page.fault]
        if faults:
            numbers = ", ".join(str(page.page_no) for page in faults)
            yield f"{what}: đã lưu, nhưng không mở được trang {numbers}. {faults[0].message}"
    for one in day.waiting:
        yield f"{day.scanner} {day.day} số {one.serial} «{printable(one.name)}»: đang chờ, {waiting_reason(one)}"


def _format_assignment(what: str, assignment: BookAssignment | None) -> Iterator[str]:
    """Pages that wait for a book, and those that may be in their book twice."""
    for part in assignment.parts if assignment else ():
        if not part.book:
            yield f"{what}: chưa gán sổ trang {format_page_numbers(part.pages)}: {part.reason}"
        for page, file, other in part.like:
            yield (
                f"{what}: trang {page} của «{part.file}» trông giống trang {other} của «{file}» trong sổ "
                f"«{printable(part.book)}»; có thể quét hai lần."
            )


def format_page_numbers(pages: Sequence[int]) -> str:
    """Numbers of pages, runs of them as ``2–20``."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and runs[-1][-1] == page - 1:
            runs[-1][1:] = [page]
        else:
            runs.append([page])
    return ", ".join("–".join(map(str, run)) for run in runs)


def waiting_reason(one: PendingFile) -> str:
    """Why a delivery waits."""
    if one.missing_since is not None:
        return "vừa không thấy đâu nữa."
    if one.unfinished:
        return "tên tệp cho biết máy quét còn đang ghi. Nếu đã ghi xong thì hãy đổi tên tệp."
    if one.message:
        return one.message
    return "chờ xem máy quét đã ghi xong chưa."


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
    """Nhận một lượt những gì đã nằm yên trong các thư mục tiếp nhận; tệp mới thấy thì lượt sau mới nhận."""
    options, place = intake_desk(workspace)
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
    options, place = intake_desk(workspace)
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
        out().print("Đã dừng nhận. Những gì chưa nhận còn nguyên trong các thư mục tiếp nhận.", markup=False)


def intake_desk(workspace: Path | None) -> tuple[IntakeOptions, Workspace]:
    """What ``intake.toml`` says, and the workspace it belongs to."""
    folder = (workspace or read_settings().workspace).expanduser().resolve()
    return read_options(Workspace(folder).scanners, folder), Workspace(folder)


def _show_round(done: Sequence[ScannerRound] | None, as_json: bool) -> None:
    if as_json:
        print_json({"busy": done is None, "scanners": plain(done or ())})
        return
    if done is None:
        out().print("Một lượt nhận khác đang chạy; lượt này không làm gì.", markup=False)
    for one in done or ():
        for line in format_round(one):
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
        for line in format_day(one):
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


@intake_app.command("assign", cls=Command)
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
    by: Annotated[
        str | None, typer.Option("--by", help="Người gán [tên tài khoản của máy đang dùng].")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Gán những trang đang chờ của các bản quét ấy vào một quyển sổ; điều người đã gán, máy không đổi lại."""
    options, place = intake_desk(workspace)
    wanted = day.date().isoformat()
    chosen = next((one for one in options.scanners if one.name == scanner), None)
    if chosen is None:
        names = ", ".join(one.name for one in options.scanners)
        raise SetupError(f"Không có máy quét “{scanner}” trong intake.toml. Đang có: {names}.")
    with intake_lock(place) as free, Inspector(options.limits) as inspector:
        if not free:
            raise SetupError("Một lượt nhận đang chạy. Hãy đợi nó xong rồi gán lại.")
        found = [one for one in day_reports(options, place) if (one.scanner, one.day) == (scanner, wanted)]
        rows = {row.serial: row for one in found for row in one.rows}
        known = {serial: said for one in found for serial, said in one.assignments.items()}
        assigner = Assigner(chosen, wanted, options, place, inspector)
        for row in _chosen(numbers, rows):
            said = assigner.assign_to(row, known.get(row.serial), book, by or getpass.getuser(), time.time())
            for part in said.parts:
                end = f"đã vào sổ «{printable(part.book)}»" if part.book else f"chưa gán được: {part.reason}"
                out().print(f"Số {row.serial}, trang {format_page_numbers(part.pages)}: {end}.", markup=False)


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
    out().print(f"Đã ghi {len(sheets)} tờ phân cách vào {output}. In khổ A4, không thu nhỏ.", markup=False)
