"""How a page was set straight in its latest run: what the boxes of its readings speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from sqlalchemy import Connection, select

from pipeline.model import Box, Matrix, PageRef
from pipeline.registry.tables import page, page_run, reading, scan


@dataclass(frozen=True, slots=True)
class Straightening:
    """``matrix`` (3, 3) maps original to straightened pixels; ``size`` (width, height) of the straight page."""

    matrix: Matrix
    size: tuple[int, int]


def straightening_of(connection: Connection, book_id: int, ref: PageRef) -> Straightening | None:
    """That of a book's page, ``None`` when nothing was read on it."""
    row = (
        connection.execute(
            select(page_run.c.matrix, page_run.c.size)
            .join_from(page_run, page)
            .join(scan)
            .where(
                page_run.c.latest,
                page.c.page_no == ref.page_no,
                scan.c.sha256 == ref.scan_sha256,
                scan.c.book_id == book_id,
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    width, height = row["size"]
    return Straightening(np.asarray(row["matrix"], dtype=np.float64), (int(width), int(height)))


def ink_boxes_of(connection: Connection, entry_id: int) -> Mapping[str, Box]:
    """Where each field of an entry stands on the straight page, all of its lines together; fields without a place are
    left out. Nothing of what was read is in it."""
    rows = connection.execute(
        select(reading.c.field, reading.c.box, reading.c.lines)
        .join(page_run)
        .where(reading.c.entry_id == entry_id, page_run.c.latest)
        .order_by(reading.c.id)
    )
    found = {row.field: [Box(*one) for one in (*row.lines, row.box) if one] for row in rows}
    return {field: reduce(Box.union, boxes) for field, boxes in found.items() if boxes}
