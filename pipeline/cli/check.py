"""``hotich check``: checks of whole books, and of persons across all books."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.base.files import printable
from pipeline.base.model import Severity
from pipeline.books.book_checks import CheckReport, check_books, check_registry
from pipeline.cli.context import HERE, JsonOption, WorkspaceOption, ids_of
from pipeline.cli.screen import plain, print_json, say, show
from pipeline.declarations.schema import Schemas
from pipeline.registry import CrossEntryFinding
from pipeline.reports.finding_sentences import (
    FindingPlaces,
    describe_details,
    finding_sentence,
    format_reasons,
)


def check(
    books: Annotated[
        list[str] | None, typer.Argument(metavar="[SỔ]…", help="Tên thư mục của sổ; không nêu thì mọi sổ.")
    ] = None,
    work: WorkspaceOption = HERE,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="Nhiều nhất bấy nhiêu dòng.")] = 40,
    as_json: JsonOption = False,
) -> None:
    """Kiểm tra cả quyển: dãy số, trùng số, thứ tự ngày, tổng số khi khóa sổ, trang thiếu; và đối chiếu giữa các sổ.

    Không sửa gì: điều tìm thấy được thêm vào hàng đợi rà soát, và tự mất đi khi không còn đúng.
    """
    with work.open_registry() as registry:
        book_ids = ids_of(registry, books) if books else None
        reports = [check_books(registry, work.schemas, book_ids)]
        if book_ids is None:
            reports.append(check_registry(registry, work.schemas))
        findings = registry.cross_entry_findings(book_ids)
        serious = [finding for finding in findings if finding.finding.severity is not Severity.INFO]
        places = FindingPlaces(registry) if findings else None
    if as_json:
        print_json(
            {
                "checks": [plain(report) for report in reports],
                "findings": [plain(finding) for finding in findings],
            }
        )
        return
    _show_counts(reports, work.schemas)
    if places and serious:
        _show(serious[:limit], places, work.schemas)
        if len(serious) > limit:
            say(f"… và {len(serious) - limit} điều nữa (thêm --limit để xem).")
    if serious:
        say(f"Xem cùng các sự kiện khác: hotich queue --workspace {work.run.workspace}")


def _show_counts(reports: list[CheckReport], schemas: Schemas) -> None:
    first = reports[0]
    say(f"Đã kiểm tra {first.books} quyển, {first.entries} sự kiện, {first.pages} trang.")
    raised = sum(report.outcome.raised for report in reports)
    cleared = sum(report.outcome.cleared for report in reports)
    counts = {code: times for report in reports for code, times in report.counts.items()}
    if not counts:
        say("Không thấy điều gì bất thường.")
    else:
        say(f"{sum(counts.values())} điều tìm thấy ({raised} mới, {cleared} không còn nữa).")
        figures = {
            code: times for code, times in counts.items() if schemas.severity_of(code) is Severity.INFO
        }
        for line in format_reasons({c: n for c, n in counts.items() if c not in figures}, schemas):
            say(line)
        for code, times in figures.items():
            say(f"Để biết: {times} × [{code}] {finding_sentence(code, schemas)}")


def _show(findings: list[CrossEntryFinding], places: FindingPlaces, schemas: Schemas) -> None:
    rows = [(item, places.of_finding(item), schemas.findings.get(item.finding.code)) for item in findings]
    show(
        rows,
        {
            "Sổ": lambda row: printable(row[1].book) if row[1] else "–",
            "Bản quét": lambda row: printable(row[1].scan) if row[1] else "–",
            "Trang": lambda row: row[1].page_no if row[1] else "–",
            "Số": lambda row: (row[1].number if row[1] else "") or "–",
            "Mã": lambda row: row[0].finding.code,
            "Chi tiết": lambda row: describe_details(row[0], places),
            "Nhìn vào đâu": lambda row: row[2].look_at if row[2] else "",
        },
    )
