"""``hotich check``: books as wholes, and people across all books."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import LedgerError
from pipeline.base.model import Severity
from pipeline.books.book_checks import CheckReport, check_books, check_registry
from pipeline.cli.findings import FindingPlaces, describe_details, finding_sentence, format_reasons
from pipeline.cli.screen import JsonOption, WorkspaceOption, name_cell, out, plain, print_json
from pipeline.declarations.schema import Schemas
from pipeline.registry import CrossEntryFinding, Registry
from pipeline.settings import read_settings


def check(
    books: Annotated[
        list[str] | None, typer.Argument(metavar="[SỔ]…", help="Tên thư mục của sổ; không nêu thì mọi sổ.")
    ] = None,
    workspace: WorkspaceOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Nhiều nhất bấy nhiêu dòng.")] = 40,
    as_json: JsonOption = False,
) -> None:
    """Kiểm tra cả quyển: dãy số, trùng số, thứ tự ngày, tổng số khi khóa sổ, trang thiếu; và đối chiếu giữa các sổ.

    Không sửa gì: điều tìm thấy được thêm vào hàng đợi rà soát, và tự mất đi khi không còn đúng.
    """
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        book_ids = ids_of(registry, books) if books else None
        reports = [check_books(registry, context.schemas, book_ids)]
        if book_ids is None:
            reports.append(check_registry(registry, context.schemas))
        found = registry.cross_entry_findings(book_ids)
        serious = [one for one in found if one.finding.severity is not Severity.INFO]
        places = FindingPlaces(registry) if found else None
    if as_json:
        print_json(
            {"checks": [plain(report) for report in reports], "findings": [plain(one) for one in found]}
        )
        return
    _show_counts(reports, context.schemas)
    if places and serious:
        _show(serious[:limit], places, context.schemas)
        if len(serious) > limit:
            out().print(f"… và {len(serious) - limit} điều nữa (thêm --limit để xem).")
    if serious:
        out().print(f"Xem cùng các sự kiện khác: hotich queue --workspace {context.workspace}", markup=False)


def ids_of(registry: Registry, names: list[str]) -> list[int]:
    """The ids of the books with these folder names."""
    known = registry.book_columns().groupby("folder_name")["book_id"].apply(list).to_dict()
    for name in names:
        if name not in known and registry.books_named(name):
            raise LedgerError(f"Sổ “{name}” đã được thu hồi. Xem: hotich withdraw list “{name}”.")
        if name not in known:
            raise LedgerError(f"Không có sổ “{name}” trong sổ dữ liệu. Hãy đọc sổ ấy trước: hotich run.")
    return [book_id for name in names for book_id in known[name]]


def _show_counts(reports: list[CheckReport], schemas: Schemas) -> None:
    first = reports[0]
    screen = out()
    screen.print(
        f"Đã kiểm tra {first.books} quyển, {first.entries} sự kiện, {first.pages} trang.", markup=False
    )
    raised = sum(report.outcome.raised for report in reports)
    cleared = sum(report.outcome.cleared for report in reports)
    counts = {code: times for report in reports for code, times in report.counts.items()}
    if not counts:
        screen.print("Không thấy điều gì bất thường.", markup=False)
    else:
        screen.print(
            f"{sum(counts.values())} điều tìm thấy ({raised} mới, {cleared} không còn nữa).", markup=False
        )
        figures = {
            code: times for code, times in counts.items() if schemas.severity_of(code) is Severity.INFO
        }
        for line in format_reasons({c: n for c, n in counts.items() if c not in figures}, schemas):
            screen.print(line, markup=False)
        for code, times in figures.items():
            screen.print(f"Để biết: {times} × [{code}] {finding_sentence(code, schemas)}", markup=False)


def _show(found: list[CrossEntryFinding], places: FindingPlaces, schemas: Schemas) -> None:
    table = Table("Sổ", "Bản quét", "Trang", "Số", "Mã", "Chi tiết", "Nhìn vào đâu")
    for one in found:
        place = places.of_finding(one)
        spec = schemas.findings.get(one.finding.code)
        table.add_row(
            name_cell(place.book) if place else "–",
            name_cell(place.scan) if place else "–",
            str(place.page_no) if place else "–",
            escape(place.number) if place and place.number else "–",
            one.finding.code,
            escape(describe_details(one, places)),
            escape(spec.look_at) if spec else "",
        )
    out().print(table)
