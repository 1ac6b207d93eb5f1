"""Segment: from the rectified page to the field regions of its entries, each with its text lines.

A page form holds one entry (``page_form``). A table form holds an entry a row and a region a cell (``table_rows``,
``unruled_rows``). A region without a line is blank only where the paper itself is visible (``residual_ink``).
"""

from __future__ import annotations

import logging

from pipeline.digitize.page_context import PageContext
from pipeline.digitize.page_form import PageForm
from pipeline.digitize.rectify import RectifiedPage
from pipeline.digitize.regions import EntryRegion
from pipeline.digitize.table_rows import table_rows
from pipeline.digitize.unruled_rows import unruled_rows

log = logging.getLogger(__name__)


def segment(page: RectifiedPage, context: PageContext) -> tuple[EntryRegion, ...]:
    """Return the entry of a page form, or the rows of a table form that hold or may hold ink.

    Rows of a table without row rules may be headings (``EntryRegion.is_entry``).
    """
    form = context.form
    if form.table is None:
        entries: tuple[EntryRegion, ...] = (PageForm(page, form, context.record).entry(),)
    else:
        rows = table_rows if form.table.ruled else unruled_rows
        entries = tuple(
            entry
            for entry in rows(page, form)
            if any(field.lines or field.is_doubtful for field in entry.fields)
        )
    for entry in entries:
        _log_entry(entry)
    return entries


def _log_entry(entry: EntryRegion) -> None:
    inked = [field for field in entry.fields if field.lines]
    doubtful = [field.slot.name for field in entry.fields if field.is_doubtful]
    log.info(
        "row %d: %d regions with ink, %d blank, %d doubtful",
        entry.row, len(inked), sum(not field.lines and not field.is_doubtful for field in entry.fields), len(doubtful),
    )  # fmt: skip
    for field in entry.fields:
        log.debug(
            "row %d, region %s: %d lines (%d red, %d struck), doubtful %s, touched %s",
            entry.row,
            field.slot.name,
            len(field.lines),
            sum(line.is_red for line in field.lines),
            sum(line.is_struck for line in field.lines),
            field.is_doubtful,
            field.is_touched,
        )
