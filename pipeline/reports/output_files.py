"""The files of a report: a PDF set by Typst from ``templates/report.typ``, and a workbook written by XlsxWriter.

The figures enter the template as JSON and only as text: no name can become markup. The font is Liberation Sans, which
the forms need anyway; the file is PDF/A-2b, tagged. In the workbook numbers are numbers and texts are texts: no text
can become a formula, whatever a folder is called. Each file is written atomically.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.base.charts import COLOURS, chart_svg
from pipeline.base.errors import StorageError
from pipeline.base.files import write_atomically
from pipeline.base.localtime import format_moment, local_date
from pipeline.base.text.control_characters import visible_text
from pipeline.reports.content import ManagementReport, ReportCell, ReportSection, ReportTable, day_cell

TEMPLATE = Path(__file__).parent / "templates" / "report.typ"
STANDARD: Literal["a-2b"] = "a-2b"


def document_of(report: ManagementReport) -> bytes:
    """Return the PDF. The same report gives the same bytes."""
    import typst  # 90 MB of memory, only needed for a PDF

    content = json.dumps(_visible(_content(report)), ensure_ascii=False)
    compiler = typst.Compiler(TEMPLATE, sys_inputs={"report": content})
    pdf = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=int(report.at.timestamp()))
    assert isinstance(pdf, bytes)
    return pdf


def _content(report: ManagementReport) -> dict[str, Any]:
    return {
        "title": report.title,
        "signatures": list(report.signatures),
        "at": format_moment(report.at),
        "since": day_cell(report.since).text if report.days else "",
        "scope": report.scope,
        "alerts": list(report.alerts),
        "sections": [_section(section) for section in report.sections],
    }


def _visible(content: Any) -> Any:
    """Return the content with hidden characters written out: a NUL would end the document."""
    if isinstance(content, str):
        return visible_text(content)
    if isinstance(content, dict):
        return {name: _visible(value) for name, value in content.items()}
    return [_visible(value) for value in content] if isinstance(content, list) else content


def _section(section: ReportSection) -> dict[str, Any]:
    return {
        "title": section.title,
        "note": section.note,
        "figures": [
            {"label": figure.label, "text": figure.cell.text, "note": figure.note}
            for figure in section.figures
        ],
        "charts": [
            {
                "title": chart.title,
                "svg": str(chart_svg(chart)),
                "sorts": [{"name": name, "colour": COLOURS[style]} for name, style in chart.sorts],
            }
            for chart in section.charts
            if chart.most
        ],
        "tables": [_table(table) for table in section.tables],
    }


def _table(table: ReportTable) -> dict[str, Any]:
    return {
        "title": table.title,
        "note": table.note,
        "columns": [{"title": title, "number": is_number} for title, is_number in table.columns],
        "rows": [_row(row) for row in table.first_rows],
        "total": _row(table.total),
        "left": table.left_out,
    }


def _row(cells: tuple[ReportCell, ...]) -> list[str]:
    return [cell.text for cell in cells]


AS_TEXT = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
SUMMARY = "Tóm tắt"
NARROW, WIDE = 14, 60
LONGEST_NAME = 31
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def workbook_of(report: ManagementReport) -> bytes:
    """Return the workbook: a sheet of figures, then a sheet for each table with all its rows."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, AS_TEXT)
    book.set_properties({"title": report.title, "created": report.at.replace(tzinfo=None)})
    formats = _Formats(book)
    _write_figures(book.add_worksheet(SUMMARY), report, formats)
    for name, table in zip(sheet_names(report), _tables(report), strict=True):
        _write_table(book.add_worksheet(name), table, formats)
    book.close()
    return file.getvalue()


def sheet_names(report: ManagementReport) -> tuple[str, ...]:
    """Return the sheet names of the tables, made unique."""
    names: list[str] = []
    for section in report.sections:
        for table in section.tables:
            name = table.title.translate(FORBIDDEN)[: LONGEST_NAME - 3].strip()
            repeats = sum(existing.startswith(name) for existing in names)
            names.append(f"{name} ({repeats + 1})" if repeats else name)
    return tuple(names)


class _Formats:
    """The formats of cells; those of values by their pattern."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self.title: Format = book.add_format({"bold": True, "font_size": 14})
        self.head: Format = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1}
        )
        self.section: Format = book.add_format({"bold": True, "top": 1})
        self._formats: dict[tuple[str, bool], Format] = {}

    def of(self, pattern: str, *, bold: bool) -> Format:
        if (pattern, bold) not in self._formats:
            how = {"num_format": pattern, "valign": "top", "bold": bold, "top": int(bold)}
            self._formats[pattern, bold] = self._book.add_format(how)
        return self._formats[pattern, bold]


def _write_figures(sheet: Worksheet, report: ManagementReport, formats: _Formats) -> None:
    sheet.set_column(0, 0, 42)
    sheet.set_column(1, 1, 18)
    sheet.set_column(2, 2, 90)
    sheet.write_string(0, 0, report.title, formats.title)
    sheet.write_string(1, 0, f"Số liệu lúc {format_moment(report.at)}. Phạm vi: {report.scope}.")
    if report.days:
        sheet.write_string(2, 0, f"Điều gì đã diễn ra thì tính từ ngày {day_cell(report.since).text}.")
    for row, alert in enumerate(report.alerts, start=3):
        sheet.write_string(row, 0, alert, formats.head)
    row = 4 + len(report.alerts)
    for section in report.sections:
        sheet.write_string(row, 0, section.title, formats.section)
        sheet.write_blank(row, 1, None, formats.section)
        sheet.write_string(row, 2, section.note, formats.section)
        row += 1
        for figure in section.figures:
            sheet.write_string(row, 0, figure.label)
            _write(sheet, row, 1, figure.cell, formats)
            sheet.write_string(row, 2, figure.note)
            row += 1


def _write_table(sheet: Worksheet, table: ReportTable, formats: _Formats) -> None:
    for column, (title, is_number) in enumerate(table.columns):
        sheet.write_string(0, column, title, formats.head)
        sheet.set_column(column, column, _width(column, table, is_number=is_number))
    rows = [*table.rows, *([table.total] if table.total else [])]
    for row, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            _write(sheet, row, column, cell, formats, bold=bool(table.total) and row == len(rows))
    sheet.freeze_panes(1, 1)
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    if table.note:
        sheet.write_string(len(rows) + 2, 0, table.note)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write(
    sheet: Worksheet, row: int, column: int, cell: ReportCell, formats: _Formats, *, bold: bool = False
) -> None:
    """Write a number, or the text where there is none; days are text, since programs disagree on days."""
    if isinstance(cell.value, int | float):
        sheet.write_number(row, column, cell.value, formats.of(cell.pattern, bold=bold))
    else:
        sheet.write_string(row, column, cell.text, formats.of("@", bold=bold))


def _width(column: int, table: ReportTable, *, is_number: bool) -> int:
    if is_number:
        return NARROW
    longest = max((len(row[column].text) for row in table.rows), default=0)
    return min(max(longest + 2, NARROW), WIDE)


def _tables(report: ManagementReport) -> Iterable[ReportTable]:
    return (table for section in report.sections for table in section.tables)


MAKERS: Mapping[str, Callable[[ManagementReport], bytes]] = {".xlsx": workbook_of, ".pdf": document_of}
"""The functions that make a file, by ending of its name."""


def file_name(report: ManagementReport) -> str:
    """Return the files' name without ending: the day of the counts."""
    return f"{report.name}-{local_date(report.at).isoformat()}"


def write_files(report: ManagementReport, out: Path) -> tuple[Path, ...]:
    """Write a report; a file that exists is replaced.

    Args:
        out: A file (.xlsx or .pdf), or a folder that gets both kinds under the day's name.

    Raises:
        StorageError: The disk cannot be written.
    """
    make = MAKERS.get(out.suffix.lower())
    if make is not None:
        return (_write_file(out, make(report)),)
    return tuple(
        _write_file(out / f"{file_name(report)}{ending}", make(report)) for ending, make in MAKERS.items()
    )


def _write_file(path: Path, content: bytes) -> Path:
    try:
        write_atomically(path, content)
    except OSError as error:
        raise StorageError(
            f"Không ghi được {path}: {error.strerror}. Hãy kiểm tra ổ đĩa và quyền ghi rồi chạy lại."
        ) from None
    return path
