"""The pages of a book that are of no declared form, as they were read last."""

from __future__ import annotations

from sqlalchemy import Connection, select

from pipeline.base.model import PageRef
from pipeline.registry.model.books import UnfitPage
from pipeline.registry.repositories.withdrawals import page_stands
from pipeline.registry.tables.books import page, page_run, scan
from pipeline.registry.tables.entries import finding

OTHER_FORM = "PAGE-FORM"


def unfit_pages(connection: Connection, book_id: int) -> tuple[UnfitPage, ...]:
    """Return the pages of a book that fit neither its form nor a cover, in the order of their scans."""
    rows = connection.execute(
        select(scan.c.sha256, scan.c.name, page.c.page_no, page_run.c.size, finding.c.details)
        .join_from(page, scan)
        .join(page_run, (page_run.c.page_id == page.c.id) & page_run.c.latest)
        .join(finding, finding.c.page_run_id == page_run.c.id)
        .where(scan.c.book_id == book_id, finding.c.code == OTHER_FORM, page_stands)
        .order_by(scan.c.id, page.c.page_no)
    )
    return tuple(
        UnfitPage(
            PageRef(row.sha256, row.page_no),
            row.name,
            (row.size[0], row.size[1]),
            row.details.get("form", ""),
        )
        for row in rows
    )
