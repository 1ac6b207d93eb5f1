"""``hotich sheet``: a book at a glance, page by page, with what became of each field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.check import ids_of
from pipeline.cli.contact_sheet import Thumb, sheets, thumb_picture
from pipeline.cli.screen import WorkspaceOption, out
from pipeline.errors import HotichError, StorageError
from pipeline.intake import ScanFile, page_of_isolated
from pipeline.model import WITHOUT_INK, Box, FieldReading, FieldStatus, PageKind, PageRef
from pipeline.registry import Registry, StoredEntry, StoredPage
from pipeline.run_context import RunContext
from pipeline.schema import Schemas
from pipeline.settings import read_settings
from pipeline.workspace import Workspace

KINDS = {
    PageKind.COVER: "bìa",
    PageKind.BLANK: "trang trống",
    PageKind.UNKNOWN: "không nhận ra trang gì, hoặc khác mẫu",
}


def sheet(
    book: Annotated[str, typer.Argument(metavar="SỔ", help="Tên thư mục của sổ đã đọc.")],
    target: Annotated[
        Path, typer.Option("--output", "-o", help="Tệp .pdf, hoặc thư mục để ghi các tờ .png.")
    ] = Path("to-anh"),
    pages: Annotated[
        list[int] | None,
        typer.Option("--page", "-p", min=1, help="Chỉ trang thứ mấy của sổ; nêu được nhiều lần."),
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Vẽ tờ ảnh của một sổ: mười trang một tờ, mỗi ô tô màu theo đã nhận, chờ người xem hay trống."""
    context = read_settings().run_context(workspace)
    with context.open_registry() as registry:
        written = 0
        for book_id in ids_of(registry, [book]):
            thumbs = _thumbs(registry, book_id, context, pages)
            for page in sheets(thumbs, f"Sổ {book}"):
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


def _thumbs(
    registry: Registry, book_id: int, context: RunContext, wanted: Sequence[int] | None
) -> Iterator[Thumb]:
    book = registry.book(book_id)
    entries: dict[PageRef, list[StoredEntry]] = {}
    for entry_id in registry.entries(book_id):
        entry = registry.entry(entry_id)
        entries.setdefault(entry.ref, []).append(entry)
    for number, page in enumerate(book.pages, start=1):
        if not wanted or number in wanted:
            mine = entries.get(page.ref, [])
            yield _thumb(registry, book_id, page, number, mine, context, book.scans)
    for failure in () if wanted else book.failures:
        where = failure.scan if failure.page_no is None else f"{failure.scan}, trang {failure.page_no}"
        yield Thumb(None, where, f"không đọc được ({failure.code})", bad=True)


def _thumb(
    registry: Registry, book_id: int, page: StoredPage, number: int, entries: Sequence[StoredEntry],
    context: RunContext, scans: Mapping[str, str],
) -> Thumb:  # fmt: skip
    fields = [field for entry in entries for field in _fields(entry)]
    flaws = _flaws(entries, context.schemas)
    kind = PageKind(page.kind)
    told = [KINDS[kind]] if kind in KINDS else [_counted(fields)]
    title = f"Trang {number} · {scans.get(page.ref.scan_sha256, '')} tr. {page.ref.page_no}"
    numbers = [entry.values.get("entry_number") for entry in entries[:1]]
    title += "".join(f" · số {one}" for one in numbers if one)
    picture = None
    try:
        path = Workspace(context.workspace).stored(page.ref.scan_sha256)
        straight = registry.rectification(book_id, page.ref)
        if path is not None and straight is not None:
            scan = ScanFile(path, page.ref.scan_sha256, path.stat().st_size)
            pixels = page_of_isolated(scan, page.ref.page_no, context.limits).pixels
            picture = thumb_picture(pixels, straight.matrix, straight.size, fields)
    except (HotichError, OSError):
        told.append("bản quét không mở được")
    if picture is None:
        told.append("không có ảnh")
    bad = bool(flaws) or kind is PageKind.UNKNOWN or picture is None
    return Thumb(picture, title, " · ".join([*flaws, *told]), bad)


def _fields(entry: StoredEntry) -> Iterator[tuple[Box, str]]:
    """Each line of each field of an entry, with what became of it."""
    for reading in entry.readings:
        state = "người đã quyết" if reading.field in entry.decisions else _state(reading)
        for box in reading.lines or ((reading.box,) if reading.box is not None else ()):
            yield box, state


def _state(reading: FieldReading) -> str:
    if reading.status in WITHOUT_INK:
        return "trống trên giấy"
    if reading.accepted:
        return "nhận ngay"
    return "chờ người xem" if reading.status is FieldStatus.READ else "bị gạch, không đọc được"


def _flaws(entries: Sequence[StoredEntry], schemas: Schemas) -> list[str]:
    """The codes for which a page should be scanned again."""
    found = [one.code for entry in entries for one in entry.findings]
    return [
        code for code in dict.fromkeys(found) if code in schemas.findings and schemas.findings[code].rescan
    ]


def _counted(fields: Sequence[tuple[Box, str]]) -> str:
    times = Counter(state for _, state in fields)
    return ", ".join(f"{count} {state}" for state, count in times.items())
