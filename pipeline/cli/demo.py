"""``hotich demo``: the results of a run over sample books, as text and pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Annotated

import typer

from pipeline.base.errors import ScanError, StorageError
from pipeline.base.model import PageImage, PageKind, PageResult
from pipeline.cli.findings import format_reasons, format_summary
from pipeline.cli.page_pictures import record_picture, write_picture
from pipeline.cli.screen import WorkspaceOption, err, out
from pipeline.declarations.ledger import load_ledger
from pipeline.layout.imaging.overlay import draw_overlay
from pipeline.registry import Registry
from pipeline.run_context import RunContext
from pipeline.runs.book_reading import book_folders
from pipeline.runs.workers import BookJob, PageJob, Pool, read_here
from pipeline.scans.intake import ScanFile, page_of_isolated
from pipeline.scans.workspace import Workspace
from pipeline.settings import read_settings

NEXT = """\
Chạy tiếp (trong cửa sổ lệnh mới, gõ trước: source .venv/bin/activate):
  hotich serve --workspace {workspace}
      mở màn hình rà soát ở http://127.0.0.1:8000; lần đầu in tên và mật khẩu đăng nhập
  hotich queue --workspace {workspace}
      liệt kê nhiệm vụ chờ rà soát
  hotich page TỆP --debug THƯ_MỤC
      xem máy thấy gì trên một trang
  hotich run THƯ_MỤC_CÁC_SỔ
      đọc sổ của bạn
Từng bước cho người mới: docs/tutorial/first-run.md"""


@dataclass(frozen=True)
class Picture:
    """One page of a book and where its pictures lie: the overlay, and the page beside its record."""

    title: str
    book: str
    page_no: int
    overlay: Path
    record: Path


def demo(
    folder: Annotated[Path, typer.Argument(help="Thư mục các sổ mẫu đã chạy qua.")],
    pictures: Annotated[Path, typer.Option("--pictures", help="Thư mục để ghi ảnh và index.html.")],
    workspace: WorkspaceOption = None,
    every: Annotated[int, typer.Option("--books", min=1, help="Vẽ ảnh của nhiều nhất bấy nhiêu sổ.")] = 8,
) -> None:
    """Tóm tắt kết quả đã lưu và vẽ ảnh: trang nào, đọc được gì, ô nào chờ người xem."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        shown = [
            (book, job)
            for book in book_folders(folder)[:every]
            if (job := _first_page(registry, book, context))
        ]
        summary = registry.summary()
    drawn = draw_pages(shown, pictures, context)
    index = write_index(pictures, drawn, format_summary(summary))
    screen = out()
    for line in format_summary(summary):
        screen.print(line, markup=False)
    for line in format_reasons(summary.reasons, context.schemas):
        screen.print(line, markup=False)
    for code, times in summary.failures.items():
        screen.print(f"Không đọc được: {times} × [{code}]", markup=False)
    screen.print(f"Ảnh để xem: {index}", markup=False)
    screen.print(NEXT.format(workspace=context.workspace), markup=False)


def _first_page(registry: Registry, book: Path, context: RunContext) -> PageJob | None:
    """Return the first page with entries that was read of a book; None where there is none, or its scan is gone."""
    book_id = registry.find_book(load_ledger(book), book.name)
    if book_id is None:
        return None
    refs = (page.ref for page in registry.book(book_id).pages if page.kind == PageKind.ENTRIES)
    ref = next(refs, None)
    path = None if ref is None else Workspace(context.workspace).stored(ref.scan_sha256)
    if ref is None or path is None:
        return None
    return PageJob(ScanFile(path, ref.scan_sha256, path.stat().st_size), ref.page_no)


def draw_pages(shown: Sequence[tuple[Path, PageJob]], folder: Path, context: RunContext) -> list[Picture]:
    """Return the pictures of pages, each read anew in a process of its own; one that cannot be used has none."""
    processes = len(os.sched_getaffinity(0))
    with Pool(context, processes) as pool, ThreadPoolExecutor(processes) as threads:

        def draw(book: Path, job: PageJob) -> Picture | None:
            ledger = load_ledger(book)
            asked = BookJob(context.schemas.form(ledger.form), ledger)
            ((_, result),) = pool.answers(read_here, asked, [job])
            if isinstance(result, ScanError):
                return None
            try:
                page = page_of_isolated(job.scan, job.page_no, context.limits)
            except ScanError:
                return None
            err().print(f"Vẽ ảnh: {book.name}, trang {job.page_no}", markup=False)
            return _drawn(book.name, asked.form.title, folder, page, result, context)

        found = threads.map(draw, *zip(*shown, strict=True)) if shown else ()
        return [picture for picture in found if picture is not None]


def _drawn(
    book: str, title: str, folder: Path, page: PageImage, result: PageResult, context: RunContext
) -> Picture:
    seen = draw_overlay(page, result, context.schemas)
    record = record_picture(page, result, context.schemas)
    return Picture(
        title,
        book,
        page.ref.page_no,
        write_picture(folder / f"{book}-overlay.jpg", seen),
        write_picture(folder / f"{book}-record.jpg", record),
    )


def write_index(folder: Path, pictures: list[Picture], lines: tuple[str, ...]) -> Path:
    """A page that shows all pictures, without anything from outside. Raises ``StorageError``."""
    cards = "\n".join(
        f'<section><h2>{escape(p.title)}: {escape(p.book)}, trang {p.page_no}</h2><a href="{escape(p.record.name)}">'
        f'<img src="{escape(p.record.name)}" alt="Trang sổ và bản ghi đọc được"></a>'
        f'<p><a href="{escape(p.overlay.name)}">Máy thấy gì trên trang này</a></p></section>'
        for p in pictures
    )
    told_lines = "".join(f"<p>{escape(line)}</p>" for line in lines)
    path = folder / "index.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(lines=told_lines, cards=cards), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"Không ghi được {path}: {error.strerror}.") from None
    return path


PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><title>hotich: sổ mẫu</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 17px/1.5 "Liberation Sans", Arial, sans-serif; margin: 2rem auto; max-width: 1200px; padding: 0 1rem;
  color: #222; background: #f6f5f2 }}
section {{ background: #fff; padding: 1rem; margin: 1.5rem 0; border-radius: 6px }}
img {{ max-width: 100%; height: auto }}
</style></head><body>
<h1>Từ trang sổ đến bản ghi</h1>
{lines}
<p>Người trong các sổ mẫu đều là bịa. Khung xanh quanh chữ: máy nhận ngay; khung cam: chờ người xem.
Ở “Máy thấy gì trên trang này”, khung chữ đi từ đỏ (không chắc) đến xanh (chắc); khung tím là khung in của trang,
khung mảnh màu xanh hay cam quanh chữ in là nhãn máy đọc được hay suy ra chỗ.</p>
{cards}
</body></html>
"""
