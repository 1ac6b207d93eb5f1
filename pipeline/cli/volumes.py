"""``hotich volumes``: the table of volumes over all packages, by which a contractor is paid."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.files import printable
from pipeline.base.signing_key import signing_key
from pipeline.cli.context import HERE, ME, WorkspaceOption, by_option
from pipeline.cli.print_papers import OutOption, write_printed
from pipeline.cli.screen import say
from pipeline.delivery.printing.offices import read_offices
from pipeline.delivery.printing.service import Asker
from pipeline.delivery.printing.volume_table import package_folders, volume_paper, volume_table


def volumes(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="THƯ_MỤC", help="Nơi chứa các gói [packages của thư mục làm việc]."),
    ] = None,
    month: Annotated[str, typer.Option("--month", help="Chỉ gói lập trong tháng này, dạng 2026-12.")] = "",
    excel: Annotated[bool, typer.Option("--xlsx", help="Ghi tệp Excel thay cho PDF.")] = False,
    target: OutOption = Path(),
    by: Annotated[str, by_option("Người lập bảng")] = ME,
    work: WorkspaceOption = HERE,
) -> None:
    """Bảng kê khối lượng của mọi gói: sự kiện, ô theo độ dài, theo nơi đăng ký, tháng, quyển."""
    place = work.workspace
    with work.open_registry() as registry:
        public = signing_key(place.package_key).public
        table = volume_table(package_folders(folder or place.packages), public, month=month)
        ending = ".xlsx" if excel else ".pdf"
        write_printed(volume_paper(registry, table, ending, read_offices(place.print), Asker(by)), target)
    for name in table.unproven:
        say(f"Không tính gói {printable(name)}: bản kê thiếu chữ ký của cơ quan.")
