"""What the machine last read on a page, to be held against another reading of it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from pipeline.model import PageRef
from pipeline.registry.model.entries import LastReading
from pipeline.registry.tables.books import page, page_run, scan
from pipeline.registry.tables.entries import entry, reading
from pipeline.registry.tables.tasks import decision


def last_readings(
    connection: Connection, book_id: int, ref: PageRef
) -> Mapping[tuple[int, str], LastReading]:
    """By row on the page and field."""
    decided = {
        (row, field)
        for row, field in connection.execute(
            select(decision.c.row, decision.c.field).where(
                decision.c.book_id == book_id,
                decision.c.scan_sha256 == ref.scan_sha256,
                decision.c.page_no == ref.page_no,
            )
        )
    }
    rows = connection.execute(
        select(
            entry.c.row,
            reading.c.field,
            reading.c.status,
            reading.c.text,
            reading.c.canonical,
            reading.c.accepted,
        )
        .join_from(reading, page_run, (reading.c.page_run_id == page_run.c.id) & page_run.c.latest)
        .join(entry, reading.c.entry_id == entry.c.id)
        .join(page, page_run.c.page_id == page.c.id)
        .join(scan, page.c.scan_id == scan.c.id)
        .where(scan.c.book_id == book_id, scan.c.sha256 == ref.scan_sha256, page.c.page_no == ref.page_no)
    )
    return {
        (row, field): LastReading(status, text, canonical, accepted, (row, field) in decided)
        for row, field, status, text, canonical, accepted in rows
    }
