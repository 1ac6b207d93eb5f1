"""The pages of a PDF as its page tree lists them, walked here so that a lost page keeps its number."""

from __future__ import annotations

from pathlib import Path

import pikepdf

from pipeline.errors import BrokenScan, EmptyScan, OversizedScan
from pipeline.intake.filetype import shown
from pipeline.intake.limits import ScanLimits

# What a page may take over from the nodes above it (PDF 1.7, table 30), and what of it bears on how it looks.
INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_PAGE_KEYS = frozenset({"/Contents", "/MediaBox", "/Resources"})


def open_pdf(path: Path) -> pikepdf.Pdf:
    """The PDF, repaired as far as qpdf can; not memory-mapped, for a file cut off under a map kills the process."""
    return pikepdf.open(
        path,
        access_mode=pikepdf.AccessMode.stream,
        suppress_warnings=True,
        inherit_page_attributes=False,  # it would mend the tree and so drop lost pages unseen
    )


def page_slots(pdf: pikepdf.Pdf, path: Path, limits: ScanLimits) -> tuple[pikepdf.Object | None, ...]:
    """One item a page in reading order; ``None`` where the tree promises a page and there is none.

    Raises ``EmptyScan`` for no page, ``OversizedScan`` for more than ``limits.max_pages``. Loops in the tree
    end.
    """
    slots: list[pikepdf.Object | None] = []
    seen: set[tuple[int, int]] = set()
    todo = [pdf.Root.get("/Pages")]
    while todo:
        node = todo.pop()
        if not isinstance(node, pikepdf.Dictionary):
            slots.append(None)
        elif "/Kids" not in node:
            slots.append(node if _is_page(node) else None)
        elif node.is_indirect and node.objgen in seen:
            slots.append(None)
        else:
            seen.add(node.objgen)
            kids = node["/Kids"]
            todo.extend(reversed(list(kids)) if isinstance(kids, pikepdf.Array) else [None])
        if len(slots) > limits.max_pages:
            raise OversizedScan(
                f"«{shown(path)}» có hơn {limits.max_pages} trang. Hãy tách tệp thành nhiều phần."
            )
        if len(seen) > 2 * limits.max_pages:
            raise BrokenScan(f"Cây trang của «{shown(path)}» bị hỏng. Hãy xuất lại PDF từ máy quét.")
    if not slots:
        raise EmptyScan(f"«{shown(path)}» không có trang nào. Hãy xuất lại PDF từ máy quét.")
    return tuple(slots)


def page_at(pdf: pikepdf.Pdf, path: Path, page_no: int, limits: ScanLimits) -> pikepdf.Page:
    """That page, holding all it inherits; raises ``BrokenScan`` when the file lost it."""
    slots = page_slots(pdf, path, limits)
    if not 1 <= page_no <= len(slots):
        raise BrokenScan(f"«{shown(path)}» không có trang {page_no}.")
    page = slots[page_no - 1]
    if page is None:
        raise BrokenScan(f"Trang {page_no} của «{shown(path)}» đã mất trong tệp. Hãy quét lại trang này.")
    for key in INHERITED:
        if key not in page:
            value = _inherited(page, key)
            if value is not None:
                page[key] = value
    return pikepdf.Page(page)


def _is_page(node: pikepdf.Object) -> bool:
    return node.get("/Type") == "/Page" or any(key in node for key in _PAGE_KEYS)


def _inherited(page: pikepdf.Object, key: str) -> pikepdf.Object | None:
    node = page.get("/Parent")
    seen: set[tuple[int, int]] = set()
    while isinstance(node, pikepdf.Dictionary) and node.objgen not in seen:
        if key in node:
            return node[key]
        seen.add(node.objgen)
        node = node.get("/Parent")
    return None
