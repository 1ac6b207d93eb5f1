"""``hotich reconcile``: a file of another software against the registry."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.base.errors import StorageError
from pipeline.base.files import printable, sha256_of_file
from pipeline.cli.check import ids_of
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.delivery.export.difference_workbook import DifferenceWorkbook
from pipeline.delivery.export.export_options import read_options
from pipeline.delivery.reconcile import (
    ReconcileCounts,
    ReconcileDifference,
    RejectedCell,
    find_layout,
    open_workbook,
    read_layout,
)
from pipeline.delivery.reconcile.differences import (
    DIFFERENCE_LABELS,
    FIELD_DIFFERENCE_LABELS,
    REJECTION_LABELS,
)
from pipeline.delivery.registry_reconciliation import (
    DifferenceReport,
    FieldCropper,
    ReconciliationRun,
    collect_differences,
)
from pipeline.registry import Registry
from pipeline.registry.reconciliation.model import FoundDifference
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

HOW_TO_NAME = "Muốn so cả sổ thì thêm --book."


def format_reconciliation(counts: ReconcileCounts, how_to_name: str = HOW_TO_NAME) -> Iterator[str]:
    """What was compared and what came of it, without any value; ``how_to_name``: how a book is named."""
    compared = [one for one in counts.books if one.compared]
    yield (
        f"Đã so {counts.rows} dòng với {counts.entries} sự kiện của {len(compared)} sổ: {counts.pairs} cặp, "
        f"{counts.same} cặp giống hệt."
    )
    if counts.by_likeness:
        yield f"{counts.by_likeness} cặp khác số, quyển hoặc nơi đăng ký, ghép theo độ giống."
    yield from (
        f"  {words}: {counts.kinds[kind]}"
        for kind, words in DIFFERENCE_LABELS.items()
        if kind in counts.kinds
    )
    yield from (
        f"    ô {words}: {counts.fields[one]}"
        for one, words in FIELD_DIFFERENCE_LABELS.items()
        if one in counts.fields
    )
    yield from _not_compared(counts, how_to_name)
    yield from _about_file(counts)


def _not_compared(counts: ReconcileCounts, how_to_name: str) -> Iterator[str]:
    if counts.refused:
        yield f"{counts.refused} ô trong tệp không đọc được nên không so."
    if counts.unsettled:
        yield f"{counts.unsettled} ô còn chờ rà soát nên chưa so."
    for one in counts.books:
        if one.rows and not one.compared:
            yield (
                f"Sổ {printable(one.book.folder_name)}: tệp chỉ có {one.rows} dòng trong {one.book.entries} sự kiện, "
                f"nên không nêu sự kiện thiếu. {how_to_name}"
            )
    if counts.absent:
        yield f"Cột của Bộ không có trong tệp, không so: {_listed(counts.absent)}."


def _about_file(counts: ReconcileCounts) -> Iterator[str]:
    for font, rows in counts.fonts.items():
        name, _, column = font.partition(": ")
        what = f"Cột {column}" if column else f"{rows} dòng"
        yield f"{what} gõ bằng phông {name}, đã đổi sang Unicode để so."
    for place, rows in list(counts.places.items())[:5]:
        yield f"Không rõ là nơi đăng ký nào, {rows} dòng: “{place}”. Các dòng ấy ghép theo số hoặc theo độ giống."
    if counts.ignored:
        yield f"Cột lạ trong tệp, bỏ qua: {_listed(counts.ignored)}."


def _listed(names: tuple[str, ...], shown: int = 8) -> str:
    more = f" và {len(names) - shown} cột nữa" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


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
    by: Annotated[
        str | None, typer.Option("--by", help="Người đối soát [tên tài khoản của máy đang dùng].")
    ] = None,
    workspace: WorkspaceOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="In nhiều nhất bấy nhiêu dòng.")] = 40,
    as_json: JsonOption = False,
) -> None:
    """Đối soát tệp Excel của phần mềm dùng chung với sổ dữ liệu: sự kiện thiếu, sự kiện thừa, ô khác nhau.

    Không sửa gì, ở cả hai bên.
    """
    if target is not None and target.exists():
        raise StorageError(f"Đã có {target}. Tệp cũ không bị ghi đè: hãy chọn tên khác.")
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry, open_workbook(file) as book:
        mapped = read_layout(layout, context.schemas) if layout else None
        columns = find_layout(book, context.schemas, mapped)
        run = ReconciliationRun(
            registry,
            context.schemas,
            book,
            columns,
            tuple(ids_of(registry, books)) if books else (),
            delivery=read_options(
                Workspace(context.workspace).package, Workspace(context.workspace).office
            ).delivery,
        )
        ink = FieldCropper(registry, Workspace(context.workspace), pictures, context.limits)
        report = DifferenceReport(registry, columns, ink)
        sheets = DifferenceWorkbook(target) if target else None
        kept = collect_differences(run.differences(), report, sheets, shown=limit, ask=save)
        if sheets:
            sheets.close([f"Đối soát tệp {file.name}", *format_reconciliation(run.counts)])
        number = (
            save_questions(registry, run, file, file.name, kept.questions, by or getpass.getuser())
            if save
            else 0
        )
    if as_json:
        print_json(
            {"counts": plain(run.counts), "found": [_told(one) for one in kept.shown], "saved": number}
        )
        return
    for sentence in (*format_reconciliation(run.counts), *_written(target, number, len(kept.questions))):
        out().print(sentence, markup=False)
    if kept.shown:
        out().print(_table(kept.shown))


def _written(target: Path | None, number: int, questions: int) -> Iterator[str]:
    if target:
        yield f"Đã ghi {target}."
    if number:
        yield f"Đã đưa {questions} khác biệt vào hàng đợi: trang web, mục Đối soát, lần {number}."


def save_questions(
    registry: Registry,
    run: ReconciliationRun,
    file: Path,
    name: str,
    questions: list[FoundDifference],
    author: str,
) -> int:
    """Store the questions under the hash of the file and its name; returns the number of the reconciliation."""
    told = {key: getattr(run.counts, key) for key in ("rows", "entries", "pairs", "same")}
    record, digest = run.layout.record.record, sha256_of_file(file)
    return registry.reconciliations().save(record, name, digest, questions, told, author=author)


def _told(one: ReconcileDifference | RejectedCell) -> dict[str, object]:
    """What may be printed: where and how, no value."""
    if isinstance(one, RejectedCell):
        return {"kind": "refused", "row": one.row, "column": one.column, "reason": one.reason}
    return {
        "kind": one.kind,
        "row": one.row,
        "entry_id": one.entry.entry_id if one.entry else None,
        "number": one.number,
        "volume": one.volume,
        "likeness": round(one.likeness, 3),
        "of_row": one.of_row,
        "fields": {field.column: field.kind for field in one.fields},
    }


def _table(shown: list[ReconcileDifference | RejectedCell]) -> Table:
    table = Table("Dòng", "Mã sự kiện", "Quyển", "Số", "Khác gì", "Ở đâu")
    for one in shown:
        if isinstance(one, RejectedCell):
            table.add_row(
                str(one.row),
                "–",
                "–",
                "–",
                "không đọc được",
                f"{escape(one.column)}: {REJECTION_LABELS[one.reason]}",
            )
            continue
        where = "; ".join(
            f"{field.column}: {FIELD_DIFFERENCE_LABELS[field.kind]}" for field in one.fields[:4]
        )
        more = f" … (+{len(one.fields) - 4})" if len(one.fields) > 4 else ""
        table.add_row(
            str(one.row or "–"),
            str(one.entry.entry_id) if one.entry else "–",
            escape(one.volume) or "–",
            escape(one.number) or "–",
            DIFFERENCE_LABELS[one.kind] + (f" (dòng {one.of_row})" if one.of_row else ""),
            escape(where + more) or "–",
        )
    return table
