"""``hotich sheet``: a book at a glance, its pages side by side, with what became of each field."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import StorageError
from pipeline.cli.check import ids_of
from pipeline.cli.context import WorkspaceOption
from pipeline.cli.screen import out
from pipeline.reports.contact_sheets import book_thumbs, contact_sheets


def sheet(
    book: Annotated[str, typer.Argument(metavar="SỔ", help="Tên thư mục của sổ đã đọc.")],
    target: Annotated[
        Path, typer.Option("--output", "-o", help="Tệp .pdf, hoặc thư mục để ghi các tờ .png.")
    ] = Path("to-anh"),
    pages: Annotated[
        list[int] | None,
        typer.Option("--page", "-p", min=1, help="Chỉ trang thứ mấy của sổ; nêu được nhiều lần."),
    ] = None,
    *,
    work: WorkspaceOption,
) -> None:
    """Vẽ tờ ảnh của một sổ: mười trang một tờ, mỗi ô tô màu theo đã nhận, chờ người xem hay trống."""
    context = work.run
    with work.open_registry() as registry:
        written = 0
        for book_id in ids_of(registry, [book]):
            thumbs = book_thumbs(registry, book_id, context, pages)
            for page in contact_sheets(thumbs, f"Sổ {book}"):
                written += 1
                path = target if target.suffix.lower() == ".pdf" else target / f"{book}-{written:03}.png"
                try:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    if path.suffix.lower() == ".pdf":
                        page.save(path, "PDF", append=written > 1, resolution=150)
                    else:
                        page.save(path)
                except OSError as error:
                    raise StorageError(
                        f"Không ghi được {path}: {error.strerror or error}. Hãy chọn chỗ khác bằng --output."
                    ) from None
    out().print(f"Đã ghi {written} tờ vào {target}.", markup=False)
