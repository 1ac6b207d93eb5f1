"""Where books stand and why things wait for a person, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.model import PageKind
from pipeline.registry import BookSummary
from pipeline.schema import Schemas


def sentence(code: str, schemas: Schemas) -> str:
    """What a finding says; the bare code when it is not declared."""
    spec = schemas.findings.get(code)
    return spec.sentence if spec else code


def sentences(counted: Mapping[str, int], schemas: Schemas, most: int = 12) -> Iterator[str]:
    """One line a reason, most frequent first, at most ``most``."""
    if counted:
        yield "Lý do cần rà soát:"
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    for code, times in ordered[:most]:
        yield f"  {times:>5} × [{code}] {sentence(code, schemas)}"
    if len(ordered) > most:
        yield f"  … và {len(ordered) - most} lý do khác (hotich queue)"


def told(summary: BookSummary) -> tuple[str, ...]:
    """Where all books stand, as Vietnamese sentences."""
    pages = sum(summary.pages.values())
    entries = summary.pages.get(PageKind.ENTRIES.value, 0)
    covers = summary.pages.get(PageKind.COVER.value, 0)
    other = pages - entries - covers
    scanned = f"{summary.books} sổ, {summary.scans} bản quét, {pages} trang: {entries} trang ghi việc hộ tịch"
    waiting = f"{summary.review} chờ rà soát; {summary.page_tasks} trang chờ xem cả trang"
    done = f"{summary.accepted} nhận ngay, {summary.decided} người đã xem"
    lines = [
        f"{scanned}, {covers} bìa, {other} trang khác.",
        f"{summary.entries} mục đăng ký: {done}, {waiting}.",
    ]
    if summary.uncoded:
        boxes = ", ".join(f"“{words}” ({times} mục)" for words, times in summary.uncoded.items())
        lines.append(
            f"Chưa xuất được vì ô in sẵn chưa có mã: {boxes}. Hãy đặt mã trong office.toml ([[term]])."
        )
    return tuple(lines)
