"""The entry list of a book as a workbook: all cells are texts, and the same rows give the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter

from pipeline.delivery.export.workbook import AS_TEXT, CREATED

HEAD_ROW = 3
A4 = 9


def book_list_workbook(
    title: str, lines: Sequence[str], columns: Sequence[tuple[str, float]], rows: Sequence[Sequence[str]]
) -> bytes:
    """Return the workbook of an entry list.

    Args:
        lines: The line under the title, then the lines after the rows.
        columns: Heading and share of the width of each column.
        rows: The cells, row by row.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {**AS_TEXT, "in_memory": True})
    book.set_properties({"title": title, "created": CREATED.replace(tzinfo=None)})
    sheet = book.add_worksheet("Danh sách")
    strong = book.add_format({"bold": True, "font_size": 14})
    head = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "vcenter", "align": "center", "border": 1}
    )
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "num_format": "@"})
    sheet.write_string(0, 0, title, strong)
    sheet.write_string(1, 0, lines[0])
    for at, (name, share) in enumerate(columns):
        sheet.set_column(at, at, 7 + 4 * share)
        sheet.write_string(HEAD_ROW, at, name, head)
    for number, row in enumerate(rows, start=HEAD_ROW + 1):
        for at, text in enumerate(row):
            sheet.write_string(number, at, text, cell)
    for number, line in enumerate(lines[1:], start=HEAD_ROW + len(rows) + 2):
        sheet.write_string(number, 0, line)
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    book.close()
    return file.getvalue()
