"""``hotich export``: the Ministry's packages of books, and the outcome in words."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from pipeline.base.errors import HotichError, PackageRefused, StorageError
from pipeline.base.files import printable
from pipeline.cli.context import (
    HERE,
    ME,
    CommandContext,
    JsonOption,
    LimitOption,
    WorkersOption,
    WorkspaceOption,
    by_option,
    ids_of,
    stop_on_sigterm,
)
from pipeline.cli.screen import plain, print_json, print_table, say, track_books
from pipeline.delivery.export.export_options import PackageOptions, read_options
from pipeline.delivery.export.package_folder import package_flaws
from pipeline.delivery.export.package_values import ExportBlocker
from pipeline.delivery.masters import export_masters
from pipeline.delivery.package import LoadingOverride, PackageReport, export_book
from pipeline.delivery.package_sentences import (
    CHECKS,
    WHY,
    entry_of,
    format_package_flaw,
    format_package_report,
)
from pipeline.delivery.signing.package_signatures import (
    manifest_signature_flaws,
    pdf_signature_flaws,
    read_issuers,
)


def _show_blockers(report: PackageReport, limit: int) -> None:
    """Show the unsettled entries and where to find them."""
    rows = [
        (
            printable(report.book),
            printable(blocker.scan),
            blocker.page_no or "–",
            blocker.number or "–",
            WHY[blocker.why],
            _detail(blocker),
        )
        for blocker in report.blockers[:limit]
    ]
    more = [(f"… và {len(report.blockers) - limit} chỗ nữa",)] if len(report.blockers) > limit else []
    print_table(("Sổ", "Bản quét", "Trang", "Số", "Lý do", "Chi tiết"), [*rows, *more])


def _detail(blocker: ExportBlocker) -> str:
    items = [*blocker.codes, *blocker.fields]
    return ", ".join(items[:6]) + (f" … (+{len(items) - 6})" if len(items) > 6 else "")


def _show_faults(report: PackageReport, limit: int) -> None:
    """Show the faults that the check before the upload found, by entry."""
    rows = [
        (
            printable(report.book),
            fault.row or "–",
            fault.number or "–",
            entry_of(report, fault),
            fault.column or "–",
            f"{fault.check}: {CHECKS[fault.check]}",
            "chặn" if fault.blocking else "để biết",
        )
        for fault in report.faults[:limit]
    ]
    more = [(f"… và {len(report.faults) - limit} lỗi nữa",)] if len(report.faults) > limit else []
    print_table(("Sổ", "Dòng", "Số", "Mã sự kiện", "Cột", "Kiểm tra", "Mức"), [*rows, *more])


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
    despite: Annotated[
        str | None,
        typer.Option("--despite", help="Lý do xuất cả những ô mà diễn tập nạp thấy sẽ bị từ chối."),
    ] = None,
    by: Annotated[str, by_option("Người cho xuất, dùng với --despite")] = ME,
    template: Annotated[
        BirthTemplate | None,
        typer.Option("--template", help="Mẫu nhập khai sinh [KS70, hoặc theo package.toml]."),
    ] = None,
    masters: Annotated[
        bool,
        typer.Option("--masters", help="Chỉ xuất gói bản quét gốc, từng byte như lúc nhận, có bản kê ký."),
    ] = False,
    verify: Annotated[
        Path | None, typer.Option("--verify", help="Chỉ kiểm tra chữ ký và các tệp của một gói đã có.")
    ] = None,
    key: Annotated[
        str | None, typer.Option("--key", help="Khóa công khai của nơi giao, dùng với --verify.")
    ] = None,
    issuer: Annotated[
        Path | None,
        typer.Option("--issuer", help="Chứng thư của nơi cấp chứng thư ký số (PEM, DER), dùng với --verify."),
    ] = None,
    work: WorkspaceOption = HERE,
    workers: WorkersOption = None,
    limit: LimitOption = 40,
    as_json: JsonOption = False,
) -> None:
    """Xuất gói dữ liệu bàn giao cho phần mềm dùng chung: tệp Excel, mỗi sự kiện một PDF, và bản kê có chữ ký.

    Sổ còn sự kiện chưa xong hoặc còn lỗi thì không được xuất, và các sự kiện ấy được liệt kê.
    """
    if verify is not None:
        _verify(verify, key, issuer, as_json)
        return
    if bool(books) == everything:
        raise typer.BadParameter("Hãy nêu sổ bằng --book, hoặc --all cho mọi sổ.")
    stop_on_sigterm()
    context = work.run
    if masters:
        _export_masters(work, books, target, by)
    options = _options(work, template)
    with work.open_registry() as registry, track_books("sự kiện") as on_copied:
        book_ids = ids_of(registry, books) if books else registry.book_columns()["book_id"].tolist()
        reports, failures = [], []
        for book_id in map(int, book_ids):
            try:
                report = export_book(
                    registry,
                    context,
                    book_id,
                    target,
                    options,
                    partial=partial,
                    despite=None if despite is None else LoadingOverride(by, despite),
                    workers=workers or work.settings.workers,
                    on_copied=on_copied,
                )
            except (PackageRefused, StorageError) as error:  # the other books can still be delivered
                failures.append((registry.book(book_id).folder_name, error))
            else:
                reports.append(report)
    if as_json:
        failed = [{"book": book, "code": error.code, "error": error.message} for book, error in failures]
        print_json({"packages": [plain(report) for report in reports], "failed": failed})
    else:
        for report in reports:
            _show(report, limit)
        for book, failure in failures:
            say(f"{printable(book)}: KHÔNG xuất: {printable(failure.message)}")
    raise typer.Exit(exit_code(reports, [error for _, error in failures]))


def _options(work: CommandContext, template: BirthTemplate | None) -> PackageOptions:
    options = read_options(work.workspace.package, work.workspace.office)
    return options if template is None else options.model_copy(update={"birth_template": template.value})


def _export_masters(work: CommandContext, books: list[str] | None, target: Path, by: str) -> NoReturn:
    failures: list[HotichError] = []
    with work.open_registry() as registry:
        book_ids = ids_of(registry, books) if books else registry.book_columns()["book_id"].tolist()
        for book_id in map(int, book_ids):
            try:
                folder = export_masters(registry, work.workspace, book_id, target, author=by)
            except (
                PackageRefused,
                StorageError,
            ) as error:  # the masters of the other books can still be written
                failures.append(error)
                say(
                    f"{printable(registry.book(book_id).folder_name)}: KHÔNG xuất: {printable(error.message)}"
                )
            else:
                say(f"Đã ghi {folder}. Kiểm tra ở máy khác: hotich export --verify {folder}")
    raise typer.Exit(exit_code([], failures))


def exit_code(reports: list[PackageReport], failures: list[HotichError]) -> int:
    """Return 0 when every book was delivered; else the code of the first failure, or of a refused book."""
    if failures:
        return failures[0].exit_code
    return PackageRefused.exit_code if any(report.refused for report in reports) else 0


def _show(report: PackageReport, limit: int) -> None:
    for line in format_package_report(report):
        say(line)
    if any(blocker.why == "confirm" for blocker in report.blockers):
        say(
            f"Giá trị bàn giao chờ xác nhận: hotich delivery list --waiting {printable(report.book)}, "
            "rồi hotich delivery confirm MÃ CỘT."
        )
    if report.refused != "faults" and report.blockers:
        _show_blockers(report, limit)
    if report.faults:
        _show_faults(report, limit)


def _verify(folder: Path, key: str | None, issuer: Path | None, as_json: bool) -> None:
    trusted = () if issuer is None else read_issuers(issuer)
    signed, unsigned = pdf_signature_flaws(folder, trusted)
    flaws = (*package_flaws(folder, key), *manifest_signature_flaws(folder, trusted), *unsigned)
    if as_json:
        print_json({"flaws": plain(flaws)})
    elif not flaws:
        say(f"{folder}: đủ các tệp, không tệp nào bị đổi, chữ ký đúng.")
        if signed:
            known = (
                "do nơi cấp đã nêu cấp chứng thư" if trusted else "thêm --issuer để biết chứng thư do ai cấp"
            )
            say(f"Bản kê và {signed} PDF có chữ ký số của cơ quan, đúng cả ({known}).")
        if key is None:
            say(
                "Chữ ký đúng với khóa ghi trong gói. Muốn biết khóa ấy của ai, hãy so vân tay khóa với biên bản "
                "giao nhận, hoặc thêm --key."
            )
    for flaw in flaws if not as_json else ():
        say(format_package_flaw(flaw))
    raise typer.Exit(PackageRefused.exit_code if flaws else 0)
