"""``hotich reconcile``: the shared software's spreadsheet held against the registry."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from pipeline.batch.reconciling import Reconciling
from pipeline.cli.check import ids_of
from pipeline.cli.reconcile_words import FIELDS, KINDS, REFUSED, counts_told
from pipeline.cli.screen import JsonOption, WorkspaceOption, out, plain, print_json
from pipeline.reconcile import Difference, Refusal, layout_of, open_workbook, read_layout
from pipeline.settings import read_settings


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
    workspace: WorkspaceOption = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="In nhiều nhất bấy nhiêu dòng.")] = 40,
    as_json: JsonOption = False,
) -> None:
    """Đối soát tệp Excel của phần mềm dùng chung với sổ dữ liệu: việc thiếu, việc thừa, ô khác nhau.

    Không sửa gì, ở cả hai bên.
    """
    bench = read_settings().workbench(workspace)
    with bench.open_registry() as registry, open_workbook(file) as book:
        mapped = read_layout(layout, bench.schemas) if layout else None
        run = Reconciling(
            registry,
            bench.schemas,
            book,
            layout_of(book, bench.schemas, mapped),
            tuple(ids_of(registry, books)) if books else (),
        )
        shown: list[Difference | Refusal] = []
        for one in run.found():
            if len(shown) < limit:
                shown.append(one)
    if as_json:
        print_json({"counts": plain(run.counts), "found": [_told(one) for one in shown]})
        return
    for line in counts_told(run.counts):
        out().print(line, markup=False)
    if shown:
        out().print(_table(shown))


def _told(one: Difference | Refusal) -> dict[str, object]:
    """What may be printed: where and how, no value."""
    if isinstance(one, Refusal):
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


def _table(shown: list[Difference | Refusal]) -> Table:
    table = Table("Dòng", "Mã việc", "Quyển", "Số", "Khác gì", "Ở đâu")
    for one in shown:
        if isinstance(one, Refusal):
            table.add_row(
                str(one.row), "–", "–", "–", "không đọc được", f"{escape(one.column)}: {REFUSED[one.reason]}"
            )
            continue
        where = "; ".join(f"{field.column}: {FIELDS[field.kind]}" for field in one.fields[:4])
        more = f" … (+{len(one.fields) - 4})" if len(one.fields) > 4 else ""
        table.add_row(
            str(one.row or "–"),
            str(one.entry.entry_id) if one.entry else "–",
            escape(one.volume) or "–",
            escape(one.number) or "–",
            KINDS[one.kind] + (f" (dòng {one.of_row})" if one.of_row else ""),
            escape(where + more) or "–",
        )
    return table
