"""Pictures of pages from sample books, and an index page of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pipeline.base.errors import ScanError, StorageError
from pipeline.base.model import PageImage, PageKind, PageResult
from pipeline.declarations.ledger import load_ledger
from pipeline.layout.imaging.overlay import draw_overlay
from pipeline.layout.imaging.page_pictures import record_picture, write_picture
from pipeline.registry import Registry
from pipeline.run_context import RunContext
from pipeline.runs.workers import BookJob, PageJob, Pool, read_here
from pipeline.scans.intake import ScanFile, page_of_isolated
from pipeline.scans.workspace import Workspace


@dataclass(frozen=True)
class Picture:
    """A page of a book with the paths of its pictures: the overlay, and the page beside its record."""

    title: str
    book: str
    page_no: int
    overlay: Path
    record: Path


def first_page(registry: Registry, book: Path, context: RunContext) -> PageJob | None:
    """Return the first read page with entries of a book; ``None`` if there is none or its scan is missing."""
    book_id = registry.find_book(load_ledger(book), book.name)
    if book_id is None:
        return None
    refs = (page.ref for page in registry.book(book_id).pages if page.kind == PageKind.ENTRIES)
    ref = next(refs, None)
    path = None if ref is None else Workspace(context.workspace).stored(ref.scan_sha256)
    if ref is None or path is None:
        return None
    return PageJob(ScanFile(path, ref.scan_sha256, path.stat().st_size), ref.page_no)


def draw_pages(
    shown: Sequence[tuple[Path, PageJob]],
    folder: Path,
    context: RunContext,
    on_picture: Callable[[str, int], None],
) -> list[Picture]:
    """Return the pictures of pages, each read again in a worker process; unusable pages have none.

    Args:
        on_picture: Called with folder name and page number before the drawing of a page.
    """
    processes = len(os.sched_getaffinity(0))
    with Pool(context, processes) as pool, ThreadPoolExecutor(processes) as threads:

        def draw(book: Path, job: PageJob) -> Picture | None:
            ledger = load_ledger(book)
            job_book = BookJob(context.schemas.form(ledger.form), ledger)
            ((_, result),) = pool.answers(read_here, job_book, [job])
            if isinstance(result, ScanError):
                return None
            try:
                page = page_of_isolated(job.scan, job.page_no, context.limits)
            except ScanError:
                return None
            on_picture(book.name, job.page_no)
            return _drawn(book.name, job_book.form.title, folder, page, result, context)

        pictures = threads.map(draw, *zip(*shown, strict=True)) if shown else ()
        return [picture for picture in pictures if picture is not None]


def _drawn(
    book: str, title: str, folder: Path, page: PageImage, result: PageResult, context: RunContext
) -> Picture:
    overlay = draw_overlay(page, result, context.schemas)
    record = record_picture(page, result, context.schemas)
    return Picture(
        title,
        book,
        page.ref.page_no,
        write_picture(folder / f"{book}-overlay.jpg", overlay),
        write_picture(folder / f"{book}-record.jpg", record),
    )


def write_index(folder: Path, pictures: list[Picture], lines: tuple[str, ...]) -> Path:
    """Write an index page of all pictures, without external resources. Raises ``StorageError``."""
    cards = "\n".join(
        f'<section><h2>{escape(p.title)}: {escape(p.book)}, trang {p.page_no}</h2><a href="{escape(p.record.name)}">'
        f'<img src="{escape(p.record.name)}" alt="Trang sổ và bản ghi đọc được"></a>'
        f'<p><a href="{escape(p.overlay.name)}">Máy thấy gì trên trang này</a></p></section>'
        for p in pictures
    )
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in lines)
    path = folder / "index.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE.format(lines=paragraphs, cards=cards), encoding="utf-8")
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
