"""The counts of a reconciliation in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.base.files import printable
from pipeline.delivery.reconcile import ReconcileCounts
from pipeline.delivery.reconcile.differences import DIFFERENCE_LABELS, FIELD_DIFFERENCE_LABELS

HOW_TO_NAME = "Muốn so cả sổ thì thêm --book."


def format_reconciliation(counts: ReconcileCounts, how_to_name: str = HOW_TO_NAME) -> Iterator[str]:
    """Yield a summary of a reconciliation without values; ``how_to_name``: hint how to choose books."""
    compared = [book for book in counts.books if book.compared]
    yield (
        f"Đã so {counts.rows} dòng với {counts.entries} sự kiện của {len(compared)} sổ: {counts.pairs} cặp, "
        f"{counts.same} cặp giống hệt."
    )
    if counts.by_likeness:
        yield f"{counts.by_likeness} cặp khác số, quyển hoặc nơi đăng ký, ghép theo độ giống."
    yield from (
        f"  {words}: {counts.kinds[kind]}"
        for kind, words in DIFFERENCE_LABELS.items()
        if kind in counts.kinds
    )
    yield from (
        f"    ô {words}: {counts.fields[kind]}"
        for kind, words in FIELD_DIFFERENCE_LABELS.items()
        if kind in counts.fields
    )
    yield from _not_compared(counts, how_to_name)
    yield from _about_file(counts)


def _not_compared(counts: ReconcileCounts, how_to_name: str) -> Iterator[str]:
    if counts.refused:
        yield f"{counts.refused} ô trong tệp không đọc được nên không so."
    if counts.unsettled:
        yield f"{counts.unsettled} ô còn chờ rà soát nên chưa so."
    for book in counts.books:
        if book.rows and not book.compared:
            yield (
                f"Sổ {printable(book.book.folder_name)}: tệp chỉ có {book.rows} dòng trong "
                f"{book.book.entries} sự kiện, "
                f"nên không nêu sự kiện thiếu. {how_to_name}"
            )
    if counts.absent:
        yield f"Cột của Bộ không có trong tệp, không so: {_listed(counts.absent)}."


def _about_file(counts: ReconcileCounts) -> Iterator[str]:
    for font, rows in counts.fonts.items():
        name, _, column = font.partition(": ")
        what = f"Cột {column}" if column else f"{rows} dòng"
        yield f"{what} gõ bằng phông {name}, đã đổi sang Unicode để so."
    for place, rows in list(counts.places.items())[:5]:
        yield f"Không rõ là nơi đăng ký nào, {rows} dòng: “{place}”. Các dòng ấy ghép theo số hoặc theo độ giống."
    if counts.ignored:
        yield f"Cột lạ trong tệp, bỏ qua: {_listed(counts.ignored)}."


def _listed(names: tuple[str, ...], shown: int = 8) -> str:
    more = f" và {len(names) - shown} cột nữa" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
