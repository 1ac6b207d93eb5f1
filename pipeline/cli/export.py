"""``hotich export``: the Ministry's packages of books, and what became of each, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import HotichError, PackageRefused, StorageError
from pipeline.base.files import printable
from pipeline.cli.check import ids_of
from pipeline.cli.run import stop_on_sigterm
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
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.export.package_folder import PackageFlaw, package_flaws
from pipeline.delivery.export.package_values import ExportBlocker, WorkbookFault
from pipeline.delivery.package import PackageReport, export_book
from pipeline.delivery_rules import RULES_BY_NAME
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

CHECKS = {
    "U1": "thiếu số",
    "U2": "ngày đăng ký trống hoặc không phải dd.mm.yyyy",
    "U3": "số hoặc quyển số không có dạng NN/YYYY",
    "U4": "năm của số khác năm đăng ký",
    "U5": "trang số không phải số",
    "U6": "ngày không phải dd.mm.yyyy, yyyy hoặc tuổi",
    "U7": "trùng nơi đăng ký, quyển số và số",
    "U8": "sự kiện chưa xong nằm trong tệp, hoặc thiếu sự kiện",
    "LIST": "giá trị không có trong danh mục",
    "HEADER": "tiêu đề cột sai",
    "CELL": "ô không phải dạng chữ, hoặc không như sổ dữ liệu",
}

WHY = {
    "confirm": "giá trị bàn giao chờ một người xác nhận",
    "fault": "không qua được kiểm tra trước khi tải lên",
    "task": "còn chờ rà soát",
    "value": "chưa có giá trị",
    "finding": "còn lỗi chặn",
    "failure": "trang không đọc được",
    "scan": "bản quét trong kho thiếu hoặc không còn đúng như khi nhận; hãy lấy lại từ bản sao lưu",
    "signature": "cải chính, bổ sung chờ người thứ hai ký xác nhận",
    "tampered": "dữ liệu bị sửa ngoài chương trình; hãy báo người quản trị chạy hotich audit verify",
}

_REFUSED = {
    "unsettled": (
        "KHÔNG xuất: còn {held} chỗ chưa xong. Hãy rà soát nốt, hoặc thêm --partial để chỉ "
        "xuất sự kiện đã xong."
    ),
    "faults": "KHÔNG xuất: kiểm tra trước khi tải lên thấy {blocking} lỗi. Hãy sửa các sự kiện dưới đây rồi chạy lại.",
    "empty": "KHÔNG xuất: chưa có sự kiện nào xong.",
    "unapproved": (
        "KHÔNG xuất: sổ chưa được phê duyệt, hay đã thay đổi từ lần phê duyệt trước. Người phụ trách phê duyệt ở trang "
        "“phê duyệt” của sổ; cơ quan đặt điều này ở [approval] của office.toml."
    ),
}

_FLAWS = {
    "missing": "{file}: thiếu tệp.",
    "changed": "{file}: đã bị đổi sau khi ký.",
    "extra": "{file}: tệp lạ, không có trong bản kê.",
    "unsigned": "{file}: chữ ký thiếu hoặc sai, bản kê đã bị sửa.",
    "foreign": "{file}: ký bằng một khóa khác.",
}


def format_package_report(report: PackageReport) -> Iterator[str]:
    """What became of a book."""
    if report.withdrawn:
        numbers = ", ".join(one.number or "(không rõ số)" for one in report.withdrawn[:10])
        more = f" và {len(report.withdrawn) - 10} sự kiện nữa" if len(report.withdrawn) > 10 else ""
        yield (
            f"{printable(report.book)}: GÓI TRƯỚC CÓ {len(report.withdrawn)} VIỆC NAY ĐÃ THU HỒI: số {numbers}{more}. "
            "Hãy báo nơi nhận gỡ các sự kiện ấy; gói mới ghi rõ trong bản kê."
        )
    if report.refused:
        blocking = sum(fault.blocking for fault in report.faults)
        why = _REFUSED[report.refused].format(held=len(report.blockers), blocking=blocking)
        yield f"{printable(report.book)}: {why}"
        return
    size = report.pdf_bytes / max(1, report.entries) / 1000
    yield f"{printable(report.book)}: đã xuất {report.entries} sự kiện vào {report.folder} ({size:.0f} kB một sự kiện)."
    yield f"  Ô có chữ: {report.filled.short} ô dưới 16 ký tự, {report.filled.long} ô từ 16 ký tự."
    if report.note:
        yield f"  {report.note}"
    if report.layered:
        total = sum(report.layered.values())
        rules = ", ".join(f"{RULES_BY_NAME[rule].title}: {count}" for rule, count in report.layered.items())
        yield f"  Bàn giao theo quy tắc: {total} ô khác chữ trên sổ ({rules}); đủ hai lớp trong tệp .layers.json."
    if report.blockers:
        yield f"  CHƯA ĐỦ: {len(report.blockers)} chỗ chưa xong không có trong gói, đã ghi vào bản kê."
    if report.dropped:
        columns = ", ".join(f"{column} ({entries} sự kiện)" for column, entries in report.dropped.items())
        yield f"  MẪU NÀY KHÔNG CÓ CỘT cho {columns}: các giá trị ấy không có trong tệp Excel."
        yield '  Muốn giao đủ thì chọn mẫu có đủ cột: khai sinh đặt birth_template = "KS70" trong package.toml;'
        yield "  mẫu do cơ quan đặt cột thì thêm cột ấy ở [[export]] của office.toml."
    if report.loose:
        pages = ", ".join(f"{scan} trang {page}" for scan, page in report.loose[:5])
        more = f" và {len(report.loose) - 5} trang nữa" if len(report.loose) > 5 else ""
        yield f"  {len(report.loose)} trang không thuộc sự kiện nào: {pages}{more}."
        yield "  Hãy xem các trang ấy, trang tiếp hoặc trang cải chính thì khai trong package.toml."


def blocker_table(report: PackageReport, limit: int) -> Table:
    """What is not settled, and where to look."""
    table = Table("Sổ", "Bản quét", "Trang", "Số", "Lý do", "Chi tiết")
    for one in report.blockers[:limit]:
        page = str(one.page_no) if one.page_no else "–"
        table.add_row(
            name_cell(report.book),
            name_cell(one.scan),
            page,
            escape(one.number) or "–",
            WHY[one.why],
            _detail(one),
        )
    if len(report.blockers) > limit:
        table.add_row(f"… và {len(report.blockers) - limit} chỗ nữa", "", "", "", "", "")
    return table


def _detail(one: ExportBlocker) -> str:
    named = [*one.codes, *one.fields]
    return escape(", ".join(named[:6])) + (f" … (+{len(named) - 6})" if len(named) > 6 else "")


def fault_table(report: PackageReport, limit: int) -> Table:
    """What the check before the upload found, by entry."""
    table = Table("Sổ", "Dòng", "Số", "Mã sự kiện", "Cột", "Kiểm tra", "Mức")
    for fault in report.faults[:limit]:
        table.add_row(
            name_cell(report.book),
            str(fault.row or "–"),
            escape(fault.number) or "–",
            entry_of(report, fault),
            escape(fault.column) or "–",
            f"{fault.check}: {CHECKS[fault.check]}",
            "chặn" if fault.blocking else "để biết",
        )
    if len(report.faults) > limit:
        table.add_row(f"… và {len(report.faults) - limit} lỗi nữa", "", "", "", "", "", "")
    return table


def entry_of(report: PackageReport, fault: WorkbookFault) -> str:
    """The id of the entry that a fault is about."""
    at = fault.row - 2
    return str(report.entry_ids[at]) if 0 <= at < len(report.entry_ids) else "–"


def format_package_flaw(flaw: PackageFlaw) -> str:
    return _FLAWS[flaw.what].format(file=flaw.file)


class BirthTemplate(StrEnum):
    """The two import templates of births."""

    KS60 = "KS60"
    KS70 = "KS70"


def export(
    books: Annotated[
        list[str] | None, typer.Option("--book", "-b", help="Sổ có tên thư mục này; nêu được nhiều lần.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Mọi sổ trong sổ dữ liệu.")] = False,
    target: Annotated[
        Path, typer.Option("--output", "-o", help="Thư mục để ghi các gói, mỗi sổ một thư mục con.")
    ] = Path("goi-du-lieu"),
    partial: Annotated[
        bool,
        typer.Option("--partial", help="Chỉ xuất những sự kiện đã xong, ghi rõ sự kiện còn thiếu vào gói."),
    ] = False,
    template: Annotated[
        BirthTemplate | None,
        typer.Option("--template", help="Mẫu nhập khai sinh [KS70, hoặc theo package.toml]."),
    ] = None,
    verify: Annotated[
        Path | None, typer.Option("--verify", help="Chỉ kiểm tra chữ ký và các tệp của một gói đã có.")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Khóa công khai của nơi giao, dùng với --verify.")
    ] = None,
    workspace: WorkspaceOption = None,
    workers: WorkersOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="In nhiều nhất bấy nhiêu dòng.")] = 40,
    as_json: JsonOption = False,
) -> None:
    """Xuất gói dữ liệu bàn giao cho phần mềm dùng chung: tệp Excel, mỗi sự kiện một PDF, và bản kê có chữ ký.

    Sổ còn sự kiện chưa xong hoặc còn lỗi thì không được xuất, và các sự kiện ấy được liệt kê.
    """
    if verify is not None:
        _verify(verify, key, as_json)
        return
    if bool(books) == everything:
        raise typer.BadParameter("Hãy nêu sổ bằng --book, hoặc --all cho mọi sổ.")
    stop_on_sigterm()
    settings = read_settings()
    context = settings.run_context(workspace)
    options = read_options(Workspace(context.workspace).package, Workspace(context.workspace).office)
    if template is not None:
        options = replace(options, birth_template=template.value)
    with context.open_registry() as registry, track_books("sự kiện") as on_copied:
        wanted = ids_of(registry, books) if books else registry.book_columns()["book_id"].tolist()
        reports, failures = [], []
        for book_id in map(int, wanted):
            try:
                report = export_book(
                    registry,
                    context,
                    book_id,
                    target,
                    options,
                    partial=partial,
                    workers=workers or settings.workers,
                    on_copied=on_copied,
                )
            except (PackageRefused, StorageError) as error:  # the others can be delivered all the same
                failures.append((registry.book(book_id).folder_name, error))
            else:
                reports.append(report)
    if as_json:
        failed = [{"book": book, "code": one.code, "error": one.message} for book, one in failures]
        print_json({"packages": [plain(report) for report in reports], "failed": failed})
    else:
        for report in reports:
            _show(report, limit)
        for book, one in failures:
            out().print(f"{printable(book)}: KHÔNG xuất: {printable(one.message)}", markup=False)
    raise typer.Exit(exit_code(reports, [one for _, one in failures]))


def exit_code(reports: list[PackageReport], failures: list[HotichError]) -> int:
    """0 when every book was delivered; else that of the first failure, or of a book that was refused."""
    if failures:
        return failures[0].exit_code
    return PackageRefused.exit_code if any(report.refused for report in reports) else 0


def _show(report: PackageReport, limit: int) -> None:
    screen = out()
    for line in format_package_report(report):
        screen.print(line, markup=False)
    if any(one.why == "confirm" for one in report.blockers):
        screen.print(
            f"Giá trị bàn giao chờ xác nhận: hotich delivery list --waiting {printable(report.book)}, "
            "rồi hotich delivery confirm MÃ CỘT.",
            markup=False,
        )
    if report.refused != "faults" and report.blockers:
        screen.print(blocker_table(report, limit))
    if report.faults:
        screen.print(fault_table(report, limit))


def _verify(folder: Path, key: str | None, as_json: bool) -> None:
    flaws = package_flaws(folder, key)
    if as_json:
        print_json({"flaws": plain(flaws)})
    elif not flaws:
        out().print(f"{folder}: đủ các tệp, không tệp nào bị đổi, chữ ký đúng.", markup=False)
        if key is None:
            out().print(
                "Chữ ký đúng với khóa ghi trong gói. Muốn biết khóa ấy của ai, hãy so vân tay khóa với biên bản "
                "giao nhận, hoặc thêm --key.",
                markup=False,
            )
    for flaw in flaws if not as_json else ():
        out().print(format_package_flaw(flaw), markup=False)
    raise typer.Exit(PackageRefused.exit_code if flaws else 0)
