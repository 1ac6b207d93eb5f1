"""``hotich demo``: the results of a run over sample books, as text and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.context import HERE, WorkspaceOption
from pipeline.cli.screen import err, say
from pipeline.reports.finding_sentences import format_reasons, format_summary
from pipeline.runs.book_reading import book_folders
from pipeline.runs.sample_pictures import draw_pages, first_page, write_index

NEXT = """\
Chạy tiếp (trong cửa sổ lệnh mới, gõ trước: source .venv/bin/activate):
  hotich serve --workspace {workspace}
      mở màn hình rà soát ở http://127.0.0.1:8000; lần đầu nói tên và mật khẩu nằm ở tệp nào
  hotich queue --workspace {workspace}
      liệt kê nhiệm vụ chờ rà soát
  hotich page TỆP --debug THƯ_MỤC
      xem máy thấy gì trên một trang
  hotich run THƯ_MỤC_CÁC_SỔ
      đọc sổ của bạn
Từng bước cho người mới: docs/tutorial/first-run.md"""


def demo(
    folder: Annotated[Path, typer.Argument(help="Thư mục các sổ mẫu đã chạy qua.")],
    pictures: Annotated[Path, typer.Option("--pictures", help="Thư mục để ghi ảnh và index.html.")],
    work: WorkspaceOption = HERE,
    most_books: Annotated[
        int, typer.Option("--books", min=1, help="Vẽ ảnh của nhiều nhất bấy nhiêu sổ.")
    ] = 8,
) -> None:
    """Tóm tắt kết quả đã lưu, đọc lại trang đầu có sự kiện của vài sổ để vẽ ảnh: đọc được gì, ô nào chờ người xem."""
    context = work.run
    with work.open_registry() as registry:
        pages_to_draw = [
            (book, job)
            for book in book_folders(folder)[:most_books]
            if (job := first_page(registry, book, context))
        ]
        summary = registry.summary()
    drawn = draw_pages(
        pages_to_draw,
        pictures,
        context,
        lambda book, page_no: err().print(f"Vẽ ảnh: {book}, trang {page_no}", markup=False),
    )
    index = write_index(pictures, drawn, format_summary(summary))
    for line in format_summary(summary):
        say(line)
    for line in format_reasons(summary.reasons, work.schemas):
        say(line)
    for code, times in summary.failures.items():
        say(f"Không đọc được: {times} × [{code}]")
    say(f"Ảnh để xem: {index}")
    say(NEXT.format(workspace=context.workspace))
