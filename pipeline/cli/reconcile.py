"""``hotich reconcile``: a file of another software compared with the registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import StorageError
from pipeline.cli.context import (
    HERE,
    ME,
    JsonOption,
    LimitOption,
    WorkspaceOption,
    account_name,
    by_option,
    ids_of,
)
from pipeline.cli.screen import plain, print_json, print_table, say
from pipeline.delivery.export.difference_workbook import DifferenceWorkbook
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.reconcile import ReconcileDifference, RejectedCell
from pipeline.delivery.reconcile.differences import (
    DIFFERENCE_LABELS,
    FIELD_DIFFERENCE_LABELS,
    REJECTION_LABELS,
)
from pipeline.delivery.reconcile.sentences import format_reconciliation
from pipeline.delivery.registry_reconciliation import (
    DifferenceReport,
    FieldCropper,
    ReconciliationRun,
    collect_differences,
    save_questions,
)
from pipeline.delivery.workbook_reading import find_layout, open_workbook, read_layout


def reconcile(
    file: Annotated[Path, typer.Argument(metavar="TỆP.xlsx", help="Tệp Excel xuất từ phần mềm dùng chung.")],
    books: Annotated[
        list[str] | None,
        typer.Option("--book", "-b", help="Chỉ so sổ có tên thư mục này; nêu được nhiều lần."),
    ] = None,
    layout: Annotated[
        Path | None,
        typer.Option("--layout", help="Tệp TOML nói cột nào là cột nào, khi tiêu đề không phải của Bộ."),
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--output", "-o", help="Ghi mọi khác biệt vào tệp Excel này.")
    ] = None,
    pictures: Annotated[
        int,
        typer.Option("--pictures", min=0, help="Trong tệp Excel, ảnh ảnh chữ viết của bấy nhiêu ô đầu tiên."),
    ] = 200,
    save: Annotated[
        bool, typer.Option("--save", help="Đưa các khác biệt vào hàng đợi đối soát ở trang web.")
    ] = False,
    by: Annotated[str, by_option("Người đối soát")] = ME,
    work: WorkspaceOption = HERE,
    limit: LimitOption = 40,
    as_json: JsonOption = False,
) -> None:
    """Đối soát tệp Excel của phần mềm dùng chung với sổ dữ liệu: sự kiện thiếu, sự kiện thừa, ô khác nhau.

    Không sửa gì, ở cả hai bên.
    """
    if target is not None and target.exists():
        raise StorageError(f"Đã có {target}. Tệp cũ không bị ghi đè: hãy chọn tên khác.")
    with work.open_registry() as registry, open_workbook(file) as book:
        mapped = read_layout(layout, work.schemas) if layout else None
        columns = find_layout(book, work.schemas, mapped)
        run = ReconciliationRun(
            registry,
            work.schemas,
            book,
            columns,
            tuple(ids_of(registry, books)) if books else (),
            delivery=read_options(work.workspace.package, work.workspace.office).delivery,
        )
        ink = FieldCropper(registry, work.workspace, pictures, work.run.limits)
        report = DifferenceReport(registry, columns, ink)
        sheets = DifferenceWorkbook(target) if target else None
        collected = collect_differences(run.differences(), report, sheets, shown=limit, ask=save)
        if sheets:
            sheets.close([f"Đối soát tệp {file.name}", *format_reconciliation(run.counts)])
        number = (
            save_questions(registry, run, file, file.name, collected.questions, by or account_name())
            if save
            else 0
        )
    if as_json:
        print_json(
            {
                "counts": plain(run.counts),
                "found": [_as_object(difference) for difference in collected.shown],
                "saved": number,
            }
        )
        return
    for sentence in (*format_reconciliation(run.counts), *_written(target, number, len(collected.questions))):
        say(sentence)
    if collected.shown:
        headers = ("Dòng", "Mã sự kiện", "Quyển", "Số", "Khác gì", "Ở đâu")
        print_table(headers, map(_cells, collected.shown))


def _written(target: Path | None, number: int, questions: int) -> Iterator[str]:
    if target:
        yield f"Đã ghi {target}."
    if number:
        yield f"Đã đưa {questions} khác biệt vào hàng đợi: trang web, mục Đối soát, lần {number}."


def _as_object(diff: ReconcileDifference | RejectedCell) -> dict[str, object]:
    """Return the printable facts of a difference: place and kind, without values."""
    if isinstance(diff, RejectedCell):
        return {
            "kind": "refused",
            "row": diff.row,
            "column": diff.column,
            "reason": diff.reason,
        }
    return {
        "kind": diff.kind,
        "row": diff.row,
        "entry_id": diff.entry.entry_id if diff.entry else None,
        "number": diff.number,
        "volume": diff.volume,
        "likeness": round(diff.likeness, 3),
        "of_row": diff.of_row,
        "fields": {field.column: field.kind for field in diff.fields},
    }


def _cells(item: ReconcileDifference | RejectedCell) -> tuple[object, ...]:
    if isinstance(item, RejectedCell):
        return (
            item.row,
            "–",
            "–",
            "–",
            "không đọc được",
            f"{item.column}: {REJECTION_LABELS[item.reason]}",
        )
    where = "; ".join(f"{field.column}: {FIELD_DIFFERENCE_LABELS[field.kind]}" for field in item.fields[:4])
    more = f" … (+{len(item.fields) - 4})" if len(item.fields) > 4 else ""
    return (
        item.row or "–",
        item.entry.entry_id if item.entry else "–",
        item.volume or "–",
        item.number or "–",
        DIFFERENCE_LABELS[item.kind] + (f" (dòng {item.of_row})" if item.of_row else ""),
        where + more or "–",
    )
