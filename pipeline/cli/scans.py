"""``hotich scans``: what of the scans does not meet the norm of the campaign, and what to do."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import typer

from pipeline.base.errors import ScanError
from pipeline.base.files import printable
from pipeline.books.scan_norm import norm_flaws
from pipeline.cli.context import HERE, CommandContext, JsonOption, LimitOption, WorkspaceOption
from pipeline.cli.screen import plain, print_json, say, show
from pipeline.declarations.office.campaign import SCAN_NORM
from pipeline.registry.custody.scanned_books import ScannedBook
from pipeline.scans.intake import ScanFile, page_of_isolated

COLOUR_LEVELS = 24
"""Difference of the channels of a pixel, in levels, from which it has colour; paper, lamps and JPEG tint less."""

COLOUR_SHARE = 0.0005
"""Share of coloured pixels from which a page is scanned in colour; a stamp or a blue pen covers more."""


def scans(
    books: Annotated[
        list[str] | None, typer.Option("--book", "-b", help="Sổ có tên thư mục này; nêu được nhiều lần.")
    ] = None,
    colour: Annotated[
        bool, typer.Option("--colour/--no-colour", help="Xem trang đầu của từng tệp có phải ảnh màu.")
    ] = True,
    limit: LimitOption = 100,
    work: WorkspaceOption = HERE,
    as_json: JsonOption = False,
) -> None:
    """Bản quét chưa đạt chuẩn của đợt số hóa: độ phân giải, màu, tên tệp, đủ trang; và việc phải làm.

    Mã thoát 1 khi có điều chưa đạt.
    """
    norm = SCAN_NORM.read(work.workspace.office)
    with work.open_registry() as registry:
        found = [one for one in registry.scanned_books() if not books or one.folder_name in books]
    flaws = [
        flaw
        for one in found
        for flaw in norm_flaws(one, norm, _coloured(work, one) if colour and norm.colour else None)
    ]
    if as_json:
        print_json({"books": len(found), "flaws": [plain(flaw) for flaw in flaws]})
    elif not flaws:
        say(f"{len(found)} quyển có bản quét, mọi điều đã kiểm đều đạt chuẩn.")
    else:
        show(
            flaws[:limit],
            {
                "Sổ": lambda flaw: printable(flaw.folder_name),
                "Tệp": lambda flaw: printable(flaw.scan) or "cả quyển",
                "Trang": lambda flaw: flaw.page_no or "–",
                "Chưa đạt": lambda flaw: flaw.what,
                "Phải làm gì": lambda flaw: flaw.advice,
            },
        )
        if len(flaws) > limit:
            say(f"… và {len(flaws) - limit} điều nữa; thêm --limit.")
    raise typer.Exit(1 if flaws else 0)


def _coloured(work: CommandContext, book: ScannedBook) -> dict[str, bool]:
    """Return whether the first page of each scan has colour; a scan that cannot be read is left out."""
    found = {}
    for sha256 in book.scans:
        try:
            path = work.workspace.stored(sha256)
            if path is None:
                continue
            scan = ScanFile(path, sha256, path.stat().st_size)
            pixels = page_of_isolated(scan, 1, work.run.limits).pixels[::4, ::4].astype(np.int16)
        except ScanError:
            continue
        found[sha256] = float((np.ptp(pixels, axis=2) >= COLOUR_LEVELS).mean()) >= COLOUR_SHARE
    return found
