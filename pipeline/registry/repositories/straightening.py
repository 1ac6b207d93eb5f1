"""How a page was set straight in its latest run: what the boxes of its readings speak of."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection, select

from pipeline.model import PageRef
from pipeline.registry.model.books import Rectification
from pipeline.registry.tables.books import page, page_run, scan


def rectification_of(connection: Connection, book_id: int, ref: PageRef) -> Rectification | None:
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
    return Rectification(np.asarray(row["matrix"], dtype=np.float64), (int(width), int(height)))
