"""``hotich intake assign``: a person says which book scans belong to that wait without one."""

from __future__ import annotations

import getpass
import time
from datetime import datetime
from typing import Annotated

import typer

from pipeline.cli.intake import desk_of
from pipeline.cli.intake_words import pages_told
from pipeline.cli.screen import WorkspaceOption, out
from pipeline.errors import SetupError
from pipeline.inbox import Assigner, IntakeRow, day_reports, intake_lock
from pipeline.intake import Inspector


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
    options, place = desk_of(workspace)
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
                end = f"đã vào sổ «{part.book}»" if part.book else f"chưa gán được: {part.reason}"
                out().print(f"Số {row.serial}, trang {pages_told(part.pages)}: {end}.", markup=False)


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
