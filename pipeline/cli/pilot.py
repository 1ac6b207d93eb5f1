"""``hotich pilot``: an office's own figures of books that it checked, as files that it may send to whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.check import ids_of
from pipeline.cli.context import JsonOption, WorkspaceOption
from pipeline.cli.screen import out


def pilot(
    books: Annotated[list[str], typer.Argument(metavar="SỔ", help="Tên thư mục của các sổ đã rà soát.")],
    target: Annotated[
        Path | None, typer.Option("--out", "-o", help="Thư mục để ghi ket-qua-thu.pdf và ket-qua-thu.json.")
    ] = None,
    *,
    work: WorkspaceOption,
    as_json: JsonOption = False,
) -> None:
    """Làm một trang kết quả thử của các sổ đã rà soát: chỉ có con số, để cơ quan gửi cho người hỏi nếu muốn.

    Không có họ tên, nơi chốn, hình ảnh, tên sổ, tên đăng nhập hay chữ nào của sổ. Chương trình không gửi đi đâu: lệnh
    in ra mọi điều có trong tệp để xem trước.
    """
    from pipeline.reports.pilot import pilot_report
    from pipeline.reports.pilot_files import pilot_json, pilot_section, write_pilot

    with work.open_registry() as registry:
        counts = registry.statistics(None).pilot(ids_of(registry, books))
    report = pilot_report(counts, work.schemas)
    if as_json:
        typer.echo(pilot_json(report).decode(), nl=False)
    else:
        section = pilot_section(report)
        screen = out()
        for figure in section.figures:
            note = f" ({figure.note})" if figure.note else ""
            screen.print(f"{figure.label}: {figure.cell.text}{note}", markup=False)
        for table in section.tables:
            screen.print(f"\n{table.title}", markup=False)
            for row in table.rows:
                told = (f"{title}: {cell.text}" for (title, _), cell in zip(table.columns, row, strict=True))
                screen.print("  " + "; ".join(told), markup=False)
        screen.print(f"\n{section.note}", markup=False)
    if target is not None:
        for path in write_pilot(report, target, datetime.now(UTC)):
            if not as_json:
                out().print(f"Đã ghi {path}", markup=False)
